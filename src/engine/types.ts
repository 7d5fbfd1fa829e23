/**
 * What the rest of the program may know of the engine: rungs, compiled steps, progress-free values.
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";

/** A tensor of TensorFlow.js, on whichever rung is open. Shapes are in the docstrings: `[batch, time, width]`. */
export type Tensor = tf.Tensor;

/** The ladder of engines, best first. */
export const RUNGS = ["tensorflow", "webgpu", "wasm", "cpu"] as const;

/** One engine of the ladder. */
export type Rung = (typeof RUNGS)[number];

/** Named tensors; a step's inputs, state, frozen values and outputs are such records. */
export type TensorMap = Readonly<Record<string, Tensor>>;

/** What a step gives back: outputs to fetch, and the next value of every state entry (same names and shapes). */
export interface StepResult<S extends TensorMap = TensorMap, O extends TensorMap = TensorMap> {
  /** Values to fetch, by name; any shapes. */
  readonly outputs: O;
  /** Leave out when the step changes no state (encoding, scoring). */
  readonly next?: S;
}

/**
 * A pure function of its inputs, its state and what is frozen. It reads no value back, draws nothing, touches no other tensor.
 * It runs inside `tf.tidy`, and on the `tensorflow` rung only once per set of input shapes: the trace is a graph after that.
 */
export type Step<I extends TensorMap, S extends TensorMap, F extends TensorMap, O extends TensorMap> = (
  inputs: I,
  state: S,
  frozen: F,
) => StepResult<S, O>;

/** A step made ready by {@linkcode Engine.compile}. */
export interface CompiledStep<I extends TensorMap, S extends TensorMap, O extends TensorMap> {
  /** Runs one step; the caller disposes the outputs. Inputs stay the caller's. New input shapes are traced when they first appear. */
  run(inputs: I): O;
  /** Copies of the present state; the caller disposes them. */
  readState(): S;
  /** Replaces the state (same names, shapes and dtypes); the given tensors stay the caller's. */
  writeState(state: S): void;
  /** Frees graphs, sessions, state. The frozen tensors given to compile stay the caller's. */
  dispose(): void;
}

/** What {@linkcode Engine.compile} needs beside the step. */
export interface CompileOptions<S extends TensorMap, F extends TensorMap> {
  /** Used in error messages, e.g. "pretrain sasrec". */
  readonly name: string;
  /** First value of the state; copied. */
  readonly state?: S;
  /** Tensors the step reads and never changes; kept as graph variables, so that they are fed only once. */
  readonly frozen?: F;
}

/** An open engine. */
export interface Engine {
  /** Which of the ladder's engines it is. */
  readonly rung: Rung;
  /** E.g. "tfjs 4.22.0, TensorFlow 2.21.0". */
  readonly version: string;
  /** "cpu", or the accelerator's name. */
  readonly device: string;
  /** Bytes of the accelerator's own memory; left out where it has none, or nobody says how much. */
  readonly memory?: number;
  /** Threads for one operation; 1 on wasm and cpu. Belongs to a result's provenance. */
  readonly threads: number;
  /**
   * Makes a step ready to run again and again. On the `tensorflow` rung the step becomes one graph per set of input
   * shapes; elsewhere it runs kernel by kernel. The values are the same up to rounding.
   */
  compile<I extends TensorMap, S extends TensorMap, F extends TensorMap, O extends TensorMap>(
    step: Step<I, S, F, O>,
    options: CompileOptions<S, F>,
  ): CompiledStep<I, S, O>;
  /** Frees what the engine holds. */
  close(): void;
}
