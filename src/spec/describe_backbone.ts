/**
 * A backbone and its training in words.
 * @module
 */
import { count, percent } from "./phrases.ts";
import type { BackboneSpec, LossSpec } from "./types.ts";

/** The sentence about the model that all methods share; of a portable spec, since it names the file of weights as that does. */
export function backboneWords(backbone: BackboneSpec): string {
  const { kind, hidden, blocks, heads, weights } = backbone;
  const sizes = `width ${hidden}, ${count(blocks, "block")}, ${count(heads, "head")}${gapWords(backbone)}`;
  const origin = weights === undefined ? trainingWords(backbone) : `its weights are those of the file ${weights};`;
  return `The backbone is ${kind} (${sizes}), ${origin} ${
    weights === undefined ? "then it is frozen" : "it is not trained"
  }, and all methods share it.`;
}

function gapWords({ timeBuckets, maxGapDays, content }: BackboneSpec): string {
  if (timeBuckets === undefined || maxGapDays === undefined) return "";
  const own = content === "own" ? ", each item asking with its own content alone" : "";
  return `, time gaps in ${count(timeBuckets, "bucket")}, at most ${count(maxGapDays, "day")}${own}`;
}

function trainingWords({ training, maxLength, mask }: BackboneSpec): string {
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
