/** `deno task store` as its users type it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { Store } from "../../src/pipeline/store.ts";
import { taskFlags } from "../faults/task_flags.ts";
import { task } from "./task.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DAY_MS = 86_400_000;

describe("deno task store", () => {
  let root: string, backbone: string, old: string, recent: string;
  const store = (...args: string[]) => task(["store", ...args], { RAIE_STORE: root });

  /** A result of 100,000 bytes and its manifest, last used `days` ago; its path under the root. */
  async function stored(from: Store, kind: string, inputs: Record<string, string>, days: number) {
    const identity = { kind, version: 1, parameters: { days }, inputs };
    const write = (folder: string) => Deno.writeFile(join(folder, "result"), new Uint8Array(100_000));
    const { folder, key } = await from.stage(identity, write);
    const time = new Date(Date.now() - days * DAY_MS);
    for (const path of [join(folder, "result"), join(folder, "manifest.json"), folder]) {
      Deno.utimeSync(path, time, time);
    }
    return { entry: folder.slice(root.length + 1), key };
  }

  beforeEach(async () => {
    root = await Deno.makeTempDir();
    const from = new Store(root);
    const { entry, key } = await stored(from, "backbone", {}, 20);
    backbone = entry;
    old = (await stored(from, "ranks", { adapted: key }, 40)).entry;
    recent = (await stored(from, "ranks", { adapted: key }, 1)).entry;
    await from.record("first run", "reports/first");
    await new Store(root).record("first run", "elsewhere/first");
    await from.close();
  });
  afterEach(() => Deno.remove(root, { recursive: true }));

  const exists = (path: string) => {
    try {
      return Deno.lstatSync(join(root, path)).isDirectory;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  };

  it("list shows every result, what uses it, and what killed runs left", async () => {
    Deno.mkdirSync(join(root, "making-ranks-cf7961a13420fe24"));
    Deno.mkdirSync(join(root, "Documents/thesis.d"), { recursive: true });
    const { code, out, err } = await store("list");
    assert.equal(code, 0, err);
    assert.match(out, new RegExp(`^${backbone} .* 2 entries; first run$`, "m"));
    for (const ranks of [old, recent]) assert.match(out, new RegExp(`^${ranks} .* first run$`, "m"));
    assert.match(out, /^making-ranks-cf7961a13420fe24 .*half written/m);
    assert.match(out, /: 3 results, 1 leftovers, /);
    assert.doesNotMatch(out, /thesis/);
    const lines = (await store("list", "--json")).out.trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(lines.find(({ entry }) => entry === backbone).usedBy.sort(), [old, recent].sort());
  });

  it("export copies a result's files, named by its beginning, reads them against their digests, and overwrites nothing", async () => {
    const to = `${root}-out`;
    try {
      const { code, out, err } = await store("export", "backbone/", to);
      assert.equal(code, 0, err);
      assert.deepEqual(out.trim().split("\n"), [join(to, "result")]);
      assert.equal(Deno.statSync(join(to, "result")).size, 100_000);
      const again = await store("export", backbone, to);
      assert.deepEqual([again.code, /result is there already, wanted a folder without it/.test(again.err)], [1, true]);
      const two = await store("export", "ranks", to);
      assert.match(two.err, /2 results begin so, such as ranks\//);
      assert.match((await store("export", "ranks/none", to)).err, /no result is called so; "deno task store list"/);
      Deno.writeTextFileSync(join(root, old, "result"), "changed");
      assert.match((await store("export", old, `${to}2`)).err, new RegExp(`${old} is damaged: result`));
      assert.match((await store("export", old)).err, /wants a result as list names it, or its beginning, and a folder/);
    } finally {
      Deno.removeSync(to, { recursive: true });
    }
  });

  it("verify reads every file, names what is damaged, and ends with 1", async () => {
    const whole = await store("verify");
    assert.equal(whole.code, 0, whole.err);
    assert.match(whole.err, /3 of 3 results are whole/);
    Deno.truncateSync(join(root, old, "result"), 100);
    Deno.removeSync(join(root, backbone, "manifest.json"));
    const { code, out, err } = await store("verify");
    assert.equal(code, 1, err);
    assert.deepEqual(out.trim().split("\n").sort(), [
      `${backbone} is damaged: no manifest of its own that can be read`,
      `${old} is damaged: result`,
    ]);
    assert.match(err, /1 of 3 results are whole; a run that needs a damaged one puts it aside and computes it again/);
    const [first] = (await store("verify", "--json")).out.trim().split("\n");
    assert.deepEqual(JSON.parse(first!), { damaged: backbone, files: [] });
  });

  it("gc alone removes leftovers and no result", async () => {
    Deno.mkdirSync(join(root, "making-ranks-cf7961a13420fe24"));
    const { code, out, err } = await store("gc");
    assert.equal(code, 0, err);
    assert.match(out, /^removed making-ranks-cf7961a13420fe24 .*half written\n$/);
    assert.ok([backbone, old, recent].every(exists));
    assert.ok(!exists("making-ranks-cf7961a13420fe24"));
  });

  it("gc --keep-days removes what no run has used for longer, --dry-run only says so", async () => {
    const dry = await store("gc", "--keep-days", "30", "--dry-run");
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.out, new RegExp(`^would remove ${old} .* not used for 40 days\n$`));
    assert.ok(exists(old));
    const { out } = await store("gc", "--keep-days", "30");
    assert.match(out, new RegExp(`^removed ${old} `));
    assert.deepEqual([old, backbone, recent].map(exists), [false, true, true]);
  });

  it("gc --max-size removes the least recently used first", async () => {
    const { code, out, err } = await store("gc", "--max-size", "150kB");
    assert.equal(code, 0, err);
    assert.deepEqual(out.trim().split("\n").map((line) => line.split(" ")[1]), [old, backbone]);
    assert.deepEqual([old, backbone, recent].map(exists), [false, false, true]);
  });

  it("gc keeps what a running process uses, and says so", async () => {
    const user = new Store(root);
    await user.keep({ kind: "ranks", version: 1, parameters: { days: 40 }, inputs: inputsOf(old) });
    const { code, out, err } = await store("gc", "--keep-days", "30");
    await user.close();
    assert.deepEqual([code, out], [0, ""]);
    assert.ok(err.includes(`kept ${old}: a running process uses it`), err);
  });
  const inputsOf = (entry: string) =>
    JSON.parse(Deno.readTextFileSync(join(root, entry, "manifest.json"))).identity.inputs;

  it("gc makes room where nothing more can be written", async () => {
    const words = [Deno.execPath(), ...taskFlags("store"), "gc", "--keep-days", "30"].map((word) => `'${word}'`);
    // No file may grow, as on a full disk; output goes to pipes.
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", `trap '' XFSZ; ulimit -f 0; ${words.join(" ")}`],
      cwd: ROOT,
      env: { RAIE_STORE: root, NO_COLOR: "1" },
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.equal(code, 0, err);
    assert.match(out!, new RegExp(`^removed ${old} `));
    assert.equal(exists(old), false);
  });

  it("refuses an action, or an option of another action, with 2", async () => {
    for (const args of [["clean"], ["list", "--dry-run"], ["gc", "--keep-days", "soon"], ["gc", "--max-size", "-1"]]) {
      assert.equal((await store(...args)).code, 2, args.join(" "));
    }
  });
});
