/** What is done about jobs that do not bring their stages to an end. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { SubmittedFiles } from "../../../src/pipeline/slurm/submission.ts";
import { keyOf } from "../made_stages.ts";
import { CHAIN, Cluster, RULES, submission, UNSEEN_MS } from "./cluster.ts";

describe("Follower of jobs that are lost", () => {
  let on: Cluster;
  beforeEach(() => on = new Cluster());
  afterEach(() => on.remove());

  it("submits a preempted job again, and what waited for it behind the new one", async () => {
    await on.followWhile(CHAIN, async () => {
      await on.submitted(3);
      on.fake.queue({ 1: "PREEMPTED|None", 2: "PENDING|Dependency", 3: "PENDING|Dependency" });
      await on.submitted(6);
      for (const { listed } of CHAIN) await on.done(listed.stage);
      on.fake.queue({ 4: "COMPLETED|None", 5: "COMPLETED|None", 6: "COMPLETED|None" });
    });
    assert.deepEqual(on.fake.cancelled.filter((word) => !word.startsWith("-")), ["2", "3"]);
    assert.deepEqual([5, 6].map((order) => on.fake.option(order, "dependency")), ["afterok:4", "afterok:5"]);
    assert.match(on.said.join("\n"), /backbone: job 1 was lost \(PREEMPTED\): submitted again, 1 of 2 times/);
  });

  it("gives a stage up whose jobs are lost more often than the rules have it, with what it said last", async () => {
    const { lost, computed } = await on.followWhile([...CHAIN, submission("other")], async () => {
      await on.submitted(4);
      const other = on.fake.orders.findIndex((words) => words.at(-1)!.endsWith(keyOf("other"))) + 1;
      const first = on.fake.orders.findIndex((words) => words.at(-1)!.endsWith(keyOf("backbone"))) + 1;
      await on.done("other");
      on.fake.queue({ [first]: "NODE_FAIL|None", [other]: "COMPLETED|None" });
      await on.submitted(7);
      on.fake.queue({ 5: "TIMEOUT|TimeLimit" });
      await on.submitted(10);
      await on.outcome("backbone", { job: "8", stopped: "run", error: "the data are no longer what they were" });
      on.fake.queue({ 8: "FAILED|NonZeroExitCode" });
    });
    assert.deepEqual([...lost.keys()], [keyOf("backbone")]);
    assert.match(
      lost.get(keyOf("backbone"))!,
      /backbone: job 8 was lost \(FAILED \(NonZeroExitCode\)\), and it is not submitted again \(executor.retries 2\): the data are no longer/,
    );
    assert.deepEqual([...computed], [keyOf("other")]);
    assert.equal(on.fake.orders.length, 10);
  });

  it("gives more memory to a job that accounting says lacked it, up to the limit, and then stops its method alone", async () => {
    const stages = [submission("lora"), submission("rank lora", "lora")];
    const { failed, lost } = await on.followWhile(stages, async () => {
      on.fake.accounts({ 1: "OUT_OF_MEMORY|None", 3: "OUT_OF_MEMORY|None", 5: "OUT_OF_MEMORY|None" });
      await on.submitted(6);
    });
    assert.deepEqual([1, 3, 5].map((order) => on.fake.option(order, "mem")), ["200M", "300M", "400M"]);
    assert.match(
      failed.get(keyOf("lora"))!,
      /it is not submitted again \(executor.memoryLimit 400M\): out of memory with 400 MiB; what it printed lies in .*5.txt/,
    );
    assert.equal(lost.size, 0);
    assert.equal(on.fake.orders.length, 6);
  });

  it("tells how a training diverged on an engine that is not here: it cannot be computed again for its batch", async () => {
    const elsewhere = {
      ...submission("lora"),
      engine: { id: "gpu", rung: "tensorflow", threads: 1, elsewhere: true },
    } as const;
    const { failed } = await on.followWhile([elsewhere], async () => {
      await on.submitted(1);
      await on.outcome("lora", { job: "1", stopped: "training", error: "no number after step 3" });
      on.fake.queue({ 1: "FAILED|x" });
    });
    assert.deepEqual([...failed], [[keyOf("lora"), "no number after step 3"]]);
  });

  it("counts a job that ended near its memory as lost once there is no more to give", async () => {
    const { lost } = await on.followWhile(
      [{ ...submission("backbone"), rules: { ...RULES, memoryLimit: 200 } }],
      async () => {
        for (const job of [1, 2, 3]) {
          await on.submitted(job);
          const memory = 195 * 2 ** 20;
          const about = { stage: "backbone", what: "steps", step: job, steps: 4, seconds: job, memory };
          const line = `${JSON.stringify({ time: new Date().toISOString(), event: "step", ...about })}\n`;
          Deno.writeTextFileSync(new SubmittedFiles(on.root, keyOf("backbone")).events, line, { append: true });
          on.fake.queue({ [job]: "RUNNING|None" });
          await new Promise((resolve) => setTimeout(resolve, 600));
          on.fake.queue({ [job]: "PREEMPTED|None" });
        }
      },
    );
    assert.match(on.said.join("\n"), /job 1 was lost \(out of memory with 200 MiB\): submitted again, 1 of 2 times/);
    assert.match(lost.get(keyOf("backbone"))!, /job 3 was lost \(PREEMPTED\), and it is not submitted again/);
  });

  it("leaves out what needs a stage whose loss diverged, and says why a method stopped", async () => {
    const stages = [...CHAIN, submission("raie", "backbone"), submission("mole", "backbone")];
    const { computed, failed } = await on.followWhile(stages, async () => {
      await on.submitted(3);
      await on.done("backbone");
      await on.done("mole");
      await on.outcome("lora", { job: "2_0", stopped: "training", error: "no number" });
      await on.outcome("raie", { job: "2_1", stopped: "method", error: "cannot mine pairs" });
      on.fake.queue({
        1: "COMPLETED|None",
        "2_0": "FAILED|x",
        "2_1": "FAILED|x",
        "2_2": "COMPLETED|None",
        3: "PENDING|Dependency",
      });
    });
    assert.deepEqual([...computed].toSorted(), ["backbone", "mole"].map(keyOf).toSorted());
    assert.deepEqual([...failed], [[keyOf("raie"), "cannot mine pairs"]]);
    assert.ok(on.fake.cancelled.includes("3"));
    assert.equal(on.fake.orders.length, 3);
  });

  it("counts a waiting job that somebody cancels among the lost ones", async () => {
    await on.followWhile(CHAIN.slice(0, 2), async () => {
      await on.submitted(2);
      on.fake.queue({ 1: "RUNNING|None", 2: "CANCELLED by 1000|Dependency" });
      await on.submitted(3);
      await on.done("backbone");
      await on.done("lora");
      on.fake.queue({ 1: "COMPLETED|None", 3: "COMPLETED|None" });
    });
    assert.match(
      on.said.join("\n"),
      /lora: job 2 was lost \(CANCELLED \(Dependency\)\): submitted again, 1 of 2 times/,
    );
  });

  it("waits for a result that is not in sight yet when its job is over, but not for ever", async () => {
    await on.followWhile([submission("backbone")], async () => {
      await on.submitted(1);
      on.fake.queue({ 1: "COMPLETED|None" });
      await on.submitted(2);
      on.fake.queue({ 2: "COMPLETED|None" });
      await new Promise((resolve) => setTimeout(resolve, UNSEEN_MS / 2));
      await on.done("backbone");
    });
    assert.match(on.said.join("\n"), /backbone: job 1 was lost \(COMPLETED\): submitted again, 1 of 2 times/);
    assert.equal(on.fake.orders.length, 2);
  });
});
