/** The authors' counts on real rows (method of RAIE, context 10, stride 5, ratings of at least 4). */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { loadDataset } from "../../src/data/load.ts";
import { locateDataset } from "../../src/data/locate.ts";
import { sliceInteractions } from "../../src/data/slices.ts";
import { realFolders } from "./files.ts";
import { options } from "./made_up.ts";

/** Rows, users and items as the publishers (or the files' line counts) say; windows and items as the authors' code finds them. */
const EXPECTED = [
  { id: "movielens-100k", rows: 100_000, minRating: 4, items: 1447, windows: [4775, 2729, 1820] },
  { id: "movielens-1m-half", rows: 487_650, minRating: 4, items: 3390, windows: [24_922, 14_922, 9834] },
  { id: "movietweetings-100k", rows: 100_000, minRating: 8 },
  { id: "yelp-2019a", rows: 316_354, minRating: 4 },
];

/** The first folder that holds a data set. */
async function folderOf(id: string): Promise<string | undefined> {
  for (const dataDir of realFolders()) {
    if ((await locateDataset({ id, badLines: "stop" }, { dataDir })).ready) return dataDir;
  }
  return undefined;
}

const found = await Promise.all(EXPECTED.map(async (one) => ({ ...one, dataDir: await folderOf(one.id) })));

describe("Real data sets", () => {
  for (const { id, rows, minRating, items, windows, dataDir } of found) {
    if (dataDir === undefined) {
      it.skip(`${id}: skipped, it is neither in RAIE_DATA nor in ../shared/datasets`);
      continue;
    }
    it(`${id} loads and slices as the authors' code does`, async () => {
      const interactions = await loadDataset({ id, badLines: "stop" }, { dataDir });
      assert.equal(interactions.count, rows);
      const data = sliceInteractions(interactions, options({ minRating, windows: { context: 10, stride: 5 } }));
      if (items === undefined) return;
      assert.equal(data.catalogue.size, items);
      assert.deepEqual([data.setup, ...data.finetune, data.test].map((slice) => slice.windows.count), windows);
    });
  }
});
