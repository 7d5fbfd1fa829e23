import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { writeWhole } from "../../src/files.ts";
import { collect } from "../../src/pipeline/collect.ts";
import { takeInventory, verifyStore } from "../../src/pipeline/inventory.ts";
import { Store } from "../../src/pipeline/store.ts";

const identity = (name: string) => ({ kind: "ranks", version: 1, parameters: { name }, inputs: {} });
const DAY_MS = 86_400_000;
const NOW = new Date("2026-03-01T12:00:00Z");

describe("collect()", () => {
  let root: string, store: Store;
  beforeEach(() => {
    root = Deno.makeTempDirSync();
    store = new Store(root, { say: () => {} });
  });
  afterEach(async () => {
    await store.close();
    Deno.removeSync(root, { recursive: true });
  });

  /** A stage of 1000 bytes and its manifest, last used `days` before NOW; its path under the root. */
  async function stored(name: string, days: number): Promise<string> {
    const write = (folder: string) => Deno.writeFile(join(folder, "result"), new Uint8Array(1000));
    const { folder } = await store.stage(identity(name), write);
    usedBefore(folder, days);
    return folder.slice(root.length + 1);
  }
  function usedBefore(path: string, days: number): void {
    const time = new Date(NOW.getTime() - days * DAY_MS);
    if (Deno.statSync(path).isDirectory) {
      for (const { name } of Deno.readDirSync(path)) usedBefore(join(path, name), days);
    }
    Deno.utimeSync(path, time, time);
  }
  const write = (path: string, text = "dear to somebody") => {
    Deno.mkdirSync(dirname(join(root, path)), { recursive: true });
    Deno.writeTextFileSync(join(root, path), text);
  };
  const KEY = "0123456789abcdef01234567";

  it("removes what was submitted to a cluster and not used for so many days, and nothing else beside it", async () => {
    const [old, fresh] = [[`${KEY}.json`, `${KEY}.ndjson`, "output/71_3.txt"], [`${KEY}.job`, "output/72.txt"]];
    for (const name of [...old, ...fresh, "notes.txt", "output/notes.md"]) {
      write(`submitted/${name}`);
      usedBefore(join(root, "submitted", name), fresh.includes(name) ? 1 : 9);
    }
    const { removed } = await collect(root, { keepDays: 5, now: NOW });
    assert.deepEqual(
      removed.map(({ path, why }) => [path, why]),
      old.map((name) => [`submitted/${name}`, "not used for 9 days"]),
    );
    const left = [...Deno.readDirSync(join(root, "submitted"))].map(({ name }) => name);
    assert.deepEqual(left.toSorted(), [`${KEY}.job`, "notes.txt", "output"]);
  });

  it("leaves alone, and says nothing of, what is not the store's", async () => {
    const foreign = [
      "thesis.txt",
      "Documents/thesis.d/a",
      "Documents/chapter.damaged-draft/a",
      `Documents/${KEY}/a`,
      `Documents/${KEY}.bak/a`,
      "making-of/film.mov",
      "making-of-facade/film.mov",
      "removing-rust/notes.md",
      "removing-wallpaper-2/notes.md",
      "unfinished/symphony/8",
      "unfinished/novels/draft/1.txt",
      "locks/door.lock",
      "leases/flat.lease",
      "lost+found/#12",
    ];
    for (const path of foreign) write(path);
    const own = await stored("F1", 3);
    await store.close();
    const collected = await collect(root, { keepDays: 0, maxSize: 0, now: NOW });
    assert.deepEqual(collected.removed.map(({ path }) => path), [own]);
    for (const path of foreign) assert.equal(Deno.readTextFileSync(join(root, path)), "dear to somebody", path);
    const told = JSON.stringify(await takeInventory(root));
    for (const path of foreign.filter((path) => !path.includes(`${KEY}/`))) {
      assert.ok(!told.includes(path.split("/").slice(0, 2).join("/")), path);
    }
  });

  it("removes what dead processes left: half-written and damaged results, and those half removed", async () => {
    const left = [
      "making-ranks-cf7961a13420fe24",
      "making-ranks-94ab4f070ec9df2",
      "removing-4711-0",
      `ranks/${KEY}.damaged-0a1b2c3d`,
    ];
    for (const path of left) write(`${path}/inside/a`);
    const dry = await collect(root, { dryRun: true });
    assert.deepEqual(dry.removed.map(({ path }) => path).sort(), left.toSorted());
    assert.ok(left.every((path) => Deno.statSync(join(root, path)).isDirectory), "a dry run removes nothing");
    assert.deepEqual((await collect(root)).removed, dry.removed);
    assert.deepEqual(await takeInventory(root), { entries: [], leftovers: [] });
    assert.deepEqual([...Deno.readDirSync(root)].filter(({ name }) => /^(making|removing)/.test(name)), []);
  });

  it("removes the least recently used until the rest is no larger than asked for", async () => {
    const entries = [await stored("F1", 2), await stored("F2", 9), await stored("F3", 5), await stored("F4", 1)];
    await store.close();
    const { entries: sizes } = await takeInventory(root);
    const size = (entry: string) => sizes.find((each) => each.entry === entry)!.bytes;
    const [f1, f2, f3, f4] = entries as [string, string, string, string];
    const maxSize = size(f1) + size(f4);
    assert.deepEqual((await collect(root, { maxSize, dryRun: true, now: NOW })).removed.map(({ path }) => path), [
      f2,
      f3,
    ]);
    const { removed, left } = await collect(root, { maxSize, now: NOW });
    assert.deepEqual(removed.map(({ path, why }) => [path, why]), [[f2, "over the size"], [f3, "over the size"]]);
    assert.equal(left, maxSize);
    assert.deepEqual((await takeInventory(root)).entries.map(({ entry }) => entry).sort(), [f1, f4].sort());
    assert.deepEqual((await collect(root, { maxSize, now: NOW })).removed, []);
  });

  it("removes results and checkpoints that no run has used for more days than asked for", async () => {
    const [old] = [await stored("F1", 31), await stored("F2", 29)];
    for (const [key, days] of [[KEY, 31], [KEY.replace("0", "f"), 29]] as const) {
      write(`unfinished/ranks/${key}/a.checkpoint`);
      usedBefore(join(root, "unfinished/ranks", key), days);
    }
    await store.close();
    assert.deepEqual((await collect(root, { now: NOW })).removed, [], "no days: checkpoints stay");
    const { removed } = await collect(root, { keepDays: 30, now: NOW });
    assert.deepEqual(removed.map(({ path, why }) => [path, why]), [
      [`unfinished/ranks/${KEY}`, "checkpoints"],
      [old, "not used for 31 days"],
    ]);
  });

  it("counts from a result's last use, not from its making", async () => {
    await stored("F1", 31);
    await store.stage(identity("F1"), () => assert.fail("computed again"));
    await store.close();
    assert.deepEqual((await collect(root, { keepDays: 30 })).removed, []);
  });

  it("keeps what a process has only announced that it will use", async () => {
    const entry = await stored("F1", 31);
    await store.close();
    await store.keep(identity("F1"));
    const { removed, inUse } = await collect(root, { maxSize: 0, now: NOW });
    assert.deepEqual([removed, inUse], [[], [entry]]);
  });

  it("takes what other processes remove meanwhile as gone, in all that the store's user asks for", async () => {
    await stored("F1", 1);
    let over = false;
    const scratch = join(root, "unfinished/ranks", KEY);
    const entry = join(root, "ranks", KEY.replace("0", "e"));
    const once = async (making: string) => {
      await Deno.mkdir(scratch, { recursive: true });
      await writeWhole(join(scratch, "a.checkpoint"), "state");
      await Deno.mkdir(making);
      await Deno.writeTextFile(join(making, "result"), "whole");
      await Deno.rename(making, entry);
      await Deno.remove(entry, { recursive: true });
      await Deno.remove(scratch, { recursive: true });
    };
    const churn = async () => {
      for (let n = 0; !over; n++) {
        try {
          await once(join(root, `making-ranks-${String(n).padStart(12, "0")}`));
        } catch (error) {
          // Collected under its hands, for it holds no lock.
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        }
      }
    };
    const churning = churn();
    try {
      for (let n = 0; n < 150; n++) {
        assert.deepEqual(
          (await verifyStore(root, await takeInventory(root))).filter(({ entry }) => !entry.includes(KEY.slice(1))),
          [],
        );
        await collect(root, { dryRun: n % 2 === 0, keepDays: 1000 });
      }
    } finally {
      over = true;
      await churning;
    }
    assert.equal((await takeInventory(root)).entries.filter(({ manifest }) => manifest !== undefined).length, 1);
  });
});
