/**
 * Adapters side by side that do not all train equally long: the training falls into legs, and each leg has the adapters that still train, so that
 * those that have ended cost nothing.
 * @module
 */
import { tf } from "../engine/tfjs.ts";
import type { CompiledStep, TensorMap } from "../engine/types.ts";
import type { BankBatch, BankOutputs, BankState } from "./train_step.ts";

/** A compiled step of a bank. */
export type BankStep = CompiledStep<BankBatch, BankState, BankOutputs>;

/** Steps that as many adapters take side by side. */
export interface Leg {
  /** The first so many. */
  readonly adapters: number;
  /** The leg's first step, counted from 0. */
  readonly from: number;
  /** The step after its last. */
  readonly until: number;
}

/** What beginning a leg costs (a step is compiled for it, the state moves), as steps of one adapter: measured between 20 and 60 on SASRec. */
const BEGINNING = 40;

/**
 * The cheapest legs: each adapter rests at most as long as a new leg would cost.
 *
 * @param totals steps of each adapter, none more than the one before it
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { legsOf } from "./legs.ts";
 * // The third adapter would rest for 900 steps, the second for ten only.
 * assert.deepEqual(legsOf([1000, 990, 90]), [
 *   { adapters: 3, from: 0, until: 90 },
 *   { adapters: 2, from: 90, until: 1000 },
 * ]);
 * ```
 */
export function legsOf(totals: readonly number[]): readonly Leg[] {
  /** [adapters left]: the least cost of their legs, and how many are left after the first of these. */
  const best: { readonly cost: number; readonly next: number }[] = [{ cost: 0, next: 0 }];
  const endOf = (adapter: number) => totals[adapter] ?? 0;
  for (let adapters = 1; adapters <= totals.length; adapters++) {
    const choices = best.map(({ cost }, next) => ({
      cost: cost + BEGINNING + adapters * (endOf(next) - endOf(adapters)),
      next,
    }));
    best.push(choices.reduce((least, choice) => choice.cost < least.cost ? choice : least));
  }
  const legs: Leg[] = [];
  for (let adapters = totals.length; adapters > 0; adapters = best[adapters]!.next) {
    legs.push({ adapters, from: endOf(adapters), until: endOf(best[adapters]!.next) });
  }
  return legs;
}

/**
 * A step that takes batches of fewer and fewer adapters, always the first ones. Its state is that of all of them, whatever the leg; a written state may
 * be of any leg.
 *
 * @param state of all adapters; taken over
 * @param ready a step for so many adapters in this state, which it takes over
 * @param done told of every step of `ready` that is done with
 */
export function inLegs(
  state: TensorMap,
  ready: (state: TensorMap, adapters: number) => BankStep,
  done: (step: BankStep) => void,
): BankStep {
  let leg: { readonly step: BankStep; readonly adapters: number } | undefined;
  /** Adapters that have ended; before the first run: all of them. */
  let ended: TensorMap = state;
  const whole = (): TensorMap => {
    if (leg === undefined) return mapped(ended, (tensor) => tf.clone(tensor));
    const running: TensorMap = leg.step.readState();
    const joined = mapped(running, (tensor, name) => tf.concat([tensor, ended[name]!], 0));
    tf.dispose(Object.values(running));
    return joined;
  };
  const move = (adapters: number): BankStep => {
    const all = whole();
    const part = (from: number, count: number) => mapped(all, (tensor) => tf.slice(tensor, [from], [count]));
    tf.dispose(Object.values(ended));
    leave();
    const step = ready(part(0, adapters), adapters);
    ended = part(adapters, all.count!.shape[0]! - adapters);
    tf.dispose(Object.values(all));
    leg = { step, adapters };
    return step;
  };
  function leave() {
    if (leg !== undefined) done(leg.step);
    leg = undefined;
  }
  return {
    run(batch) {
      const adapters = batch.active.shape[0]!;
      return (leg?.adapters === adapters ? leg.step : move(adapters)).run(batch);
    },
    readState: () => whole() as BankState,
    writeState(next) {
      tf.dispose(Object.values(ended));
      leave();
      ended = mapped(next, (tensor) => tf.clone(tensor));
    },
    dispose() {
      tf.dispose(Object.values(ended));
      leave();
    },
  };
}

const mapped = (
  state: TensorMap,
  change: (tensor: TensorMap[string], name: string) => TensorMap[string],
): TensorMap => Object.fromEntries(Object.entries(state).map(([name, tensor]) => [name, change(tensor, name)]));
