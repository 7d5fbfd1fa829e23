/**
 * The loop around a compiled step: batches in, losses out, checkpoints on the way.
 *
 * Everything a step draws is keyed by its number (see random.ts), so parameters, optimiser state and the number of steps done are all that a
 * training needs to go on: the position of every random stream follows from the step.
 * @module
 */
import type { PlainTensor, PlainTensors } from "./plain_tensor.ts";
import { type Tensor, tf } from "./tfjs.ts";
import { TrainingError } from "./training_error.ts";
import type { CompiledStep, TensorMap } from "./types.ts";

/** Loss by optimiser step. */
export interface Curve {
  /** Steps the values were taken at, 1-based and rising; about 200 of them at most. */
  readonly steps: readonly number[];
  /** The loss at each of them. */
  readonly values: readonly number[];
}

/** A training as it stands after some of its steps. */
export interface Checkpoint {
  /** Optimiser steps done. */
  readonly step: number;
  /** Parameters and optimiser state, the whole state of the compiled step. */
  readonly state: PlainTensors;
  /** The curve so far. */
  readonly curve: Curve;
}

/** Where trainings are kept while they run; one place may hold several, by name. */
export interface Checkpoints {
  /** Steps from one checkpoint to the next. */
  readonly every: number;
  /** The latest checkpoint of a training; undefined when there is none that can be used. */
  read(training: string): Promise<Checkpoint | undefined>;
  /** Replaces the checkpoint of a training; a process killed meanwhile leaves the one before. */
  write(training: string, checkpoint: Checkpoint): Promise<void>;
}

/** What the loop needs. */
export interface TrainingLoop<I extends TensorMap, S extends TensorMap> {
  /** E.g. "lora F1": in errors, and the name of its checkpoints. */
  readonly name: string;
  /** Holds the state that training starts from; a checkpoint replaces it. */
  readonly step: CompiledStep<I, S, { readonly loss: Tensor }>;
  /** Steps in all. */
  readonly total: number;
  /** Inputs of the step `index`, from 0: the same whenever it is asked. The loop disposes them. */
  readonly inputs: (index: number) => I;
  /** Divides the loss of step `index` before it is reported: how many trainings are summed in it. Left out: 1. */
  readonly parts?: (index: number) => number;
  /** Left out: a killed training starts again. */
  readonly checkpoints?: Checkpoints | undefined;
  /** Told after every step; what it throws stops the training, after its state has been kept. */
  readonly onStep?: (done: number, loss: number) => void | Promise<void>;
}

/** Points kept of a curve. */
const CURVE_POINTS = 200;

/**
 * Runs the steps that are still to do; the trained state is the step's.
 *
 * @throws {TrainingError} when the loss stops being finite, or the last step leaves a state that is not.
 * @example
 * ```ts
 * import { openEngine } from "./open.ts";
 * import { tf } from "./tfjs.ts";
 * import { runTraining } from "./training_loop.ts";
 * const engine = await openEngine("cpu");
 * const step = engine.compile(({ x }: { x: tf.Tensor }, { w }: { w: tf.Tensor }) => ({
 *   outputs: { loss: tf.sub(x, w) },
 *   next: { w: tf.add(w, tf.mul(tf.sub(x, w), 0.5)) },
 * }), { name: "halving", state: { w: tf.scalar(0) } });
 * const curve = await runTraining({ name: "halving", step, total: 3, inputs: () => ({ x: tf.scalar(1) }) });
 * console.assert(curve.values.join() === "1,0.5,0.25");
 * step.dispose();
 * engine.close();
 * ```
 */
export async function runTraining<I extends TensorMap, S extends TensorMap>(
  { name, step, total, inputs, parts, checkpoints, onStep }: TrainingLoop<I, S>,
): Promise<Curve> {
  const every = Math.max(1, Math.ceil(total / CURVE_POINTS));
  const kept = await checkpoints?.read(name);
  if (kept !== undefined) restore(step, kept);
  const curve = { steps: [...kept?.curve.steps ?? []], values: [...kept?.curve.values ?? []] };
  const keep = async (done: number) => {
    await checkpoints?.write(name, { step: done, state: await stateOf(step), curve });
  };
  for (let index = kept?.step ?? 0; index < total; index++) {
    const loss = await runOne(name, step, inputs(index), index, parts?.(index) ?? 1);
    const done = index + 1;
    if (index % every === 0 || done === total) {
      curve.steps.push(done);
      curve.values.push(loss);
    }
    if (checkpoints !== undefined && (done === total || done % checkpoints.every === 0)) await keep(done);
    try {
      await onStep?.(done, loss);
    } catch (stop) {
      if (done !== total) await keep(done);
      throw stop;
    }
  }
  // No later loss would tell what the last step did.
  if (total > 0 && !allFinite(await stateOf(step))) {
    throw new TrainingError(name, total, curve.values.at(-1)!, await plainInputs(inputs(total - 1)));
  }
  return curve;
}

function allFinite(state: PlainTensors): boolean {
  for (const { values } of Object.values(state)) {
    for (let k = 0; k < values.length; k++) if (!Number.isFinite(values[k])) return false;
  }
  return true;
}

async function plainInputs<I extends TensorMap>(inputs: I): Promise<PlainTensors> {
  try {
    return await plainValues(inputs);
  } finally {
    tf.dispose(Object.values(inputs));
  }
}

async function runOne<I extends TensorMap, S extends TensorMap>(
  name: string,
  step: CompiledStep<I, S, { readonly loss: Tensor }>,
  inputs: I,
  index: number,
  parts: number,
): Promise<number> {
  try {
    const { loss } = step.run(inputs);
    const value = (await loss.data())[0]! / parts;
    loss.dispose();
    if (!Number.isFinite(value)) throw new TrainingError(name, index + 1, value, await plainValues(inputs));
    return value;
  } finally {
    tf.dispose(Object.values(inputs));
  }
}

function restore<I extends TensorMap, S extends TensorMap, O extends TensorMap>(
  step: CompiledStep<I, S, O>,
  { state }: Checkpoint,
): void {
  const tensors = Object.fromEntries(
    Object.entries(state).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
  );
  try {
    step.writeState(tensors as unknown as S);
  } finally {
    tf.dispose(tensors);
  }
}

async function stateOf<I extends TensorMap, S extends TensorMap, O extends TensorMap>(
  step: CompiledStep<I, S, O>,
): Promise<PlainTensors> {
  const state = step.readState();
  try {
    return await plainValues(state);
  } finally {
    tf.dispose(Object.values(state));
  }
}

async function plainValues(tensors: TensorMap): Promise<PlainTensors> {
  const plain: Record<string, PlainTensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    plain[name] = { shape: tensor.shape, values: await tensor.data() as Float32Array | Int32Array };
  }
  return plain;
}
