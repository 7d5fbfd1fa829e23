import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import type { Windows } from "../../src/data/types.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import { rank, rankOf } from "../../src/evaluation/rank.ts";
import { rankWindows } from "../../src/evaluation/rank_windows.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { scorerOf } from "./table_scorer.ts";
import { windowsOf as madeOf } from "../../src/data/window_rows.ts";

/** Windows of the given contexts and targets; 0 is padding. */
function windowsOf(rows: readonly { readonly context: readonly number[]; readonly target: number }[]): Windows {
  const context = rows[0]?.context.length ?? 2;
  return madeOf({
    context,
    users: Int32Array.from(rows.keys()),
    items: Int32Array.from(rows.flatMap(({ context, target }) => [...context, target])),
    times: new Float64Array(rows.length * (context + 1)),
  });
}

/** Few distinct scores, so that ties are common; contexts with padding, repeats and, now and then, the target. */
const cases = fc.tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 4 })).chain(([items, context]) =>
  fc.array(
    fc.record({
      context: fc.array(fc.integer({ min: 0, max: items }), { minLength: context, maxLength: context }),
      target: fc.integer({ min: 1, max: items }),
      scores: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: items, maxLength: items }),
    }),
    { minLength: 1, maxLength: 6 },
  )
);

for (const rung of ["tensorflow", "wasm", "cpu"] as const) {
  const skip = rungsHere().includes(rung) ? false : `${rung} is not set up here`;
  describe(`rankWindows() on ${rung}`, { skip }, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await openEngine(rung);
    });
    afterAll(() => engine.close());

    const rankAll = async (
      rows: (Parameters<typeof windowsOf>[0][number] & { scores: number[] })[],
      batch: number,
      top: number,
      blocks: { readonly blockItems?: number; readonly held?: number } = {},
    ) => {
      const scorer = scorerOf(rows.map(({ scores }) => scores));
      try {
        return await rankWindows(engine, scorer, windowsOf(rows), { batch, top, ...blocks });
      } finally {
        scorer.dispose();
      }
    };

    it("counts what looking at every item counts", async () => {
      await fc.assert(
        fc.asyncProperty(cases, fc.integer({ min: 1, max: 8 }), async (rows, batch) => {
          const { greater, equal } = await rankAll(rows, batch, 1);
          rows.forEach(({ context, target, scores }, row) => {
            // Items are numbered from 1, places in the scores from 0.
            const excluded = context.filter((item) => item !== 0).map((item) => item - 1);
            for (const ties of ["optimistic", "pessimistic", "mean"] as const) {
              assert.equal(rank(greater[row]!, equal[row]!, ties), rankOf(scores, target - 1, excluded, ties));
            }
          });
        }),
        { numRuns: 40 },
      );
    });

    it("recommends the best items outside the context, the target among them, best first", async () => {
      await fc.assert(
        fc.asyncProperty(cases, fc.integer({ min: 1, max: 5 }), async (rows, length) => {
          const { top } = await rankAll(rows, 3, length);
          rows.forEach(({ context, target, scores }, row) => {
            const seen = context.filter((item) => item !== target);
            const free = scores.map((_, at) => at + 1).filter((item) => !seen.includes(item));
            const list = [...top.subarray(row * length, (row + 1) * length)];
            const real = list.filter((item) => item !== 0);
            assert.equal(real.length, Math.min(length, free.length));
            assert.deepEqual(list.slice(real.length), new Array(length - real.length).fill(0));
            assert.equal(new Set(real).size, real.length);
            assert.ok(real.every((item) => free.includes(item)));
            const best = free.map((item) => scores[item - 1]!).sort((a, b) => b - a).slice(0, length);
            assert.deepEqual(real.map((item) => scores[item - 1]!), best);
          });
        }),
        { numRuns: 40 },
      );
    });

    it("counts and recommends the same in blocks of the catalogue, of equal scores the lower item first", async () => {
      const blocks = fc.record({ blockItems: fc.integer({ min: 1, max: 5 }), held: fc.integer({ min: 1, max: 3 }) });
      await fc.assert(
        fc.asyncProperty(cases, blocks, async (rows, blocks) => {
          assert.deepEqual(await rankAll(rows, 3, 4, blocks), await rankAll(rows, 3, 4));
        }),
        { numRuns: 15 },
      );
    });

    it("names the first window whose scores have a NaN in any block", async () => {
      const rows = [[1, 2, 3, 4, 5], [1, 2, 3, NaN, 5], [NaN, 2, 3, 4, 5]].map((scores) => ({
        context: [3],
        target: 2,
        scores,
      }));
      await assert.rejects(rankAll(rows, 3, 1, { blockItems: 2 }), /window 1: the score of item 4 is NaN/);
    });

    it("leaves out a repeated item once, padding never, and the target not even when the context holds it", async () => {
      // Item 4 is better than the target and seen twice; item 2 is better; item 1 ties; the target, item 3, was seen before.
      const scores = [0.5, 0.8, 0.5, 0.9, 0.1];
      const { greater, equal } = await rankAll([{ context: [0, 4, 3, 4], target: 3, scores }], 1, 1);
      assert.deepEqual([...greater, ...equal], [1, 1]);
    });

    it("refuses a NaN score wherever it is, naming window and item, and leaves no tensor behind", async () => {
      // Three windows in batches of two: the third one stands in a batch that is filled up.
      const wrong = (scores: number[], window: number) => {
        const rows = [0, 1, 2].map(() => ({ context: [3], target: 2, scores: [1, 2, 3, 4] }));
        rows[window] = { context: [3], target: 2, scores };
        return rankAll(rows, 2, 1);
      };
      const before = tf.memory().numTensors;
      const places = { target: [1, NaN, 3, 4], context: [1, 2, NaN, 4], neither: [1, 2, 3, NaN] };
      for (const [place, item] of [["target", 2], ["context", 3], ["neither", 4]] as const) {
        for (const window of [0, 1, 2]) {
          await assert.rejects(wrong(places[place], window), {
            name: "ScoreError",
            message: new RegExp(`^Cannot rank window ${window}: the score of item ${item} is NaN, wanted a number;`),
          }, `${place}, ${window}`);
        }
      }
      await assert.rejects(wrong([Infinity, 2, NaN, -Infinity], 1), /window 1: the score of item 3 is NaN/);
      assert.equal(tf.memory().numTensors, before);
    });

    it("ranks infinite scores, and scores whose sum is more than a float holds, by their order", async () => {
      const scores = [[Infinity, -Infinity, 0], [Infinity, Infinity, -1], [3e38, 1e38, 3e38]];
      const rows = scores.map((scores) => ({ context: [0], target: 2, scores }));
      const { greater, equal } = await rankAll(rows, 2, 1);
      assert.deepEqual([[...greater], [...equal]], [[2, 0, 2], [0, 1, 0]]);
    });

    it("tells how far it is, and ranks nothing where there are no windows", async () => {
      const scorer = scorerOf([[1, 2], [2, 1], [3, 3]]);
      const told: number[][] = [];
      const rows = [1, 2, 1].map((target) => ({ context: [0], target }));
      const options = { batch: 2, top: 1, onBatch: (done: number, total: number) => void told.push([done, total]) };
      await rankWindows(engine, scorer, windowsOf(rows), options);
      assert.deepEqual(told, [[2, 3], [3, 3]]);
      const none = await rankWindows(engine, scorer, windowsOf([]), { batch: 2, top: 1 });
      assert.deepEqual([none.greater.length, none.equal.length, none.top.length], [0, 0, 0]);
      scorer.dispose();
    });

    it("leaves no tensor behind", async () => {
      const rows = [{ context: [1, 0], target: 2, scores: [1, 2, 3] }];
      await rankAll(rows, 1, 2);
      const before = tf.memory().numTensors;
      await rankAll(rows, 1, 2);
      assert.equal(tf.memory().numTensors, before);
    });
  });
}
