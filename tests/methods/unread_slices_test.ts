/** What methods must not read while they adapt: what they are evaluated on later. */
import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import type { SlicedData, Windows } from "../../src/data/types.ts";
import { createMethod } from "../../src/methods/registry.ts";
import type { Adapted, MethodContext } from "../../src/methods/types.ts";
import { trainingSources } from "../../src/pipeline/training_sources.ts";
import type { MethodSpec } from "../../src/spec/types.ts";
import { entry, type MethodRuns, openRuns } from "./method_runs.ts";
import { smallSpec } from "./small_context.ts";

const KINDS = ["base", "full", "lora", "replay", "lwf", "ewc", "lsat", "mole", "ebpr", "proximal", "raie"];

/** The same data up to and with an F slice: T and held-out windows cannot be touched. */
const upTo = (data: SlicedData, slice: number): SlicedData =>
  new Proxy({ ...data, finetune: data.finetune.slice(0, slice + 1) }, {
    get(target, name, receiver) {
      if (name === "test" || name === "heldOut") throw new RangeError(`${name} was read`);
      return Reflect.get(target, name, receiver);
    },
  });

describe("methods that adapt", () => {
  let runs: MethodRuns;
  beforeAll(async () => runs = await openRuns("wasm", { retention: "held-out" }));
  afterAll(() => runs.close());

  /** A context that gives a method what the leakage audit looks at, as far as its slice, and nothing else. */
  function guarded(slice: number): MethodContext {
    const { context } = runs;
    const sources = trainingSources(smallSpec({ retention: "held-out" }), {
      ...context.data,
      finetune: context.data.finetune.slice(0, slice + 1),
    }).map(({ windows }) => windows);
    const known = (windows: Windows) => assert.ok(sources.includes(windows), "windows that no training source names");
    return {
      ...context,
      data: upTo(context.data, slice),
      represent: (windows) => {
        known(windows);
        return context.represent(windows);
      },
      top: (windows, count) => {
        known(windows);
        return context.top(windows, count);
      },
    };
  }

  async function adaptAll(spec: MethodSpec): Promise<Adapted[]> {
    const states: Adapted[] = [];
    for (const [index, slice] of runs.context.data.finetune.entries()) {
      states.push(await createMethod(spec).adapt(states.at(-1), slice, guarded(index)));
    }
    return states;
  }

  for (const kind of KINDS) {
    it(`${kind} reads neither T nor held-out windows nor a later F slice`, async () => {
      const states = await adaptAll(entry(kind));
      assert.deepEqual(states.map(({ cost }) => cost.setupRows + cost.finetuneRows > 0), [
        kind !== "base",
        kind !== "base",
      ]);
    });
  }

  it("ebpr reads T where its pairs come from evaluated rows", async () => {
    const spec = smallSpec({ preset: "official", methods: ["ebpr"] }).methods[0]!;
    await assert.rejects(adaptAll(spec), { name: "RangeError", message: "test was read" });
  });
});
