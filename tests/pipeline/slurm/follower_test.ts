/** What is done about jobs, in states that a Slurm of one machine seldom shows. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { JobError } from "../../../src/pipeline/job_error.ts";
import { Interrupted, Progress } from "../../../src/pipeline/progress.ts";
import { type Followed, Follower } from "../../../src/pipeline/slurm/follower.ts";
import { followed } from "../../../src/pipeline/slurm/following.ts";
import { Slurm } from "../../../src/pipeline/slurm/slurm.ts";
import { makeFolder, type Outcome, type Submission, SubmittedFiles } from "../../../src/pipeline/slurm/submission.ts";
import { Store } from "../../../src/pipeline/store.ts";
import type { ResolvedSpec } from "../../../src/spec/types.ts";
import { identityOf, keyOf } from "../made_stages.ts";
import { FakeSlurm } from "./fake_slurm.ts";

/** Instead of the minute and a half that a network's file system is given. */
const UNSEEN_MS = 4000;
const RULES = { retries: 2, memoryFactor: 1.5, memoryLimit: 400, atATime: 4 };

/** A stage that is but a name; "backbone" is no method's own. */
const submission = (name: string, ...needs: string[]): Submission => ({
  version: 1,
  key: keyOf(name),
  kind: name === "backbone" ? "backbone" : name.startsWith("rank") ? "ranks" : "adapted",
  identity: identityOf(name),
  listed: { stage: name, what: "steps", steps: 4 },
  needs: needs.map(keyOf),
  ofMethod: name !== "backbone",
  spec: {} as ResolvedSpec,
  engine: { id: "cpu", rung: "cpu", threads: 1 },
  resources: { cpus: 1, memory: 200 },
  rules: RULES,
});
const CHAIN = [submission("backbone"), submission("lora", "backbone"), submission("rank lora", "lora")];

describe("Follower", () => {
  let fake: FakeSlurm, root: string, store: Store, said: string[], abort: AbortController;
  beforeEach(() => {
    fake = new FakeSlurm();
    root = Deno.makeTempDirSync();
    store = new Store(root);
    said = [];
    abort = new AbortController();
  });
  afterEach(async () => {
    await store.close();
    fake.remove();
    Deno.removeSync(root, { recursive: true });
  });

  async function follower(submissions: readonly Submission[]): Promise<Follower> {
    const progress = new Progress([(event) => event.event === "say" && said.push(event.text)]);
    const slurm = new Slurm({ store: root, output: await makeFolder(root) });
    return new Follower(submissions, { store, slurm, progress, signal: abort.signal, unseenMs: UNSEEN_MS });
  }

  /** Follows while a test plays the cluster. */
  async function followWhile(submissions: readonly Submission[], play: () => Promise<void>): Promise<Followed> {
    const following = (await follower(submissions)).follow();
    await Promise.race([play(), following.then(() => undefined)]);
    return await following;
  }

  const submitted = async (orders: number) => {
    while (fake.orders.length < orders) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  /** As a job does at its end. */
  const done = async (name: string) => {
    await store.stage(identityOf(name), (folder) => Deno.writeTextFile(join(folder, "x"), name));
  };
  const outcome = (name: string, outcome: Outcome) => new SubmittedFiles(root, keyOf(name)).noteOutcome(outcome);

  it("submits every stage at once, each behind those it reads", async () => {
    const { computed } = await followWhile([...CHAIN, submission("rank base", "backbone")], async () => {
      await submitted(4);
      for (const { listed } of CHAIN) await done(listed.stage);
      await done("rank base");
      fake.queue({ 1: "COMPLETED|None", 2: "COMPLETED|None", 3: "COMPLETED|None", 4: "COMPLETED|None" });
    });
    const dependencies = [1, 2, 3, 4].map((order) => fake.option(order, "dependency"));
    assert.deepEqual(
      dependencies.toSorted(),
      [
        "afterok:1",
        "afterok:1",
        `afterok:${fake.orders.findIndex((words) => words.at(-1)!.endsWith(keyOf("lora"))) + 1}`,
        undefined,
      ].toSorted(),
    );
    assert.equal(computed.size, 4);
    assert.deepEqual(fake.cancelled, []);
  });

  it("makes equal stages one array with a limit, and lets each task wait for the task it reads from", async () => {
    const cells = ["a", "b", "c"].flatMap((cell) => [
      submission(`lora ${cell}`, "backbone"),
      submission(`rank ${cell}`, `lora ${cell}`),
    ]);
    await followWhile([submission("backbone"), ...cells], async () => {
      await submitted(3);
      for (const { listed } of [submission("backbone"), ...cells]) await done(listed.stage);
      fake.queue({ 1: "COMPLETED|None" });
    });
    assert.deepEqual([2, 3].map((n) => [fake.option(n, "array"), fake.option(n, "dependency")]), [
      ["0,1,2%4", "afterok:1"],
      ["0,1,2%4", "aftercorr:2"],
    ]);
    assert.deepEqual(fake.orders[2]!.slice(-3), ["a", "b", "c"].map((cell, i) => `${i}=${keyOf(`rank ${cell}`)}`));
  });

  it("submits a preempted job again, and what waited for it behind the new one", async () => {
    await followWhile(CHAIN, async () => {
      await submitted(3);
      fake.queue({ 1: "PREEMPTED|None", 2: "PENDING|Dependency", 3: "PENDING|Dependency" });
      await submitted(6);
      for (const { listed } of CHAIN) await done(listed.stage);
      fake.queue({ 4: "COMPLETED|None", 5: "COMPLETED|None", 6: "COMPLETED|None" });
    });
    assert.deepEqual(fake.cancelled.filter((word) => !word.startsWith("-")), ["2", "3"]);
    assert.deepEqual([5, 6].map((order) => fake.option(order, "dependency")), ["afterok:4", "afterok:5"]);
    assert.match(said.join("\n"), /backbone: job 1 was lost \(PREEMPTED\): submitted again, 1 of 2 times/);
  });

  it("gives a stage up whose jobs are lost more often than the rules have it, with what it said last", async () => {
    const { lost, computed } = await followWhile([...CHAIN, submission("other")], async () => {
      await submitted(4);
      const other = fake.orders.findIndex((words) => words.at(-1)!.endsWith(keyOf("other"))) + 1;
      const first = fake.orders.findIndex((words) => words.at(-1)!.endsWith(keyOf("backbone"))) + 1;
      await done("other");
      fake.queue({ [first]: "NODE_FAIL|None", [other]: "COMPLETED|None" });
      await submitted(7);
      fake.queue({ 5: "TIMEOUT|TimeLimit" });
      await submitted(10);
      await outcome("backbone", { job: "8", stopped: "run", error: "the data are no longer what they were" });
      fake.queue({ 8: "FAILED|NonZeroExitCode" });
    });
    assert.deepEqual([...lost.keys()], [keyOf("backbone")]);
    assert.match(
      lost.get(keyOf("backbone"))!,
      /backbone: job 8 was lost \(FAILED \(NonZeroExitCode\)\), and it is not submitted again \(executor.retries 2\): the data are no longer/,
    );
    assert.deepEqual([...computed], [keyOf("other")]);
    assert.equal(fake.orders.length, 10);
  });

  it("gives more memory to a job that accounting says lacked it, up to the limit, and then stops its method alone", async () => {
    const stages = [submission("lora"), submission("rank lora", "lora")];
    const { failed, lost } = await followWhile(stages, async () => {
      fake.accounts({ 1: "OUT_OF_MEMORY|None", 3: "OUT_OF_MEMORY|None", 5: "OUT_OF_MEMORY|None" });
      await submitted(6);
    });
    assert.deepEqual([1, 3, 5].map((order) => fake.option(order, "mem")), ["200M", "300M", "400M"]);
    assert.match(
      failed.get(keyOf("lora"))!,
      /it is not submitted again \(executor.memoryLimit 400M\): out of memory with 400 MiB; what it printed lies in .*5.txt/,
    );
    assert.equal(lost.size, 0);
    assert.equal(fake.orders.length, 6);
  });

  it("tells how a training diverged on an engine that is not here: it cannot be computed again for its batch", async () => {
    const elsewhere = {
      ...submission("lora"),
      engine: { id: "gpu", rung: "tensorflow", threads: 1, elsewhere: true },
    } as const;
    const { failed } = await followWhile([elsewhere], async () => {
      await submitted(1);
      await outcome("lora", { job: "1", stopped: "training", error: "no number after step 3" });
      fake.queue({ 1: "FAILED|x" });
    });
    assert.deepEqual([...failed], [[keyOf("lora"), "no number after step 3"]]);
  });

  it("counts a job that ended near its memory as lost once there is no more to give", async () => {
    const { lost } = await followWhile(
      [{ ...submission("backbone"), rules: { ...RULES, memoryLimit: 200 } }],
      async () => {
        for (const job of [1, 2, 3]) {
          await submitted(job);
          const memory = 195 * 2 ** 20;
          const about = { stage: "backbone", what: "steps", step: job, steps: 4, seconds: job, memory };
          const line = `${JSON.stringify({ time: new Date().toISOString(), event: "step", ...about })}\n`;
          Deno.writeTextFileSync(new SubmittedFiles(root, keyOf("backbone")).events, line, { append: true });
          fake.queue({ [job]: "RUNNING|None" });
          await new Promise((resolve) => setTimeout(resolve, 600));
          fake.queue({ [job]: "PREEMPTED|None" });
        }
      },
    );
    assert.match(said.join("\n"), /job 1 was lost \(out of memory with 200 MiB\): submitted again, 1 of 2 times/);
    assert.match(lost.get(keyOf("backbone"))!, /job 3 was lost \(PREEMPTED\), and it is not submitted again/);
  });

  it("leaves out what needs a stage whose loss diverged, and says why a method stopped", async () => {
    const stages = [...CHAIN, submission("raie", "backbone"), submission("mole", "backbone")];
    const { computed, failed } = await followWhile(stages, async () => {
      await submitted(3);
      await done("backbone");
      await done("mole");
      await outcome("lora", { job: "2_0", stopped: "training", error: "no number" });
      await outcome("raie", { job: "2_1", stopped: "method", error: "cannot mine pairs" });
      fake.queue({
        1: "COMPLETED|None",
        "2_0": "FAILED|x",
        "2_1": "FAILED|x",
        "2_2": "COMPLETED|None",
        3: "PENDING|Dependency",
      });
    });
    assert.deepEqual([...computed].toSorted(), ["backbone", "mole"].map(keyOf).toSorted());
    assert.deepEqual([...failed], [[keyOf("raie"), "cannot mine pairs"]]);
    assert.ok(fake.cancelled.includes("3"));
    assert.equal(fake.orders.length, 3);
  });

  it("attaches to jobs that somebody else has submitted, with their count, and submits nothing twice", async () => {
    fake.queue({ 1: "RUNNING|None", 2: "PENDING|Dependency", 3: "PENDING|Dependency" });
    const first = (await follower(CHAIN)).follow();
    await submitted(3);
    const second = (await follower(CHAIN)).follow();
    while (!said.some((line) => line.includes("3 of the stages have jobs already"))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (const { listed } of CHAIN) await done(listed.stage);
    fake.queue({ 1: "COMPLETED|None", 2: "COMPLETED|None", 3: "COMPLETED|None" });
    assert.deepEqual((await first).computed, (await second).computed);
    assert.equal(fake.orders.length, 3);
  });

  it("says once what jobs wait for that does not come by itself", async () => {
    await followWhile([submission("backbone"), submission("other")], async () => {
      await submitted(2);
      fake.queue({ 1: "PENDING|PartitionConfig", 2: "PENDING|PartitionConfig" });
      while (!said.some((line) => line.includes("PartitionConfig"))) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await done("backbone");
      await done("other");
      fake.queue({ 1: "COMPLETED|None", 2: "COMPLETED|None" });
    });
    const lines = said.filter((line) => line.includes("PartitionConfig"));
    assert.equal(lines.length, 1);
    assert.match(
      lines[0]!,
      /job \d \(1 cpus, 200 MiB\) does not start: PENDING \(PartitionConfig\)\. Where the spec asks/,
    );
  });

  it("submits jobs anew that wait with other resources than the spec's of now", async () => {
    fake.queue({ 1: "PENDING|PartitionConfig" });
    const greedy = { ...submission("backbone"), resources: { cpus: 99, memory: 200 } };
    const first = await follower([greedy]);
    const leaving = followed(first, { progress: first.options.progress, onInterrupt: () => Promise.resolve("leave") });
    await Promise.all([assert.rejects(leaving, Interrupted), submitted(1).then(() => abort.abort())]);
    abort = new AbortController();
    await followWhile([submission("backbone")], async () => {
      await submitted(2);
      await done("backbone");
      fake.queue({ 2: "COMPLETED|None" });
    });
    assert.deepEqual(fake.cancelled, ["--quiet", "1"]);
    assert.deepEqual([1, 2].map((order) => fake.option(order, "cpus-per-task")), ["99", "1"]);
    assert.match(said.join("\n"), /1 of the stages have jobs that wait with other resources: submitted anew/);
  });

  it("submits nothing again while the controller does not say how jobs of before stand", async () => {
    fake.queue({ 1: "RUNNING|None" });
    const first = (await follower([submission("backbone")])).follow();
    await submitted(1);
    fake.silent = true;
    const second = (await follower([submission("backbone")])).follow();
    // Each of them is told once that nobody answers.
    while (said.filter((line) => line.includes("does not answer squeue")).length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    fake.silent = false;
    await done("backbone");
    fake.queue({ 1: "COMPLETED|None" });
    await Promise.all([first, second]);
    assert.equal(fake.orders.length, 1);
  });

  it("waits for a controller that does not answer just now", async () => {
    fake.silent = true;
    await followWhile([submission("backbone")], async () => {
      await submitted(1);
      while (said.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
      await done("backbone");
      fake.queue({ 1: "COMPLETED|None" });
      fake.silent = false;
    });
    assert.match(said.join("\n"), /controller does not answer squeue just now/);
    assert.equal(fake.orders.length, 1);
  });

  it("asks sbatch again where the controller cannot be reached, and says so", async () => {
    const away = "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)";
    fake.away(away, "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation");
    await followWhile([submission("backbone")], async () => {
      await submitted(1);
      await done("backbone");
      fake.queue({ 1: "COMPLETED|None" });
    });
    assert.equal(fake.orders.length, 1);
    assert.deepEqual(said.slice(0, 2).map((line) => line.replace(/.*: /, "")), [
      "asking again in 1 s",
      "asking again in 2 s",
    ]);
    assert.ok(said[0]!.includes(`"raie backbone" just now (${away})`), said[0]);
  });

  it("counts a waiting job that somebody cancels among the lost ones", async () => {
    await followWhile(CHAIN.slice(0, 2), async () => {
      await submitted(2);
      fake.queue({ 1: "RUNNING|None", 2: "CANCELLED by 1000|Dependency" });
      await submitted(3);
      await done("backbone");
      await done("lora");
      fake.queue({ 1: "COMPLETED|None", 3: "COMPLETED|None" });
    });
    assert.match(said.join("\n"), /lora: job 2 was lost \(CANCELLED \(Dependency\)\): submitted again, 1 of 2 times/);
  });

  it("waits for a result that is not in sight yet when its job is over, but not for ever", async () => {
    await followWhile([submission("backbone")], async () => {
      await submitted(1);
      fake.queue({ 1: "COMPLETED|None" });
      await submitted(2);
      fake.queue({ 2: "COMPLETED|None" });
      await new Promise((resolve) => setTimeout(resolve, UNSEEN_MS / 2));
      await done("backbone");
    });
    assert.match(said.join("\n"), /backbone: job 1 was lost \(COMPLETED\): submitted again, 1 of 2 times/);
    assert.equal(fake.orders.length, 2);
  });

  it("tells sbatch's refusal in its own words, and cancels what it had submitted just before", async () => {
    fake.refuse("sbatch: error: invalid partition specified: gpu\n", 2);
    await assert.rejects(async () => await (await follower(CHAIN)).follow(), (error) => {
      assert.ok(error instanceof JobError);
      assert.match(
        error.message,
        /Slurm does not take "raie rank lora": sbatch: error: invalid partition specified: gpu/,
      );
      return true;
    });
    assert.deepEqual(fake.cancelled, ["--quiet", "1", "2"]);
  });

  it("says which jobs it leaves when sbatch refuses one while others run", async () => {
    fake.queue({ 1: "RUNNING|None" });
    const first = (await follower([submission("backbone")])).follow();
    await submitted(1);
    fake.refuse("sbatch: error: Batch job submission failed: Requested time limit is invalid\n", 1);
    const progress = new Progress([(event) => event.event === "say" && said.push(event.text)]);
    const onInterrupt = () => Promise.reject(new Error("nobody interrupted it"));
    await assert.rejects(followed(await follower(CHAIN), { onInterrupt, progress }), /time limit is invalid/);
    assert.match(said.at(-1)!, /^left in the queue: .*; scancel 1 ends them$/);
    assert.deepEqual(fake.cancelled, []);
    await done("backbone");
    fake.queue({ 1: "COMPLETED|None" });
    await first;
  });

  for (const choice of ["leave", "cancel"] as const) {
    it(`asks about its jobs when it is interrupted, and may ${choice} them`, async () => {
      fake.queue({ 1: "RUNNING|None", 2: "PENDING|Dependency", 3: "PENDING|Dependency" });
      const one = await follower(CHAIN);
      const asked: (readonly string[])[] = [];
      const onInterrupt = (jobs: readonly string[]) => {
        asked.push(jobs);
        return Promise.resolve(choice);
      };
      const ended = followed(one, { progress: one.options.progress, onInterrupt });
      await Promise.all([assert.rejects(ended, Interrupted), submitted(3).then(() => abort.abort())]);
      assert.deepEqual(asked, [["1", "2", "3"]]);
      assert.deepEqual(fake.cancelled, choice === "cancel" ? ["--quiet", "1", "2", "3"] : []);
    });
  }
});
