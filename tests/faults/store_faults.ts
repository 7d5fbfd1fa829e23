/** What the system refuses while a run is going: a clear error, exit code 1, and a store that is still valid. */
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { join } from "node:path";
import { takeInventory, verifyStore } from "../../src/pipeline/inventory.ts";
import { storedResults } from "../pipeline/stored.ts";
import { isClear, SmallRun } from "./small_run.ts";

describe("a run that the system fails", () => {
  let small: SmallRun, folder: string, store: string;
  beforeEach(() => {
    small = new SmallRun();
    ({ folder, store } = small);
  });
  afterEach(() => small.remove());

  it("because the disk is full, at every size of disk it meets first somewhere else, and goes on there when it has room", async (t) => {
    const undisturbed = await small.run();
    assert.equal(undisturbed.code, 0, undisturbed.err);
    const results = storedResults(store);
    const places = new Set<string>();
    let met = 0;
    for (const kilobytes of [4, 32, 64, 128, 256]) {
      const runs = await small.onSmallDisk(kilobytes, join(folder, "disk", "store"));
      if (typeof runs === "string") return t.skip(`no small file system can be mounted here: ${runs}`);
      const [full, roomy] = runs;
      assert.equal(roomy!.code, 0, roomy!.err);
      assert.deepEqual(storedResults(roomy!.store), results);
      assert.deepEqual(await verifyStore(roomy!.store, await takeInventory(roomy!.store)), []);
      if (full!.code === 0) continue;
      met++;
      assert.equal(full!.code, 1, full!.err);
      isClear(full!.err);
      const place = /Cannot (write to the store|keep a checkpoint|make the lock|write who holds)[^]*No space left/i;
      assert.match(full!.err, place);
      places.add(place.exec(full!.err)![1]!);
      assert.deepEqual(await verifyStore(full!.store, await takeInventory(full!.store)), []);
    }
    assert.ok(met >= 3, `the disk was full ${met} times`);
    console.log(`full disks met: ${met}, in: ${[...places].join(", ")}`);
  });

  it("because the report's disk is full, with nothing computed lost", async (t) => {
    Deno.mkdirSync(join(folder, "disk"));
    Deno.symlinkSync(join(folder, "disk"), small.out);
    const runs = await small.onSmallDisk(48, store);
    if (typeof runs === "string") return t.skip(`no small file system can be mounted here: ${runs}`);
    const [full, roomy] = runs;
    assert.equal(full!.code, 1, full!.err);
    isClear(full!.err);
    assert.match(full!.err, /No space left/);
    assert.deepEqual(await verifyStore(full!.store, await takeInventory(full!.store)), []);
    assert.equal(roomy!.code, 0, roomy!.err);
    assert.equal(roomy!.err.match(/from the store/g)?.length, 10, roomy!.err);
  });

  it("because the store may not be written", async () => {
    Deno.writeTextFileSync(store, "a file where the store should be");
    const { code, err } = await small.run();
    assert.equal(code, 1, err);
    isClear(err);
    assert.match(err, /Cannot (make the lock|write to the store) .*RAIE_STORE names another folder/);
    Deno.removeSync(store);
    await small.recovers();
  });

  it("because the store's file system is read-only", async (t) => {
    const runs = await small.onSmallDisk(64, join(folder, "disk", "store"), "ro");
    if (typeof runs === "string") return t.skip(`no small file system can be mounted here: ${runs}`);
    const [refused, writable] = runs;
    assert.equal(refused!.code, 1, refused!.err);
    isClear(refused!.err);
    assert.match(refused!.err, /Read-only file system.*RAIE_STORE names another folder/);
    assert.equal(writable!.code, 0, writable!.err);
  });

  it("because the report's folder may not be written, with nothing computed lost", async () => {
    Deno.mkdirSync(join(folder, "out", "tiny"), { recursive: true });
    Deno.writeTextFileSync(join(folder, "out", "tiny", "artifacts"), "a file where the report's data should go");
    const { code, err } = await small.run();
    assert.equal(code, 1, err);
    isClear(err);
    Deno.removeSync(join(folder, "out"), { recursive: true });
    const again = await small.run();
    assert.equal(again.code, 0, again.err);
    assert.equal(again.err.match(/from the store/g)?.length, 10, again.err);
  });

  it("because there is less memory than a stage may take, before anything is computed", async () => {
    for (const jobs of ["1", "2"]) {
      const { code, err } = await small.run("", ["--set", "backbone.hidden=65536", "--jobs", jobs]);
      assert.equal(code, 1, err);
      isClear(err);
      assert.match(
        err,
        /Error: Cannot compute "backbone: train sasrec on S": out of memory, since it may take \d{4,}\.\d GB \(\d+ bytes\) and \d+\.\d GB \(\d+ bytes\) are free; a smaller backbone\.hidden, .*batch .*takes less/,
      );
      assert.deepEqual((await takeInventory(store)).leftovers, []);
      assert.deepEqual(await verifyStore(store, await takeInventory(store)), []);
    }
    await small.recovers();
  });

  it("because the engine's memory is full while a stage is computed", async () => {
    // The free memory may not be asked for, so that nothing is refused beforehand; WebAssembly has 4 GB at most on any machine.
    for (const jobs of ["1", "2"]) {
      const { code, err } = await small.run("", ["--set", "backbone.hidden=4096", "--jobs", jobs], {}, [
        "systemMemoryInfo",
      ]);
      assert.equal(code, 1, err);
      isClear(err);
      assert.match(
        err,
        /Error: .*Cannot compute "backbone: train sasrec on S": out of memory \(.*\); a smaller backbone\.hidden, /,
      );
      assert.deepEqual(await verifyStore(store, await takeInventory(store)), []);
    }
    await small.recovers();
  });

  it("because an entry of the store is cut short or gone", async () => {
    assert.equal((await small.run()).code, 0);
    const { entries } = await takeInventory(store);
    const ranks = entries.filter(({ kind }) => kind === "ranks");
    Deno.truncateSync(join(store, ranks[0]!.entry, "ranks.safetensors"), 100);
    Deno.removeSync(join(store, ranks[1]!.entry), { recursive: true });
    Deno.removeSync(join(store, ranks[2]!.entry, "manifest.json"));
    const { code, err } = await small.run();
    assert.equal(code, 0, err);
    assert.equal(err.match(/is damaged: put aside/g)?.length, 2, err);
    assert.deepEqual(await verifyStore(store, await takeInventory(store)), []);
  });
});
