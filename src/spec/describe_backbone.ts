/**
 * A backbone and its training in words.
 * @module
 */
import { count, percent, series } from "./phrases.ts";
import { definition } from "./schema.ts";
import type { LlamaSpec, LossSpec, ResolvedSpec, TransformerSpec } from "./types.ts";

/** The sentence about the model that all methods share; of a portable spec, since it names files as that does. */
export function backboneWords({ backbone, windows }: Pick<ResolvedSpec, "backbone" | "windows">): string {
  return backbone.kind === "llama" ? llamaWords(backbone, windows.context) : transformerWords(backbone);
}

function transformerWords(backbone: TransformerSpec): string {
  const { kind, hidden, blocks, heads, weights } = backbone;
  const sizes = `width ${hidden}, ${count(blocks, "block")}, ${count(heads, "head")}${gapWords(backbone)}`;
  const origin = weights === undefined ? trainingWords(backbone) : `its weights are those of the file ${weights};`;
  return `The backbone is ${kind} (${sizes}), ${origin} ${
    weights === undefined ? "then it is frozen" : "it is not trained"
  }, and all methods share it.`;
}

function llamaWords({ checkpoint, prompt, lora, training }: LlamaSpec, context: number): string {
  const { rank, targets } = lora;
  const origin = typeof checkpoint === "string"
    ? `checkpoint ${checkpoint}`
    : `random weights, width ${checkpoint.hidden}, ${count(checkpoint.layers, "layer")}, ${
      count(checkpoint.heads, "head")
    }`;
  const words = `${prompt === OPENP5 ? "as OpenP5 does" : "in words of this spec's own"}, "${prompt}"`;
  const items = context === 1 ? "last item" : `last ${context} items`;
  return [
    `The backbone is a language model of the Llama family (${origin}), prompted with the ${items} ${words};`,
    `an adapter of rank ${rank} on ${series(targets)} and a new row for every item are trained on all windows of S`,
    `for ${count(training.epochs, "epoch")} with ${lossWords(training.loss)};`,
    "then it is frozen, and all methods share it.",
  ].join(" ");
}

/** The prompt that is used where a spec has none. */
const OPENP5 = definition("backboneLlama").properties?.prompt?.default;

function gapWords({ timeBuckets, maxGapDays, content }: TransformerSpec): string {
  if (timeBuckets === undefined || maxGapDays === undefined) return "";
  const own = content === "own" ? ", each item asking with its own content alone" : "";
  return `, time gaps in ${count(timeBuckets, "bucket")}, at most ${count(maxGapDays, "day")}${own}`;
}

function trainingWords({ training, maxLength, mask }: TransformerSpec): string {
  const rows = training.rows === "windows"
    ? "all windows of S"
    : `the last ${maxLength + 1} positives in S of every user with at least ${training.minPositives}`;
  const cloze = mask === undefined ? "" : `, cloze with ${percent(mask)} of the items hidden`;
  return `trained on ${rows} for ${count(training.epochs, "epoch")} with ${lossWords(training.loss)}${cloze};`;
}

/** A loss, as what something is trained "with". */
export function lossWords(loss: LossSpec): string {
  switch (loss.kind) {
    case "cross-entropy":
      return "cross-entropy over the catalogue";
    case "bce":
      return `binary cross-entropy on ${count(loss.negatives, "negative")}`;
    case "gbce":
      return `generalised binary cross-entropy on ${count(loss.negatives, "negative")} (t ${loss.t})`;
    case "sampled-softmax":
      return `softmax over ${count(loss.negatives, "sampled item")}`;
  }
}
