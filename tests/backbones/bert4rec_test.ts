import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { bert4rec } from "../../src/backbones/bert4rec.ts";
import type { Backbone, Batch, Parameters, Sequences } from "../../src/backbones/types.ts";
import { openEngine } from "../../src/engine/open.ts";
import { type Tensor, tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import { apart, assertNear, hookOf, plain, SMALL, someItems, someParameters } from "./made_up.ts";

const config = { ...SMALL, layerNormEps: 1e-12 };
const { items, maxLength, hidden: width } = config;
const [CLS, MASK] = [2, 3];
const HIDDEN = items + 1;

const runs = { numRuns: 25 };

describe("bert4rec()", () => {
  let engine: Engine, model: Backbone, parameters: Parameters;
  beforeAll(async () => {
    engine = await openEngine("cpu");
    model = bert4rec(config);
    parameters = someParameters(model);
  });
  afterAll(() => {
    tf.dispose(Object.values(parameters));
    engine.close();
  });

  const values = (compute: (batch: Batch) => Tensor, rows: readonly (readonly number[])[]) =>
    tf.tidy(() => compute(model.batch(plain(rows))).dataSync()) as Float32Array;
  const hidden = (...rows: (readonly number[])[]) => values((batch) => model.hidden(parameters, batch), rows);
  const last = (...rows: (readonly number[])[]) => values((batch) => model.last(parameters, batch), rows);
  const represent = (...rows: (readonly number[])[]) =>
    values((batch) => model.representation(parameters, batch), rows);
  const clozeHidden = (row: readonly number[]) =>
    tf.tidy(() => model.hidden(parameters, model.cloze!(plain([row]))).dataSync());
  const padded = (sequence: readonly number[]) => [...new Array(maxLength - sequence.length).fill(0), ...sequence];

  it("may have [SEP] before [MASK], and items from row 5", () => {
    const five = bert4rec({ ...config, specialTokens: 5 });
    assert.deepEqual(five.shapes[five.itemTable], [5 + items, width]);
    assert.deepEqual([five.itemOffset, five.shapes[five.itemBias!]], [4, [5 + items]]);
    const tokens = tf.tidy(() => [...five.batch(plain([[0, 1, items]])).tokens!.dataSync()]);
    assert.deepEqual(tokens, [CLS, 0, 5, 4 + items, 4]);
    assert.deepEqual(tf.tidy(() => [...five.cloze!(plain([[1, HIDDEN]])).tokens!.dataSync()]), [CLS, 5, 4]);
  });

  it("gives in last() what hidden() gives at [MASK], through the head", () => {
    const atMask = (model: Backbone, batch: Batch) => {
      const [rows, places] = batch.sequence.shape as [number, number];
      const states = tf.slice(model.hidden(parameters, batch), [0, places + 1, 0], [rows, 1, width]);
      return model.head!(parameters, states.reshape([rows, width]));
    };
    fc.assert(
      fc.property(
        someItems,
        (sequence) => assertNear(last(sequence), values((batch) => atMask(model, batch), [sequence])),
      ),
      runs,
    );
    for (const blocks of [0, 1]) {
      const shallow = bert4rec({ ...config, blocks });
      assertNear(
        values((batch) => shallow.last(parameters, batch), [[3, 1, 4]]),
        values((batch) => atMask(shallow, batch), [[3, 1, 4]]),
      );
    }
  });

  it("reads a sequence padded on the left as the same sequence without padding", () => {
    fc.assert(
      fc.property(someItems, (sequence) => {
        const [long, short] = [hidden(padded(sequence)), hidden(sequence)];
        assertNear(long.subarray(0, width), short.subarray(0, width));
        assertNear(long.subarray(-(sequence.length + 1) * width), short.subarray(width));
        assertNear(last(padded(sequence)), last(sequence));
      }),
      runs,
    );
  });

  it("lets every item change every place's state, before it and behind it", () => {
    const before = hidden([1, 2, 3, 4]);
    for (let at = 0; at < 4; at++) {
      const after = hidden([1, 2, 3, 4].with(at, 9));
      for (let place = 0; place < 6; place++) {
        const of = (states: Float32Array) => states.subarray(place * width, (place + 1) * width);
        assert.ok(apart(of(after), of(before)), `item ${at}, place ${place}`);
      }
    }
  });

  it("gives each row of a batch what it gives the row alone", () => {
    assertNear(last([0, 1, 2], [5, 6, 7]), [...last([0, 1, 2]), ...last([5, 6, 7])]);
  });

  it("represents a sequence by a vector of length 1 that padding does not change", () => {
    fc.assert(
      fc.property(someItems, (sequence) => {
        const vector = represent(sequence);
        assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
        assertNear(represent(padded(sequence)), vector);
      }),
      runs,
    );
  });

  it("represents by the direction of the mean over [CLS], the items and [MASK]", () => {
    const states = hidden([2, 7, 5]);
    const sum = new Array(width).fill(0).map((_, c) => [0, 1, 2, 3, 4].reduce((s, t) => s + states[t * width + c]!, 0));
    assertNear(represent([2, 7, 5]), sum.map((value) => value / Math.hypot(...sum)));
  });

  it("represents a sequence otherwise when one of its items is hidden", () => {
    for (let at = 0; at < 3; at++) assert.ok(apart(represent([2, 7, 5].with(at, HIDDEN)), represent([2, 7, 5])));
  });

  it("scores and represents a sequence of nothing but padding by [CLS] and [MASK]", () => {
    assert.ok(Math.abs(Math.hypot(...represent([0, 0, 0])) - 1) < 1e-5);
    assertNear(last([0, 0, 0]), last([0]));
  });

  it("puts [CLS] before the items and [MASK] behind them, each at its place among real tokens", () => {
    const read = (sequences: Sequences) => {
      const batch = model.batch(sequences);
      const arrays = Object.fromEntries(Object.entries(batch).map(([name, tensor]) => [name, tensor.arraySync()]));
      tf.dispose(Object.values(batch));
      return arrays;
    };
    // Items have the ids from 4.
    assert.deepEqual(read(plain([[0, 0, 1, 12], [5, HIDDEN, 6, 7]])), {
      sequence: [[0, 0, 1, 12], [5, HIDDEN, 6, 7]],
      tokens: [[CLS, 0, 0, 4, 15, MASK], [CLS, 8, MASK, 9, 10, MASK]],
      positions: [[0, 0, 0, 1, 2, 3], [0, 1, 2, 3, 4, 5]],
    });
    const { sequence, tokens } = read(plain([[1, 2, 3, 4, 5, 6, 7, 8]]));
    assert.deepEqual([sequence, tokens], [[[3, 4, 5, 6, 7, 8]], [[CLS, 6, 7, 8, 9, 10, 11, MASK]]]);
  });

  it("has one item more in cloze(), and sees with its last one hidden what it sees when asked for the next", () => {
    fc.assert(
      fc.property(someItems, (sequence) => {
        assertNear(clozeHidden([...sequence, HIDDEN]), hidden(sequence));
      }),
      runs,
    );
    const full = [1, 2, 3, 4, 5, 6, 7];
    assert.equal(full.length, maxLength + 1);
    assert.equal(clozeHidden(full).length, (maxLength + 2) * width);
    assertNear(clozeHidden([9, ...full]), clozeHidden(full));
    assert.ok(apart(clozeHidden(full), clozeHidden(full.with(6, 8))));
  });

  it("adds an adapter's item rows to the items' embeddings alone", () => {
    const moved = 3;
    const delta = tf.randomNormal([1, width], 0, 1, "float32", 1);
    const elsewhere = tf.zeros([items + 2, width]);
    const rows = tf.tidy(() => tf.add(elsewhere, tf.mul(tf.oneHot([moved], items + 2).transpose(), delta)));
    // Beside item 3 a row that no item has: the table's row of item 3 is 6.
    const table = tf.tidy(() =>
      tf.add(parameters[model.itemTable]!, tf.pad(rows.slice([1, 0], [items, width]), [[4, 0], [0, 0]]))
    );
    for (const batch of [model.batch(plain([[0, 3, 5, 3]])), model.cloze!(plain([[0, 3, 5, HIDDEN]]))]) {
      const adapters = hookOf({
        embeddingDelta: () => tf.gather(rows, batch.sequence.as1D()).reshape([...batch.sequence.shape, width]),
      });
      const [adapted, changed] = tf.tidy(() => [
        model.hidden(parameters, batch, { adapters }).dataSync(),
        model.hidden({ ...parameters, [model.itemTable]: table }, batch).dataSync(),
      ]);
      assertNear(adapted!, changed!);
      tf.dispose(Object.values(batch));
    }
    tf.dispose([delta, elsewhere, rows, table]);
  });

  it("offers its projections to adapters in the order they run, those of one input together", () => {
    const asked: string[][] = [];
    const adapters = hookOf({
      lowRank: (names) => {
        asked.push([...names].sort());
        return names.map(() => undefined);
      },
    });
    tf.tidy(() => {
      const batch = model.batch(plain([[1, 2]]));
      model.head!(parameters, model.hidden(parameters, batch, { adapters }).reshape([4, width]), { adapters });
    });
    const layers = Array.from({ length: config.blocks }, (_, layer) => `bert.encoder.layer.${layer}`);
    assert.deepEqual(asked, [
      ...layers.flatMap((layer) => [
        ["key", "query", "value"].map((name) => `${layer}.attention.self.${name}`),
        [`${layer}.attention.output.dense`],
        [`${layer}.intermediate.dense`],
        [`${layer}.output.dense`],
      ]),
      ["cls.predictions.transform.dense"],
    ]);
    assert.deepEqual(asked.flat().sort(), model.projections.map(({ name }) => name).sort());
  });

  it("drops out embeddings, attention probabilities and both outputs of a layer, as BERT does", () => {
    const shapes: number[][] = [];
    const noise = {
      dropout: (x: Tensor, rate: number) => {
        assert.equal(rate, 0.1);
        shapes.push(x.shape);
        return x;
      },
      repeatable: () => assert.fail("nothing is computed twice"),
    };
    const [places, states] = [5, [5, width]];
    values((batch) => model.hidden(parameters, batch, { noise, dropout: 0.1 }), [[1, 2, 3]]);
    const layer = [[1, config.heads, places, places], states, states];
    assert.deepEqual(shapes, [states, ...layer, ...layer]);
  });

  it("starts with a zero padding row, weights of deviation .02, zero biases, unit norms, other numbers for another seed", () => {
    const wide = bert4rec({ ...config, items: 400, hidden: 32, ffn: 64 });
    const first = wide.initialise(1);
    for (const [name, { shape, values }] of Object.entries(first)) {
      assert.deepEqual(shape, wide.shapes[name]);
      if (shape.length === 2) {
        const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
        // The deviation of n draws is known within about 4 of its standard errors, 1 / sqrt(2 n).
        assert.ok(Math.abs(deviation / 0.02 - 1) < 4 / Math.sqrt(2 * values.length), `${name}: ${deviation}`);
      } else {
        assert.ok(values.every((value) => value === (name.endsWith("LayerNorm.weight") ? 1 : 0)), name);
      }
    }
    assert.ok(first[wide.itemTable]!.values.subarray(0, 32).every((value) => value === 0));
    assert.deepEqual(wide.initialise(1), first);
    assert.notDeepEqual(wide.initialise(2), first);
  });

  it("refuses a width that the heads do not divide", () => {
    assert.throws(() => bert4rec({ ...config, heads: 3 }), { name: "RangeError", message: /hidden 8 .* heads 3/ });
  });
});
