/**
 * Prompts as tensors: the tokens that all prompts begin with, then padding, then what is each prompt's own, so that every prompt ends at the last
 * place. Padding is seen by nobody, and positions count real tokens alone, so it is the same function wherever the padding stands.
 * @module
 */
import { tf } from "../../engine/tfjs.ts";
import type { Tensor } from "../../engine/types.ts";
import type { Batch, Sequences } from "../types.ts";
import type { PromptEncoder } from "./prompt.ts";

/** Prompts as the model reads them. */
export type TokenBatch = Batch & {
  /** [batch, places] int32, rows of the token table; 0 at padding. */
  readonly tokens: Tensor;
  /** [batch, places] int32, places among the real tokens; 0 at padding. */
  readonly positions: Tensor;
  /** [batch, places], 1 at real tokens. */
  readonly real: Tensor;
  /** [batch, places] int32: 1 + the place of the token's item in its sequence, 0 where a token is no item's. */
  readonly itemPlaces: Tensor;
  /** [batch] int32, the place of the scoring token; left out: the last one. */
  readonly answer?: Tensor;
  /** [batch, places, hidden], states that were computed before. */
  readonly below?: Tensor;
};

/** What prompts look like. */
export interface PromptShape {
  /** Makes the tokens. */
  readonly prompts: PromptEncoder;
  /** Places of a prompt: those of the longest. */
  readonly places: number;
  /** Item i, counted from 1, is token itemOffset + i. */
  readonly itemOffset: number;
}

/** @throws {RangeError} for a prompt longer than `places`. */
export function tokenBatch(shape: PromptShape, { rows, time, users, items }: Sequences): TokenBatch {
  const { prompts, places, itemOffset } = shape;
  const tokens = new Int32Array(rows * places);
  const positions = new Int32Array(rows * places);
  const real = new Float32Array(rows * places);
  const itemPlaces = new Int32Array(rows * places);
  const shared = prompts.prefix.length;
  for (let row = 0; row < rows; row++) {
    const own = items.subarray(row * time, (row + 1) * time);
    const ids = prompts.ids(users[row]!, own);
    if (ids.length > places) {
      throw new RangeError(
        `Cannot read a prompt of user ${users[row]}: ${ids.length} tokens, wanted ${places} at most`,
      );
    }
    const gap = places - ids.length;
    let item = 0;
    ids.forEach((id, position) => {
      const at = row * places + (position < shared ? position : gap + position);
      tokens[at] = id;
      positions[at] = position;
      real[at] = 1;
      if (id <= itemOffset) return;
      while (own[item] === 0) item++;
      itemPlaces[at] = 1 + item++;
    });
  }
  const matrix = (values: Int32Array) => tf.tensor2d(values, [rows, places], "int32");
  return {
    sequence: tf.tensor2d(items, [rows, time], "int32"),
    tokens: matrix(tokens),
    positions: matrix(positions),
    real: tf.tensor2d(real, [rows, places]),
    itemPlaces: matrix(itemPlaces),
  };
}
