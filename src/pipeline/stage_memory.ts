/**
 * What memory stages may take, so that several at a time do not exhaust the machine.
 *
 * Upper estimates from sizes alone: a process with its engine, the data, parameters with what an optimiser keeps of them, the tensors of a step
 * forward and backward, and scores over the catalogue where a loss is taken over them.
 * @module
 */
import { SCORES_AT_ONCE } from "../engine/nn/cross_entropy.ts";
import type { BackboneSpec, MethodSpec, ResolvedSpec, TrainingSpec } from "../spec/types.ts";
import type { StageTask } from "./graph.ts";
import type { Prepared } from "./prepare.ts";

/** A process with TensorFlow, its compiled graphs and a heap that has not been tidied for a while; bytes. */
const PROCESS = 700e6;
/** Bytes of a number. */
const NUMBER = 4;
/** Copies of an adapter's number: itself, gradient, two moments, the step's next state, a checkpoint being written. */
const COPIES = 10;
/** Copies of a backbone's number in training: more, since a graph's threads make parts of the one long gradient side by side. */
const LONG_COPIES = 24;
/** Copies of a number that is only read: as read from the store, on the device, and in a graph, with one in between. */
const KEPT = 4;
/** Copies of a score over the catalogue in cross-entropy: the score, its exponential, the target's place, the gradient. */
const SCORES = 4;
/** Tensors of [batch, time, width] that a block makes forward and backward, attention and the four times wider layer included. */
const PER_BLOCK = 60;

/** Bytes that a process computing the stage may take at its peak, the process included. */
export function stageMemory(spec: ResolvedSpec, prepared: Prepared, task: StageTask): number {
  return PROCESS + dataBytes(prepared) + NUMBER * numbersOf(spec, prepared, task);
}

/**
 * Bytes that a run's processes may take together: what is free on the machine now, less a tenth; no limit where that may not be asked. A container's
 * own limit cannot be asked: Deno lets nobody without every permission read it.
 */
export function memoryBudget(): number {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" });
  return state === "granted" ? 0.9 * Deno.systemMemoryInfo().available : Infinity;
}

/** Columns while they are read and sorted, and the windows. */
function dataBytes({ interactions, ranked, data }: Prepared): number {
  const context = ranked.count === 0 ? 0 : ranked.items.length / ranked.count;
  return 80 * interactions + 12 * context * (ranked.count + data.setupDense.count);
}

function numbersOf(spec: ResolvedSpec, prepared: Prepared, task: StageTask): number {
  const { backbone, windows, evaluation } = spec;
  const items = prepared.data.catalogue.size;
  const parameters = items * backbone.hidden + backbone.blocks * 12 * backbone.hidden ** 2;
  const { context } = windows;
  const vectors = (prepared.ranked.count + prepared.data.setupDense.count) * backbone.hidden;
  switch (task.kind) {
    case "backbone":
      return LONG_COPIES * parameters + trainingNumbers(spec, backbone.training, backbone.maxLength, items, true);
    case "adapted": {
      const adapters = adaptersOf(task.method, prepared);
      const { lora, regions } = task.method;
      const everywhere = lora.training.positions === "all";
      const step = Math.max(
        trainingNumbers(spec, lora.training, context, items, everywhere),
        task.method.kind === "raie" ? trainingNumbers(spec, regions.training, context, items, everywhere) : 0,
      );
      const adapter = items * backbone.hidden + 12 * backbone.hidden ** 2;
      const atOnce = task.method.kind === "raie" && regions.pass === "sequential" ? 1 : adapters;
      return KEPT * (parameters + adapters * adapter) + atOnce * (COPIES * adapter + step) + vectors;
    }
    case "ranks":
    case "regions": {
      const lists = prepared.ranked.count * (2 + Math.max(...evaluation.cutoffs));
      const adapters = task.method === undefined ? 0 : adaptersOf(task.method, prepared);
      return (KEPT + adapters) * parameters + stepNumbers(backbone, evaluation.batch, context, items) + lists + vectors;
    }
  }
}

/** Adapters that are on the device at a time: every region's, or the one of all, beside the default one, where there are regions. */
function adaptersOf({ kind, regions }: MethodSpec, { data }: Prepared): number {
  if (kind !== "raie") return 1;
  const added = regions.add ? regions.addMax * data.finetune.length : 0;
  return 1 + (regions.adapters === "one" ? 1 : regions.k + added);
}

/** Numbers in the tensors of a training's step; `everywhere`: the loss is taken at every position, not at the last alone. */
function trainingNumbers(
  { backbone, engine }: ResolvedSpec,
  { batch, loss }: TrainingSpec,
  time: number,
  items: number,
  everywhere: boolean,
): number {
  const step = stepNumbers(backbone, batch, time, items);
  if (loss.kind !== "cross-entropy") return step;
  const scores = batch * (everywhere ? time : 1) * items;
  // A graph's threads begin many blocks of them before the first is done with; without a graph one is held at a time.
  const graph = engine === "tensorflow" || engine === "auto";
  return step + SCORES * (graph ? scores : Math.min(scores, Math.max(SCORES_AT_ONCE, items)));
}

/** Numbers in the tensors of one step: its blocks, and scores over the catalogue. */
function stepNumbers({ hidden, blocks, heads }: BackboneSpec, batch: number, time: number, items: number): number {
  return batch * (PER_BLOCK * blocks * time * hidden + 4 * blocks * heads * time * time + 4 * items);
}
