/** What stages are reckoned to take: never less than what is known to be held at once, and more where more is done. */
import assert from "node:assert/strict";
import { beforeAll, describe, it } from "@std/testing/bdd";
import { inOrder, stageGraph } from "../../src/pipeline/graph.ts";
import { type Prepared, prepareData } from "../../src/pipeline/prepare.ts";
import { createBackbone } from "../../src/backbones/registry.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { transformer } from "../spec/specs.ts";

const CONTEXT = 20;
const ITEMS = 400;
const BATCH = 64;
const METHODS = ["base", "full", "lora", "replay", "lwf", "ewc", "lsat", "mole", "ebpr", "proximal", "raie"];
const FLOAT = 4;

describe("stageMemory()", () => {
  let prepared: Prepared;
  const resolve = (backbone: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    parseSpec(
      JSON.stringify({
        name: "memory",
        dataset: { format: "synthetic", users: 60, items: ITEMS, interactionsPerUser: 300, seed: 5 },
        windows: { context: CONTEXT, stride: 5 },
        backbone: { kind: "sasrec", hidden: 64, heads: 4, blocks: 2, ...backbone },
        lora: { training: { batch: BATCH } },
        methods: METHODS,
        engine: "wasm",
        ...more,
      }),
      "a.json",
    ).resolved;
  beforeAll(async () => {
    prepared = await prepareData(resolve({}), undefined);
  });

  /** Bytes by stage. */
  const memory = (own: Record<string, unknown> = {}, more: Record<string, unknown> = {}, data = prepared) => {
    const spec = resolve(own, more);
    const backbone = createBackbone(transformer(spec), data.data.catalogue.size);
    return new Map(
      inOrder(stageGraph(spec, { ...data, backbone }, "made up")).map(({ stage, memory }) => [
        stage.replace(/: (train|read|adapt|rank|describe).*/, (_, what) => ` ${what}`),
        memory,
      ]),
    );
  };

  it("counts weights, gradients and two moments of all that fine-tuning trains, and of the backbone's training", () => {
    // Tables of 100,000 items are most of it: 64 numbers each.
    const catalogue = { ...prepared.data.catalogue, size: 100_000 };
    const data = { ...prepared, data: { ...prepared.data, catalogue } };
    const least = 4 * 100_000 * 64 * FLOAT;
    const stages = memory({}, {}, data), small = memory();
    for (const stage of ["backbone train", "full adapt"]) {
      assert.ok(stages.get(stage)! - small.get(stage)! >= least, stage);
    }
  });

  it("counts as many blocks of scores as memory.scores has room for, whatever the catalogue", () => {
    const data = (size: number) => ({
      ...prepared,
      data: { ...prepared.data, catalogue: { ...prepared.data.catalogue, size } },
    });
    const own = { training: { loss: { kind: "cross-entropy" } } };
    const many = data(100_000), more = data(200_000);
    const [usual, larger] = [memory(own, {}, many), memory(own, { memory: { scores: 256 } }, many)];
    for (const stage of ["base rank", "backbone train"]) {
      // Three blocks of 2^22 scores more, each with three times as much made of it.
      assert.ok(larger.get(stage)! - usual.get(stage)! >= 3 * 4 * 2 ** 22 * FLOAT, stage);
    }
    const tables = 30 * 100_000 * 64 * FLOAT;
    assert.ok(memory(own, {}, more).get("base rank")! - usual.get("base rank")! <= tables);
  });

  it("counts a second pass where S or the base is read beside F", () => {
    const stages = memory();
    // Queries, keys, values, two norms and what attention gives, of two blocks: a pass that is kept for its gradient.
    const pass = 6 * 2 * BATCH * CONTEXT * 64 * FLOAT;
    for (const method of ["replay", "lwf", "mole"]) {
      assert.ok(stages.get(`${method} adapt`)! - stages.get("lora adapt")! >= pass, method);
    }
    const own = memory({}, { methods: ["lora", { kind: "lwf", candidates: "all" }] });
    assert.ok(own.get("lwf adapt")! > stages.get("lwf adapt")!);
    const rows = { methods: [{ kind: "replay", rows: "backbone" }] };
    assert.ok(memory({ maxLength: 50 }, rows).get("replay adapt")! > memory({}, rows).get("replay adapt")!);
  });

  it("counts an adapter for each expert, two for lsat, and the gradients of single windows for ewc", () => {
    const stages = memory();
    const adapter = ITEMS * 64 * FLOAT;
    const beyond = (method: string) => stages.get(`${method} adapt`)! - stages.get("lora adapt")!;
    assert.ok(beyond("mole") >= 2 * 4 * adapter);
    assert.ok(beyond("lsat") >= 4 * adapter);
    assert.ok(beyond("ewc") >= 2 * 2 ** 22 * FLOAT);
    const experts = memory({}, { methods: [{ kind: "mole", experts: 9 }] });
    assert.ok(experts.get("mole adapt")! - stages.get("mole adapt")! >= 6 * 4 * adapter);
    assert.ok(stages.get("lsat rank")! > stages.get("lora rank")!);
    assert.ok(stages.get("full rank")! > stages.get("lora rank")!);
  });

  it("counts BERT4Rec's two places more, and TiSASRec's terms for every distance and bucket", () => {
    const training = { batch: BATCH };
    const sasrec = memory({ training }).get("backbone train")!;
    assert.ok(memory({ kind: "bert4rec", training }).get("backbone train")! > sasrec);
    // What queries give for each of 20 distances and 64 buckets and what probabilities come to there, and the gradients of both.
    const terms = 4 * 2 * BATCH * 4 * CONTEXT * (CONTEXT + 64) * FLOAT;
    const tisasrec = memory({ kind: "tisasrec", timeBuckets: 64, training }).get("backbone train")!;
    assert.ok(tisasrec - sasrec >= terms);
    assert.ok(memory({ kind: "tisasrec", timeBuckets: 256, training }).get("backbone train")! > tisasrec);
  });

  it("counts one block of scores of a loss over the catalogue, whatever the batch, and all of them in lwf over all candidates", () => {
    const catalogue = { ...prepared.data.catalogue, size: 50_000 };
    const data = { ...prepared, data: { ...prepared.data, catalogue } };
    const train = (loss: Record<string, unknown>, batch: number) =>
      memory({ kind: "bert4rec", training: { batch, loss } }, {}, data).get("backbone train")!;
    // At most 2 ** 22 scores are held at a time, and their exponentials beside them.
    const scores = (batch: number) => train({ kind: "cross-entropy" }, batch) - train({ kind: "bce" }, batch);
    assert.ok(scores(BATCH) >= 2 * 2 ** 22 * FLOAT);
    assert.equal(scores(4 * BATCH), scores(BATCH));
    const lwf = (candidates: string) => memory({}, { methods: [{ kind: "lwf", candidates }] }, data).get("lwf adapt")!;
    assert.ok(lwf("all") - lwf("two") >= 2 * 2 * BATCH * 50_000 * FLOAT);
  });

  it("counts no training where weights are read from a file", () => {
    const weights = { name: "w.safetensors", bytes: 1, sha256: "0".repeat(64) };
    const read = memory({ weights: "/w.safetensors" }, {}, { ...prepared, weights });
    assert.ok(read.get("backbone read")! < memory().get("backbone train")!);
  });
});
