/** Unpacking a data set's archive; what every archive is held to is tested in tests/archive. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { strToU8, zipSync } from "fflate";
import { DataError } from "../../src/data/errors.ts";
import { unzip } from "../../src/data/unzip.ts";
import { withFolder, writeFile } from "./files.ts";

const text = "1::2::3::4\n".repeat(40_000);

/** Unpacks `member` of an archive with the given bytes; the folder's names afterwards. */
function unpack(bytes: Uint8Array, member = "a/ratings.dat"): Promise<{ content: string; names: string[] }> {
  return withFolder(async (folder) => {
    const archive = await writeFile(folder, "archive.zip", bytes);
    const home = join(folder, "out");
    await Deno.mkdir(home);
    const list = async () => (await Array.fromAsync(Deno.readDir(home), ({ name }) => name)).sort();
    try {
      await unzip(archive, home, new Map([[member, "ratings.dat"]]));
    } catch (error) {
      assert.deepEqual(await list(), [], "a refused archive leaves nothing behind");
      assert.equal((error as DataError).file, archive);
      throw error;
    }
    return { content: await Deno.readTextFile(join(home, "ratings.dat")), names: await list() };
  });
}

describe("unzip()", () => {
  it("unpacks the chosen file only, under the name it is given, deflated or stored", async () => {
    for (const level of [0, 6] as const) {
      const bytes = zipSync({
        "a/": new Uint8Array(0),
        "a/README": strToU8("x"),
        "a/ratings.dat": [strToU8(text), { level }],
      });
      const { content, names } = await unpack(bytes);
      assert.equal(content, text);
      assert.deepEqual(names, ["ratings.dat"]);
    }
  });

  it("refuses an unsafe archive as the user's data, the wanted file in it or not", async () => {
    const evil = zipSync({ "a/ratings.dat": strToU8(text), "../evil": strToU8("x") });
    await assert.rejects(unpack(evil), (error) => {
      return error instanceof DataError && /archive\.zip: "\.\.\/evil" leaves the folder/.test(error.message);
    });
  });

  it("refuses an archive that lacks the file, and says what it holds", async () => {
    const zip = zipSync({ "a/ratings.dat": strToU8(text) });
    await assert.rejects(unpack(zip, "a/movies.dat"), /it has no a\/movies\.dat; it holds a\/ratings\.dat/);
  });
});
