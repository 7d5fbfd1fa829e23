/** What the methods that add a term to lora's loss are held to: lora itself, step by step. */
import assert from "node:assert/strict";
import { it } from "@std/testing/bdd";
import type { AdapterValues } from "../../src/adapters/bank.ts";
import type { LossSpec } from "../../src/spec/types.ts";
import { createMethod } from "../../src/methods/registry.ts";
import type { SingleAdapted } from "../../src/methods/single_adapter.ts";
import type { MethodContext } from "../../src/methods/types.ts";
import { entry, type MethodRuns, savedFiles } from "./method_runs.ts";

/** Adapts to the first F slice; `more` is laid over the context. */
export async function adaptFirst(
  { context }: MethodRuns,
  kind: string,
  options: Record<string, unknown> = {},
  more: Partial<MethodContext> = {},
): Promise<SingleAdapted> {
  const whole = { ...context, ...more };
  return await createMethod(entry(kind, options)).adapt(undefined, whole.data.finetune[0]!, whole) as SingleAdapted;
}

/** So many steps of F's rows alone. */
export const stepsOfF = (steps: number): Partial<MethodContext> => ({ budget: { steps, rows: 1000, setupShare: 0 } });

/** Loss of every step. */
export const lossesOf = ({ curves }: SingleAdapted): readonly number[] => curves[0]!.values;

/** A weighted sum over all numbers of an adapter of the squared difference. */
export function squaredDistance(a: AdapterValues, b: AdapterValues, weights?: AdapterValues): number {
  const part = (name: "lora" | "rows") =>
    a[name].reduce((sum, value, i) => sum + (weights?.[name][i] ?? 1) * (value - b[name][i]!) ** 2, 0);
  return part("lora") + part("rows");
}

/** `found` and `wanted` within a share of `wanted`. */
export function assertShare(found: number, wanted: number, share: number): void {
  assert.ok(Math.abs(found - wanted) <= share * Math.abs(wanted), `${found}, wanted ${wanted}`);
}

const LOSSES: readonly LossSpec[] = [
  { kind: "gbce", negatives: 3, t: 0.5 },
  { kind: "sampled-softmax", negatives: 2 },
  { kind: "cross-entropy" },
];

/**
 * @param off options under which the method adds nothing
 * @param on options under which it does
 */
export function itAddsToLora(
  runs: () => MethodRuns,
  kind: string,
  off: Record<string, unknown>,
  on: Record<string, unknown> = {},
): void {
  it(`is lora to the last bit with ${JSON.stringify(off)}`, async () => {
    const lora = await runs().adaptAll(entry("lora"));
    const same = await runs().adaptAll(entry(kind, off));
    for (const [slice, state] of same.entries()) {
      assert.deepEqual(await savedNumbers(state as SingleAdapted), await savedNumbers(lora[slice] as SingleAdapted));
      assert.deepEqual(state.cost, lora[slice]!.cost);
    }
  });

  for (const loss of LOSSES) {
    for (const itemRows of ["none", "finetune-targets"]) {
      it(`learns with ${loss.kind} at every position, item rows ${itemRows}`, async () => {
        const lora = { itemRows, training: { loss, positions: "all" } };
        const state = await adaptFirst(runs(), kind, { ...on, lora });
        const without = await adaptFirst(runs(), "lora", { lora });
        const base = await adaptFirst(runs(), "base");
        const [scores, loras, bases] = [
          await runs().scores(state),
          await runs().scores(without),
          await runs().scores(base),
        ];
        assert.ok(scores.every(Number.isFinite));
        assert.notDeepEqual(scores, loras);
        assert.notDeepEqual(scores, bases);
        assert.equal(state.adapter.rows.length > 0, itemRows !== "none");
      });
    }
  }
}

const savedNumbers = async (state: SingleAdapted) =>
  Object.entries(await savedFiles(state)).filter(([path]) => path.endsWith(".safetensors"));
