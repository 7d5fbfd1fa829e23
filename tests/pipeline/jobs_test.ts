import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { JobError } from "../../src/pipeline/job_error.ts";
import type { JobOutcome, JobProcess } from "../../src/pipeline/job_process.ts";
import { WORKER_FLAGS } from "../../src/pipeline/job_process.ts";
import { jobPool } from "../../src/pipeline/jobs.ts";
import { Interrupted } from "../../src/pipeline/progress.ts";
import { Store } from "../../src/pipeline/store.ts";
import { taskFlags } from "../faults/task_flags.ts";
import { identityOf, keyOf, madeStages } from "./made_stages.ts";

const DIAMOND = {
  backbone: [],
  lora: ["backbone"],
  raie: ["backbone"],
  "lora ranks": ["lora"],
  "raie ranks": ["raie"],
};

describe("jobPool()", () => {
  let root: string, store: Store;
  let started: number, stopped: number, atATime: number, most: number, order: string[];
  beforeEach(() => {
    root = Deno.makeTempDirSync();
    store = new Store(root);
    started =
      stopped =
      atATime =
      most =
        0;
    order = [];
  });
  afterEach(async () => {
    await store.close();
    Deno.removeSync(root, { recursive: true });
  });

  /** A process that ends each stage as `outcome` says, after a moment. */
  const start =
    (names: Record<string, string[]>, outcome: (name: string) => JobOutcome | Error = () => "done") => () => {
      started++;
      const process: JobProcess = {
        async compute(key) {
          const name = Object.keys(names).find((name) => keyOf(name) === key)!;
          order.push(name);
          most = Math.max(most, ++atATime);
          await new Promise((resolve) => setTimeout(resolve, 5));
          atATime--;
          const result = outcome(name);
          if (result instanceof Error) throw result;
          return result;
        },
        stop: () => {
          stopped++;
          return Promise.resolve();
        },
      };
      return process;
    };

  it("computes what the store lacks, no more processes at a time than asked for, and ends them all", async () => {
    await store.stage(identityOf("backbone"), (folder) => Deno.writeTextFile(`${folder}/x`, "there"));
    const pool = jobPool({ jobs: 2, store, start: start(DIAMOND), budget: 9 });
    const { computed } = await pool.compute(madeStages(DIAMOND));
    assert.deepEqual(order.toSorted(), ["lora", "lora ranks", "raie", "raie ranks"]);
    assert.deepEqual([...computed].toSorted(), order.map(keyOf).toSorted());
    assert.deepEqual([most, started, stopped], [2, 2, 2]);
  });

  it("runs one at a time where memory lets no two", async () => {
    await jobPool({ jobs: 3, store, start: start(DIAMOND), budget: 5 }).compute(madeStages(DIAMOND, 3));
    assert.deepEqual([order.length, most], [5, 1]);
  });

  it("counts every process for the largest stage, whose memory it may keep", async () => {
    const nodes = madeStages(DIAMOND).map((node) => node.stage === "backbone" ? { ...node, memory: 3 } : node);
    await jobPool({ jobs: 3, store, start: start(DIAMOND), budget: 5 }).compute(nodes);
    assert.deepEqual([order.length, most, started], [5, 1, 1]);
  });

  it("leaves out what needs a stage whose loss diverged", async () => {
    const outcome = (name: string) => name === "lora" ? "diverged" as const : "done" as const;
    const pool = jobPool({ jobs: 2, store, start: start(DIAMOND, outcome), budget: 9 });
    const { computed, failed } = await pool.compute(madeStages(DIAMOND));
    assert.deepEqual([...computed].toSorted(), ["backbone", "raie", "raie ranks"].map(keyOf).toSorted());
    assert.deepEqual([...failed], []);
    assert.ok(!order.includes("lora ranks"));
  });

  it("gives the reason of a stage that stops its method, in place of a process that may have no memory left, and does the rest", async () => {
    const outcome = (name: string) => name === "lora" ? { failed: "out of memory" } : "done" as const;
    const pool = jobPool({ jobs: 1, store, start: start(DIAMOND, outcome), budget: 9 });
    const { computed, failed } = await pool.compute(madeStages(DIAMOND));
    assert.deepEqual([...computed].toSorted(), ["backbone", "raie", "raie ranks"].map(keyOf).toSorted());
    assert.deepEqual([...failed], [[keyOf("lora"), "out of memory"]]);
    assert.ok(!order.includes("lora ranks"));
    assert.equal(started, 2);
  });

  it("throws the first failure of a process, after the others have ended", async () => {
    const outcome = (name: string) => name === "lora" ? new JobError("the disk is full") : "done" as const;
    const pool = jobPool({ jobs: 2, store, start: start(DIAMOND, outcome), budget: 9 });
    await assert.rejects(() => pool.compute(madeStages(DIAMOND)), {
      name: "JobError",
      message: "lora: the disk is full",
    });
    assert.equal(stopped, started);
  });

  it("stops its processes when it is interrupted", async () => {
    const abort = new AbortController();
    const outcome = () => {
      abort.abort(new Interrupted());
      return "done" as const;
    };
    const pool = jobPool({ jobs: 1, store, start: start(DIAMOND, outcome), budget: 9, signal: abort.signal });
    await assert.rejects(() => pool.compute(madeStages(DIAMOND)), { name: "Interrupted" });
    assert.deepEqual([order, stopped], [["backbone"], 1]);
  });
});

describe("a worker process", () => {
  it("may do what the task that starts it may, but for starting processes", () => {
    const flags = taskFlags("run").filter((word) => word.startsWith("-"));
    const worker = flags.map((flag) =>
      flag.replace("--allow-run=nvidia-smi,deno,sbatch,squeue,sacct,scancel", "--allow-run=nvidia-smi").replace(
        ",systemMemoryInfo",
        "",
      )
    );
    assert.deepEqual([...WORKER_FLAGS].toSorted(), worker.toSorted());
  });
});
