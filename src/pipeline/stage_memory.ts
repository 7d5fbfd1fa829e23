/**
 * What memory stages may take, so that several at a time do not exhaust the machine.
 *
 * Upper estimates from sizes alone: a process with its engine, the data, parameters with what an optimiser keeps of them, and the tensors of a
 * step forward and backward.
 * @module
 */
import type { BackboneSpec, MethodSpec, ResolvedSpec } from "../spec/types.ts";
import type { StageTask } from "./graph.ts";
import type { Prepared } from "./prepare.ts";

/** A process with TensorFlow, its compiled graphs and a heap that has not been tidied for a while; bytes. */
const PROCESS = 700e6;
/** Bytes of a number. */
const NUMBER = 4;
/** Copies of a trained number: itself, gradient, two moments, the step's next state, a checkpoint being written. */
const COPIES = 10;
/** Tensors of [batch, time, width] that a block makes forward and backward, attention and the four times wider layer included. */
const PER_BLOCK = 60;

/** Bytes that a process computing the stage may take at its peak, the process included. */
export function stageMemory(spec: ResolvedSpec, prepared: Prepared, task: StageTask): number {
  return PROCESS + dataBytes(prepared) + NUMBER * numbersOf(spec, prepared, task);
}

/** Bytes that a run's processes may take together: what is free now, less a tenth; no limit where that may not be asked. */
export function memoryBudget(): number {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" });
  return state === "granted" ? 0.9 * Deno.systemMemoryInfo().available : Infinity;
}

/** Columns while they are read and sorted, and the windows. */
function dataBytes({ interactions, ranked, data }: Prepared): number {
  const context = ranked.count === 0 ? 0 : ranked.items.length / ranked.count;
  return 80 * interactions + 12 * context * (ranked.count + data.setupDense.count);
}

function numbersOf({ backbone, windows, evaluation }: ResolvedSpec, prepared: Prepared, task: StageTask): number {
  const items = prepared.data.catalogue.size;
  const parameters = items * backbone.hidden + backbone.blocks * 12 * backbone.hidden ** 2;
  const { context } = windows;
  const vectors = (prepared.ranked.count + prepared.data.setupDense.count) * backbone.hidden;
  switch (task.kind) {
    case "backbone":
      return COPIES * parameters + stepNumbers(backbone, backbone.training.batch, backbone.maxLength, items);
    case "adapted": {
      const adapters = adaptersOf(task.method);
      const batch = Math.max(task.method.lora.training.batch, task.method.regions.training.batch);
      const step = stepNumbers(backbone, batch, context, items);
      return parameters + adapters * (COPIES * (items * backbone.hidden + 12 * backbone.hidden ** 2) + step) + vectors;
    }
    case "ranks":
    case "regions": {
      const lists = prepared.ranked.count * (2 + Math.max(...evaluation.cutoffs));
      const adapters = task.method === undefined ? 0 : adaptersOf(task.method);
      return (1 + adapters) * parameters + stepNumbers(backbone, evaluation.batch, context, items) + lists + vectors;
    }
  }
}

/** Adapters that are on the device at a time: every region's beside the default one, where there are regions. */
const adaptersOf = ({ kind, regions }: MethodSpec): number => kind === "raie" ? regions.k + regions.addMax + 1 : 1;

/** Numbers in the tensors of one step: its blocks, and scores over the catalogue. */
function stepNumbers({ hidden, blocks, heads }: BackboneSpec, batch: number, time: number, items: number): number {
  return batch * (PER_BLOCK * blocks * time * hidden + 4 * blocks * heads * time * time + 4 * items);
}
