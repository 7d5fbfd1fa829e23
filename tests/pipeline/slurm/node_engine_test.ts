/** Which engine results are kept under where the nodes have another than the machine that submits. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import type { Rung } from "../../../src/engine/types.ts";
import { JobError } from "../../../src/pipeline/job_error.ts";
import { Interrupted, Progress } from "../../../src/pipeline/progress.ts";
import { forgetEngines, nodeEngine } from "../../../src/pipeline/slurm/node_engine.ts";
import { Store } from "../../../src/pipeline/store.ts";
import { resolveExecutor } from "../../../src/spec/executor.ts";
import type { Json } from "../../../src/spec/json.ts";
import { FakeSlurm } from "./fake_slurm.ts";

const TENSORFLOW = { rung: "tensorflow", works: true, version: "TensorFlow 2.21.0", threads: 64 };
const H100 = { ...TENSORFLOW, device: "NVIDIA H100", memory: 8e10 };
const NO_WEBGPU = { rung: "webgpu", works: false, reason: "no GPU" };

describe("nodeEngine()", () => {
  let fake: FakeSlurm, root: string, store: Store, abort: AbortController;
  beforeEach(() => {
    fake = new FakeSlurm();
    root = Deno.makeTempDirSync();
    store = new Store(root);
    abort = new AbortController();
  });
  afterEach(async () => {
    await store.close();
    fake.remove();
    Deno.removeSync(root, { recursive: true });
  });

  const look = (executor: Json, choice: Rung | "auto" = "auto") =>
    nodeEngine(choice, 2, {
      executor: resolveExecutor(executor),
      store,
      progress: new Progress([]),
      signal: abort.signal,
      unseenMs: 100,
    });
  const submitted = async (orders: number) => {
    while (fake.orders.length < orders) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  /** As the job of an order does. */
  const find = (order: number, ...rungs: object[]) => {
    const [, name] = /^engine=(engine-[0-9a-f]{16}\.json)$/.exec(fake.orders[order - 1]!.at(-1)!)!;
    Deno.writeTextFileSync(join(root, "submitted", name!), JSON.stringify({ rungs }));
  };
  const GPU = { kind: "slurm", partition: "gpu", gres: "gpu:1", cpus: 8 };

  it("is what a job with the stages' partition and gres finds, with as many threads as they have processors", async () => {
    const looking = look(GPU);
    await submitted(1);
    fake.queue({ 1: "PENDING|Priority" });
    find(1, H100, NO_WEBGPU);
    assert.deepEqual(await looking, {
      ...{ rung: "tensorflow", version: "TensorFlow 2.21.0", device: "NVIDIA H100", threads: 8, memory: 8e10 },
    });
    assert.deepEqual(["partition", "gres", "cpus-per-task"].map((name) => fake.option(1, name)), ["gpu", "gpu:1", "8"]);
  });

  it("is asked for once, until a job has found another", async () => {
    const first = look(GPU);
    await submitted(1);
    find(1, H100);
    assert.deepEqual(await look(GPU), await first);
    assert.equal(fake.orders.length, 1);
    await forgetEngines(root);
    const again = look(GPU);
    await submitted(2);
    find(2, { ...H100, device: "NVIDIA H200" });
    assert.equal((await again).device, "NVIDIA H200");
  });

  it("is refused where kinds of stages would find different ones", async () => {
    const looking = look({ ...GPU, stages: { ranks: { partition: "cpu" } } });
    await submitted(1);
    find(1, H100);
    await submitted(2);
    find(2, { ...TENSORFLOW, device: "cpu" });
    await assert.rejects(looking, (error) => {
      assert.ok(error instanceof JobError);
      assert.match(
        error.message,
        /"tensorflow TensorFlow 2.21.0 NVIDIA H100 8" \(backbone, represented, adapted, regions\) and "tensorflow TensorFlow 2.21.0 cpu 8" \(ranks\)/,
      );
      return true;
    });
  });

  it("is refused where the nodes do not have the one that the spec names, with their reason", async () => {
    const looking = look(GPU, "webgpu");
    await submitted(1);
    find(1, H100, NO_WEBGPU);
    await assert.rejects(looking, /The nodes cannot run the engine "webgpu": no GPU/);
  });

  for (
    const [how, state] of [["fails", "FAILED|NonZeroExitCode"], ["ends without a word", "COMPLETED|None"]] as const
  ) {
    it(`is not known when the job that looks ${how}; what it printed is told`, async () => {
      const looking = look(GPU);
      await submitted(1);
      Deno.writeTextFileSync(join(root, "submitted", "output", "1.txt"), "deno: not found\n");
      fake.queue({ 1: state });
      await assert.rejects(looking, /job 1 is over \((FAILED|COMPLETED).*\): deno: not found/);
    });
  }

  it("is no longer looked for when the user has had enough, and the job is cancelled", async () => {
    const looking = look(GPU);
    await submitted(1);
    fake.queue({ 1: "PENDING|Priority" });
    abort.abort();
    await assert.rejects(looking, Interrupted);
    assert.deepEqual(fake.cancelled, ["--quiet", "1"]);
  });
});
