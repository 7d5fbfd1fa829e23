import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import type { ExecutorSpec } from "../../src/spec/executor.ts";
import { parseExperiment } from "../../src/spec/sweep.ts";
import { specText } from "./specs.ts";

const executorOf = (fields: Record<string, unknown>, set: string[] = []): ExecutorSpec =>
  parseExperiment(specText(fields), "a.json", { set }).executor;

describe("executor", () => {
  it("is this machine where nobody says otherwise", () => {
    for (const fields of [{}, { executor: "local" }, { executor: {} }, { executor: { kind: "local" } }]) {
      assert.deepEqual(executorOf(fields), {
        kind: "local",
        retries: 3,
        memoryFactor: 1.5,
        engine: "here",
        resources: { backbone: {}, adapted: {}, ranks: {}, regions: {}, represented: {} },
      });
    }
  });

  it("has resources for all stages, and what one kind of them wants otherwise", () => {
    const executor = {
      kind: "slurm",
      jobs: 8,
      partition: "cpu",
      memory: "16G",
      memoryLimit: "1T",
      stages: { backbone: { partition: "gpu", gres: "gpu:1", time: "1-12" }, ranks: { memory: "500", cpus: 2 } },
    };
    const { kind, jobs, memoryLimit, resources } = executorOf({ executor });
    assert.deepEqual([kind, jobs, memoryLimit], ["slurm", 8, 1048576]);
    assert.deepEqual(resources.backbone, { partition: "gpu", gres: "gpu:1", time: "1-12", memory: 16384 });
    assert.deepEqual(resources.ranks, { partition: "cpu", memory: 500, cpus: 2 });
    assert.deepEqual(resources.regions, { partition: "cpu", memory: 16384 });
  });

  it("keeps results under the nodes' engine where a device is asked for, unless it says otherwise", () => {
    const engineOf = (executor: Record<string, unknown>) => executorOf({ executor }).engine;
    assert.equal(engineOf({ kind: "slurm", cpus: 2 }), "here");
    assert.equal(engineOf({ kind: "slurm", gres: "gpu:1" }), "node");
    assert.equal(engineOf({ kind: "slurm", stages: { adapted: { gres: "gpu:1" } } }), "node");
    assert.equal(engineOf({ kind: "slurm", gres: "gpu:1", engine: "here" }), "here");
    assert.equal(engineOf({ kind: "slurm", engine: "node" }), "node");
  });

  it("can be set field by field, whether the spec has one or not", () => {
    for (const fields of [{}, { executor: "slurm" }]) {
      assert.equal(executorOf(fields, ["executor.partition=gpu"]).resources.ranks.partition, "gpu");
    }
    assert.equal(executorOf({ executor: "slurm" }, ["executor.partition=gpu"]).kind, "slurm");
  });

  it("takes every way in which Slurm writes a time", () => {
    for (const time of ["90", "90:30", "4:00:00", "2-0", "2-12:30", "2-12:30:15"]) {
      assert.equal(executorOf({ executor: { time } }).resources.ranks.time, time);
    }
  });

  it("is no part of the resolved spec, and so of no key and no result", () => {
    const specs = (fields: Record<string, unknown>) => parseExperiment(specText(fields), "a.json").specs;
    assert.deepEqual(specs({ executor: { kind: "slurm", partition: "gpu" } }), specs({}));
  });
});
