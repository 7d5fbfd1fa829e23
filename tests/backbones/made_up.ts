/** What tests of every backbone start from, and how they compare. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { AdapterHook, Backbone, Parameters, Sequences } from "../../src/backbones/types.ts";
import { stream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tfjs.ts";

/** Sizes of a small transformer. */
export const SMALL = { items: 12, maxLength: 6, hidden: 8, blocks: 2, heads: 2, ffn: 16 };

/** A sequence of real items, at most as long as the model. */
export const someItems = fc.array(fc.integer({ min: 1, max: SMALL.items }), {
  minLength: 1,
  maxLength: SMALL.maxLength,
});

/** Parameters moved away from their start, where biases are zero and norms are one, so that a mistake in any of them shows. */
export function someParameters(model: Backbone): Parameters {
  const draw = stream(1, "test parameters");
  return Object.fromEntries(
    Object.entries(model.initialise(1)).map(([name, { shape, values }]) => {
      const moved = values.map((value) => value + 0.3 * draw.normal());
      return [name, tf.tensor(moved, [...shape])];
    }),
  );
}

/** Equal but for sums of float32 products in another order. */
export function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i]! - expected[i]!) < 2e-5, `${i}: ${actual[i]} and ${expected[i]}`);
  }
}

/** Different by more than rounding. */
export const apart = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  Array.from(a).some((value, i) => Math.abs(value - b[i]!) > 1e-3);

/** Rows of items as sequences, all at one time. */
export const plain = (rows: readonly (readonly number[])[]): Sequences => ({
  rows: rows.length,
  time: rows[0]!.length,
  users: new Int32Array(rows.length),
  items: Int32Array.from(rows.flat()),
  times: new Float64Array(rows.flat().length),
});

/** A hook of the given terms, the same for all sequences, with nothing that trains. */
export const hookOf = (terms: Partial<Pick<AdapterHook, "lowRank" | "embeddingDelta">>): AdapterHook => {
  const lowRank = terms.lowRank ?? ((names: readonly string[]) => names.map(() => undefined));
  const shown = { lowRank, uniform: true };
  return { embeddingDelta: () => undefined, ...terms, ...shown, taken: () => ({ tensors: [], with: () => shown }) };
};
