/**
 * Adapters trained side by side that do not all train equally long: a step has slots, one adapter in each, and where an adapter ends the next one takes
 * its slot, so that hardly a slot is ever empty.
 * @module
 */
import { tf } from "../engine/tfjs.ts";
import type { CompiledStep, Tensor, TensorMap } from "../engine/types.ts";
import type { BankBatch, BankOutputs, BankState } from "./train_step.ts";

/** A compiled step of a bank. */
export type BankStep = CompiledStep<BankBatch, BankState, BankOutputs>;

/** Inputs of a step with slots: `places` [slots] int32 are the adapters in them, -1 for none. */
export type SlotBatch = BankBatch & { readonly places: Tensor };

/** A step with slots; its state is that of all adapters. */
export type SlotStep = CompiledStep<SlotBatch, BankState, BankOutputs>;

/** When each adapter trains, and where. */
export interface Schedule {
  /** Adapters side by side. */
  readonly slots: number;
  /** [adapters]: the slot of each, and the step it begins at. */
  readonly turns: readonly { readonly slot: number; readonly from: number }[];
  /** Steps from the first adapter's first to the last one's last. */
  readonly steps: number;
}

/** The share of slots' steps that may stay empty; wider products save that much. */
const EMPTY = 0.05;

/**
 * As many slots as leave hardly any of their steps empty: where all train equally long one for each adapter, and where one trains longer than all others
 * together only one. Long trainings come first, each in the slot that is free first (Graham's rule, SIAM J. Appl. Math. 1969).
 *
 * @param totals steps of each adapter
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { scheduleOf } from "./slots.ts";
 * assert.deepEqual(scheduleOf([40, 100, 60]), {
 *   slots: 2,
 *   turns: [{ slot: 1, from: 60 }, { slot: 0, from: 0 }, { slot: 1, from: 0 }],
 *   steps: 100,
 * });
 * assert.equal(scheduleOf([10, 10, 10]).slots, 3);
 * assert.equal(scheduleOf([10, 1, 1]).slots, 1);
 * ```
 */
export function scheduleOf(totals: readonly number[]): Schedule {
  const needed = totals.reduce((sum, total) => sum + total, 0);
  for (let slots = totals.length; slots > 1; slots--) {
    const schedule = scheduleIn(slots, totals);
    if (slots * schedule.steps <= (1 + EMPTY) * needed) return schedule;
  }
  return scheduleIn(1, totals);
}

function scheduleIn(slots: number, totals: readonly number[]): Schedule {
  const free = new Array<number>(slots).fill(0);
  const turns: { slot: number; from: number }[] = new Array(totals.length);
  for (const adapter of [...totals.keys()].sort((a, b) => totals[b]! - totals[a]! || a - b)) {
    const slot = free.indexOf(Math.min(...free));
    turns[adapter] = { slot, from: free[slot]! };
    free[slot] = free[slot]! + totals[adapter]!;
  }
  return { slots, turns, steps: Math.max(...free) };
}

/** The adapters in the slots at step `index`; -1: none. */
export function placesAt({ slots, turns }: Schedule, totals: readonly number[], index: number): Int32Array {
  const places = new Int32Array(slots).fill(-1);
  turns.forEach(({ slot, from }, adapter) => {
    if (from <= index && index < from + totals[adapter]!) places[slot] = adapter;
  });
  return places;
}

/**
 * A step with slots on one that trains as many adapters as there are slots. A state that is written may be of any moment of the training.
 *
 * @param state of all adapters; taken over
 * @param ready a step that starts from the given state of the slots, which it takes over
 * @param done told of that step when it is done with
 */
export function inSlots(
  state: TensorMap,
  ready: (state: TensorMap, slots: number) => BankStep,
  done: (step: BankStep) => void,
): SlotStep {
  /** [adapters], what each has come to, but for those in the slots. */
  let kept = apart(state);
  tf.dispose(Object.values(state));
  let step: BankStep | undefined;
  let held = new Int32Array(0);
  /** Takes what the slots' adapters have come to. */
  const store = () => {
    if (step === undefined) return;
    const running: TensorMap = step.readState();
    const rows = apart(running);
    tf.dispose(Object.values(running));
    for (const [slot, place] of held.entries()) {
      const unused = place < 0 ? rows[slot]! : kept[place]!;
      if (place >= 0) kept[place] = rows[slot]!;
      tf.dispose(Object.values(unused));
    }
  };
  const load = (places: Int32Array) => {
    store();
    // An empty slot holds some adapter, which is left as it is.
    const rows = joined(Array.from(places, (place) => kept[Math.max(0, place)]!));
    held = Int32Array.from(places);
    if (step === undefined) step = ready(rows, places.length);
    else {
      step.writeState(rows as BankState);
      tf.dispose(Object.values(rows));
    }
    return step;
  };
  return {
    run({ places, ...batch }) {
      const wanted = places.dataSync() as Int32Array;
      const same = step !== undefined && wanted.every((place, slot) => place === held[slot]);
      return (same ? step! : load(wanted)).run(batch as BankBatch);
    },
    readState() {
      store();
      return joined(kept) as BankState;
    },
    writeState(next) {
      for (const row of kept) tf.dispose(Object.values(row));
      kept = apart(next);
      // What the slots hold is of before: the next run loads them anew.
      held = held.fill(-1);
    },
    dispose() {
      for (const row of kept) tf.dispose(Object.values(row));
      if (step !== undefined) done(step);
    },
  };
}

/** A step of one slot that is never empty: what is in it needs no telling. */
export const inOneSlot = (step: BankStep): SlotStep => ({
  run: ({ places: _, ...batch }) => step.run(batch as BankBatch),
  readState: () => step.readState(),
  writeState: (state) => step.writeState(state),
  dispose: () => step.dispose(),
});

/** A state's adapters one by one, each [1, ...]; the state stays. */
function apart(state: TensorMap): TensorMap[] {
  return Array.from(
    { length: state.count!.shape[0]! },
    (_, row) => mapped(state, (tensor) => tf.slice(tensor, [row], [1])),
  );
}

/** Adapters as one state. */
const joined = (rows: readonly TensorMap[]): TensorMap =>
  mapped(rows[0]!, (_, name) => tf.concat(rows.map((row) => row[name]!), 0));

const mapped = (state: TensorMap, change: (tensor: Tensor, name: string) => Tensor): TensorMap =>
  Object.fromEntries(Object.entries(state).map(([name, tensor]) => [name, change(tensor, name)]));
