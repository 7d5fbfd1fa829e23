import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { loadDataset, readingSettings } from "../../src/data/load.ts";
import { dataKey } from "../../src/pipeline/stages.ts";
import type { DatasetSpec } from "../../src/spec/types.ts";
import { parsed } from "../spec/specs.ts";
import { withFolder, writeFile } from "./files.ts";

const SPEC = parsed().resolved;
const FILES = [{ name: "u.data", bytes: 3, sha256: "a".repeat(64) }, {
  name: "v.data",
  bytes: 3,
  sha256: "b".repeat(64),
}];
const TABLE: DatasetSpec = { format: "csv", path: "/x.csv", separator: ",", badLines: "stop" };
const key = async (dataset: DatasetSpec, files = FILES) => dataKey(SPEC, await readingSettings(dataset), files);

describe("readingSettings()", () => {
  it("are the descriptor's where a spec names one, its scale only where a rating outside it is left out", async () => {
    assert.deepEqual(await readingSettings({ id: "movielens-1m", badLines: "stop" }), {
      format: "movielens-dat",
      badLines: "stop",
    });
    assert.deepEqual(await readingSettings({ id: "movielens-1m", badLines: "skip" }), {
      format: "movielens-dat",
      badLines: "skip",
      scale: { from: 1, to: 5 },
    });
  });

  it("have no lines for made-up data", async () => {
    const synthetic = parsed({ dataset: { format: "synthetic" }, minRating: undefined }).resolved.dataset;
    assert.deepEqual(Object.keys(await readingSettings(synthetic)), ["format", "synthetic"]);
  });
});

describe("dataKey()", () => {
  it("stays when a file is moved or renamed", async () => {
    await withFolder(async (folder) => {
      const text = "user,item,timestamp\n1,2,3\n";
      const path = await writeFile(folder, "a.csv", text);
      await Deno.mkdir(join(folder, "b"));
      const other = await writeFile(join(folder, "b"), "c.csv", text);
      const [one, two] = [{ ...TABLE, path }, { ...TABLE, path: other }];
      assert.equal(
        await key(one, [...(await loadDataset(one)).files]),
        await key(two, [...(await loadDataset(two)).files]),
      );
    });
  });

  it("follows the files' bytes and their order", async () => {
    const keys = [FILES, [...FILES].reverse(), FILES.slice(0, 1)].map((files) => key(TABLE, files));
    assert.equal(new Set(await Promise.all(keys)).size, 3);
  });

  it("follows every setting the rows are read with", async () => {
    const columns = { user: "u", item: "i", time: "t" };
    const datasets: DatasetSpec[] = [
      TABLE,
      { ...TABLE, format: "tsv" },
      { ...TABLE, separator: ";" },
      { ...TABLE, badLines: "skip" },
      { ...TABLE, columns },
      { ...TABLE, columns: { ...columns, rating: "r" } },
      { id: "movielens-100k", badLines: "stop" },
      { id: "movielens-1m", badLines: "stop" },
    ];
    assert.equal(new Set(await Promise.all(datasets.map((dataset) => key(dataset)))).size, datasets.length);
  });
});
