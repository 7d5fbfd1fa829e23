/** Runs with worker processes: any number of them gives the same bytes, and whatever ends one or all of them loses nothing. */
import { afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openEngine } from "../../src/engine/open.ts";
import { inOrder, stageGraph } from "../../src/pipeline/graph.ts";
import { takeInventory, verifyStore } from "../../src/pipeline/inventory.ts";
import { prepareData } from "../../src/pipeline/prepare.ts";
import { engineId } from "../../src/pipeline/stages.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { storedResults, timelessResults } from "../pipeline/stored.ts";
import { SPEC } from "./quickstart_once.ts";
import { taskFlags } from "./task_flags.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly err: string;
}

describe("a run with worker processes", () => {
  let folder: string, store: string, out: string;
  let stored: Map<string, string>, results: unknown;
  beforeEach(() => {
    folder = Deno.makeTempDirSync();
    store = join(folder, "store");
    out = join(folder, "out");
  });
  afterEach(() => Deno.removeSync(folder, { recursive: true }));

  const start = (...more: string[]) => startOn(SPEC, ...more);

  function startOn(spec: string, ...more: string[]): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: [...taskFlags("run"), spec, "--out", out, "--checkpoint-every", "10", ...more],
      cwd: ROOT,
      env: { NO_COLOR: "1", RAIE_STORE: store },
      stdout: "null",
      stderr: "piped",
    }).spawn();
  }

  async function ended(process: Deno.ChildProcess): Promise<Ended> {
    const { code, signal, stderr } = await process.output();
    return { code, signal, err: new TextDecoder().decode(stderr) };
  }

  /** Its worker processes. */
  async function workersOf(pid: number): Promise<number[]> {
    const { stdout } = await new Deno.Command("pgrep", { args: ["-P", `${pid}`, "-f", "job_program"] }).output();
    return new TextDecoder().decode(stdout).trim().split("\n").filter(Boolean).map(Number);
  }

  /** Waits until something is so. */
  async function until(what: string, so: () => Promise<boolean> | boolean): Promise<void> {
    for (let looks = 0; looks < 600; looks++) {
      if (await so()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail(`${what}: not within 30 s`);
  }

  const events = () =>
    Deno.readTextFileSync(join(out, "quickstart", "events.ndjson")).trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
  const reached = (stage: string, step: number) => () => {
    try {
      return events().some((event) => event.event === "step" && event.stage.startsWith(stage) && event.step >= step);
    } catch (error) {
      // Not begun yet, or a line is just being written.
      if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return false;
      throw error;
    }
  };

  /** Ends with the undisturbed run's bytes, in a store that is whole. */
  async function endsWell(...more: string[]): Promise<void> {
    const { code, err } = await ended(start(...more));
    assert.equal(code, 0, err);
    assert.deepEqual(storedResults(store), stored);
    assert.deepEqual(timelessResults(join(out, "quickstart")), results);
    assert.deepEqual(await verifyStore(store, await takeInventory(store)), []);
  }

  const isClear = (err: string) => assert.ok(!/ at (file|ext):|Bug:/.test(err), err);

  beforeAll(async () => {
    folder = Deno.makeTempDirSync();
    store = join(folder, "store");
    out = join(folder, "out");
    const { code, err } = await ended(start());
    assert.equal(code, 0, err);
    stored = storedResults(store);
    results = timelessResults(join(out, "quickstart"));
    Deno.removeSync(folder, { recursive: true });
  });

  for (const jobs of [2, 3]) {
    it(`of which there are ${jobs} gives the bytes of one that has none, in no more memory than was reckoned`, async () => {
      await endsWell("--jobs", `${jobs}`);
      await tookNoMoreThanReckoned(SPEC);
    });
  }

  const every = ["base", "full", "lora", "replay", "lwf", "ewc", "lsat", "mole", "ebpr", "proximal"];
  for (
    const [kind, loss, hidden, methods] of [
      ["sasrec", "bce", 256, ["base", "lora"]],
      ["sasrec", "cross-entropy", 128, ["base", "lora"]],
      ["bert4rec", "cross-entropy", 64, every],
      ["tisasrec", "bce", 64, every],
    ] as const
  ) {
    it(`takes no more memory than was reckoned where the catalogue of a ${kind} is large and the loss is ${loss}`, async () => {
      const data = join(folder, "large.csv");
      const rows = Array.from({ length: 42_000 }, (_, k) => `u${(k * 7919) % 701},i${(k * 4007) % 20_000},${1000 + k}`);
      Deno.writeTextFileSync(data, `user,item,timestamp\n${rows.join("\n")}\n`);
      const training = { epochs: 1, loss: { kind: loss } };
      const spec = join(folder, "quickstart.json");
      const large = {
        name: "quickstart",
        dataset: { format: "csv", path: data, columns: { user: "user", item: "item", time: "timestamp" } },
        backbone: { kind, hidden, training },
        lora: { training },
        methods,
        seeds: [1],
      };
      Deno.writeTextFileSync(spec, JSON.stringify(large));
      const { code, err } = await ended(startOn(spec, "--jobs", "2"));
      assert.equal(code, 0, err);
      await tookNoMoreThanReckoned(spec);
    });
  }

  /** A process that is used again keeps what it took before: any stage's may be there at any other. */
  async function tookNoMoreThanReckoned(spec: string): Promise<void> {
    const { resolved } = parseSpec(Deno.readTextFileSync(spec), spec);
    const engine = await openEngine(resolved.engine);
    const nodes = inOrder(stageGraph(resolved, await prepareData(resolved, undefined), engineId(engine)));
    engine.close();
    const reckoned = Math.max(...nodes.map(({ memory }) => memory));
    const seen = events().filter(({ memory, stage }) =>
      memory !== undefined && nodes.some((node) => node.stage === stage)
    );
    assert.equal(new Set(seen.map(({ stage }) => stage)).size, nodes.length);
    for (const { stage, memory } of seen) {
      // The backbone comes first, in a process that held nothing.
      const most = stage === nodes[0]!.stage ? nodes[0]!.memory : reckoned;
      assert.ok(memory <= most, `${stage}: ${memory} bytes, reckoned ${most}`);
    }
    console.log(`most memory seen: ${Math.max(...seen.map(({ memory }) => memory))}, reckoned: ${reckoned}`);
  }

  it("says which stage was lost when a worker is killed, leaves a store that is whole, and goes on from there", async () => {
    const run = start("--jobs", "2");
    const end = ended(run);
    await until("a worker trains", reached("backbone", 20));
    Deno.kill((await workersOf(run.pid))[0]!, "SIGKILL");
    const { code, err } = await end;
    assert.equal(code, 1, err);
    assert.match(err, /a worker process ended by SIGKILL; when the system lacked memory, a lower --jobs/);
    isClear(err);
    assert.deepEqual(await verifyStore(store, await takeInventory(store)), []);
    await endsWell("--jobs", "2");
  });

  it("leaves no worker behind when it is killed itself", async () => {
    const run = start("--jobs", "2");
    const end = ended(run);
    await until("a worker trains", reached("backbone", 20));
    const workers = await workersOf(run.pid);
    assert.ok(workers.length > 0);
    run.kill("SIGKILL");
    isClear((await end).err);
    for (const pid of workers) await until("the worker has ended", async () => !await isAlive(pid));
    await endsWell("--jobs", "1");
  });

  for (const jobs of ["1", "2"]) {
    it(`interrupted with --jobs ${jobs}: finishes the step, keeps it, says how to go on, ends with 130`, async () => {
      const run = start("--jobs", jobs, "--checkpoint-every", "1000");
      const end = ended(run);
      await until("it trains", reached("backbone", 20));
      run.kill("SIGINT");
      const { code, err } = await end;
      assert.equal(code, 130, err);
      assert.match(err, /Interrupted: what is done is kept, the same command goes on from there\n$/);
      // No checkpoint was due: what is there was kept because of the interruption.
      const kept = (await takeInventory(store)).leftovers.map(({ what }) => what);
      assert.deepEqual(kept, ["checkpoints"]);
      assert.equal(events().at(-1).outcome, "interrupted");
      await endsWell("--jobs", jobs);
    });
  }

  it("leaves out a method whose loss diverges, as a run without workers does", async () => {
    const training = { epochs: 5, learningRate: 10, clip: null, weightDecay: 1 };
    const wild = {
      name: "wild",
      engine: "wasm",
      dataset: { format: "synthetic", users: 60, items: 40, interactionsPerUser: 30, regions: 3, drift: 0.9, seed: 5 },
      windows: { context: 5, stride: 2 },
      backbone: { kind: "sasrec", hidden: 8, training: { epochs: 1 } },
      methods: ["base", { kind: "lora", label: "wild", lora: { training, itemRate: 1000, anchor: 1 } }, "lora"],
      seeds: [1, 2],
    };
    const spec = join(folder, "wild.json");
    Deno.writeTextFileSync(spec, JSON.stringify(wild));
    const seen = [];
    for (const jobs of ["1", "3"]) {
      const { code, err } = await ended(startOn(spec, "--jobs", jobs));
      assert.equal(code, 1, err);
      assert.match(err, /Failed: wild, seed 2: .*the loss is (NaN|-?Infinity) at step/);
      seen.push([storedResults(store), timelessResults(join(out, "wild"))]);
      Deno.removeSync(store, { recursive: true });
    }
    assert.deepEqual(seen[1], seen[0]);
  });
});

/** Whether a process of this id is there, and no mere entry of one that has ended. */
async function isAlive(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", `${pid}`] }).output();
  const state = new TextDecoder().decode(stdout).trim();
  return state !== "" && !state.startsWith("Z");
}
