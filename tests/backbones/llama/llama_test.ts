import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { adapterHook, type BankConfig, bankLayout, stackRows } from "../../../src/adapters/bank.ts";
import { mergeAdapter } from "../../../src/adapters/merge.ts";
import { tableLayout } from "../../../src/adapters/row_tables.ts";
import type { Backbone, Batch, Parameters, Sequences } from "../../../src/backbones/types.ts";
import { dropoutNoise } from "../../../src/engine/dropout.ts";
import { valueAndGrads } from "../../../src/engine/gradients.ts";
import { openEngine } from "../../../src/engine/open.ts";
import { stream } from "../../../src/engine/random.ts";
import { type Tensor, tf } from "../../../src/engine/tfjs.ts";
import type { Engine } from "../../../src/engine/types.ts";
import { apart, assertNear, someParameters } from "../made_up.ts";
import { ITEMS, madeUpModel } from "./made_up_model.ts";

const sequences = (rows: readonly (readonly number[])[], users: readonly number[]): Sequences => ({
  rows: rows.length,
  time: rows[0]!.length,
  users: Int32Array.from(users),
  items: Int32Array.from(rows.flat()),
  times: new Float64Array(rows.flat().length),
});
const ROWS = sequences([[3, 1, 9], [0, 2, 2], [0, 0, 5]], [4, 100, 31]);

describe("llama()", () => {
  let engine: Engine, model: Backbone, parameters: Parameters, batch: Batch;
  beforeAll(async () => {
    engine = await openEngine("cpu");
    model = madeUpModel();
    parameters = someParameters(model);
    batch = model.batch(ROWS);
  });
  afterAll(() => {
    tf.dispose([parameters, batch]);
    engine.close();
  });

  const bankOf = (backbone: Backbone, adapters = 1) => {
    const bank: BankConfig = {
      ...tableLayout(backbone),
      ...{ rank: 2, alpha: 4, dropout: 0.3, init: "kaiming" },
      projections: backbone.projections,
      itemRows: Int32Array.of(1, 2, 9),
    };
    const layout = bankLayout(bank);
    const numbers = (size: number, seed: number) => {
      const values = new Float32Array(adapters * size);
      stream(seed, "test").fillNormal(values, 0.2);
      return values;
    };
    return { bank, layout, lora: numbers(layout.loraSize, 1), rows: numbers(layout.rowsSize, 2) };
  };

  it("reads a prompt with each item's token, and left-padded sequences as shorter prompts", () => {
    const { tokens, real, positions } = batch as Batch & Record<"tokens" | "real" | "positions", Tensor>;
    const [first, second] = [tokens.arraySync() as number[][], real.arraySync() as number[][]];
    const vocabulary = model.itemOffset + 1;
    assert.deepEqual(first.map((row) => row.filter((id) => id >= vocabulary).map((id) => id - model.itemOffset)), [
      [3, 1, 9],
      [2, 2],
      [5],
    ]);
    const lengths = second.map((row) => row.reduce((a, b) => a + b));
    assert.ok(lengths[0]! > lengths[2]!);
    (positions.arraySync() as number[][]).forEach((row, r) => assert.equal(row.at(-1), lengths[r]! - 1));
  });

  it("refuses a prompt that is longer than its places", () => {
    const short = madeUpModel({ places: 12 });
    assert.throws(() => short.batch(ROWS), /Cannot read a prompt of user 4: \d+ tokens, wanted 12 at most/);
  });

  it("scores what the last place of all hidden states says, whatever stands beside it in the batch", () => {
    const [last, hidden] = tf.tidy(() => [
      model.last(parameters, batch).arraySync() as number[][],
      model.hidden(parameters, batch).arraySync() as number[][][],
    ]);
    last!.forEach((row, r) => assertNear(row, hidden![r]!.at(-1)!));
    for (const row of [0, 1, 2]) {
      const alone = tf.tidy(() => {
        const one = sequences([[...ROWS.items.subarray(3 * row, 3 * row + 3)]], [ROWS.users[row]!]);
        return model.last(parameters, model.batch(one)).dataSync();
      });
      assertNear(alone, last![row]!);
    }
  });

  it("computes what all prompts begin with once, with the same result as prompt by prompt", () => {
    const { bank, layout, lora } = bankOf(model);
    const plain = (uniform: boolean) =>
      tf.tidy(() => {
        const hook = adapterHook(bank, layout, tf.tensor2d(lora, [1, lora.length]), undefined, {
          weights: tf.ones([3, 1]),
          sequenceRows: [],
        });
        return model.last(parameters, batch, { adapters: { ...hook, uniform } }).dataSync();
      });
    assertNear(plain(true), plain(false));
    assert.ok(apart(plain(true), tf.tidy(() => model.last(parameters, batch).dataSync())));
  });

  it("gives unit representations: the mean of the states of real tokens", () => {
    const [mean, hidden, real] = tf.tidy(() => [
      model.representation(parameters, batch).arraySync() as number[][],
      model.hidden(parameters, batch).arraySync() as number[][][],
      (batch.real as Tensor).arraySync() as number[][],
    ]) as [number[][], number[][][], number[][]];
    mean.forEach((row, r) => {
      const sum = row.map((_, c) => hidden[r]!.reduce((sum, state, at) => sum + real[r]![at]! * state[c]!, 0));
      const length = Math.hypot(...sum);
      assertNear(row, sum.map((value) => value / length));
    });
  });

  it("adds an adapter's item rows where items are read, and other ones where they are scored", () => {
    const { bank, layout, lora, rows } = bankOf(model);
    const zero = { lora: new Float32Array(lora.length), rows };
    const places = Int32Array.from(ROWS.items, (item) => layout.rowOf[item]!);
    const [hooked, merged] = tf.tidy(() => {
      const adapters = adapterHook(
        bank,
        layout,
        tf.tensor2d(zero.lora, [1, lora.length]),
        stackRows(tf.tensor1d(rows), 32),
        {
          weights: tf.ones([3, 1]),
          sequenceRows: [{ places: tf.tensor2d(places, [3, 3], "int32") }],
        },
      );
      const copies = Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [name, tf.clone(tensor)]));
      const other = mergeAdapter(model, copies, bank, zero);
      const table = other[model.scoreTable!.name]!.arraySync() as number[][];
      const before = parameters[model.scoreTable!.name]!.arraySync() as number[][];
      // Item 9 is the third with a row; behind the 16 numbers for reading stand those for scoring.
      assertNear(table[9]!, before[9]!.map((value, c) => value + rows[2 * 32 + 16 + c]!));
      assert.deepEqual(table[3], before[3]);
      return [model.last(parameters, batch, { adapters }).dataSync(), model.last(other, batch).dataSync()];
    });
    assertNear(hooked!, merged!);
  });

  for (const adapters of [1, 2]) {
    it(`has the same value and gradients with activations computed again, dropout too, for ${adapters} adapter(s)`, () => {
      const again = madeUpModel({ checkpointing: true });
      const seed = tf.tensor1d([5, 6], "int32");
      const { bank, layout, lora } = bankOf(model, adapters);
      const gradient = (backbone: Backbone, dropout: number) => {
        const { value, grads } = valueAndGrads(({ lora, weights }) => {
          const noise = dropoutNoise(seed);
          const membership = { weights: weights!, sequenceRows: [] };
          const hook = adapterHook({ ...bank, dropout }, layout, lora!, undefined, membership, noise);
          const states = backbone.last(parameters, batch, { adapters: hook, noise });
          return tf.add(tf.sum(tf.square(states)), tf.mul(tf.sum(weights!), 0));
        }, { lora: tf.tensor2d(lora, [adapters, layout.loraSize]), weights: tf.fill([3, adapters], 1 / adapters) });
        return [value, grads.lora!, grads.weights!].map((tensor) => tensor.dataSync());
      };
      // Masks are drawn by other numbers, so dropout is off where the two are compared and on where one is repeated.
      assert.deepEqual(gradient(again, 0.3), gradient(again, 0.3));
      assert.ok(apart(gradient(again, 0.3)[1]!, gradient(again, 0)[1]!));
      const [a, b] = [model, again].map((backbone) => gradient(backbone, 0));
      a!.forEach((values, k) => assertNear(scaled(values, a![k]!), scaled(b![k]!, a![k]!)));
    });
  }

  it("learns every parameter where all of them train, with activations computed again", () => {
    const again = madeUpModel({ checkpointing: true });
    const trained = Object.keys(parameters).filter((name) => name !== model.scoreTable!.name);
    const [kept, computed] = [model, again].map((backbone) => {
      const given = Object.fromEntries(trained.map((name) => [name, parameters[name]!]));
      const { grads } = valueAndGrads(
        (values) => tf.sum(tf.square(backbone.last({ ...parameters, ...values }, batch))),
        given,
      );
      return Object.fromEntries(Object.entries(grads).map(([name, tensor]) => [name, tensor.dataSync()]));
    });
    for (const name of trained) assertNear(scaled(computed![name]!, kept![name]!), scaled(kept![name]!, kept![name]!));
  });

  it("has item rows behind the checkpoint's tokens, and where tied no rows of their own for scores", () => {
    const tied = madeUpModel({}, { tied: true });
    assert.equal(tied.scoreTable, undefined);
    assert.equal(tied.shapes["lm_head.weight"], undefined);
    assert.deepEqual(model.shapes["lm_head.weight"], [ITEMS + 1, 16]);
    assert.deepEqual(tied.shapes[tied.itemTable], [tied.itemOffset + 1 + ITEMS, 16]);
  });
});

/** In units of the largest magnitude of `by`. */
function scaled(values: ArrayLike<number>, by: ArrayLike<number>): number[] {
  const largest = Math.max(1e-9, ...Array.from(by, Math.abs));
  return Array.from(values, (value) => value / largest);
}
