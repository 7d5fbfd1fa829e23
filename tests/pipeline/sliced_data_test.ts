/** Slices in the store: what is read back, when files are read again, and what a plan leaves alone. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { prepareData } from "../../src/pipeline/prepare.ts";
import { Store } from "../../src/pipeline/store.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { itemsOf } from "../../src/data/window_rows.ts";

/** Four users with thirty rows each, in lines of user, item, rating and second; every user has an item of T alone. */
const LINES = Array.from({ length: 120 }, (_, row) => {
  const [user, turn] = [row % 4, Math.floor(row / 4)];
  return `u${user}::${turn === 27 ? 900 + user : (7 * turn + user) % 23}::${turn % 9 === 0 ? 3 : 4.5}::${1000 + row}`;
});

describe("slices in the store", () => {
  let folder: string, file: string, root: string;
  beforeAll(() => {
    folder = Deno.makeTempDirSync();
    [file, root] = [join(folder, "ratings.dat"), join(folder, "store")];
    Deno.writeTextFileSync(file, LINES.join("\n"));
  });
  afterAll(() => Deno.removeSync(folder, { recursive: true }));

  const spec = (more: object = {}) =>
    parseSpec(
      JSON.stringify({
        name: "a",
        dataset: { format: "movielens-dat", path: "ratings.dat" },
        windows: { context: 3, stride: 2 },
        backbone: { kind: "sasrec" },
        methods: ["base", "raie"],
        ...more,
      }),
      join(folder, "a.json"),
    ).resolved;
  const prepared = async (purpose: "run" | "plan", more: object = {}) => {
    const store = new Store(root);
    try {
      return await prepareData(spec(more), undefined, { store, purpose });
    } finally {
      await store.close();
    }
  };
  const entries = () => [...Deno.readDirSync(join(root, "data"))].length;

  it("are not put there by a plan, which leaves no folder behind", async () => {
    assert.equal((await prepared("plan")).cached, false);
    assert.throws(() => Deno.statSync(root), Deno.errors.NotFound);
  });

  for (
    const more of [{}, { catalogue: "seen", retention: "held-out" }, {
      slices: { setup: 0.4, finetune: [0.2, 0.2], test: 0.2 },
    }]
  ) {
    it(`are what reading and slicing give, with ${JSON.stringify(more)}`, async () => {
      const cut = await prepareData(spec(more), undefined);
      const first = await prepared("run", more);
      const again = await prepared("run", more);
      assert.deepEqual([first.cached, again.cached], [false, true]);
      for (const { data, key, files, notes, audit, interactions, skippedLines } of [first, again]) {
        assert.deepEqual(data, cut.data);
        assert.deepEqual([key, files, notes, audit], [cut.key, cut.files, cut.notes, cut.audit]);
        assert.deepEqual([interactions, skippedLines], [cut.interactions, cut.skippedLines]);
      }
      assert.equal(again.seconds, first.seconds);
      assert.equal((await prepared("plan", more)).cached, true);
      assert.deepEqual([...itemsOf(again.ranked, 0)], [...itemsOf(again.evaluated[0]!.windows, 0)]);
    });
  }

  it("are other ones for another stride of regions' windows, on the same key for all that does not read those", async () => {
    const before = entries();
    const other = await prepared("run", { regions: { stride: 3 } });
    const { key, data } = await prepared("run");
    assert.equal(other.key, key);
    assert.ok(other.data.setupDense.count < data.setupDense.count);
    assert.equal(entries(), before + 1);
  });

  it("are cut anew where the file is another", async () => {
    const { key, data } = await prepared("run");
    Deno.writeTextFileSync(file, LINES.slice(8).join("\n"));
    const changed = await prepared("run");
    assert.equal(changed.cached, false);
    assert.notEqual(changed.key, key);
    assert.equal(changed.data.positives, data.positives - 4);
  });
});
