/**
 * Cloze examples: items of a sequence are hidden, and guessed from both sides (Devlin et al., arXiv 1810.04805, 3.1; BERT4Rec, arXiv 1904.06690).
 * @module
 */
import type { RandomStream } from "../engine/random.ts";
import type { Sequences } from "./types.ts";

/** Of the chosen places, those whose item is hidden; the next share gets a random item, the rest stays as it is. */
const HIDDEN = 0.8;
const RANDOM = 0.1;

/** What cloze examples are made from. */
export interface ClozeInputs {
  /** Whole sequences; the items they hold are what is to be learnt. */
  readonly sequences: Sequences;
  /** Share of a sequence's items that are to be guessed, in (0, 1]; at least one is. */
  readonly mask: number;
  /** Items of the catalogue; `items` + 1 stands for a hidden one. */
  readonly items: number;
  /** A stream for this batch alone, e.g. `stream(seed, "cloze", step)`. */
  readonly draw: Pick<RandomStream, "float" | "integer" | "sample">;
}

/** Sequences to guess items of, with the same number m = ceil(mask * time) of places in each row. */
export interface ClozeBatch {
  /** The sequences with items hidden and replaced. */
  readonly sequences: Sequences;
  /** [rows * m], places among the [rows * (1 + time)] hidden states of a cloze model, which has [CLS] before each sequence. */
  readonly places: Int32Array<ArrayBuffer>;
  /** [rows * m], the items there before: catalogue indices, 0 where a row has fewer. */
  readonly targets: Int32Array<ArrayBuffer>;
  /** [rows * m], the same for every target and 0 where a row has fewer; they sum to 1, unless all sequences are empty. */
  readonly weights: Float32Array<ArrayBuffer>;
}

/**
 * Chooses ceil(mask * n) of each row's n items; 80 % of them are hidden, 10 % become a random item, 10 % stay.
 *
 * @throws {RangeError} when `mask` is not in (0, 1].
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { stream } from "../engine/random.ts";
 * import { clozeBatch } from "./cloze.ts";
 * const users = Int32Array.of(0);
 * const sequences = { rows: 1, time: 4, users, items: Int32Array.of(0, 7, 8, 9), times: new Float64Array(4) };
 * const { places, targets, weights } = clozeBatch({ sequences, mask: 0.25, items: 9, draw: stream(1, "cloze", 0) });
 * assert.deepEqual([places.length, ...weights], [1, 1]);
 * assert.equal(targets[0], sequences.items[places[0]! - 1]);
 * ```
 */
export function clozeBatch({ sequences, mask, items, draw }: ClozeInputs): ClozeBatch {
  if (!(mask > 0 && mask <= 1)) throw new RangeError(`Cannot hide items: mask is ${mask}, wanted a share in (0, 1]`);
  const { rows, time } = sequences;
  const perRow = chosenOf(time, mask);
  const hidden = Int32Array.from(sequences.items);
  const places = new Int32Array(rows * perRow);
  const targets = new Int32Array(rows * perRow);
  const weights = new Float32Array(rows * perRow);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const real: number[] = [];
    for (let at = row * time; at < (row + 1) * time; at++) if (sequences.items[at] !== 0) real.push(at);
    const chosen = draw.sample(real.length === 0 ? 0 : chosenOf(real.length, mask), real.length).sort();
    total += chosen.length;
    for (let k = 0; k < perRow; k++) {
      const at = row * perRow + k;
      // Where a row has fewer: any place will do, and [CLS] is always there.
      places[at] = row * (1 + time);
      if (k >= chosen.length) continue;
      const from = real[chosen[k]!]!;
      places[at]! += 1 + from - row * time;
      targets[at] = sequences.items[from]!;
      weights[at] = 1;
      hidden[from] = shown(targets[at]!, items, draw);
    }
  }
  if (total > 0) { for (let at = 0; at < weights.length; at++) weights[at]! /= total; }
  return { sequences: { ...sequences, items: hidden }, places, targets, weights };
}

/** Items to be guessed of `count`. */
const chosenOf = (count: number, mask: number): number => Math.max(1, Math.ceil(mask * count - 1e-9));

/** What the model sees in the place of `item`. */
function shown(item: number, items: number, draw: ClozeInputs["draw"]): number {
  const share = draw.float();
  if (share < HIDDEN) return items + 1;
  return share < HIDDEN + RANDOM ? 1 + draw.integer(items) : item;
}
