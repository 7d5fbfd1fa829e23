/** `deno task stage KEY`, as a person types it: what a run has submitted, computed here. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { openEngine } from "../../src/engine/open.ts";
import { inOrder, stageGraph } from "../../src/pipeline/graph.ts";
import { prepareData } from "../../src/pipeline/prepare.ts";
import { submissionsOf } from "../../src/pipeline/slurm/executor.ts";
import { makeFolder, type Submission, SubmittedFiles } from "../../src/pipeline/slurm/submission.ts";
import { engineId } from "../../src/pipeline/stages.ts";
import { Store } from "../../src/pipeline/store.ts";
import { parseExperiment } from "../../src/spec/sweep.ts";
import { Started } from "./cluster.ts";
import { TINY } from "./tiny_spec.ts";

describe("deno task stage", () => {
  let root: string, backbone: Submission, ranks: Submission, reckoned: number;
  beforeEach(async () => {
    root = Deno.makeTempDirSync();
    const { specs: [spec], executor } = parseExperiment(
      JSON.stringify({ ...TINY, methods: ["base"], engine: "wasm" }),
      join(root, "a.json"),
    );
    const engine = await openEngine("wasm");
    try {
      const prepared = await prepareData(spec!, undefined);
      const nodes = inOrder(stageGraph(spec!, prepared, engineId(engine)));
      reckoned = nodes[0]!.memory;
      [backbone, ranks] = await submissionsOf({ spec: spec! }, nodes, prepared, { executor, engine }) as [
        Submission,
        Submission,
      ];
    } finally {
      engine.close();
    }
    await makeFolder(root);
  });
  afterEach(() => Deno.removeSync(root, { recursive: true }));

  const submit = (submission: Submission) => new SubmittedFiles(root, submission.key).submit(submission);
  const stage = (key: string, env: Record<string, string> = {}) =>
    new Started(["stage", key], { RAIE_STORE: root, ...env }).ended();

  it("computes a stage by its key or the digits that plan shows, and says for those who follow how it ended", async () => {
    await submit(backbone);
    const { code, err } = await stage(backbone.key.slice(0, 24), { SLURM_JOB_ID: "71" });
    assert.equal(code, 0, err);
    assert.match(err, /backbone: train sasrec on S +█+ +[\d.]+ s/);
    assert.ok(await new Store(root).look(backbone.identity));
    assert.deepEqual(await new SubmittedFiles(root, backbone.key).outcome(), { job: "71" });
    const again = await stage(backbone.key);
    assert.equal(again.code, 0, again.err);
    assert.match(again.err, /from the store/);
  });

  it("is submitted with the memory that plan reckons and the engine's threads, where the spec says nothing", () => {
    // Rounded up to 256 MiB, so that jobs that need nearly equal memory can share an array.
    assert.deepEqual(backbone.resources, { memory: 256 * Math.ceil(reckoned / 2 ** 28), cpus: 1 });
    assert.equal(backbone.rules.memoryLimit, 4 * backbone.resources.memory);
  });

  it("names the command for what the stage reads where that is not in the store", async () => {
    await submit(ranks);
    const { code, err } = await stage(ranks.key);
    assert.equal(code, 1);
    const wanted = `it needs "backbone: train sasrec on S", which is not in the store: deno task stage ${
      backbone.key.slice(0, 24)
    }`;
    assert.ok(err.includes(wanted), err);
    assert.equal((await new SubmittedFiles(root, ranks.key).outcome())?.stopped, "run");
  });

  it("waits as a job for what it reads: another node may have made it, out of sight for a while", async () => {
    await submit(ranks);
    await submit(backbone);
    const job = stage(ranks.key, { SLURM_ARRAY_JOB_ID: "72", SLURM_ARRAY_TASK_ID: "3" });
    const { code: made, err: said } = await stage(backbone.key);
    assert.equal(made, 0, said);
    const { code, err } = await job;
    assert.equal(code, 0, err);
    assert.deepEqual(await new SubmittedFiles(root, ranks.key).outcome(), { job: "72_3" });
  });

  const changed: readonly (readonly [string, (submission: Submission) => Submission, RegExp])[] = [
    [
      "another engine than it was submitted for",
      (one) => ({ ...one, engine: { ...one.engine, id: "wasm of another version" } }),
      /it was submitted for the engine "wasm of another version", and this machine's is "wasm /,
    ],
    [
      "other data",
      (one) => ({ ...one, spec: { ...one.spec, minRating: 1, windows: { ...one.spec.windows, stride: 3 } } }),
      /the data, or this program, are no longer what they were when it was submitted/,
    ],
  ];
  for (const [what, change, message] of changed) {
    it(`computes nothing from ${what}`, async () => {
      await submit(change(backbone));
      const { code, err } = await stage(backbone.key);
      assert.equal(code, 1);
      assert.match(err, message);
      assert.equal(await new Store(root).look(backbone.identity), undefined);
    });
  }

  it("says where keys come from when nothing was submitted, and what a key is", async () => {
    const unknown = await stage("0".repeat(24));
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /no run has submitted it to the store .*; deno task run SPEC --executor slurm does/);
    const none = await stage("../../x");
    assert.equal(none.code, 2);
    assert.match(none.err, /24 or 64 hexadecimal digits as plan --json shows them: found "\.\.\/\.\.\/x"/);
  });
});
