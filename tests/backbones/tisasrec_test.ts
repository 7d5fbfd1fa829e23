import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { tisasrec } from "../../src/backbones/tisasrec.ts";
import type { AdapterHook, Backbone, Forward, Parameters } from "../../src/backbones/types.ts";
import { dropoutNoise } from "../../src/engine/dropout.ts";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import { apart, assertNear, hookOf, SMALL, someParameters } from "./made_up.ts";

const DAY = 86_400;
const config = {
  ...SMALL,
  layerNormEps: 1e-5,
  ...{ timeBuckets: 24, maxGapDays: 60 },
};
const { items, maxLength, hidden: width } = config;

/** An item and the second it came at. */
type Event = readonly [item: number, second: number];

/** A sequence of real items in time order, at most as long as the model. */
const sequences = fc.array(
  fc.tuple(fc.integer({ min: 1, max: items }), fc.integer({ min: 0, max: 100 * DAY })),
  { minLength: 1, maxLength },
).map((events): Event[] => {
  let now = 1_500_000_000;
  return events.map(([item, gap]) => [item, now += gap]);
});
const runs = { numRuns: 25 };

/** Low-rank terms of one projection alone, or of all. */
function adapterOf(model: Backbone, only?: string): { hook: AdapterHook; merged(parameters: Parameters): Parameters } {
  const terms = new Map(
    model.projections.filter(({ name }) => only === undefined || name === only).map(({ name, inputs, outputs }) => {
      const draw = stream(2, name);
      const matrix = (rows: number, columns: number) =>
        tf.tensor2d(Array.from({ length: rows * columns }, () => 0.5 * draw.normal()), [rows, columns]);
      return [name, { down: matrix(inputs, 2), up: matrix(2, outputs) }];
    }),
  );
  return {
    hook: hookOf({
      lowRank: (names, x) =>
        names.map((name) => {
          const term = terms.get(name);
          return term && { inner: tf.matMul(x as never, term.down), up: term.up };
        }),
    }),
    merged: (parameters) => ({
      ...parameters,
      ...Object.fromEntries(
        [...terms].map(([name, { down, up }]) => {
          const weight = `${name}.weight`;
          return [weight, tf.add(parameters[weight]!, tf.transpose(tf.matMul(down, up)))];
        }),
      ),
    }),
  };
}

for (const content of ["attended", "own"] as const) {
  describe(`tisasrec() whose keys and values are of the ${content} item`, () => {
    let engine: Engine, model: Backbone, parameters: Parameters;
    beforeAll(async () => {
      engine = await openEngine("cpu");
      model = tisasrec({ ...config, content });
      parameters = someParameters(model);
    });
    afterAll(() => {
      tf.dispose(Object.values(parameters));
      engine.close();
    });

    const batchOf = (rows: readonly (readonly Event[])[], by = model) => {
      const time = rows[0]!.length;
      return by.batch({
        ...{ rows: rows.length, time, users: new Int32Array(rows.length) },
        items: Int32Array.from(rows.flat(), ([item]) => item),
        times: Float64Array.from(rows.flat(), ([, second]) => second),
      });
    };
    type What = "hidden" | "last" | "representation";
    const values = (
      what: What,
      rows: readonly (readonly Event[])[],
      forward: Forward = {},
      by = model,
      with_ = parameters,
    ) => tf.tidy(() => by[what](with_, batchOf(rows, by), forward).dataSync()) as Float32Array;
    const hidden = (...rows: (readonly Event[])[]) => values("hidden", rows);
    const last = (...rows: (readonly Event[])[]) => values("last", rows);
    const padded = (sequence: readonly Event[], second = 0): Event[] => [
      ...Array.from({ length: maxLength - sequence.length }, (): Event => [0, second]),
      ...sequence,
    ];

    it("gives in last() what hidden() gives at the last position", () => {
      fc.assert(
        fc.property(sequences, (sequence) => assertNear(last(sequence), hidden(sequence).subarray(-width))),
        runs,
      );
      const sequence: Event[] = [[3, 0], [1, 5], [4, 5000]];
      for (const blocks of [0, 1]) {
        const shallow = tisasrec({ ...config, content, blocks });
        const whole = values("hidden", [sequence], {}, shallow);
        assertNear(values("last", [sequence], {}, shallow), whole.slice(-width));
      }
    });

    it("reads a sequence padded on the left as the same sequence without padding, whatever time padding has", () => {
      fc.assert(
        fc.property(sequences, (sequence) => {
          for (const second of [0, sequence[0]![1]]) {
            assertNear(hidden(padded(sequence, second)).subarray(-sequence.length * width), hidden(sequence));
            assertNear(last(padded(sequence, second)), last(sequence));
          }
          assertNear(values("representation", [padded(sequence)]), values("representation", [sequence]));
        }),
        runs,
      );
    });

    it("goes by the gaps between times, not by the times", () => {
      fc.assert(
        fc.property(sequences, fc.integer({ min: -40 * 365, max: 40 * 365 }), (sequence, days) => {
          const moved = sequence.map(([item, second]): Event => [item, second + days * DAY]);
          assert.deepEqual(hidden(moved), hidden(sequence));
        }),
        runs,
      );
    });

    it("tells a gap of another bucket, and no gap beyond the longest", () => {
      const with_ = (gap: number) => last([[3, 1e9], [1, 1e9 + gap], [4, 1e9 + gap + 1]]);
      assert.ok(apart(with_(60), with_(3600)));
      assert.ok(apart(with_(0), with_(1)));
      assert.deepEqual(with_(60 * DAY), with_(600 * DAY));
    });

    it("never lets a later item or time change an earlier hidden state", () => {
      const later: Event[] = [[1, 10], [2, 20], [3, 500]];
      assert.deepEqual(
        hidden(later).slice(0, 2 * width),
        hidden([...later.slice(0, 2), [9, 70_000]]).slice(0, 2 * width),
      );
    });

    it("reads other items as it is said to", () => {
      const [before, after] = [last([[1, 10], [2, 20]]), last([[9, 10], [2, 20]])];
      if (content === "attended") assert.ok(apart(before, after));
      else assert.deepEqual(before, after);
    });

    it("gives each row of a batch what it gives the row alone", () => {
      const [first, second]: Event[][] = [[[0, 0], [1, 7], [2, 90]], [[5, 10], [6, 10], [7, 9999]]];
      assertNear(last(first!, second!), [...last(first!), ...last(second!)]);
    });

    it("adds adapters' terms wherever a projection is applied, as if they were part of its weight", () => {
      const sequence: Event[] = [[3, 0], [1, 5], [4, 5000], [2, 90_000]];
      tf.tidy(() => {
        for (const only of [undefined, ...model.projections.map(({ name }) => name)]) {
          const { hook, merged } = adapterOf(model, only);
          for (const what of ["hidden", "last"] as const) {
            const [adapted, whole] = [
              values(what, [sequence], { adapters: hook }),
              values(what, [sequence], {}, model, merged(parameters)),
            ];
            adapted.forEach((value, i) => assert.ok(Math.abs(value - whole[i]!) < 2e-4, `${only} in ${what}`));
            // A key that is the same for all of a query's pairs changes nothing.
            const idle = content === "own" && only?.endsWith("Wk");
            assert.equal(apart(adapted, values(what, [sequence])), !idle, `${only} in ${what}`);
          }
        }
      });
    });

    it("drops out in training and stays finite with nothing but padding", () => {
      const sequence: Event[] = [[3, 0], [1, 5], [4, 5000]];
      const noisy = tf.tidy(() =>
        values("hidden", [sequence], { noise: dropoutNoise(tf.tensor1d([1, 2], "int32")), dropout: 0.5 })
      );
      assert.ok(apart(noisy, hidden(sequence)));
      assert.ok(last(padded([])).every(Number.isFinite));
      assert.ok(values("representation", [padded([])]).every((value) => value === 0));
    });
  });
}

describe("tisasrec()", () => {
  it("reads the latest items of a sequence longer than the model, with their times", async () => {
    const engine = await openEngine("cpu");
    const model = tisasrec(config);
    const time = maxLength + 2;
    const batch = model.batch({
      ...{ rows: 1, time, users: new Int32Array(1) },
      items: Int32Array.from({ length: time }, (_, at) => at === 0 ? 0 : at),
      times: Float64Array.from({ length: time }, (_, at) => 2 ** at),
    });
    assert.deepEqual([...batch.sequence.dataSync()], [2, 3, 4, 5, 6, 7]);
    assert.deepEqual([...batch.positions!.dataSync()], [0, 1, 2, 3, 4, 5]);
    // From second 2^7 back: 2^7 - 2^6 = 64 s is bucket 7, all the others lie between 64 s and 128 s.
    assert.deepEqual([...batch.buckets!.dataSync()].slice(-maxLength), [7, 7, 7, 7, 7, 0]);
    tf.dispose(Object.values(batch));
    engine.close();
  });

  it("starts with a zero padding row, unit norms, projections within Xavier's bound, and other numbers for another seed", () => {
    const model = tisasrec(config);
    const first = model.initialise(1);
    const valuesOf = (name: string) => [...first[name]!.values];
    assert.ok(valuesOf("item_emb.weight").slice(0, width).every((value) => value === 0));
    assert.ok(valuesOf("item_emb.weight").slice(width).every((value) => value !== 0 && Math.abs(value) < 0.12));
    assert.ok(valuesOf("layers.1.tim_v.weight").every((value) => value !== 0 && Math.abs(value) < 0.12));
    for (const name of ["norm", "layers.0.ln1", "layers.1.ln2"]) {
      assert.ok(valuesOf(`${name}.weight`).every((value) => value === 1));
    }
    const largest = Math.max(...valuesOf("layers.0.ffn.0.weight").map(Math.abs));
    assert.ok(largest > 0.4 && largest <= Math.sqrt(6 / (8 + 16)));
    for (const name of ["out_bias", "layers.0.Wq.bias", "layers.0.ffn.3.bias"]) {
      assert.ok(valuesOf(name).every((value) => value === 0));
    }
    assert.deepEqual(model.initialise(1), first);
    assert.notDeepEqual(model.initialise(2), first);
    assert.deepEqual(Object.keys(first).sort(), Object.keys(model.shapes).sort());
  });

  it("names its projections as RAIE's PyTorch does, in the order they run", () => {
    const names = tisasrec({ ...config, blocks: 1 }).projections.map(({ name, inputs, outputs }) =>
      `${name} ${inputs} ${outputs}`
    );
    assert.deepEqual(names, [
      ...["layers.0.Wq 8 8", "layers.0.Wk 8 8", "layers.0.Wv 8 8", "layers.0.Wo 8 8"],
      ...["layers.0.ffn.0 8 16", "layers.0.ffn.3 16 8"],
    ]);
  });

  it("refuses a width that the heads do not divide", () => {
    assert.throws(() => tisasrec({ ...config, heads: 3 }), { name: "RangeError", message: /hidden 8 .* heads 3/ });
  });
});
