/**
 * Watching a step run: every TensorFlow kernel it calls, and every tensor it makes from JavaScript values.
 *
 * Each kernel of the tensorflow rung is one call of `binding.executeOp(name, attributes, input handles, outputs)`, so standing in for the
 * binding while a step runs eagerly is enough to write the step down as a graph.
 * @module
 */
import { EngineError } from "../errors.ts";
import { typeAttribute } from "../tensorflow_ops.ts";
import { type NodeBackend, nodeBackend, type NodeBinding, type OpAttribute } from "../tfjs.ts";
import type { Tensor, TensorInfo } from "../tfjs.ts";
import { constantBytes, isUniform } from "./constant_bytes.ts";
import { standIns } from "./stand_ins.ts";

/** One kernel call; tensors are TensorFlow handles. */
export interface KernelCall {
  readonly op: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Tensors that must be there before it runs, where the graph computes them. */
  readonly after: readonly number[];
}

/** A tensor the step made from values. */
export interface Constant {
  readonly type: number;
  readonly shape: readonly number[];
  /** Of all its values, or of the one that all of them are. */
  readonly bytes: Uint8Array;
  /** Whether all its values are one: gradients are full of ones, as large as what they are multiplied with. */
  readonly uniform: boolean;
}

/** What {@linkcode trace} saw. */
export interface Trace<T> {
  readonly calls: readonly KernelCall[];
  readonly constants: ReadonlyMap<number, Constant>;
  readonly result: T;
}

/** Handles of tensors, taken while the trace goes on: constants not yet handed to TensorFlow are noted too. */
export type HandleOf = (tensor: Tensor) => number;

/** What {@linkcode inOrder} does while a step is traced. */
let ordering: ((first: readonly Tensor[], x: Tensor) => Tensor) | undefined;

/**
 * `x` itself, but in a graph no sooner than all of `first` are there. A graph computes whatever it can at once, and so holds at once what a program that
 * makes one thing after another does not. No part of a gradient tape.
 */
export const inOrder = (first: readonly Tensor[], x: Tensor): Tensor =>
  ordering === undefined || first.length === 0 ? x : ordering(first, x);

/** Members of the backend that tracing puts itself in front of. */
interface TracedBackend extends NodeBackend {
  move(dataId: object, values: unknown, shape: number[], dtype: string, refCount: number): void;
  readonly tensorMap: { get(dataId: object): { readonly values: unknown } | undefined };
}

/**
 * Runs `step` eagerly and notes what it does. `known` are the tensors it may read; all others it must make itself.
 *
 * @throws {EngineError} when the step reads a tensor captured from outside, or reads a value back.
 */
export function trace<T>(name: string, known: readonly Tensor[], step: (handleOf: HandleOf) => T): Trace<T> {
  const backend = nodeBackend() as TracedBackend;
  const { binding } = backend;
  const calls: KernelCall[] = [];
  const constants = new Map<number, Constant>();
  const handles = new Set(backend.getInputTensorIds(known));
  const made = new WeakSet<object>();

  const captured = (reader: string, tensor?: TensorInfo) => {
    const what = tensor === undefined ? "" : ` (${tensor.dtype} [${tensor.shape}])`;
    return new EngineError(
      `Cannot trace step "${name}": ${reader} a tensor from outside${what}; pass it as an input, as state or as frozen`,
    );
  };
  const idsOf = (tensors: readonly TensorInfo[]): number[] => {
    for (const tensor of tensors) {
      const info = tensor.dataId === undefined ? undefined : backend.tensorMap.get(tensor.dataId);
      // Values that TensorFlow has not seen yet would otherwise pass for a constant of the step.
      if (info !== undefined && info.values !== null && !made.has(tensor.dataId)) throw captured("it reads", tensor);
    }
    return prototype.getInputTensorIds.call(backend, tensors);
  };
  const zeros = standIns(binding);
  let after: readonly number[] = [];
  const prototype: TracedBackend = Object.getPrototypeOf(backend);
  const watched = watch(binding, {
    executeOp(op, attributes, inputs, outputs) {
      for (const id of inputs) if (!handles.has(id)) throw captured(`${op} reads`);
      const results = binding.executeOp(op, attributes, inputs, outputs).map(zeros.replace);
      for (const { id } of results) handles.add(id);
      calls.push({ op, attributes, inputs: [...inputs], outputs: results.map(({ id }) => id), after });
      return results;
    },
    createTensor(shape, type, values) {
      const id = binding.createTensor(shape, type, values);
      const uniform = isUniform(values);
      const bytes = constantBytes(name, type, uniform ? [values[0]] : values);
      constants.set(id, { type, shape: [...shape], bytes, uniform });
      handles.add(id);
      return id;
    },
    tensorDataSync(_id): never {
      throw new EngineError(
        `Cannot trace step "${name}": it reads a value back (data, dataSync, array or a kernel that does so); ` +
          `a step's results are its outputs`,
      );
    },
  });
  backend.binding = watched;
  backend.getInputTensorIds = idsOf;
  backend.move = (dataId, values, shape, dtype, refCount) => {
    made.add(dataId);
    prototype.move.call(backend, dataId, values, shape, dtype, refCount);
  };
  ordering = (first, x) => {
    after = idsOf(first);
    const y = backend.executeSingleOutput("Identity", [typeAttribute("T", x.dtype)], [x]);
    after = [];
    return y;
  };
  try {
    const result = step((tensor) => {
      const id = idsOf([tensor])[0]!;
      if (!handles.has(id)) throw captured("it gives back", tensor);
      return id;
    });
    return { calls, constants, result };
  } finally {
    ordering = undefined;
    zeros.dispose();
    backend.binding = binding;
    delete (backend as Partial<TracedBackend>).getInputTensorIds;
    delete (backend as Partial<TracedBackend>).move;
  }
}

/** The addon's object with some methods replaced; its own methods want itself as `this`. */
function watch(binding: NodeBinding, replaced: Partial<NodeBinding>): NodeBinding {
  // The addon's properties are fixed, so the proxy stands before an empty object: one before the addon may not answer otherwise than it.
  return new Proxy({} as NodeBinding, {
    get(_target, key) {
      const own = Reflect.get(replaced, key);
      if (own !== undefined) return own;
      const value = Reflect.get(binding, key);
      return typeof value === "function" ? value.bind(binding) : value;
    },
  });
}
