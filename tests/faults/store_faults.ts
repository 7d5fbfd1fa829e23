/** What the system refuses while a run is going: a clear error, exit code 1, and a store that is still valid. */
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { collect } from "../../src/pipeline/collect.ts";
import { storedResults } from "../pipeline/stored.ts";
import { takeInventory, verifyStore } from "../../src/pipeline/inventory.ts";
import { taskFlags } from "./task_flags.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SPEC = {
  name: "tiny",
  dataset: { format: "synthetic", users: 60, items: 40, interactionsPerUser: 30, regions: 3, drift: 0.9, seed: 5 },
  engine: "wasm",
  windows: { context: 5, stride: 2 },
  backbone: { kind: "sasrec", hidden: 8, training: { epochs: 2 } },
  lora: { training: { epochs: 1 } },
  regions: { k: 2, training: { epochs: 1 } },
  methods: ["base", "lora", { kind: "raie", label: "RAIE" }],
  seeds: [1],
};

describe("a run that the system fails", () => {
  let folder: string, store: string, spec: string;
  beforeEach(() => {
    folder = Deno.makeTempDirSync();
    store = join(folder, "store");
    spec = join(folder, "tiny.json");
    Deno.writeTextFileSync(spec, JSON.stringify(SPEC));
  });
  afterEach(() => Deno.removeSync(folder, { recursive: true }));

  /** The program as the task runs it, under a shell that may lower limits first. */
  async function run(
    shell = "",
    more: string[] = [],
    env: Record<string, string> = {},
    without: string[] = [],
    out = join(folder, "out"),
  ) {
    const flags = taskFlags("run").map((flag) => without.reduce((kept, name) => kept.replace(`,${name}`, ""), flag));
    const args = [...flags, spec, "--out", out, "--checkpoint-every", "3", ...more];
    const quoted = [Deno.execPath(), ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", `${shell} ${quoted}`],
      cwd: ROOT,
      env: { NO_COLOR: "1", RAIE_STORE: store, ...env },
      stdout: "null",
    }).output();
    return { code, err: new TextDecoder().decode(stderr) };
  }

  /** Ends well once the trouble is over, and finds every entry whole. */
  async function recovers(): Promise<void> {
    const { code, err } = await run();
    assert.equal(code, 0, err);
    assert.deepEqual(await verifyStore(store, await takeInventory(store)), []);
  }

  const isClear = (err: string) => assert.ok(!/ at (file|ext):|Bug:/.test(err), err);

  it("because the disk is full, at every size of disk it meets first somewhere else", async (t) => {
    const disk = join(folder, "disk");
    Deno.mkdirSync(disk);
    let met = 0;
    const places = new Set<string>();
    for (const kilobytes of [4, 32, 64, 128, 256]) {
      const mounted = await mount(disk, kilobytes);
      if (mounted !== undefined) return t.skip(`no small file system can be mounted here: ${mounted}`);
      try {
        const { code, err } = await run("", [], { RAIE_STORE: join(disk, "store") });
        if (code === 0) continue;
        met++;
        assert.equal(code, 1, err);
        isClear(err);
        assert.match(
          err,
          /Cannot (write to the store|keep a checkpoint|make the lock|write who holds)[^]*No space left/i,
        );
        places.add(/Cannot (write to the store|keep a checkpoint|make the lock|write who holds)/.exec(err)![1]!);
        assert.deepEqual(await verifyStore(join(disk, "store"), await takeInventory(join(disk, "store"))), []);
      } finally {
        await unmount(disk);
      }
    }
    assert.ok(met >= 3, `the disk was full ${met} times`);
    console.log(`full disks met: ${met}, in: ${[...places].join(", ")}`);
  });

  it("because the store may not be written", async () => {
    Deno.writeTextFileSync(store, "a file where the store should be");
    const { code, err } = await run();
    assert.equal(code, 1, err);
    isClear(err);
    assert.match(err, /Cannot (make the lock|write to the store) .*RAIE_STORE names another folder/);
    Deno.removeSync(store);
    await recovers();
  });

  it("because the store's file system is read-only", async (t) => {
    const disk = join(folder, "disk");
    Deno.mkdirSync(disk);
    const mounted = await mount(disk, 64, "ro");
    if (mounted !== undefined) return t.skip(`no small file system can be mounted here: ${mounted}`);
    try {
      const { code, err } = await run("", [], { RAIE_STORE: join(disk, "store") });
      assert.equal(code, 1, err);
      isClear(err);
      assert.match(err, /Read-only file system.*RAIE_STORE names another folder/);
    } finally {
      await unmount(disk);
    }
    await recovers();
  });

  it("because the report's folder may not be written, with nothing computed lost", async () => {
    Deno.mkdirSync(join(folder, "out", "tiny"), { recursive: true });
    Deno.writeTextFileSync(join(folder, "out", "tiny", "artifacts"), "a file where the report's data should go");
    const { code, err } = await run();
    assert.equal(code, 1, err);
    isClear(err);
    Deno.removeSync(join(folder, "out"), { recursive: true });
    const again = await run();
    assert.equal(again.code, 0, again.err);
    assert.equal(again.err.match(/from the store/g)?.length, 7, again.err);
  });

  it("because there is less memory than a stage may take, before anything is computed", async () => {
    for (const jobs of ["1", "2"]) {
      const { code, err } = await run("", ["--set", "backbone.hidden=65536", "--jobs", jobs]);
      assert.equal(code, 1, err);
      isClear(err);
      assert.match(
        err,
        /Error: Cannot compute "RAIE: adapt to F1": out of memory, since it may take \d{4,}\.\d GB \(\d+ bytes\) and \d+\.\d GB \(\d+ bytes\) are free; a smaller backbone\.hidden, .*batch .*takes less/,
      );
      assert.deepEqual((await takeInventory(store)).leftovers, []);
      assert.deepEqual(await verifyStore(store, await takeInventory(store)), []);
    }
    await recovers();
  });

  it("because the engine's memory is full while a stage is computed", async () => {
    // The free memory may not be asked for, so that nothing is refused beforehand; WebAssembly has 4 GB at most on any machine.
    for (const jobs of ["1", "2"]) {
      const { code, err } = await run("", ["--set", "backbone.hidden=4096", "--jobs", jobs], {}, ["systemMemoryInfo"]);
      assert.equal(code, 1, err);
      isClear(err);
      assert.match(
        err,
        /Error: .*Cannot compute "backbone: train sasrec on S": out of memory \(.*\); a smaller backbone\.hidden, /,
      );
      assert.deepEqual(await verifyStore(store, await takeInventory(store)), []);
    }
    await recovers();
  });

  it("because an entry of the store is cut short or gone", async () => {
    assert.equal((await run()).code, 0);
    const { entries } = await takeInventory(store);
    const ranks = entries.filter(({ kind }) => kind === "ranks");
    Deno.truncateSync(join(store, ranks[0]!.entry, "ranks.safetensors"), 100);
    Deno.removeSync(join(store, ranks[1]!.entry), { recursive: true });
    Deno.removeSync(join(store, ranks[2]!.entry, "manifest.json"));
    const { code, err } = await run();
    assert.equal(code, 0, err);
    assert.equal(err.match(/is damaged: put aside/g)?.length, 2, err);
    assert.deepEqual(await verifyStore(store, await takeInventory(store)), []);
  });

  it("because its data vanish, or change, or its spec does: said, and never mixed up with what was computed before", async () => {
    const data = join(folder, "ratings.csv");
    const rows = (shift: number) =>
      Array.from({ length: 3000 }, (_, i) => `u${i % 50},i${(i * (7 + shift)) % 40},${4 + i % 2},${1000 + i}`).join(
        "\n",
      );
    Deno.writeTextFileSync(data, `user,item,rating,timestamp\n${rows(0)}\n`);
    const { dataset: _, ...rest } = SPEC;
    const descriptor = {
      ...rest,
      dataset: {
        format: "csv",
        path: data,
        columns: { user: "user", item: "item", rating: "rating", time: "timestamp" },
      },
    };
    Deno.writeTextFileSync(spec, JSON.stringify(descriptor));
    const first = await run();
    assert.equal(first.code, 0, first.err);
    Deno.writeTextFileSync(data, `user,item,rating,timestamp\n${rows(4)}\n`);
    const changed = await run();
    assert.equal(changed.code, 0, changed.err);
    assert.doesNotMatch(changed.err, /from the store/, "other data are another computation");
    Deno.removeSync(data);
    const gone = await run();
    assert.notEqual(gone.code, 0);
    isClear(gone.err);
    assert.match(gone.err, /ratings\.csv/);
    Deno.writeTextFileSync(spec, JSON.stringify({ ...SPEC, seeds: [2] }));
    const other = await run();
    assert.equal(other.code, 0, other.err);
    assert.doesNotMatch(other.err, /backbone.*from the store/, "another seed is another computation");
    await recovers();
  });

  it("because the clock jumps: results from another century are taken as they are, and none is removed for its age", async () => {
    const first = await run();
    assert.equal(first.code, 0, first.err);
    const results = storedResults(store);
    for (const year of [1999, 2099]) {
      touchAll(store, new Date(year, 0));
      const { code, err } = await run();
      assert.equal(code, 0, err);
      assert.equal(err.match(/from the store/g)?.length, 7, err);
      assert.deepEqual(storedResults(store), results);
    }
    touchAll(store, new Date(2099, 0));
    assert.deepEqual((await collect(store, { keepDays: 30 })).removed, []);
  });
});

function touchAll(path: string, time: Date): void {
  if (Deno.statSync(path).isDirectory) {
    for (const { name } of Deno.readDirSync(path)) touchAll(join(path, name), time);
  }
  Deno.utimeSync(path, time, time);
}

/** Mounts a file system of `kilobytes` in memory; what went wrong, if it did. */
async function mount(folder: string, kilobytes: number, more = "rw"): Promise<string | undefined> {
  try {
    const { success, stderr } = await new Deno.Command("mount", {
      args: ["-t", "tmpfs", "-o", `size=${kilobytes}k,${more}`, "tmpfs", folder],
    }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no mount";
    throw error;
  }
}

async function unmount(folder: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("umount", { args: [folder] }).output();
  if (!success) throw new TypeError(new TextDecoder().decode(stderr));
}
