/** The descriptors in datasets/, and finding what they describe. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { descriptorIds, parseDescriptor, readDescriptor } from "../../src/data/descriptors.ts";
import { DataError } from "../../src/data/errors.ts";
import { datasetTitle, loadDataset } from "../../src/data/load.ts";
import { locateDataset } from "../../src/data/locate.ts";
import { withFolder, writeFile } from "./files.ts";

describe("The descriptors in datasets/", () => {
  it("all fit their schema, and each says how its files are got", async () => {
    const ids = await descriptorIds();
    for (
      const id of ["movielens-100k", "movielens-1m", "movielens-10m", "movielens-25m", "movielens-latest-small", "yelp"]
    ) {
      assert(ids.includes(id), id);
    }
    for (const id of ids) {
      const { access, files, archive, instructions, synthetic } = await readDescriptor(id);
      if (access === "generated") assert(synthetic !== undefined && files.length === 0, id);
      else assert(files.length > 0, id);
      if (access === "by-hand") assert(instructions !== undefined, id);
      if (access === "download") {
        for (const file of files) assert((archive && file.member) || file.url, `${id}/${file.name}`);
      }
    }
  });

  it("name the nearest data set for a typo", async () => {
    await assert.rejects(
      readDescriptor("movielens-100"),
      /There is no data set "movielens-100": .*did you mean "movielens-100k"\?/,
    );
  });

  it("are refused with everything that is wrong in them", () => {
    assert.throws(() => parseDescriptor("{", "x.json"), /x\.json: it is not JSON/);
    assert.throws(() => parseDescriptor('{"id":"x","colour":1}', "x.json"), (error) => {
      return error instanceof DataError && /must NOT have additional properties/.test(error.message) &&
        /title/.test(error.message);
    });
  });
});

describe("locateDataset() and loadDataset()", () => {
  it("find a packed file in the given folder, with its size", async () => {
    await withFolder(async (folder) => {
      await Deno.mkdir(join(folder, "movielens-100k"));
      const path = await writeFile(join(folder, "movielens-100k"), "u.data.gz", "1\t2\t3\t4\n");
      const { ready, files, title } = await locateDataset({ id: "movielens-100k", badLines: "stop" }, {
        dataDir: folder,
      });
      assert.equal(ready, true);
      assert.equal(title, "MovieLens 100K");
      assert.deepEqual(files[0], { name: "movielens-100k/u.data", path, bytes: (await Deno.stat(path)).size });
      const { count, files: read } = await loadDataset({ id: "movielens-100k", badLines: "stop" }, { dataDir: folder });
      assert.equal(count, 1);
      assert.equal(read[0]!.name, "movielens-100k/u.data.gz");
    });
  });

  it("say where they looked and what to do when a file is missing", async () => {
    await withFolder(async (folder) => {
      await assert.rejects(loadDataset({ id: "movielens-10m", badLines: "stop" }, { dataDir: folder }), (error) => {
        assert(error instanceof DataError);
        assert(error.message.includes(folder));
        assert.match(
          error.message,
          /movielens-10m\/ratings\.dat .*datasets\/cache.*deno task data fetch movielens-10m/,
        );
        return true;
      });
      await assert.rejects(loadDataset({ id: "yelp", badLines: "stop" }, { dataDir: folder }), /Accept the terms/);
    });
  });

  it("read an inline data set by its path", async () => {
    await withFolder(async (folder) => {
      const path = await writeFile(folder, "x.tsv", "a\tb\tc\n1\t2\t2020-01-01\nbad\n");
      const spec = { format: "tsv", path, columns: { user: "a", item: "b", time: "c" } } as const;
      const { count, skippedLines, files } = await loadDataset({ ...spec, badLines: "skip" });
      assert.deepEqual([count, skippedLines], [1, 1]);
      assert.deepEqual(files.map(({ name }) => name), ["x.tsv"]);
      await assert.rejects(
        loadDataset({ ...spec, badLines: "stop" }),
        (error) => error instanceof DataError && error.message.includes(path),
      );
      assert.equal(await datasetTitle({ ...spec, badLines: "stop" }), "x.tsv");
      await assert.rejects(
        loadDataset({ ...spec, path: join(folder, "none"), badLines: "stop" }),
        /there is no such file/,
      );
    });
  });
});
