import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { accumulated } from "../../src/adapters/accumulate.ts";
import type { AdapterValues } from "../../src/adapters/bank.ts";
import type { StepCache } from "../../src/adapters/train.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Checkpoint, Checkpoints } from "../../src/engine/training_loop.ts";
import type { Engine } from "../../src/engine/types.ts";
import type { MoleAdapted } from "../../src/methods/mole.ts";
import type { RaieAdapted } from "../../src/methods/raie_state.ts";
import { createMethod } from "../../src/methods/registry.ts";
import type { SingleAdapted } from "../../src/methods/single_adapter.ts";
import type { Adapted, MethodContext } from "../../src/methods/types.ts";
import type { MethodSpec } from "../../src/spec/types.ts";
import { assertClose } from "../conformance/close.ts";
import { smallContext, smallSpec } from "../methods/small_context.ts";

/** A share of a method's largest number. */
const ROUNDING = 1e-5;
/** Of the order of the gradients here: many are scaled down. */
const CLIP = 0.02;

const PARTS = { accumulation: 3 };
/** Cases that are run as graphs too. */
const GRAPHS = ["lora with cross-entropy at every position", "replay", "ewc", "adapters of regions side by side"];

type Options = Record<string, unknown>;

/** A method's entry, without dropout, which draws other masks in parts. */
function methodOf(kind: string, own: Options = {}, training: Options = {}, more: Options = {}): MethodSpec {
  const lora = { rank: 2, dropout: 0, ...more, training: { epochs: 2, batch: 32, clip: CLIP, ...training } };
  const laid = kind === "ebpr" ? {} : { lora };
  return smallSpec({ ...laid, methods: [{ kind, ...own }] }, { training: { epochs: 2, batch: 32, clip: CLIP } })
    .methods[0]!;
}

/** The engine, with the rows of every run of a compiled step written down. */
function watched(engine: Engine, rows: number[]): Engine {
  const compile: Engine["compile"] = (step, options) => {
    const compiled = engine.compile(step, options);
    return {
      run: (inputs) => {
        if (inputs.adapter !== undefined) rows.push(inputs.adapter.shape[0]!);
        return compiled.run(inputs);
      },
      readState: () => compiled.readState(),
      writeState: (state) => compiled.writeState(state),
      dispose: () => compiled.dispose(),
    };
  };
  return { ...engine, compile };
}

/** Checkpoints in memory, of every second step. */
function checkpointsIn(kept: Map<string, Checkpoint>): Checkpoints {
  return {
    every: 2,
    read: (name) => Promise.resolve(kept.get(name)),
    write: (name, { step, state, curve: { steps, values } }) => {
      kept.set(name, { step, state, curve: { steps: [...steps], values: [...values] } });
      return Promise.resolve();
    },
  };
}

for (const rung of ["wasm", "tensorflow"] as const) {
  describe(`gradients accumulated over the parts of a batch on ${rung}`, () => {
    let engine: Engine, context: MethodContext & { close(): void };
    beforeAll(async () => {
      engine = await openEngine(rung);
      context = { ...await smallContext(engine, smallSpec()), backboneDropout: 0 };
    });
    afterAll(() => {
      context.close();
      engine.close();
    });

    /** The state after the second F slice, where what was learnt before has a say. */
    async function adapt(spec: MethodSpec, more: Partial<MethodContext> = {}): Promise<Adapted> {
      const whole = { ...context, ...more };
      const method = createMethod(spec);
      const first = await method.adapt(undefined, whole.data.finetune[0]!, whole);
      return await method.adapt(first, whole.data.finetune[1]!, whole);
    }
    const numbersOf = (state: Adapted): readonly AdapterValues[] => {
      if ("state" in state) return (state as RaieAdapted).state.adapters;
      if ("adapter" in state) return [(state as SingleAdapted).adapter];
      return [{ lora: new Float32Array(0), rows: (state as Adapted & { readonly rows: Float32Array }).rows }];
    };
    function assertSame(found: Adapted, wanted: Adapted, what: string): void {
      const expected = numbersOf(wanted);
      numbersOf(found).forEach(({ lora, rows }, k) => {
        assertClose(lora, expected[k]!.lora, ROUNDING, `${what}: adapter ${k}`);
        assertClose(rows, expected[k]!.rows, ROUNDING, `${what}: item rows ${k}`);
      });
      assert.deepEqual(found.cost, wanted.cost);
      found.curves.forEach(({ steps, values }, k) => {
        assert.deepEqual(steps, wanted.curves[k]!.steps);
        assertClose(values, wanted.curves[k]!.values, ROUNDING, `${what}: losses`);
      });
    }

    const budget = { steps: 9, rows: 90, setupShare: 0.1 };
    const all = { positions: "all", loss: { kind: "cross-entropy" } };
    const CASES: readonly (readonly [string, MethodSpec, Partial<MethodContext>?])[] = [
      ["lora", methodOf("lora")],
      ["lora without item rows", methodOf("lora", {}, {}, { itemRows: "none" })],
      ["lora with cross-entropy at every position", methodOf("lora", {}, all)],
      ["lora with a batch of fewer rows than parts", methodOf("lora", {}, { batch: 2, epochs: 1 })],
      ["replay", methodOf("replay")],
      ["replay of the backbone's rows", methodOf("replay", { rows: "backbone" })],
      ["replay with fewer rows of S than parts", methodOf("replay", {}, { batch: 10 }), { budget }],
      ["lwf over two candidates", methodOf("lwf", { alpha: 5 })],
      ["lwf over two candidates of its own", methodOf("lwf", { alpha: 5 }, all)],
      ["lwf over the catalogue", methodOf("lwf", { alpha: 5, candidates: "all" })],
      ["ewc", methodOf("ewc", { lambda: 1000 })],
      ["proximal", methodOf("proximal", { lambda: 10 })],
      ["ebpr", methodOf("ebpr", { steps: 8, batch: 32 })],
      ["adapters of regions side by side", methodOf("raie")],
    ];
    const chosen = rung === "wasm" ? CASES : CASES.filter(([what]) => GRAPHS.includes(what));
    for (const [what, spec, more] of chosen) {
      it(`end where whole batches end: ${what}`, async () => {
        const whole = await adapt(spec, more);
        for (const accumulation of [2, 3]) {
          assertSame(await adapt(spec, { ...more, accumulation }), whole, `in ${accumulation}`);
        }
      });
    }
    if (rung !== "wasm") return;

    it("take one optimiser step for all parts, which are of one size", async () => {
      for (const [accumulation, size] of [[1, 32], [2, 16], [3, 11]] as const) {
        const rows: number[] = [];
        const steps: StepCache = new Map();
        const method = createMethod(methodOf("lora"));
        const watching = { ...context, engine: watched(engine, rows), steps, accumulation };
        const { cost } = await method.adapt(undefined, context.data.finetune[0]!, watching);
        assert.deepEqual(new Set(rows), new Set([size]));
        assert.equal(rows.length, accumulation * cost.steps);
        assert.equal(cost.steps, 2 * Math.ceil(context.data.finetune[0]!.windows.count / 32));
        for (const step of steps.values()) step.dispose();
      }
    });

    it("go on from a checkpoint as if they had not stopped, in as many parts or in others", async () => {
      const spec = methodOf("ewc", { lambda: 1000 });
      const [slice] = context.data.finetune;
      const train = (more: Partial<MethodContext>) =>
        createMethod(spec).adapt(undefined, slice!, { ...context, ...more });
      const wanted = await train({ accumulation: 3 });
      for (const accumulation of [3, 1, 2]) {
        const checkpoints = checkpointsIn(new Map());
        const progress = (_: string, done: number, __: number, loss?: number) => {
          if (loss !== undefined && done === 3) throw new Error("killed");
        };
        await assert.rejects(train({ accumulation: 3, checkpoints, progress }), /killed/);
        const found = await train({ accumulation, checkpoints });
        if (accumulation === 3) assert.deepEqual(numbersOf(found), numbersOf(wanted));
        else assertSame(found, wanted, `on in ${accumulation}`);
      }
    });

    it("draw the same masks again, and not the whole batch's, with dropout", async () => {
      const spec = methodOf("lora", {}, {}, { dropout: 0.2 });
      const [whole, parts, again] = [await adapt(spec), await adapt(spec, PARTS), await adapt(spec, PARTS)];
      assert.deepEqual(numbersOf(again), numbersOf(parts));
      assert.notDeepEqual(numbersOf(parts), numbersOf(whole));
    });

    it("leave nothing on the device but the steps they compiled", async () => {
      const spec = methodOf("replay");
      await adapt(spec, PARTS);
      const { numTensors } = tf.memory();
      await adapt(spec, PARTS);
      assert.equal(tf.memory().numTensors, numTensors);
    });

    describe("of a mixture", () => {
      const first = async (balance: number, accumulation: number): Promise<MoleAdapted> =>
        await createMethod(methodOf("mole", { balance })).adapt(undefined, context.data.finetune[0]!, {
          ...context,
          accumulation,
        }) as MoleAdapted;

      it("end where whole batches end when the gate is free", async () => {
        const whole = await first(0, 1);
        const parts = await first(0, 3);
        assertClose(parts.mixture.gate, whole.mixture.gate, ROUNDING, "gate");
        assertClose(parts.mixture.rows, whole.mixture.rows, ROUNDING, "item rows");
        parts.mixture.lora.forEach((lora, k) => assertClose(lora, whole.mixture.lora[k]!, ROUNDING, `expert ${k}`));
      });

      it("pay for uneven parts: in the first step as much as for the batch or more, and never anything that is no number", async () => {
        const balance = 1000;
        const [whole, parts] = [await first(balance, 1), await first(balance, 4)];
        const [once, apart] = [whole.curves[0]!.values[0]!, parts.curves[0]!.values[0]!];
        assert.ok(apart > once && apart < once + 0.05 * balance, `${apart} and ${once}`);
        assert.ok([...parts.mixture.gate, ...parts.curves[0]!.values].every(Number.isFinite));
      });
    });
  });
}

describe("the state after a part", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine("cpu");
  });
  afterAll(() => engine.close());

  /** w - gradient, counted. */
  const after = (last: number, sum: number) =>
    tf.tidy(() => {
      const state = { w: tf.tensor1d([0.1]), wG: tf.tensor1d([sum]), count: tf.scalar(7), other: tf.scalar(0.3) };
      const next = accumulated(tf.scalar(last), state, { w: tf.tensor1d([2]) }, ({ w }) => ({
        ...state,
        w: tf.sub(state.w, w!),
        count: tf.add(state.count, 1),
      }));
      return Object.fromEntries(Object.entries(next).map(([name, tensor]) => [name, tensor.dataSync()[0]!]));
    });

  it("holds the sum of the gradients, and all else to the last bit, before the last part", () => {
    assert.deepEqual(after(0, 3), { w: Math.fround(0.1), wG: 5, count: 7, other: Math.fround(0.3) });
  });

  it("is what the update makes of the sum, which begins anew, after the last part", () => {
    assert.deepEqual(after(1, 3), { w: Math.fround(Math.fround(0.1) - 5), wG: 0, count: 8, other: Math.fround(0.3) });
  });
});
