/** Adapters trained in one pass: what each learns is what it learns by itself, however long the others train. */
import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { type BankConfig, initialAdapter } from "../../src/adapters/bank.ts";
import { placesAt, scheduleOf } from "../../src/adapters/slots.ts";
import { type AdapterTraining, trainAdapters, type TrainedAdapters } from "../../src/adapters/train.ts";
import { sasrec } from "../../src/backbones/sasrec.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Checkpoint, Checkpoints } from "../../src/engine/training_loop.ts";
import type { Engine, Rung, TensorMap } from "../../src/engine/types.ts";
import type { LossSpec } from "../../src/spec/types.ts";
import { randomWindows } from "../bench/made_up.ts";
import { assertClose } from "../conformance/close.ts";

const ITEMS = 20;
const backbone = sasrec({ items: ITEMS, maxLength: 4, hidden: 8, blocks: 2, heads: 2, ffn: 16, layerNormEps: 1e-6 });
const bank: BankConfig = {
  rank: 2,
  alpha: 4,
  dropout: 0,
  init: "kaiming",
  projections: backbone.projections,
  width: 8,
  itemRows: Int32Array.of(2, 5, 11),
  items: ITEMS,
};
/**
 * With batches of 4: 56, 100, 46, 2 and 2 steps. The last two fill no batch, and the very last one has a pass of its own; the others take two slots, in
 * which adapters end and begin.
 */
const SIZES = [110, 200, 90, 3, 2];
const sets = SIZES.map((size, k) => ({ purpose: `set ${k}`, windows: randomWindows(size, 4, ITEMS, k) }));
const start = SIZES.map((_, k) => initialAdapter(bank, k + 1));

for (const rung of ["cpu", "tensorflow"] as const) {
  describe(`adapters in one pass on ${rung}`, () => {
    let engine: Engine, parameters: TensorMap;
    beforeAll(async () => {
      engine = await openEngine(rung as Rung);
      parameters = Object.fromEntries(
        Object.entries(backbone.initialise(3)).map(([name, { shape, values }]) => [
          name,
          tf.tensor(values, [...shape]),
        ]),
      );
    });
    afterAll(() => {
      tf.dispose(parameters);
      engine.close();
    });

    const settingsOf = (loss: LossSpec, more: Partial<AdapterTraining> = {}): AdapterTraining => ({
      engine,
      backbone,
      parameters,
      bank,
      training: { loss, epochs: 2, batch: 4, learningRate: 0.01, weightDecay: 0.01, clip: 0.5, warmup: 0.5 },
      positions: "last",
      itemRate: 0.4,
      anchor: 0.01,
      backboneDropout: 0,
      steps: new Map(),
      seed: 9,
      ...more,
    });
    const assertSame = (actual: TrainedAdapters, expected: TrainedAdapters) => {
      assert.equal(actual.steps, expected.steps);
      expected.adapters.forEach((adapter, k) => {
        assertClose(actual.adapters[k]!.lora, adapter.lora, 2e-4, `adapter ${k}`, 1e-3);
        assertClose(actual.adapters[k]!.rows, adapter.rows, 2e-4, `rows ${k}`, 1e-3);
        assert.notDeepEqual(adapter.lora, start[k]!.lora);
        assert.notDeepEqual(adapter.rows, start[k]!.rows);
      });
    };

    const losses: readonly LossSpec[] = [{ kind: "bce", negatives: 2 }, { kind: "cross-entropy" }];
    for (const loss of losses) {
      for (const accumulation of [1, 3]) {
        it(`learn by ${loss.kind} what they learn one after the other, batches in ${accumulation} parts`, async () => {
          const settings = settingsOf(loss, { accumulation });
          const apart = await trainAdapters(settings, sets, start, false);
          const together = await trainAdapters(settings, sets, start, true);
          assertSame(together, apart);
          assert.deepEqual(together.curves.map(({ name }) => name), ["set 1 + set 0 + set 2 + set 3", "set 4"]);
        });
      }
    }

    it("go on from a checkpoint of any moment", async () => {
      const kept = new Map<string, Checkpoint>();
      const checkpoints: Checkpoints = {
        every: 1000,
        read: (name) => Promise.resolve(kept.get(name)),
        write: (name, checkpoint) => {
          const { step, state, curve: { steps, values } } = checkpoint;
          kept.set(name, { step, state, curve: { steps: [...steps], values: [...values] } });
          return Promise.resolve();
        },
      };
      const settings = settingsOf(losses[0]!);
      const whole = await trainAdapters(settings, sets, start, true);
      // While the first two train, and after one of them has ended.
      for (const stopped of [3, 150]) {
        const onStep = (done: number) => {
          if (done >= stopped) throw new Error("stopped");
        };
        await assert.rejects(trainAdapters({ ...settings, checkpoints, onStep }, sets, start, true), /stopped/);
      }
      assert.deepEqual([...kept.values()].map(({ step }) => step), [75]);
      const resumed = await trainAdapters({ ...settings, checkpoints }, sets, start, true);
      assert.deepEqual(resumed.adapters, whole.adapters);
      assert.deepEqual(resumed.curves, whole.curves);
    });
  });
}

describe("scheduleOf()", () => {
  const cases = [[5], [500, 500], [1000, 990, 90], [900, 300, 250, 240, 10], [70, 60, 50, 40, 30, 20, 0], [0, 0], [
    3,
    1,
  ]];
  for (const totals of cases) {
    it(`gives adapters of ${totals.join(", ")} steps their turns, and leaves hardly a slot empty`, () => {
      const schedule = scheduleOf(totals);
      const taken = totals.map(() => 0);
      let empty = 0;
      for (let index = 0; index < schedule.steps; index++) {
        for (const place of placesAt(schedule, totals, index)) {
          if (place < 0) empty++;
          else taken[place] = taken[place]! + 1;
        }
      }
      assert.deepEqual(taken, totals);
      assert.ok(empty <= .05 * totals.reduce((sum, total) => sum + total), `${empty} empty`);
    });
  }

  it("takes as many slots as that allows", () => {
    assert.deepEqual(cases.map((totals) => scheduleOf(totals).slots), [1, 2, 2, 1, 4, 2, 1]);
  });
});
