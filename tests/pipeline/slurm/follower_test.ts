/** What is submitted, and who follows it, in states that a Slurm of one machine seldom shows. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { JobError } from "../../../src/pipeline/job_error.ts";
import { Interrupted, Progress } from "../../../src/pipeline/progress.ts";
import { followed } from "../../../src/pipeline/slurm/following.ts";
import { keyOf } from "../made_stages.ts";
import { CHAIN, Cluster, submission } from "./cluster.ts";

describe("Follower", () => {
  let on: Cluster;
  beforeEach(() => on = new Cluster());
  afterEach(() => on.remove());

  it("submits every stage at once, each behind those it reads", async () => {
    const { computed } = await on.followWhile([...CHAIN, submission("rank base", "backbone")], async () => {
      await on.submitted(4);
      for (const { listed } of CHAIN) await on.done(listed.stage);
      await on.done("rank base");
      on.fake.queue({ 1: "COMPLETED|None", 2: "COMPLETED|None", 3: "COMPLETED|None", 4: "COMPLETED|None" });
    });
    const dependencies = [1, 2, 3, 4].map((order) => on.fake.option(order, "dependency"));
    assert.deepEqual(
      dependencies.toSorted(),
      [
        "afterok:1",
        "afterok:1",
        `afterok:${on.fake.orders.findIndex((words) => words.at(-1)!.endsWith(keyOf("lora"))) + 1}`,
        undefined,
      ].toSorted(),
    );
    assert.equal(computed.size, 4);
    assert.deepEqual(on.fake.cancelled, []);
  });

  it("makes equal stages one array with a limit, and lets each task wait for the task it reads from", async () => {
    const cells = ["a", "b", "c"].flatMap((cell) => [
      submission(`lora ${cell}`, "backbone"),
      submission(`rank ${cell}`, `lora ${cell}`),
    ]);
    await on.followWhile([submission("backbone"), ...cells], async () => {
      await on.submitted(3);
      for (const { listed } of [submission("backbone"), ...cells]) await on.done(listed.stage);
      on.fake.queue({ 1: "COMPLETED|None" });
    });
    assert.deepEqual([2, 3].map((n) => [on.fake.option(n, "array"), on.fake.option(n, "dependency")]), [
      ["0,1,2%4", "afterok:1"],
      ["0,1,2%4", "aftercorr:2"],
    ]);
    assert.deepEqual(on.fake.orders[2]!.slice(-3), ["a", "b", "c"].map((cell, i) => `${i}=${keyOf(`rank ${cell}`)}`));
  });

  it("attaches to jobs that somebody else has submitted, with their count, and submits nothing twice", async () => {
    on.fake.queue({ 1: "RUNNING|None", 2: "PENDING|Dependency", 3: "PENDING|Dependency" });
    const first = (await on.follower(CHAIN)).follow();
    await on.submitted(3);
    // What is reckoned may differ a little; what the spec says is the same.
    const reckoned = CHAIN.map((one) => ({ ...one, resources: { cpus: 1, memory: 300 } }));
    const second = (await on.follower(reckoned)).follow();
    while (!on.said.some((line) => line.includes("3 of the stages have jobs already"))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (const { listed } of CHAIN) await on.done(listed.stage);
    on.fake.queue({ 1: "COMPLETED|None", 2: "COMPLETED|None", 3: "COMPLETED|None" });
    assert.deepEqual((await first).computed, (await second).computed);
    assert.equal(on.fake.orders.length, 3);
  });

  it("says once what jobs wait for that does not come by itself", async () => {
    await on.followWhile([submission("backbone"), submission("other")], async () => {
      await on.submitted(2);
      on.fake.queue({ 1: "PENDING|PartitionConfig", 2: "PENDING|PartitionConfig" });
      while (!on.said.some((line) => line.includes("PartitionConfig"))) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await on.done("backbone");
      await on.done("other");
      on.fake.queue({ 1: "COMPLETED|None", 2: "COMPLETED|None" });
    });
    const lines = on.said.filter((line) => line.includes("PartitionConfig"));
    assert.equal(lines.length, 1);
    assert.match(
      lines[0]!,
      /job \d \(1 cpus, 200 MiB\) does not start: PENDING \(PartitionConfig\)\. Where the spec asks/,
    );
  });

  it("submits jobs anew that wait with other resources than the spec's of now", async () => {
    on.fake.queue({ 1: "PENDING|PartitionConfig" });
    const greedy = { ...submission("backbone"), said: { cpus: 99 }, resources: { cpus: 99, memory: 200 } };
    const first = await on.follower([greedy]);
    const leaving = followed(first, { progress: first.options.progress, onInterrupt: () => Promise.resolve("leave") });
    await Promise.all([assert.rejects(leaving, Interrupted), on.submitted(1).then(() => on.abort.abort())]);
    on.abort = new AbortController();
    await on.followWhile([submission("backbone")], async () => {
      await on.submitted(2);
      await on.done("backbone");
      on.fake.queue({ 2: "COMPLETED|None" });
    });
    assert.deepEqual(on.fake.cancelled, ["--quiet", "1"]);
    assert.deepEqual([1, 2].map((order) => on.fake.option(order, "cpus-per-task")), ["99", "1"]);
    assert.match(on.said.join("\n"), /1 of the stages have jobs that wait with other resources: submitted anew/);
  });

  it("submits nothing again while the controller does not say how jobs of before stand", async () => {
    on.fake.queue({ 1: "RUNNING|None" });
    const first = (await on.follower([submission("backbone")])).follow();
    await on.submitted(1);
    on.fake.silent = true;
    const second = (await on.follower([submission("backbone")])).follow();
    // Each of them is told once that nobody answers.
    while (on.said.filter((line) => line.includes("does not answer squeue")).length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    on.fake.silent = false;
    await on.done("backbone");
    on.fake.queue({ 1: "COMPLETED|None" });
    await Promise.all([first, second]);
    assert.equal(on.fake.orders.length, 1);
  });

  it("waits for a controller that does not answer just now", async () => {
    on.fake.silent = true;
    await on.followWhile([submission("backbone")], async () => {
      await on.submitted(1);
      while (on.said.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
      await on.done("backbone");
      on.fake.queue({ 1: "COMPLETED|None" });
      on.fake.silent = false;
    });
    assert.match(on.said.join("\n"), /controller does not answer squeue just now/);
    assert.equal(on.fake.orders.length, 1);
  });

  it("asks sbatch again where the controller cannot be reached, and says so", async () => {
    const away = "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)";
    on.fake.away(away, "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation");
    await on.followWhile([submission("backbone")], async () => {
      await on.submitted(1);
      await on.done("backbone");
      on.fake.queue({ 1: "COMPLETED|None" });
    });
    assert.equal(on.fake.orders.length, 1);
    assert.deepEqual(on.said.slice(0, 2).map((line) => line.replace(/.*: /, "")), [
      "asking again in 1 s",
      "asking again in 2 s",
    ]);
    assert.ok(on.said[0]!.includes(`"raie backbone" just now (${away})`), on.said[0]);
  });

  it("tells sbatch's refusal in its own words, and cancels what it had submitted just before", async () => {
    on.fake.refuse("sbatch: error: invalid partition specified: gpu\n", 2);
    await assert.rejects(async () => await (await on.follower(CHAIN)).follow(), (error) => {
      assert.ok(error instanceof JobError);
      assert.match(
        error.message,
        /Slurm does not take "raie rank lora": sbatch: error: invalid partition specified: gpu/,
      );
      return true;
    });
    assert.deepEqual(on.fake.cancelled, ["--quiet", "1", "2"]);
  });

  it("says which jobs it leaves when sbatch refuses one while others run", async () => {
    on.fake.queue({ 1: "RUNNING|None" });
    const first = (await on.follower([submission("backbone")])).follow();
    await on.submitted(1);
    on.fake.refuse("sbatch: error: Batch job submission failed: Requested time limit is invalid\n", 1);
    const progress = new Progress([(event) => event.event === "say" && on.said.push(event.text)]);
    const onInterrupt = () => Promise.reject(new Error("nobody interrupted it"));
    await assert.rejects(followed(await on.follower(CHAIN), { onInterrupt, progress }), /time limit is invalid/);
    assert.match(on.said.at(-1)!, /^left in the queue: .*; scancel 1 ends them$/);
    assert.deepEqual(on.fake.cancelled, []);
    await on.done("backbone");
    on.fake.queue({ 1: "COMPLETED|None" });
    await first;
  });

  for (const choice of ["leave", "cancel"] as const) {
    it(`asks about its jobs when it is interrupted, and may ${choice} them`, async () => {
      on.fake.queue({ 1: "RUNNING|None", 2: "PENDING|Dependency", 3: "PENDING|Dependency" });
      const one = await on.follower(CHAIN);
      const asked: (readonly string[])[] = [];
      const onInterrupt = (jobs: readonly string[]) => {
        asked.push(jobs);
        return Promise.resolve(choice);
      };
      const ended = followed(one, { progress: one.options.progress, onInterrupt });
      await Promise.all([assert.rejects(ended, Interrupted), on.submitted(3).then(() => on.abort.abort())]);
      assert.deepEqual(asked, [["1", "2", "3"]]);
      assert.deepEqual(on.fake.cancelled, choice === "cancel" ? ["--quiet", "1", "2", "3"] : []);
    });
  }
});
