/**
 * Methods in words.
 * @module
 */
import { lossWords } from "./describe_backbone.ts";
import { replays, type Surroundings } from "./describe_budget.ts";
import { type MethodKind, type OwnOptions, ownOptions, type SetupRows } from "./method_types.ts";
import { count, series } from "./phrases.ts";
import type { AdapterTraining, GateSpec, LoraSpec, MethodSpec, RegionsSpec } from "./types.ts";

/** What a method does, as the end of a sentence. */
export function methodWords(method: MethodSpec, around: Surroundings): string {
  if (method.control !== undefined) {
    return `the control of ${method.control}: the same with one region, as many optimiser steps and about as large a share of rows from S`;
  }
  return worded(method.kind as MethodKind, method, around);
}

type Writer<Kind extends MethodKind> = (own: OwnOptions[Kind], method: MethodSpec, around: Surroundings) => string;

/** One writer for each kind: what is peculiar to it, from its own options and the words for its adapters. */
const WRITERS: { readonly [Kind in MethodKind]: Writer<Kind> } = {
  base: () => "the backbone as it is",
  full: ({ training }, _, around) => `all parameters of the backbone trained for ${trainingWords(training, around)}`,
  lora: (_, { lora }, around) => adapterWords(lora, around),
  replay: replayWords,
  lwf: ({ temperature, alpha, candidates }, { lora }, around) => {
    const items = candidates === "two" ? "the target and one negative" : "the whole catalogue";
    return `${
      adapterWords(lora, around)
    }, held to the base's answers over ${items} (temperature ${temperature}, weight ${alpha})`;
  },
  ewc: ({ lambda, samples }, { lora }, around) =>
    `${adapterWords(lora, around)}, with a penalty of weight ${lambda} by Fisher information from ${
      count(samples, "window")
    } of S${around.yardstick === undefined ? "" : ", which come on top"}`,
  lsat: lsatWords,
  mole: ({ experts, gateHidden, temperature, balance }, { lora }, around) =>
    `${count(experts, "expert")}, each with ${adapterWords(lora, around)}, mixed by a gate of width ${gateHidden} ` +
    `(temperature ${temperature}, balance ${balance})`,
  ebpr: ({ steps, learningRate, batch, negatives, mine }, _, { yardstick }) => {
    const rows = mine === "finetune" ? "F" : "the evaluated rows, with their answers";
    const edited = yardstick === undefined ? count(steps, "step") : `as many steps as ${yardstick.label}`;
    return `item embeddings edited in ${edited} of ${count(batch, "pair")} (rate ${learningRate}, ${
      count(negatives, "negative")
    }), with wrong items mined from ${rows}`;
  },
  proximal: ({ lambda }, { lora }, around) =>
    `${adapterWords(lora, around)}, evolving from slice to slice with a pull of weight ${lambda} to its last value`,
  raie: (_, { lora, regions }, around) => regionWords(regions, lora, around),
};

function worded<Kind extends MethodKind>(kind: Kind, method: MethodSpec, around: Surroundings): string {
  return WRITERS[kind](ownOptions(kind, method), method, around);
}

function replayWords({ ratio, rows }: OwnOptions["replay"], { lora }: MethodSpec, around: Surroundings): string {
  const { yardstick } = around;
  const setup = setupWords(rows);
  if (yardstick === undefined) {
    return `${adapterWords(lora, around)}, with a batch of ${setup} beside each of F, of weight ${ratio}`;
  }
  // With nothing of S to weigh it is lora.
  if (ratio === 0 || !replays(yardstick)) return adapterWords(lora, around);
  return [
    `${formWords(lora)}, for as many steps as ${yardstick.label},`,
    `on batches divided between F and ${setup} as ${yardstick.label} sees them, the latter of weight ${ratio},`,
    `with ${lossAt(lora.training)}`,
  ].join(" ");
}

/** Of item rows the long adapter has those of the F slices it has come to train on, so none on the first. */
function lsatWords(
  { alpha, longEpochs, shortEpochs, rows }: OwnOptions["lsat"],
  { lora }: MethodSpec,
  { yardstick, several }: Surroundings,
): string {
  const history = `${setupWords(rows)}${several ? ", later on the F slice before" : ""}`;
  const trained = yardstick === undefined
    ? { long: `${count(longEpochs, "epoch")} on ${history}`, short: `${count(shortEpochs, "epoch")} on F` }
    : replays(yardstick)
    ? {
      long: `the share of ${yardstick.label}'s steps that S has of its rows, on ${history}`,
      short: "the rest of the steps, on F",
    }
    : {
      long: `not trained, since ${yardstick.label} sees nothing of S`,
      short: `as many steps as ${yardstick.label}, on F`,
    };
  const itemRows = {
    none: "",
    "finetune-targets": several
      ? " and the rows of the targets of the F slices it trains on"
      : ", the short one with the rows of F's targets too",
    shared: ", the short one with the rows of F's targets too, which count for both",
  }[lora.itemRows];
  return `a long adapter (${trained.long}) of weight ${alpha} and a short one (${trained.short}) of weight ${
    Number((1 - alpha).toPrecision(6))
  }, each with ${rankWords(lora)}${itemRows}, trained with ${lossAt(lora.training)}`;
}

function regionWords(regions: RegionsSpec, lora: LoraSpec, { yardstick, several }: Surroundings): string {
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
  const steps = yardstick === undefined
    ? count(regions.training.epochs, "epoch")
    : `the rest of ${yardstick.label}'s steps,`;
  const routing = one ? "" : `; ${regions.routing} routing`;
  return [
    `${regions.kBy === "bic" ? "up to " : ""}${count(regions.k, "preference region")} ${found}${
      regions.kBy === "bic" ? " (as many as BIC says)" : ""
    }, ${editing}; a default adapter (${adapterWords(lora, { yardstick: undefined, several })}),`,
    `then ${one ? "one that all regions share" : "one for each region"} (${steps} on ${
      one ? "their" : "its"
    } windows of F,`,
    `with ${count(regions.replay, "window")} of S for each${
      !one && regions.minWindows > 1 ? `, none for a region of fewer than ${regions.minWindows}` : ""
    })${routing}`,
  ].join(" ");
}

function adapterWords(lora: LoraSpec, around: Surroundings): string {
  const link = around.yardstick === undefined ? "," : ", for";
  return `${formWords(lora)}${link} ${trainingWords(lora.training, around)}`;
}

function formWords(lora: LoraSpec): string {
  const rows = {
    none: "",
    "finetune-targets": " and the rows of F's targets",
    shared: " and the rows of F's targets in a table all share",
  }[lora.itemRows];
  return `${rankWords(lora)}${rows}`;
}

const rankWords = ({ rank, targets }: LoraSpec): string => `rank ${rank} adapters on ${series(targets)}`;

function trainingWords(training: AdapterTraining, { yardstick }: Surroundings): string {
  const loss = lossAt(training);
  if (yardstick === undefined) return `${count(training.epochs, "epoch")} on F with ${loss}`;
  const { label } = yardstick;
  const mixed = replays(yardstick) ? ` with windows of S mixed in as ${label} sees them` : "";
  return `as many steps as ${label}, on F${mixed}, with ${loss}`;
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
