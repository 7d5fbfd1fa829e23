import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import type { Rung } from "../../src/engine/types.ts";
import { createMethod } from "../../src/methods/registry.ts";
import type { SingleAdapted } from "../../src/methods/single_adapter.ts";
import type { MethodSpec } from "../../src/spec/types.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { assertNear, type MethodRuns, openRuns, reloaded } from "./method_runs.ts";
import { smallSpec } from "./small_context.ts";

const small = (kind: string) => ({ kind, hidden: 8, heads: 2, blocks: 2, training: { epochs: 1 } });

/** Weights large enough to tell a method from lora on an untrained backbone. */
const METHODS: readonly Record<string, unknown>[] = [
  { kind: "replay" },
  { kind: "lwf", alpha: 20 },
  { kind: "lwf", label: "lwf over all", alpha: 20, candidates: "all" },
  { kind: "ewc", lambda: 1e4, samples: 40 },
  { kind: "proximal", lambda: 10 },
];

function runsOn(rung: Rung, backbone: Record<string, unknown>): void {
  let runs: MethodRuns, specs: readonly MethodSpec[];
  beforeAll(async () => {
    runs = await openRuns(rung, { backbone });
    specs = smallSpec({ backbone, methods: ["base", "lora", ...METHODS] }).methods;
  });
  afterAll(() => runs.close());

  it("differ from base, from lora and from each other on two slices, and come back as they were saved", async () => {
    const all: number[][] = [];
    for (const spec of specs) {
      const states = await runs.adaptAll(spec);
      const scores = await runs.scores(states[1]!);
      assert.ok(scores.every(Number.isFinite), spec.label);
      assertNear(await runs.scores(await reloaded(spec, states[1]!, runs.context)), scores);
      all.push(scores);
    }
    for (const [place, scores] of all.entries()) {
      for (const other of all.slice(0, place)) assert.notDeepEqual(scores, other, specs[place]!.label);
    }
  });

  it("learn with every loss", async () => {
    const { context } = runs;
    for (const loss of [{ kind: "bce", negatives: 1 }, { kind: "cross-entropy" }]) {
      const methods = METHODS.map((method) => ({ ...method, lora: { training: { loss } } }));
      for (const spec of smallSpec({ backbone, methods }).methods) {
        const state = await createMethod(spec).adapt(undefined, context.data.finetune[0]!, context) as SingleAdapted;
        assert.ok(state.curves[0]!.values.every((value) => value > 0), `${spec.label} with ${loss.kind}`);
        assert.ok(state.adapter.lora.length > 0 && state.adapter.rows.some((value) => value !== 0), spec.label);
      }
    }
  });
}

for (const kind of ["sasrec", "bert4rec", "tisasrec"]) {
  describe(`replay, lwf, ewc and proximal on ${kind}`, () => runsOn("wasm", small(kind)));
}

describe("replay, lwf, ewc and proximal in graphs of tensorflow", {
  skip: rungsHere().includes("tensorflow") ? false : "tensorflow is not set up here",
}, () => runsOn("tensorflow", small("sasrec")));
