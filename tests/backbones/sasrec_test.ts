import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { sasrec } from "../../src/backbones/sasrec.ts";
import type { Backbone, Parameters } from "../../src/backbones/types.ts";
import { openEngine } from "../../src/engine/open.ts";
import { type Tensor, tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import { apart, assertNear, SMALL, someItems, someParameters } from "./made_up.ts";

const config = { ...SMALL, layerNormEps: 1e-6 };
const { items, maxLength, hidden: width } = config;

const runs = { numRuns: 25 };

describe("sasrec()", () => {
  let engine: Engine, model: Backbone, parameters: Parameters;
  beforeAll(async () => {
    engine = await openEngine("cpu");
    model = sasrec(config);
    parameters = someParameters(model);
  });
  afterAll(() => {
    tf.dispose(Object.values(parameters));
    engine.close();
  });

  const values = (compute: (sequence: Tensor) => Tensor, rows: readonly (readonly number[])[]) =>
    tf.tidy(() => compute(tf.tensor2d(rows.flat(), [rows.length, rows[0]!.length], "int32")).dataSync());
  const hidden = (...rows: (readonly number[])[]) =>
    values((sequence) => model.hidden(parameters, { sequence }), rows) as Float32Array;
  const last = (...rows: (readonly number[])[]) =>
    values((sequence) => model.last(parameters, { sequence }), rows) as Float32Array;
  const represent = (...rows: (readonly number[])[]) =>
    values((sequence) => model.representation(parameters, { sequence }), rows) as Float32Array;
  const padded = (sequence: readonly number[]) => [...new Array(maxLength - sequence.length).fill(0), ...sequence];

  it("gives in last() what hidden() gives at the last position", () => {
    fc.assert(
      fc.property(someItems, (sequence) => assertNear(last(sequence), hidden(sequence).subarray(-width))),
      runs,
    );
    for (const blocks of [0, 1]) {
      const shallow = sasrec({ ...config, blocks });
      const whole = values((sequence) => shallow.hidden(parameters, { sequence }), [[3, 1, 4]]);
      assertNear(values((sequence) => shallow.last(parameters, { sequence }), [[3, 1, 4]]), whole.slice(-width));
    }
  });

  it("reads a sequence padded on the left as the same sequence without padding", () => {
    fc.assert(
      fc.property(someItems, (sequence) => {
        assertNear(hidden(padded(sequence)).subarray(-sequence.length * width), hidden(sequence));
        assertNear(last(padded(sequence)), last(sequence));
      }),
      runs,
    );
  });

  it("never lets a later item change an earlier hidden state", () => {
    const cases = fc.tuple(someItems, fc.nat(), fc.integer({ min: 1, max: items }));
    fc.assert(
      fc.property(cases, ([sequence, pick, item]) => {
        const at = pick % sequence.length;
        const changed = sequence.with(at, item);
        assert.deepEqual(
          [...hidden(changed).subarray(0, at * width)],
          [...hidden(sequence).subarray(0, at * width)],
        );
      }),
      runs,
    );
  });

  it("lets every earlier item change the last state", () => {
    const before = last([1, 2, 3, 4]);
    for (let at = 0; at < 4; at++) {
      const after = last([1, 2, 3, 4].with(at, 9));
      assert.ok(apart(after, before), `position ${at}`);
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

  it("represents by the direction of the mean hidden state", () => {
    const states = hidden([2, 7, 5]);
    const sum = Array.from({ length: width }, (_, i) => states[i]! + states[width + i]! + states[2 * width + i]!);
    assertNear(represent([2, 7, 5]), sum.map((value) => value / Math.hypot(...sum)));
  });

  it("gives a sequence of nothing but padding the zero vector, not NaN", () => {
    assert.deepEqual([...represent([0, 0, 0])].map(Math.abs), new Array(width).fill(0));
    assert.ok(last([0, 0, 0]).every(Number.isFinite));
  });

  it("reads the latest items of sequences that are longer than the model", () => {
    const ids = (time: number) => {
      const sequence = Int32Array.from({ length: 2 * time }, (_, i) => 1 + i % items);
      const batch = model.batch({
        ...{ rows: 2, time, users: new Int32Array(2) },
        items: sequence,
        times: new Float64Array(2 * time),
      });
      const rows = (batch.sequence as ReturnType<typeof tf.tensor2d>).arraySync();
      tf.dispose(Object.values(batch));
      return rows;
    };
    assert.deepEqual(ids(2), [[1, 2], [3, 4]]);
    assert.deepEqual(ids(7), [[2, 3, 4, 5, 6, 7], [9, 10, 11, 12, 1, 2]]);
  });

  it("starts with a zero padding row, unit norms, and other numbers for another seed", () => {
    const first = model.initialise(1);
    assert.ok(first["item_emb.weight"]!.values.subarray(0, width).every((value) => value === 0));
    assert.ok(first["layer_norm.weight"]!.values.every((value) => value === 1));
    assert.deepEqual(model.initialise(1), first);
    assert.notDeepEqual(model.initialise(2), first);
    assert.deepEqual(Object.keys(first).sort(), Object.keys(model.shapes).sort());
  });

  it("refuses a width that the heads do not divide", () => {
    assert.throws(() => sasrec({ ...config, heads: 3 }), { name: "RangeError", message: /hidden 8 .* heads 3/ });
  });
});
