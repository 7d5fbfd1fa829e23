/** Runs whose stages are jobs of a real Slurm, on this machine. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { openEngine } from "../../src/engine/open.ts";
import { takeInventory, verifyStore } from "../../src/pipeline/inventory.ts";
import { Progress } from "../../src/pipeline/progress.ts";
import { computeRun, prepareRun } from "../../src/pipeline/run_spec.ts";
import { Store } from "../../src/pipeline/store.ts";
import { resultsOfRun } from "../../src/pipeline/write_run.ts";
import { specDigest } from "../../src/spec/canonical.ts";
import { portableSpec } from "../../src/spec/portable.ts";
import { parseExperiment } from "../../src/spec/sweep.ts";
import { noSlurm, pathWithDeno, slurm, Started, until } from "./cluster.ts";
import { TINY } from "./tiny_spec.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BASE = { ...TINY, engine: "wasm", methods: ["base"] };
/** With a training that is long enough to be met half way. */
const LONG = { ...BASE, backbone: { kind: "sasrec", hidden: 8, training: { epochs: 25 } } };

describe("a run on a Slurm cluster", { skip: await noSlurm() }, () => {
  let folder: string, store: string, env: Record<string, string>;
  beforeEach(() => {
    folder = Deno.makeTempDirSync();
    store = join(folder, "store");
    env = { RAIE_STORE: store };
  });
  afterEach(async () => {
    await slurm("scancel", "--quiet", "--user=root");
    Deno.removeSync(folder, { recursive: true });
  });

  function write(spec: object): string {
    const path = join(folder, "spec.json");
    Deno.writeTextFileSync(path, JSON.stringify(spec));
    return path;
  }

  const run = (spec: object, ...more: string[]) =>
    new Started(["run", write(spec), "--executor", "slurm", "--out", join(folder, "out"), ...more], env);

  /** The store and the results of the same spec, computed in this process. */
  async function local(spec: object) {
    const { specs } = parseExperiment(JSON.stringify(spec), join(folder, "spec.json"));
    const own = new Store(join(folder, "local"));
    const engine = await openEngine("wasm");
    try {
      const results = [];
      for (const one of specs) {
        const bench = { engine, store: own, progress: new Progress() };
        const prepared = await prepareRun(one, bench, undefined);
        const finished = await computeRun(one, specDigest(portableSpec(one)), prepared, bench);
        results.push({ name: one.name, results: resultsOfRun(finished) });
      }
      return results;
    } finally {
      await own.close();
      engine.close();
    }
  }

  /** Files of every result by path, but for manifests and times, which say when and how long. */
  async function resultFiles(root: string): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    const read = (path: string) => {
      for (const { name, isDirectory } of Deno.readDirSync(join(root, path))) {
        const inside = `${path}/${name}`;
        if (isDirectory) read(inside);
        else if (name !== "manifest.json" && name !== "seconds.json") {
          files.set(inside, new TextDecoder("latin1").decode(Deno.readFileSync(join(root, inside))));
        }
      }
    };
    for (const { entry } of (await takeInventory(root)).entries) read(entry);
    return files;
  }

  /** JSON without what was measured with a clock. */
  const untimed = (results: unknown): unknown =>
    JSON.parse(JSON.stringify(results), (key, value) => key === "seconds" ? 0 : value);

  /** A file of submissions that ends so, when there is one. */
  const submitted = (end: string): string[] => {
    try {
      return [...Deno.readDirSync(join(store, "submitted"))].map(({ name }) => name).filter((name) =>
        name.endsWith(end)
      );
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  };

  const trains = () =>
    until(
      "a job trains",
      () =>
        submitted(".ndjson").some((name) =>
          Deno.readTextFileSync(join(store, "submitted", name)).includes('"what":"steps","step":')
        ),
    );

  it("gives a sweep of six cells the bytes of the local executor, equal stages of its cells as one job array", async () => {
    const spec = {
      ...TINY,
      engine: "wasm",
      methods: ["base", "lora"],
      sweep: { "lora.rank": [1, 2, 3, 4, 5, 6] },
    };
    const started = run(spec);
    const expected = await local(spec);
    const { code, err } = await started.ended();
    assert.equal(code, 0, err);
    assert.match(err, /submitted 14 stages: jobs \d+, \d+, \d+, \d+\n/);
    for (const { name, results } of expected) {
      const written = JSON.parse(Deno.readTextFileSync(join(folder, "out", name, "results.json")));
      assert.deepEqual(untimed(written), untimed(results), name);
    }
    const [files, own] = [await resultFiles(store), await resultFiles(join(folder, "local"))];
    assert.deepEqual([...files.keys()].toSorted(), [...own.keys()].toSorted());
    for (const [path, bytes] of own) assert.ok(files.get(path) === bytes, path);
    const jobs = submitted(".job").map((name) => JSON.parse(Deno.readTextFileSync(join(store, "submitted", name))).job);
    const arrays = Map.groupBy(jobs.filter((job) => job.includes("_")), (job: string) => job.replace(/_.*/, ""));
    assert.deepEqual([...arrays.values()].map((tasks) => tasks.length), [6, 6]);
  });

  it("finishes a training whose job was cancelled by a second job, from its checkpoint, with the same bytes", async () => {
    const started = run(LONG, "--checkpoint-every", "5");
    await trains();
    const { out } = await slurm("squeue", "--noheader", "--states=RUNNING", "--format=%i");
    await slurm("scancel", out.trim());
    await local(LONG);
    const { code, err } = await started.ended();
    assert.equal(code, 0, err);
    assert.match(err, /job \d+ was lost \((CANCELLED|asked to end).*\): submitted again, 1 of 3 times/);
    assert.match(err, /goes on from step \d+/);
    const [files, own] = [await resultFiles(store), await resultFiles(join(folder, "local"))];
    assert.equal(files.size, own.size);
    for (const [path, bytes] of own) assert.ok(files.get(path) === bytes, path);
  });

  it("gives a job that was ended for its memory more of it, whatever the store and the methods are called", async () => {
    store = join(folder, "-s p'q\"$(touch pwned)`touch pwned`%j%A\\n\\\\;&\nx");
    env = { RAIE_STORE: store };
    const label = "-$(touch pwned) '\"%j\\;";
    const { code, err } = await run({
      ...LONG,
      methods: ["base", { kind: "lora", label }],
      executor: { kind: "local", memoryFactor: 8, memoryLimit: "2G", stages: { backbone: { memory: "100M" } } },
    }).ended();
    assert.equal(code, 0, err);
    assert.match(err, /job \d+ was lost \(out of memory with 100 MiB\): submitted again with 800 MiB/);
    assert.deepEqual(await verifyStore(store, await takeInventory(store)), []);
    for (const place of [ROOT, folder, store, join(store, "submitted")]) {
      assert.ok(![...Deno.readDirSync(place)].some(({ name }) => name === "pwned"), place);
    }
  });

  it("keeps results under the engine that a job finds on a node", async () => {
    // Half of this machine's processors: what submits here is no engine of the nodes.
    const spec = { ...BASE, engine: "tensorflow", executor: { kind: "slurm", engine: "node", cpus: 1 } };
    const { code, err } = await new Started(["run", write(spec), "--out", join(folder, "out")], {
      ...env,
      TF_NUM_INTRAOP_THREADS: "2",
    }).ended();
    assert.equal(code, 0, err);
    assert.match(err, /job \d+ looks which engine the nodes have\n/);
    const { provenance } = JSON.parse(Deno.readTextFileSync(join(folder, "out", "tiny", "results.json")));
    assert.deepEqual([provenance.engine.rung, provenance.engine.threads], ["tensorflow", 1]);
    const submissions = submitted(".json").filter((name) => !name.startsWith("engine-"));
    for (const name of submissions) {
      assert.match(JSON.parse(Deno.readTextFileSync(join(store, "submitted", name))).engine.id, /^tensorflow .* 1$/);
    }
    assert.equal(submissions.length, 2);
  });

  it("says in Slurm's own words that there is no such partition, and leaves the store as it was", async () => {
    const executor = { kind: "slurm", partition: "-no $(such) 'one' %j \\" };
    const { code, err } = await run({ ...BASE, executor }).ended();
    assert.equal(code, 1);
    assert.ok(err.includes("sbatch: error: invalid partition specified: -no $(such) 'one' %j \\"), err);
    assert.doesNotMatch(err, /Bug:/);
    assert.deepEqual(await verifyStore(store, await takeInventory(store)), []);
  });

  it("leaves its jobs when it is interrupted; watch follows them to their end, and the same command takes what they made", async () => {
    const started = run(LONG);
    await trains();
    started.kill("SIGINT");
    const left = await started.ended();
    assert.equal(left.code, 130, left.err);
    assert.match(left.err, /left in the queue: .*scancel \d+ \d+ ends them/);
    const watch = await new Started(["watch", "tiny", "--out", join(folder, "out")], env).ended();
    assert.equal(watch.code, 0, watch.err);
    assert.match(watch.out, /base: rank S, F1, T +█+/);
    assert.match(watch.out, /The jobs of tiny are done/);
    const again = await run(LONG).ended();
    assert.equal(again.code, 0, again.err);
    assert.match(again.err, /base: rank S, F1, T +█+ +from the store/);
    assert.doesNotMatch(again.err, /submitted/);
  });

  it("attaches to jobs that run, asks at Ctrl-C in a terminal, and cancels them", async () => {
    const started = run(LONG);
    await trains();
    started.kill("SIGKILL");
    await started.ended();
    const { out: before } = await slurm("squeue", "--noheader", "--format=%i");
    const command = [Deno.execPath(), "task", "-q", "run", join(folder, "spec.json"), "--executor", "slurm", "--out"];
    const process = new Deno.Command("script", {
      args: ["-qefc", [...command, join(folder, "out")].map((word) => `'${word}'`).join(" "), "/dev/null"],
      cwd: ROOT,
      env: { ...env, PATH: pathWithDeno() },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const keys = process.stdin.getWriter();
    let said = "";
    const reading = (async () => {
      for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) said += text;
    })();
    await until("it follows", () => said.includes("have jobs already"));
    await keys.write(new TextEncoder().encode("\x03"));
    await until("it asks", () => said.includes("[l/c]"));
    const { out: asked } = await slurm("squeue", "--noheader", "--format=%i");
    assert.deepEqual(asked.split("\n").toSorted(), before.split("\n").toSorted());
    await keys.write(new TextEncoder().encode("c\r"));
    const { code } = await process.status;
    await keys.close();
    await reading;
    assert.equal(code, 130, said);
    assert.match(said, /cancelled 2 jobs/);
    await until(
      "the queue is empty",
      async () => (await slurm("squeue", "--noheader", "--format=%i")).out.trim() === "",
    );
  });
});
