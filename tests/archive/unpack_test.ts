/** Unpacking archives, harmless and evil, by the reader that data sets and TensorFlow's wheel share. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { zipSync } from "fflate";
import { ArchiveError } from "../../src/archive/archive_error.ts";
import { ARCHIVE_LIMITS, type ArchiveLimits } from "../../src/archive/limits.ts";
import { unpack } from "../../src/archive/unpack.ts";
import { type Crafted, type CraftedEnd, craftZip } from "./crafted.ts";
import { treeOf } from "./tree.ts";

const bytes = new TextEncoder().encode("1::2::3::4\n".repeat(5000));
const good: Crafted = { name: "a/ratings.dat", bytes };

describe("unpack()", () => {
  let folder: string, archive: string, home: string;
  beforeEach(async () => {
    folder = await Deno.makeTempDir({ prefix: "raie-archive-" });
    archive = join(folder, "archive.zip");
    home = join(folder, "home");
    await Deno.mkdir(home);
    await Deno.writeTextFile(join(folder, "neighbour"), "must stay as it is");
  });
  afterEach(() => Deno.remove(folder, { recursive: true }));

  const everything = (zip: Uint8Array, limits: ArchiveLimits = ARCHIVE_LIMITS) => {
    Deno.writeFileSync(archive, zip);
    return unpack(
      archive,
      home,
      (entries) => new Map(entries.filter(({ name }) => !name.endsWith("/")).map((entry) => [entry, entry.name])),
      { limits },
    );
  };
  const refused = async (zip: Uint8Array, message: RegExp, limits?: ArchiveLimits) => {
    Deno.writeFileSync(archive, zip);
    const before = treeOf(folder);
    await assert.rejects(everything(zip, limits), (error) => {
      assert.ok(error instanceof ArchiveError, String(error));
      assert.match(error.message, message);
      assert.ok(error.message.startsWith(`Cannot unpack ${archive}: `), error.message);
      return true;
    });
    assert.deepEqual(treeOf(folder), before, "nothing is left, and nothing written elsewhere");
  };
  const crafted = (entries: Crafted[], message: RegExp, end?: CraftedEnd) => refused(craftZip(entries, end), message);

  it("restores stored and deflated files of several pieces byte for byte, below folders", async () => {
    const big = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * i) % 251 ^ (i >> 10));
    await everything(zipSync({ "x/": new Uint8Array(0), "x/y/deflated": big, "x/stored": [big, { level: 0 }] }));
    assert.deepEqual(await Deno.readFile(join(home, "x/y/deflated")), big);
    assert.deepEqual(await Deno.readFile(join(home, "x/stored")), big);
    assert.deepEqual(Object.keys(treeOf(home)).sort(), ["x", "x/stored", "x/y", "x/y/deflated"]);
  });

  it("reads what other programs write: a comment, sizes after the bytes, names of an old code page, a file of nothing", async () => {
    const late = { flags: 8, crc32: 0, packed: 0, unpacked: 0 };
    const zip = craftZip([{ ...good, local: late }, { name: "empty", method: 0 }, { name: "caf_" }], { comment: "PK" });
    // The last letter becomes a byte that is no UTF-8, in both headers.
    for (let at = 0; at < zip.length; at++) if (zip[at] === 0x5f) zip[at] = 0xe9;
    await everything(zip);
    assert.deepEqual(await Deno.readFile(join(home, "a/ratings.dat")), bytes);
    assert.deepEqual([...Deno.readDirSync(home)].map(({ name }) => name).sort(), ["a", "café", "empty"]);
  });

  it("refuses names that leave the folder", async () => {
    const names = { "../evil": /"\.\.\/evil" leaves the folder/, "a/../../evil": /leaves the folder/ };
    for (const [name, message] of Object.entries(names)) await crafted([good, { name }], message);
    for (const name of ["/etc/evil", "//evil"]) await crafted([{ name }], /is an absolute path/);
    for (const name of ["C:/evil", "C:evil", "file:stream"]) await crafted([{ name }], /has a colon in its name/);
    for (const name of ["..\\evil", "a\\b"]) await crafted([{ name }], /has a backslash in its name/);
    for (const name of ["a\0b", "a\nb", "\x7f"]) await crafted([{ name }], /has a control character in its name/);
    await crafted([{ name: "" }], /"" has an empty name/);
    await crafted([{ name: `a/${"é".repeat(128)}` }], /has a name of 256 bytes, wanted 255 at most/);
    await crafted([{ name: "abcdefg/".repeat(300) }], /has a path of 2400 bytes, wanted 2048 at most/);
    for (const name of [".", "a/."]) await crafted([{ name }], /names no file/);
  });

  it("refuses names that stand for the same path, or for a file inside of a file", async () => {
    await crafted([good, good], /"a\/ratings\.dat" is there twice/);
    await crafted([good, { name: "./a//ratings.dat" }], /is there twice/);
    await crafted([{ name: "a/" }, { name: "a" }], /is there twice/);
    await crafted([{ name: "a/b" }, { name: "a-b" }, { name: "a" }], /"a\/b" lies in "a", which is a file/);
  });

  it("refuses links and devices", async () => {
    for (const mode of [0o120777, 0o020666, 0o060666, 0o010666, 0o140777]) {
      await crafted([{ name: "link", directory: { mode } }], /"link" is a link or a device, not a file/);
    }
    await everything(craftZip([{ ...good, directory: { mode: 0o100644 } }]));
    assert.equal(Deno.lstatSync(join(home, "a/ratings.dat")).isFile, true);
  });

  it("refuses encrypted entries and other packings, be it one header alone that says so", async () => {
    for (const flags of [1, 0x40, 0x2000]) {
      await crafted([{ ...good, directory: { flags } }], /is encrypted/);
      await crafted([{ ...good, local: { flags } }], /is encrypted/);
    }
    await crafted([{ ...good, directory: { method: 12 } }], /is packed by method 12, wanted 0 \(stored\) or 8/);
    await crafted([{ ...good, local: { method: 12 } }], /has the method 12 in its header and 8 in the table/);
  });

  it("refuses an entry whose local header says other than the table of contents", async () => {
    await crafted([{ ...good, local: { name: "a/ratings.exe" } }], /is called "a\/ratings\.exe" in its header/);
    await crafted([{ ...good, local: { packed: 7 } }], /has the packed size 7 in its header and \d+ in the table/);
    await crafted([{ ...good, local: { unpacked: 7 } }], /has the size 7 in its header and 55000 in the table/);
    await crafted([{ ...good, local: { crc32: 7 } }], /has the CRC-32 7 in its header/);
    await crafted([{ ...good, directory: { offset: 3 } }], /has a damaged header/);
  });

  it("refuses entries that share bytes", async () => {
    await crafted([good, { ...good, name: "b", directory: { offset: 0 } }], /shares bytes with another entry/);
    await crafted([{ ...good, directory: { packed: 600 } }], /shares bytes with another entry or with the table/);
    // By the table of contents alone there is room for it, but its name is longer than it says.
    const [name, raw] = ["n".repeat(40), new Uint8Array(10)];
    await crafted([{ name, method: 0, bytes: raw, directory: { name: "n", packed: 40, unpacked: 40 } }], /is called/);
  });

  it("refuses bombs by ratio, by size and by number, and says the limit", async () => {
    await refused(
      zipSync({ bomb: new Uint8Array(8 << 20) }),
      /"bomb" unpacks to 1\d\d\d times its size, wanted at most 200/,
    );
    await crafted(
      [{ name: "huge", directory: { unpacked: 4.1e9 } }],
      /unpacks to 4100000000 bytes, wanted at most 4000000000/,
    );
    const small = { ...ARCHIVE_LIMITS, entries: 3, totalBytes: 100_000 };
    const three = [1, 2, 3].map((n) => ({ ...good, name: `${n}`, method: 0 }));
    await refused(craftZip([...three, good]), /it has 4 entries, wanted at most 3/, small);
    await refused(craftZip(three.slice(1)), /it unpacks to 110000 bytes, wanted at most 100000/, small);
    // Each of them small enough to be left alone, together a bomb.
    const many = Array.from({ length: 30 }, (_, n) => ({ name: `${n}`, bytes: new Uint8Array(1 << 20) }));
    await refused(craftZip(many), /it unpacks to \d+ times its size, wanted at most 200 times/);
    await crafted([{ name: "a/", bytes }], /is a folder and holds 55000 bytes/);
  });

  it("stops at the size that is declared, whatever the bytes inflate to", async () => {
    const raw = deflateRawSync(new Uint8Array(64 << 20));
    const lying = { name: "x", raw, local: { unpacked: 1000 }, directory: { unpacked: 1000 } };
    await crafted([lying], /"x" unpacks to more than the 1000 bytes it declares/);
    const short = { ...good, local: { unpacked: 60_000 }, directory: { unpacked: 60_000 } };
    await crafted([short], /unpacks to 55000 bytes and declares 60000/);
    await crafted([{ ...good, method: 0, directory: { unpacked: 5 } }], /is stored in 55000 bytes and declares 5/);
  });

  it("refuses bytes that were damaged: by their CRC-32, or because they do not inflate", async () => {
    await crafted(
      [{ ...good, method: 0, raw: bytes.map((byte, at) => at === 9 ? byte ^ 1 : byte) }],
      /has the CRC-32 [0-9a-f]{8}, wanted [0-9a-f]{8}: it is damaged/,
    );
    await crafted(
      [{ ...good, raw: new Uint8Array(300).fill(255) }],
      /"a\/ratings\.dat" is damaged: its bytes do not inflate/,
    );
  });

  it("leaves nothing of the entries before a damaged one", async () => {
    await crafted([good, { ...good, name: "b", local: { crc32: 1 }, directory: { crc32: 1 } }], /"b" has the CRC-32/);
  });

  it("refuses zip64 and archives of several parts by name", async () => {
    await crafted([good], /it is a zip64 archive/, { count: 0xffff });
    await crafted([good], /it is a zip64 archive/, { start: 0xffffffff });
    await crafted([{ ...good, directory: { unpacked: 0xffffffff } }], /needs zip64, wanted a file below 4 GB/);
    await crafted([{ ...good, local: { unpacked: 0xffffffff } }], /needs zip64/);
    await crafted([good], /it is one of several parts/, { disk: 1 });
    await crafted([good], /it is one of several parts/, { countHere: 0, count: 1 });
  });

  it("refuses what is no archive, is cut off anywhere, or has a damaged table of contents", async () => {
    const zip = craftZip([good]);
    for (const length of [0, 1, 21, 100, zip.length - 100, zip.length - 1]) {
      await refused(zip.subarray(0, length), /it is no zip archive, or it is cut off/);
    }
    await crafted([good], /table of contents is damaged/, { count: 2 });
    await crafted([good, { ...good, name: "b" }], /table of contents is damaged/, { count: 1 });
    await crafted([good], /table of contents is damaged/, { length: 0x7fffffff });
    await crafted([good], /table of contents is damaged/, { start: 5 });
  });

  it("lets the caller refuse before anything is written", async () => {
    await Deno.writeFile(archive, craftZip([good]));
    const before = treeOf(folder);
    await assert.rejects(
      unpack(archive, home, () => {
        throw new RangeError("not this one");
      }),
      /not this one/,
    );
    assert.deepEqual(treeOf(folder), before);
  });

  it("tells how far it is", async () => {
    await Deno.writeFile(archive, craftZip([{ ...good, method: 0 }]));
    const told: number[][] = [];
    const onProgress = (done: number, total: number) => void told.push([done, total]);
    await unpack(archive, home, ([entry]) => new Map([[entry!, "x"]]), { onProgress });
    assert.deepEqual(told, [[55_000, 55_000]]);
  });
});
