/**
 * BERT4Rec's tokens: [CLS], the items, and behind them [MASK] where the next item is asked for.
 *
 * The original is padded on the right, this layout between [CLS] and the items. It is the same function, since each item takes the position it
 * has among the real tokens, and attention does not see padding; but here the scoring place is always the last one.
 * @module
 */
import { tf } from "../engine/tfjs.ts";
import type { Tensor } from "../engine/types.ts";
import { type Bert4recConfig, SPECIAL } from "./bert4rec_parameters.ts";
import { specialRows } from "./sizes.ts";
import type { Batch, Sequences } from "./types.ts";

/** Sequences as BERT4Rec reads them. */
export type TokenBatch = Batch & {
  /** [batch, places] int32, rows of the word table; 0 is padding. */
  readonly tokens: Tensor;
  /** [batch, places] int32, rows of the position table: places among the real tokens; 0 at padding. */
  readonly positions: Tensor;
};

type TableRows = Pick<Bert4recConfig, "items" | "specialTokens">;

/**
 * Tensors of sequences, of longer ones than `longest` the latest items.
 *
 * @param behind tokens behind each sequence: [MASK] for the next item, nothing in cloze training
 */
export function tokenBatch(
  config: TableRows,
  sequences: Sequences,
  longest: number,
  behind: readonly number[],
): TokenBatch {
  const { rows } = sequences;
  const time = Math.min(sequences.time, longest);
  const places = 1 + time + behind.length;
  const sequence = new Int32Array(rows * time);
  const tokens = new Int32Array(rows * places);
  const positions = new Int32Array(rows * places);
  for (let row = 0; row < rows; row++) {
    const end = (row + 1) * sequences.time;
    const own = sequences.items.subarray(end - time, end);
    sequence.set(own, row * time);
    tokens.set([SPECIAL.cls, ...own.map((item) => tokenOf(item, config)), ...behind], row * places);
    let position = 0;
    for (let at = row * places; at < (row + 1) * places; at++) {
      if (tokens[at] !== SPECIAL.pad) positions[at] = position++;
    }
  }
  return {
    sequence: tf.tensor2d(sequence, [rows, time], "int32"),
    tokens: tf.tensor2d(tokens, [rows, places], "int32"),
    positions: tf.tensor2d(positions, [rows, places], "int32"),
  };
}

/** The row of a catalogue index; `items` + 1 is a hidden item. */
function tokenOf(item: number, config: TableRows): number {
  if (item === 0) return SPECIAL.pad;
  return specialRows(config) - 1 + (item === config.items + 1 ? 0 : item);
}
