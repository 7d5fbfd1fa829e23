/** Archives damaged at random and archives that lie: refused by name, or unpacked to exactly the right bytes; nothing written elsewhere. */
import assert from "node:assert/strict";
import { join, normalize } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { afterAll, afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { zipSync } from "fflate";
import { ArchiveError } from "../../src/archive/archive_error.ts";
import { unpack } from "../../src/archive/unpack.ts";
import { fileSums } from "../../src/data/checksum.ts";
import { DataError } from "../../src/data/errors.ts";
import { readInteractions } from "../../src/data/read_interactions.ts";
import { type Crafted, type CraftedEnd, craftZip } from "../archive/crafted.ts";
import { treeOf } from "../archive/tree.ts";
import { damaged, damages } from "./byte_damage.ts";

const SEED = Number(Deno.env.get("RAIE_FUZZ_SEED") ?? "1");
const RUNS = 2000;
/** The archives here unpack to a few hundred kB: one that takes this long is a bomb that went off. */
const SECONDS = 5;
const MEGABYTES = 400;

const text = new TextEncoder().encode("1::2::3::4\n".repeat(3000));
const noise = Uint8Array.from({ length: 5000 }, (_, at) => (at * at * 31 + (at >> 3)) & 255);
/** By name, so that a counterexample can be read. */
const CONTENTS = { text, noise, nothing: new Uint8Array(0) } as const;
const FILES: Readonly<Record<string, Uint8Array>> = {
  "a/ratings.dat": text,
  "a/b/noise": noise,
  "empty": new Uint8Array(0),
};
const crafted = Object.entries(FILES).map(([name, bytes]): Crafted => ({ name, bytes }));
const ARCHIVES: readonly Uint8Array[] = [
  zipSync(FILES as Record<string, Uint8Array>),
  zipSync(FILES as Record<string, Uint8Array>, { level: 0 }),
  craftZip(crafted, { comment: "a comment" }),
  craftZip(crafted.map((entry) => ({ ...entry, local: { flags: 8, crc32: 0, packed: 0, unpacked: 0 } }))),
];

/** Numbers at which fields have their borders. */
const u32 = fc.oneof(
  fc.constantFrom(0, 1, 30, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, text.length, crc32(text)),
  fc.nat(70_000),
);
const u16 = fc.constantFrom(0, 1, 2, 3, 8, 0x40, 0x800, 0x2000, 0xfffe, 0xffff);
const names = fc.constantFrom(
  ...Object.keys(FILES),
  "a",
  "a/",
  "a/ratings.dat/x",
  "./a/ratings.dat",
  "../evil",
  "a/../../evil",
  "/tmp/evil",
  "C:\\evil",
  "..\\evil",
  "evil\0.dat",
  "",
  ".",
  "neighbour",
  "x".repeat(300),
);
const fields = { name: names, flags: u16, method: u16, crc32: u32, packed: u32, unpacked: u32 };
const lies = fc.record({ ...fields, offset: u32, mode: fc.constantFrom(0, 0o100644, 0o120777, 0o020666) }, {
  requiredKeys: [],
});
/** Entries that lie in up to a few fields of either header; often in both alike. */
const lyingEntry = fc.record({
  name: names,
  holds: fc.constantFrom<keyof typeof CONTENTS>("text", "noise", "nothing"),
  method: fc.constantFrom(0, 8),
  directory: lies,
  local: fc.record(fields, { requiredKeys: [] }),
  alike: fc.boolean(),
  honest: fc.boolean(),
});

type LyingEntry = typeof lyingEntry extends fc.Arbitrary<infer T> ? T : never;

function lied({ alike, honest, directory, local, name, method, holds }: LyingEntry): Crafted {
  const entry = { name, method, bytes: CONTENTS[holds] };
  if (honest) return entry;
  const { offset: _offset, mode: _mode, ...shared } = directory;
  return { ...entry, directory, local: alike ? shared : local };
}
const ends: fc.Arbitrary<CraftedEnd> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ count: u16, length: u32, start: u32, disk: u16 }, { requiredKeys: [] }) },
);

describe(`archives, seed ${SEED} (RAIE_FUZZ_SEED)`, () => {
  let folder: string, archive: string;
  let tried = 0, refused = 0, slowest = 0, memory = 0;
  beforeEach(() => {
    folder = Deno.makeTempDirSync({ prefix: "raie-archives-" });
    archive = join(folder, "archive.zip");
    Deno.writeTextFileSync(join(folder, "neighbour"), "must stay as it is");
  });
  afterEach(() => Deno.removeSync(folder, { recursive: true }));
  afterAll(() => {
    console.log(
      `archives tried: ${tried}, of which ${refused} were refused; the slowest took ${slowest.toFixed(2)} s, ` +
        `memory grew by ${Math.round(memory)} MB at most`,
    );
  });

  /** Unpacks everything; what was written, or undefined when the archive was refused. */
  async function unpacked(bytes: Uint8Array): Promise<Map<string, Uint8Array> | undefined> {
    const home = join(folder, "home");
    Deno.mkdirSync(home);
    Deno.writeFileSync(archive, bytes);
    const { home: _, ...around } = treeOf(folder);
    const [start, held] = [performance.now(), Deno.memoryUsage().rss];
    const look = () => memory = Math.max(memory, (Deno.memoryUsage().rss - held) / 1e6);
    const watch = setInterval(look, 10);
    let failure: unknown;
    try {
      await unpack(archive, home, (entries) => {
        return new Map(entries.filter(({ name }) => !name.endsWith("/")).map((entry) => [entry, entry.name]));
      });
    } catch (error) {
      failure = error;
    } finally {
      clearInterval(watch);
    }
    look();
    const seconds = (performance.now() - start) / 1000;
    tried++;
    slowest = Math.max(slowest, seconds);
    const tree = treeOf(folder);
    const written = Object.keys(tree).filter((path) => path.startsWith("home/") && tree[path] !== "folder");
    const files = new Map(written.map((path) => [path.slice(5), Deno.readFileSync(join(folder, path))]));
    Deno.removeSync(home, { recursive: true });
    assert.deepEqual(treeOf(folder), around, "something was written elsewhere");
    assert.ok(Object.values(tree).every((kind) => kind !== "link"), "a link was made");
    assert.ok(seconds < SECONDS, `${seconds} s`);
    if (failure === undefined) return files;
    refused++;
    assert.ok(failure instanceof ArchiveError, String(failure));
    assert.ok(failure.message.startsWith(`Cannot unpack ${archive}: `), failure.message);
    assert.equal(files.size, 0, "something of a refused archive was left");
    return undefined;
  }

  it("damaged anywhere are refused, or give the very files", async () => {
    // Half of the damage where the headers are: at either end.
    const place = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.9, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 0.02, noNaN: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ARCHIVES), damages(place), async (bytes, list) => {
        const files = await unpacked(damaged(bytes, list));
        if (files !== undefined) assert.deepEqual(files, new Map(Object.entries(FILES)));
      }),
      { seed: SEED, numRuns: RUNS },
    );
    assert.ok(refused > RUNS / 2, `${refused} were refused`);
  });

  it("that lie in their headers are refused, or give each file the bytes that its CRC-32 promises", async () => {
    let given = 0;
    const list = fc.array(lyingEntry, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(list, ends, async (list, end) => {
        const entries = list.map(lied);
        const files = await unpacked(craftZip(entries, end));
        for (const [name, bytes] of files ?? []) {
          given++;
          const called = entries.filter((entry) => normalize(entry.directory?.name ?? entry.name) === name);
          assert.equal(called.length, 1, `"${name}"`);
          assert.deepEqual(bytes, Uint8Array.from(called[0]!.bytes!));
        }
      }),
      { seed: SEED, numRuns: RUNS },
    );
    assert.ok(given > 50, `${given} files were given`);
  });

  it("whose entries share one core of bytes are refused before any of it is unpacked", async () => {
    const raw = deflateRawSync(new Uint8Array(100 << 10));
    const entries = Array.from({ length: 5000 }, (_, n): Crafted => {
      const says = { crc32: crc32(new Uint8Array(100 << 10)), packed: raw.length, unpacked: 100 << 10, method: 8 };
      return n === 0
        ? { name: "n0", raw, bytes: new Uint8Array(100 << 10) }
        : { name: `n${n}`, method: 0, directory: { ...says, offset: 0 } };
    });
    assert.equal(await unpacked(craftZip(entries)), undefined);
  });

  it("that declare a kilobyte and inflate to ten gigabytes are stopped in bounded memory", async () => {
    const raw = repeatedDeflate(new Uint8Array(1 << 20), 10_000);
    const lie = { name: "x", raw, local: { unpacked: 1000 }, directory: { unpacked: 1000 } };
    assert.equal(await unpacked(craftZip([lie])), undefined);
    assert.ok(memory < MEGABYTES, `memory grew by ${memory} MB`);
  });

  it("of one gzip file that unpacks to gigabytes are read in bounded memory", async () => {
    const zeros = join(folder, "zeros.gz");
    Deno.writeFileSync(zeros, gzipOf(new Uint8Array(1 << 20), 2000));
    const lines = join(folder, "lines.gz");
    Deno.writeFileSync(lines, gzipOf(new Uint8Array(1 << 20).fill(10), 200));
    let most = 0;
    const held = Deno.memoryUsage().rss;
    const watch = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss - held), 20);
    try {
      assert.equal((await fileSums(zeros)).bytes, 2000 * 2 ** 20);
      for (const path of [lines, zeros]) {
        await assert.rejects(readInteractions({ path, format: "movielens-dat" }), DataError);
      }
    } finally {
      clearInterval(watch);
    }
    console.log(`gzip files of 2.1 GB and 0.2 GB: memory grew by ${Math.round(most / 1e6)} MB at most`);
    assert.ok(most < MEGABYTES * 1e6, `memory grew by ${most / 1e6} MB`);
  });
});

/** A deflate stream of `chunk` again and again: one that ends on a whole byte without being the last block, repeated. */
function repeatedDeflate(chunk: Uint8Array, times: number): Uint8Array {
  const stored = deflateRawSync(chunk, { finishFlush: 3 });
  const bytes = new Uint8Array(stored.length * times + 5);
  for (let n = 0; n < times; n++) bytes.set(stored, n * stored.length);
  // The last block: stored, of no bytes.
  bytes.set([1, 0, 0, 0xff, 0xff], stored.length * times);
  return bytes;
}

function gzipOf(chunk: Uint8Array, times: number): Uint8Array {
  const raw = repeatedDeflate(chunk, times);
  let sum = 0;
  for (let n = 0; n < times; n++) sum = crc32(chunk, sum);
  const bytes = new Uint8Array(10 + raw.length + 8);
  bytes.set([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  bytes.set(raw, 10);
  const end = new DataView(bytes.buffer, 10 + raw.length);
  end.setUint32(0, sum, true);
  end.setUint32(4, (chunk.length * times) >>> 0, true);
  return bytes;
}
