/**
 * Methods in words.
 * @module
 */
import { lossWords } from "./describe_backbone.ts";
import { type MethodKind, type OwnOptions, ownOptions, type SetupRows } from "./method_types.ts";
import { count, series } from "./phrases.ts";
import type { AdapterTraining, GateSpec, LoraSpec, MethodSpec, RegionsSpec } from "./types.ts";

/** What a method does, as the end of a sentence. */
export function methodWords(method: MethodSpec): string {
  return worded(method.kind as MethodKind, method);
}

/** One writer for each kind: what is peculiar to it, from its own options and the words for its adapters. */
const WRITERS: { readonly [Kind in MethodKind]: (own: OwnOptions[Kind], method: MethodSpec) => string } = {
  base: () => "the backbone as it is",
  full: ({ training }) => `all parameters of the backbone trained for ${trainingWords(training)}`,
  lora: (_, { lora }) => adapterWords(lora),
  replay: ({ ratio, rows }, { lora }) =>
    `${adapterWords(lora)}, with a batch of ${setupWords(rows)} beside each of F, of weight ${ratio}`,
  lwf: ({ temperature, alpha, candidates }, { lora }) => {
    const items = candidates === "two" ? "the target and one negative" : "the whole catalogue";
    return `${
      adapterWords(lora)
    }, held to the base's answers over ${items} (temperature ${temperature}, weight ${alpha})`;
  },
  ewc: ({ lambda, samples }, { lora }) =>
    `${adapterWords(lora)}, with a penalty of weight ${lambda} by Fisher information from ${
      count(samples, "window")
    } of S`,
  lsat: ({ alpha, longEpochs, shortEpochs, rows }, { lora }) =>
    `a long adapter (${count(longEpochs, "epoch")} on ${setupWords(rows)}) of weight ${alpha} and a short one (${
      count(shortEpochs, "epoch")
    } on F) of weight ${Number((1 - alpha).toPrecision(6))}, each with ${formWords(lora)}, trained with ${
      lossAt(lora.training)
    }`,
  mole: ({ experts, gateHidden, temperature, balance }, { lora }) =>
    `${count(experts, "expert")}, each with ${adapterWords(lora)}, mixed by a gate of width ${gateHidden} ` +
    `(temperature ${temperature}, balance ${balance})`,
  ebpr: ({ steps, learningRate, batch, negatives, mine }) => {
    const rows = mine === "finetune" ? "F" : "the evaluated rows, with their answers";
    return `item embeddings edited in ${count(steps, "step")} of ${count(batch, "pair")} (rate ${learningRate}, ${
      count(negatives, "negative")
    }), with wrong items mined from ${rows}`;
  },
  proximal: ({ lambda }, { lora }) =>
    `${adapterWords(lora)}, evolving from slice to slice with a pull of weight ${lambda} to its last value`,
  raie: (_, { lora, regions }) => regionWords(regions, lora),
};

function worded<Kind extends MethodKind>(kind: Kind, method: MethodSpec): string {
  return WRITERS[kind](ownOptions(kind, method), method);
}

function regionWords(regions: RegionsSpec, lora: LoraSpec): string {
  const operations = Object.entries({
    Update: regions.update,
    Expand: regions.expand,
    Add: regions.add,
    Merge: regions.merge,
  }).flatMap(([name, on]) => on ? [name] : []);
  const editing = operations.length === 0
    ? "not edited"
    : `edited by ${series(operations)} under the ${gateWords(regions.gate)}`;
  const found = regions.centres === "k-means" ? "found on S" : "about sequences of S drawn at random";
  const one = regions.adapters === "one";
  const routing = one ? "" : `; ${regions.routing} routing`;
  return [
    `${count(regions.k, "preference region")} ${found}, ${editing}; a default adapter (${adapterWords(lora)}),`,
    `then ${one ? "one that all regions share" : "one for each region"} (${
      count(regions.training.epochs, "epoch")
    } on ${one ? "their" : "its"} windows of F,`,
    `with ${regions.replay} windows of S for each)${routing}`,
  ].join(" ");
}

function adapterWords(lora: LoraSpec): string {
  return `${formWords(lora)}, ${trainingWords(lora.training)}`;
}

function formWords(lora: LoraSpec): string {
  const rows = {
    none: "",
    "finetune-targets": " and the rows of F's targets",
    shared: " and the rows of F's targets in a table all share",
  }[lora.itemRows];
  return `rank ${lora.rank} adapters on ${series(lora.targets)}${rows}`;
}

function trainingWords(training: AdapterTraining): string {
  return `${count(training.epochs, "epoch")} on F with ${lossAt(training)}`;
}

function lossAt({ loss, positions }: AdapterTraining): string {
  return `${lossWords(loss)} at ${positions === "last" ? "the last position" : "every position"}`;
}

const setupWords = (rows: SetupRows): string =>
  rows === "windows" ? "windows of S" : "the backbone's own training rows";

function gateWords(gate: GateSpec): string {
  return gate.kind === "confidence"
    ? `confidence gate (temperature ${gate.temperature}, thresholds ${gate.tLow} and ${gate.tHigh})`
    : `posterior gate (beta ${gate.beta})`;
}
