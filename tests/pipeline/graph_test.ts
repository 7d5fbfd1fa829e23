/** What stages depend on: their keys, their inputs, their order. */
import assert from "node:assert/strict";
import { beforeAll, describe, it } from "@std/testing/bdd";
import { inOrder, stageGraph, type StageNode } from "../../src/pipeline/graph.ts";
import { type Prepared, prepareData } from "../../src/pipeline/prepare.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import type { ResolvedSpec } from "../../src/spec/types.ts";
import { TINY } from "../cli/tiny_spec.ts";

describe("stageGraph()", () => {
  let prepared: Prepared;
  const resolve = (more: Record<string, unknown>): ResolvedSpec =>
    parseSpec(JSON.stringify({ ...TINY, slices: { setup: 0.5, finetune: [0.15, 0.15], test: 0.2 }, ...more }), "a.json")
      .resolved;
  beforeAll(async () => {
    prepared = await prepareData(resolve({}), undefined);
  });
  const stages = (more: Record<string, unknown>, data = prepared): Map<string, StageNode> =>
    new Map(inOrder(stageGraph(resolve(more), data, "made up")).map((node) => [node.stage, node]));

  it("has every stage after those it needs", () => {
    for (const budget of ["paper", "matched"]) {
      const done = new Set<string>();
      for (const { stage, key, needs } of stages({ budget, seeds: [1, 2] }).values()) {
        assert.ok(needs.every((need) => done.has(need)), stage);
        done.add(key);
      }
      // A backbone and its ranks; of lora and raie two states and their ranks each; raie's two kinds of windows represented, and its regions.
      assert.equal(done.size, 2 * (2 + 2 * 4 + 2 + 1));
    }
  });

  it("has windows represented once for all methods that keep regions, and no other method wait for it", () => {
    const raie = (label: string) => ({ kind: "raie", label });
    const nodes = stages({ methods: ["base", "lora", raie("one"), raie("two")], control: false });
    const vectors = [...nodes.values()].filter(({ task }) => task.kind === "represented");
    assert.deepEqual(vectors.map(({ stage }) => stage), [
      "backbone: represent S, F1, F2, T",
      "backbone: represent S at stride 1",
    ]);
    const read = (stage: string) => vectors.map(({ key }) => nodes.get(stage)!.needs.includes(key));
    for (const label of ["one", "two"]) {
      assert.deepEqual(read(`${label}: adapt to F2`), [true, true]);
      // Ranking routes what is evaluated on.
      assert.deepEqual(read(`${label}: rank S, F1, F2, T after F2`), [true, false]);
    }
    assert.deepEqual(read("lora: adapt to F2"), [false, false]);
    assert.deepEqual(read("base: rank S, F1, F2, T"), [false, false]);
    assert.ok(![...stages({ methods: ["base", "lora"] }).keys()].some((stage) => /represent/.test(stage)));
    // Methods' own settings are no part of them.
    const other = stages({ methods: [raie("one")], regions: { k: 2, poolMin: 7 }, lora: { rank: 3 } });
    for (const { stage, key } of vectors) assert.equal(other.get(stage)!.key, key);
  });

  it("makes the first raie's state after the same slice an input of every other method, where budgets match", () => {
    const methods = ["base", "lora", { kind: "raie", label: "RAIE" }, {
      kind: "raie",
      label: "K=1",
      regions: { k: 1 },
    }];
    const nodes = stages({ budget: "matched", methods });
    for (const label of ["lora", "K=1"]) {
      for (const slice of ["F1", "F2"]) {
        const { identity, needs, size } = nodes.get(`${label}: adapt to ${slice}`)!;
        const yardstick = nodes.get(`RAIE: adapt to ${slice}`)!.key;
        assert.equal(identity.inputs.yardstick, yardstick);
        assert.ok(needs.includes(yardstick));
        assert.match(size, /^\d+ windows, as many steps as RAIE$/);
      }
    }
    assert.equal(nodes.get("RAIE: adapt to F1")!.identity.inputs.yardstick, undefined);
  });

  it("gives the yardstick the same key under either budget, and what follows it other ones", () => {
    const [paper, matched] = [stages({ budget: "paper" }), stages({ budget: "matched" })];
    assert.equal(paper.get("RAIE: adapt to F2")!.key, matched.get("RAIE: adapt to F2")!.key);
    assert.notEqual(paper.get("lora: adapt to F1")!.key, matched.get("lora: adapt to F1")!.key);
    assert.match(paper.get("lora: adapt to F1")!.size, /^\d+ windows, \d+ steps$/);
  });

  it("reads weights from a file once for all seeds and engines; what the file is called does not matter, what it holds does", () => {
    const from = (sha256: string, path = "/one.safetensors") =>
      stages(
        { seeds: [1, 2], backbone: { kind: "sasrec", hidden: 8, weights: path } },
        { ...prepared, weights: { name: "one.safetensors", bytes: 9, sha256 } },
      );
    const nodes = from("0".repeat(64));
    assert.deepEqual([...nodes.keys()].slice(0, 3), [
      "backbone: read weights",
      "base: rank S, F1, F2, T",
      "lora: adapt to F1 (seed 1)",
    ]);
    const { key, steps } = nodes.get("backbone: read weights")!;
    assert.equal(steps, 0);
    for (const seed of [1, 2]) assert.ok(nodes.get(`lora: adapt to F1 (seed ${seed})`)!.needs.includes(key));
    for (const path of ["/two.safetensors", "weights/three.safetensors"]) {
      assert.equal(from("0".repeat(64), path).get("backbone: read weights")!.key, key);
    }
    assert.notEqual(from("1".repeat(64)).get("backbone: read weights")!.key, key);
    assert.notEqual(stages({}).get("backbone: train sasrec on S")!.key, key);
  });
});
