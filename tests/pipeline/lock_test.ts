import assert from "node:assert/strict";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { acquireLock, isLocked, type Owner } from "../../src/pipeline/lock.ts";

const ELSEWHERE: Owner = { host: "node3.elsewhere", pid: 4711, since: "2026-03-01T12:00:00.000Z", id: "one" };

describe("a lock", () => {
  let folder: string, path: string, note: string;
  beforeEach(() => {
    folder = Deno.makeTempDirSync();
    path = join(folder, "a.lock");
    note = `${path}.owner`;
  });
  afterEach(() => Deno.removeSync(folder, { recursive: true }));

  /** What a process on a host that this one's locks do not reach leaves here. */
  function heldElsewhere(owner: unknown = { ...ELSEWHERE, beats: 0 }): void {
    Deno.writeTextFileSync(path, "");
    // Never half of one: that would count as none.
    Deno.writeTextFileSync(`${note}.new`, JSON.stringify(owner));
    Deno.renameSync(`${note}.new`, note);
  }

  it("says who holds it while it is held, and leaves nothing", async () => {
    const lock = await acquireLock(path);
    const { host, pid } = JSON.parse(Deno.readTextFileSync(note));
    assert.deepEqual([host, pid], [hostname(), Deno.pid]);
    assert.equal(await isLocked(path), true);
    await lock.release();
    assert.equal(await isLocked(path), false);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });

  it("is taken over from an owner on another host only once its note has stood still for staleMs", async () => {
    heldElsewhere();
    const waited: unknown[] = [], died: unknown[] = [];
    const begin = performance.now();
    const lock = await acquireLock(path, {
      staleMs: 500,
      onWait: (owner) => waited.push(owner?.host),
      onTakeOver: (owner) => died.push(owner.host),
    });
    assert.ok(performance.now() - begin >= 500);
    assert.deepEqual([waited, died], [[ELSEWHERE.host], [ELSEWHERE.host]]);
    assert.equal(JSON.parse(Deno.readTextFileSync(note)).pid, Deno.pid);
    await lock.release();
  });

  it("is waited for as long as an owner on another host keeps changing its note, whatever the clocks say", async () => {
    heldElsewhere();
    let beats = 0;
    const beat = setInterval(() => {
      heldElsewhere({ ...ELSEWHERE, beats: ++beats });
      // Its clock is a century behind.
      Deno.utimeSync(note, new Date(1926, 0), new Date(1926, 0));
    }, 100);
    const signal = AbortSignal.timeout(3000);
    try {
      await assert.rejects(acquireLock(path, { signal, staleMs: 1500 }), { name: "TimeoutError" });
    } finally {
      clearInterval(beat);
    }
    assert.ok(beats >= 10, `${beats} beats`);
    assert.equal(JSON.parse(Deno.readTextFileSync(note)).host, ELSEWHERE.host);
  });

  it("of another host counts as held while its note is fresh, for those who clean up", async () => {
    heldElsewhere();
    assert.equal(await isLocked(path, 60_000), true);
    Deno.utimeSync(note, new Date(Date.now() - 61_000), new Date(Date.now() - 61_000));
    assert.equal(await isLocked(path, 60_000), false);
  });

  it("of a dead owner on this host is taken over at once", async () => {
    heldElsewhere({ ...ELSEWHERE, host: hostname() });
    assert.equal(await isLocked(path), false);
    const died: string[] = [];
    const lock = await acquireLock(path, { signal: AbortSignal.timeout(5000), onTakeOver: ({ id }) => died.push(id) });
    assert.deepEqual(died, ["one"]);
    await lock.release();
  });

  for (const owner of [{}, null, [], 5, "me", { ...ELSEWHERE, since: 5 }, { ...ELSEWHERE, host: undefined }]) {
    it(`whose note is ${JSON.stringify(owner)} is taken for one without a note`, async () => {
      heldElsewhere(owner);
      assert.equal(await isLocked(path), false);
      const lock = await acquireLock(path, {
        signal: AbortSignal.timeout(5000),
        onTakeOver: () => assert.fail("nobody is known to have held it"),
      });
      const waited: unknown[] = [];
      Deno.writeTextFileSync(note, JSON.stringify(owner));
      const signal = AbortSignal.timeout(300);
      const waiting = acquireLock(path, { signal, onWait: (owner) => waited.push(owner) });
      await assert.rejects(waiting, { name: "TimeoutError" });
      assert.deepEqual(waited, [undefined]);
      await lock.release();
    });
  }

  it("whose note is cut short, while its owner writes it, is taken for one without a note", async () => {
    heldElsewhere();
    Deno.truncateSync(note, 10);
    const lock = await acquireLock(path, { signal: AbortSignal.timeout(5000) });
    await lock.release();
  });

  it("has a note at every moment, also while its owner writes that it is alive", async () => {
    const lock = await acquireLock(path);
    const notes = new Set<string>();
    const end = performance.now() + 2500;
    while (performance.now() < end) {
      notes.add(Deno.readTextFileSync(note));
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await lock.release();
    assert.ok(notes.size >= 2, `${notes.size} notes`);
    for (const text of notes) assert.equal(JSON.parse(text).pid, Deno.pid);
  });
});
