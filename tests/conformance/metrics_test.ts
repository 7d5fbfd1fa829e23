import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import type { Windows } from "../../src/data/types.ts";
import { openEngine } from "../../src/engine/open.ts";
import type { Engine } from "../../src/engine/types.ts";
import { measuresFromRanks } from "../../src/evaluation/measures.ts";
import { countsOf, rank, rankOf, ranksOf } from "../../src/evaluation/rank.ts";
import { type CountedRanks, rankWindows } from "../../src/evaluation/rank_windows.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { scorerOf } from "../evaluation/table_scorer.ts";
import { conformancePath } from "./directory.ts";
import { windowsOf } from "../../src/data/window_rows.ts";

type Ties = "optimistic" | "pessimistic" | "mean";
interface File extends Record<Ties, Record<string, number>> {
  scores: number[][];
  target: number[];
  seen: number[][];
  rankOptimistic: number[];
  rankPessimistic: number[];
}

const file: File = JSON.parse(await Deno.readTextFile(conformancePath("metrics", "metrics.json")));
const counts = file.scores.map((scores, row) => countsOf(scores, file.target[row]!, file.seen[row]));
const cutoffs = Object.keys(file.mean).flatMap((name) => name.startsWith("Recall@") ? [Number(name.slice(7))] : []);

/** Every measure of the file within 1e-4 of its value. */
function assertMeasures({ greater, equal }: Pick<CountedRanks, "greater" | "equal">, ties: Ties): void {
  const measures = measuresFromRanks(ranksOf({ greater, equal }, ties), cutoffs);
  for (const [name, value] of Object.entries(file[ties])) {
    const off = Math.abs(measures[name]! - value) / Math.max(Math.abs(value), 1e-12);
    assert.ok(off <= 1e-4, `${name}: ${measures[name]}, wanted ${value}`);
  }
}

/** The file's rows as windows: its items begin at 0, the catalogue's at 1, and short contexts are padded on the left. */
function windowsOfFile(): Windows {
  const context = Math.max(...file.seen.map((items) => items.length));
  const rows = file.seen.map((items, row) => [
    ...new Array<number>(context - items.length).fill(0),
    ...items.map((item) => item + 1),
    file.target[row]! + 1,
  ]);
  return windowsOf({
    context,
    users: Int32Array.from(rows.keys()),
    items: Int32Array.from(rows.flat()),
    times: new Float64Array(rows.length * (context + 1)),
  });
}

describe("ranks and measures equal NumPy's", () => {
  it("ranks with ties for and against the target", () => {
    assert.deepEqual(counts.map(({ greater, equal }) => rank(greater, equal, "optimistic")), file.rankOptimistic);
    assert.deepEqual(counts.map(({ greater, equal }) => rank(greater, equal, "pessimistic")), file.rankPessimistic);
  });

  it("the mean rank lies halfway", () => {
    file.scores.forEach((scores, row) => {
      const halfway = (file.rankOptimistic[row]! + file.rankPessimistic[row]!) / 2;
      assert.equal(rankOf(scores, file.target[row]!, file.seen[row]!, "mean"), halfway);
    });
  });

  for (const ties of ["optimistic", "pessimistic", "mean"] as const) {
    it(`Recall, NDCG and MRR with ${ties} ties`, () => {
      const greater = Int32Array.from(counts, (count) => count.greater);
      const equal = Int32Array.from(counts, (count) => count.equal);
      assertMeasures({ greater, equal }, ties);
    });
  }
});

for (const rung of ["tensorflow", "wasm", "cpu"] as const) {
  const skip = rungsHere().includes(rung) ? false : `${rung} is not set up here`;
  describe(`ranks and measures counted on ${rung} equal NumPy's`, { skip }, () => {
    let engine: Engine, counted: CountedRanks;
    beforeAll(async () => {
      engine = await openEngine(rung);
      const scorer = scorerOf(file.scores);
      // A batch that does not divide the windows, so that the last one is filled up.
      counted = await rankWindows(engine, scorer, windowsOfFile(), { batch: 16, top: 10 });
      scorer.dispose();
    });
    afterAll(() => engine.close());

    it("ranks with ties for and against the target", () => {
      const ranks = (ties: Ties) => [...ranksOf(counted, ties)];
      assert.deepEqual(ranks("optimistic"), file.rankOptimistic);
      assert.deepEqual(ranks("pessimistic"), file.rankPessimistic);
    });

    for (const ties of ["optimistic", "pessimistic", "mean"] as const) {
      it(`Recall, NDCG and MRR with ${ties} ties`, () => assertMeasures(counted, ties));
    }
  });
}
