import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { measuresFromRanks } from "../../src/evaluation/measures.ts";
import { countsOf, rank, rankOf, ranksOf } from "../../src/evaluation/rank.ts";
import { conformancePath } from "./directory.ts";

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
      const measures = measuresFromRanks(ranksOf({ greater, equal }, ties), cutoffs);
      for (const [name, value] of Object.entries(file[ties])) {
        const off = Math.abs(measures[name]! - value) / Math.max(Math.abs(value), 1e-12);
        assert.ok(off <= 1e-4, `${name}: ${measures[name]}, wanted ${value}`);
      }
    });
  }
});
