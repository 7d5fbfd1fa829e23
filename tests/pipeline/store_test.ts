import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { type StageIdentity, stageKey } from "../../src/pipeline/stage_key.ts";
import { Store } from "../../src/pipeline/store.ts";

const identity: StageIdentity = {
  kind: "backbone",
  version: 1,
  parameters: { width: 8, epochs: 2 },
  inputs: { data: "abc" },
};

describe("Store", () => {
  let root: string, store: Store;
  beforeEach(async () => {
    root = await Deno.makeTempDir();
    store = new Store(join(root, "store"));
  });
  afterEach(() => Deno.remove(root, { recursive: true }));
  const write = (text: string) => async (folder: string) => {
    await Deno.mkdir(join(folder, "inside"));
    await Deno.writeTextFile(join(folder, "inside", "result.txt"), text);
  };
  const read = (folder: string) => Deno.readTextFile(join(folder, "inside", "result.txt"));

  it("computes a stage once and takes it from the store after that, with the seconds it took", async () => {
    const first = await store.stage(identity, write("one"));
    const second = await store.stage(identity, () => assert.fail("computed twice"));
    assert.equal(await read(second.folder), "one");
    assert.deepEqual([first.cached, second.cached], [false, true]);
    assert.equal(second.seconds, first.seconds);
  });

  it("names a stage by everything it depends on, whatever the order of its parameters", () => {
    const same = { ...identity, parameters: { epochs: 2, width: 8 } };
    assert.equal(stageKey(same), stageKey(identity));
    const others: StageIdentity[] = [
      { ...identity, kind: "ranks" },
      { ...identity, version: 2 },
      { ...identity, parameters: { width: 8, epochs: 3 } },
      { ...identity, inputs: { data: "abd" } },
    ];
    assert.equal(new Set([identity, ...others].map(stageKey)).size, 5);
  });

  it("leaves nothing behind when a stage fails", async () => {
    await assert.rejects(
      store.stage(identity, async (folder) => {
        await write("half")(folder);
        throw new RangeError("stopped");
      }),
      /stopped/,
    );
    assert.equal(await store.look(identity), undefined);
    await store.close();
    for (const folder of ["locks", "leases"]) assert.deepEqual([...Deno.readDirSync(join(store.root, folder))], []);
    assert.deepEqual([...Deno.readDirSync(join(store.root, "backbone"))], []);
  });

  it("puts a damaged entry aside and computes it again", async (t) => {
    const said = t.mock.method(console, "error", () => {});
    const { folder } = await store.stage(identity, write("one"));
    await Deno.writeTextFile(join(folder, "inside", "result.txt"), "tampered");
    const again = await store.stage(identity, write("two"));
    assert.equal(again.cached, false);
    assert.equal(await read(again.folder), "two");
    assert.equal(said.mock.callCount(), 1);
    const kept = Array.from(Deno.readDirSync(join(store.root, "backbone")), ({ name }) => name);
    assert.equal(kept.length, 2);
  });
});
