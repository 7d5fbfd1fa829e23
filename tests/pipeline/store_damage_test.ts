import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { takeInventory, verifyStore } from "../../src/pipeline/inventory.ts";
import { Store } from "../../src/pipeline/store.ts";

const identity = (slice: string) => ({
  kind: "ranks",
  version: 1,
  parameters: { slice, batch: 8 },
  inputs: { a: "b" },
});
const compute = (text: string) => (folder: string) => Deno.writeTextFile(join(folder, "result"), text);

describe("a damaged result", () => {
  let root: string, store: Store, said: string[], entry: string, manifest: string;
  beforeEach(async () => {
    root = await Deno.makeTempDir();
    said = [];
    store = new Store(root, { say: (line) => said.push(line) });
    entry = (await store.stage(identity("F1"), compute("first"))).folder;
    manifest = join(entry, "manifest.json");
  });
  afterEach(async () => {
    await store.close();
    await Deno.remove(root, { recursive: true });
  });

  const change = (edit: (found: Record<string, unknown>) => unknown) => {
    Deno.writeTextFileSync(manifest, JSON.stringify(edit(JSON.parse(Deno.readTextFileSync(manifest)))));
  };
  const replaceBy = (path: string, make: (path: string) => void) => {
    Deno.removeSync(path, { recursive: true });
    make(path);
  };
  const aFile = (path: string) => Deno.writeTextFileSync(path, "not what it was");
  const first = ({ files }: Record<string, unknown>) => (files as Record<string, unknown>[])[0];

  const damages: Record<string, () => void> = {
    "whose file is changed": () => Deno.writeTextFileSync(join(entry, "result"), "FIRST"),
    "whose file is cut short": () => Deno.truncateSync(join(entry, "result"), 2),
    "whose file is gone": () => Deno.removeSync(join(entry, "result")),
    "whose file is a folder": () => replaceBy(join(entry, "result"), Deno.mkdirSync),
    "that is a plain file": () => replaceBy(entry, aFile),
    "that is an empty folder": () => replaceBy(entry, Deno.mkdirSync),
    "that is a link to nowhere": () => replaceBy(entry, (path) => Deno.symlinkSync("nowhere", path)),
    "without a manifest": () => Deno.removeSync(manifest),
    "whose manifest is a folder": () => replaceBy(manifest, Deno.mkdirSync),
    "whose manifest is empty": () => Deno.truncateSync(manifest, 0),
    "whose manifest is cut short": () => Deno.truncateSync(manifest, 200),
    "whose manifest is null": () => change(() => null),
    "whose manifest is a list": () => change(() => []),
    "whose manifest is text": () => change(() => "manifest"),
    "whose manifest names no file": () => {
      change((found) => ({ ...found, files: [] }));
      Deno.removeSync(join(entry, "result"));
    },
    "whose manifest lists null": () => change((found) => ({ ...found, files: [null] })),
    "whose manifest lists numbers": () => change((found) => ({ ...found, files: [1] })),
    "whose manifest lists a file without a digest": () =>
      change((found) => ({ ...found, files: [{ ...first(found) as object, sha256: undefined }] })),
    "whose manifest leads out of its folder": () =>
      change((found) => ({ ...found, files: [{ ...first(found) as object, name: "../../x" }] })),
    "whose manifest has another duration": () => change((found) => ({ ...found, seconds: 1e6 })),
    "whose manifest has an endless duration": () =>
      Deno.writeTextFileSync(
        manifest,
        Deno.readTextFileSync(manifest).replace(/"seconds": [^,]+/, '"seconds": 1e999'),
      ),
    "whose manifest has no identity": () => change(({ identity: _, ...rest }) => rest),
    "whose identity is null": () => change((found) => ({ ...found, identity: null })),
    "whose identity has null inputs": () =>
      change((found) => ({ ...found, identity: { ...found.identity as object, inputs: null } })),
    "with another's key": () => change((found) => ({ ...found, key: "0".repeat(64) })),
    "of another kind": () => change((found) => ({ ...found, kind: "regions" })),
  };
  for (const [how, damage] of Object.entries(damages)) {
    it(`${how} is told, never taken, put aside and computed again`, async () => {
      damage();
      const name = entry.slice(root.length + 1);
      assert.deepEqual((await verifyStore(root, await takeInventory(root))).map(({ entry }) => entry), [name]);
      assert.equal(await store.look(identity("F1")), undefined);
      const { cached, folder } = await store.stage(identity("F1"), compute("again"));
      assert.equal(cached, false);
      assert.equal(Deno.readTextFileSync(join(folder, "result")), "again");
      assert.match(said.join("\n"), /^The store's \S+ is damaged: put aside as \S+, computed again$/);
      assert.deepEqual(await verifyStore(root, await takeInventory(root)), []);
      assert.deepEqual((await takeInventory(root)).leftovers.map(({ what }) => what), ["damaged"]);
    });
  }

  it("under another's name is not believed, though every byte of it is whole", async () => {
    const other = (await store.stage(identity("F2"), compute("second"))).folder;
    const between = join(dirname(entry), "between");
    for (const [from, to] of [[entry, between], [other, entry], [between, other]]) Deno.renameSync(from!, to!);
    assert.equal((await verifyStore(root, await takeInventory(root))).length, 2);
    for (const [slice, text] of [["F1", "first"], ["F2", "second"]] as const) {
      assert.equal(await store.look(identity(slice)), undefined);
      const { cached, folder } = await store.stage(identity(slice), compute(text));
      assert.deepEqual([cached, Deno.readTextFileSync(join(folder, "result"))], [false, text]);
    }
    assert.deepEqual(await verifyStore(root, await takeInventory(root)), []);
  });

  it("is computed by one of two processes that meet it at once, and taken by the other", async () => {
    const other = new Store(root, { say: (line) => said.push(line) });
    // Its first use waits for the gate, which would let one come after the other.
    await other.stage(identity("F1"), () => assert.fail("computed again"));
    Deno.removeSync(join(entry, "result"));
    const slowly = async (folder: string) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await compute("again")(folder);
    };
    const results = await Promise.all([store, other].map((each) => each.stage(identity("F1"), slowly)));
    await other.close();
    assert.deepEqual(results.map(({ cached }) => cached).sort(), [false, true]);
    assert.equal(said.filter((line) => line.includes("is damaged")).length, 1, said.join("\n"));
    assert.deepEqual(await verifyStore(root, await takeInventory(root)), []);
  });

  it("is told from one that an earlier version wrote without a digest of the manifest", async () => {
    change(({ digest: _, ...rest }) => rest);
    assert.deepEqual(await verifyStore(root, await takeInventory(root)), []);
    assert.equal((await store.stage(identity("F1"), () => assert.fail("computed again"))).cached, true);
  });
});
