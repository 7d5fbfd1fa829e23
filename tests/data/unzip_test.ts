/** Unpacking archives, harmless and evil. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { strToU8, type Zippable, zipSync } from "fflate";
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
      await unzip(archive, new Map([[member, join(home, "ratings.dat")]]));
    } catch (error) {
      assert.deepEqual(await list(), [], "a refused archive leaves nothing behind");
      throw error;
    }
    return { content: await Deno.readTextFile(join(home, "ratings.dat")), names: await list() };
  });
}

function zip(files: Zippable): Uint8Array {
  return zipSync({ "a/ratings.dat": strToU8(text), ...files });
}

describe("unzip()", () => {
  it("unpacks the chosen file only, deflated or stored", async () => {
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

  it("refuses archives with names that leave the folder", async () => {
    for (const name of ["../evil", "a/../../evil", "/etc/evil", "..\\evil", "C:/evil", "a/\u0000b"]) {
      await assert.rejects(unpack(zip({ [name]: strToU8("x") })), (error) => {
        return error instanceof DataError && /leaves the folder|no plain path/.test(error.message);
      }, name);
    }
  });

  it("refuses links and devices", async () => {
    for (const mode of [0o120777, 0o020666]) {
      const entry: Zippable = { link: [strToU8("/etc/passwd"), { os: 3, attrs: (mode << 16) >>> 0 }] };
      await assert.rejects(unpack(zip(entry)), /"link" is a link or a device/);
    }
  });

  it("refuses an entry that unpacks to hundreds of times its size", async () => {
    await assert.rejects(unpack(zip({ bomb: new Uint8Array(8 << 20) })), /"bomb" unpacks to \d{3,} times its size/);
  });

  it("refuses an entry that unpacks to more than it declares, and one with a wrong CRC-32", async () => {
    const lying = zipSync({ "a/ratings.dat": strToU8(text) });
    const view = new DataView(lying.buffer);
    const directory = view.getUint32(lying.length - 6, true);
    view.setUint32(directory + 24, 1000, true);
    await assert.rejects(unpack(lying), /unpacks to more than the 1000 bytes it declares/);

    const damaged = zipSync({ "a/ratings.dat": [strToU8(text), { level: 0 }] });
    damaged[1000]! ^= 1;
    await assert.rejects(unpack(damaged), /checksum \(CRC-32\) is wrong/);
  });

  it("refuses what is no archive, is cut off, or lacks the file", async () => {
    await assert.rejects(unpack(strToU8("hello")), /no zip archive, or it is cut off/);
    await assert.rejects(unpack(zip({}).subarray(0, 500)), /no zip archive, or it is cut off/);
    await assert.rejects(unpack(zip({}), "a/movies.dat"), /it has no a\/movies\.dat; it holds a\/ratings\.dat/);
  });
});
