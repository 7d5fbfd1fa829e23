/** `deno task data` as a user calls it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "@std/testing/bdd";
import { withFolder, writeFile } from "./files.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

async function data(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-read", "--allow-write", "--allow-env", "--allow-net", main, "data", ...words],
    env: { NO_COLOR: "1", RAIE_DATA: "" },
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

describe("deno task data", () => {
  it("list shows every data set with where it is or how it is got", async () => {
    await withFolder(async (folder) => {
      await Deno.mkdir(join(folder, "movielens-100k"));
      const path = await writeFile(join(folder, "movielens-100k"), "u.data", "1\t2\t3\t4\n");
      const { code, out } = await data("list", "--data", folder);
      assert.equal(code, 0);
      assert(out.includes(`here: ${path}`), out);
      assert.match(out, /yelp +Yelp Open Dataset, reviews\n +not here; by hand: Accept the terms/);
      assert.match(out, /synthetic +Synthetic drift\n +made by the program/);
    });
  });

  it("verify ends with 2 and says what is wrong or missing", async () => {
    await withFolder(async (folder) => {
      await Deno.mkdir(join(folder, "movielens-100k"));
      await writeFile(join(folder, "movielens-100k"), "u.data", "1\t2\t3\t4\n");
      const { code, out, err } = await data("verify", "movielens-100k", "--data", folder);
      assert.equal(code, 2);
      assert.match(out, /wrong +movielens-100k\/u\.data: it has 8 bytes, wanted 1979173/);
      assert.match(out, /missing +movielens-100k\/u\.item/);
      assert.match(err, /deno task data fetch movielens-100k/);
    });
  });

  it("fetch gives instructions for data by hand and ends with 2, and so does a wrong name or command", async () => {
    await withFolder(async (folder) => {
      const byHand = await data("fetch", "yelp", "--data", folder);
      assert.equal(byHand.code, 2);
      assert.match(
        byHand.err,
        /is not downloaded by this program\.\nAccept the terms at .*yelp_academic_dataset_review\.json/,
      );
      const typo = await data("fetch", "movielens-1000k", "--data", folder);
      assert.equal(typo.code, 2);
      assert.match(typo.err, /There is no data set "movielens-1000k".*did you mean "movielens-100k"\?/s);
      assert.equal((await data("get")).code, 2);
    });
  });
});
