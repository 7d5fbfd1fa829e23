/**
 * What memory stages may take, so that several at a time do not exhaust the machine.
 *
 * Upper estimates from sizes alone: a process with its engine, the data, parameters with what an optimiser keeps of them, and the tensors of a
 * step (`step_memory.ts`).
 * @module
 */
import type { Backbone } from "../backbones/types.ts";
import { blocksHeld } from "../engine/nn/score_blocks.ts";
import { scoreMemory } from "../spec/score_memory.ts";
import { ownOptions, type SetupRows } from "../spec/method_types.ts";
import type { MethodSpec, ResolvedSpec, TransformerSpec } from "../spec/types.ts";
import type { StageTask } from "./graph.ts";
import type { Prepared } from "./prepare.ts";
import { representedAtOnce } from "./stages.ts";
import { divergenceNumbers, stepNumbers, type StepSize, trainingNumbers } from "./step_memory.ts";
import { HELD } from "./vectors_file.ts";

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
/** Numbers of 4 bytes kept for a window while regions are built or edited: bounds, angles, probabilities, labels. */
const OF_WINDOW = 16;
/** Gradients of single windows that are held at a time, and what is made of them. */
const GRADIENTS = 8 * 2 ** 22;

/** Bytes that a process computing the stage may take at its peak, the process included. */
export function stageMemory(spec: ResolvedSpec, prepared: Prepared, task: StageTask): number {
  return PROCESS + dataBytes(prepared) + NUMBER * new Numbers(spec, prepared).of(task);
}

/**
 * Bytes that a run's processes may take together: what is free on the machine now, less a tenth; no limit where that may not be asked. A container's
 * own limit cannot be asked: Deno lets nobody without every permission read it.
 */
export function memoryBudget(): number {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" });
  return state === "granted" ? 0.9 * Deno.systemMemoryInfo().available : Infinity;
}

/** Bytes of columns while they are read and sorted, and of the windows. */
export function dataBytes({ interactions, ranked, data }: Prepared): number {
  return 80 * interactions + 8 * (2 * ranked.count + data.setupDense.count);
}

/** Numbers that stages of one experiment hold at their peak. */
class Numbers {
  readonly #items: number;
  readonly #parameters: number;
  readonly #backbone: Backbone;
  readonly #sizes: TransformerSpec;
  /** Blocks of scores at a time. */
  readonly #held: number;

  constructor(readonly spec: ResolvedSpec, readonly prepared: Prepared) {
    this.#items = prepared.data.catalogue.size;
    this.#backbone = prepared.backbone;
    this.#parameters = parametersOf(this.#backbone);
    this.#sizes = spec.backbone as TransformerSpec;
    this.#held = blocksHeld(scoreMemory(spec));
  }

  of(task: StageTask): number {
    const backbone = this.#sizes;
    switch (task.kind) {
      case "backbone": {
        if (this.prepared.weights !== undefined) return KEPT * this.#parameters;
        const { training } = backbone;
        return LONG_COPIES * this.#parameters + this.#step({ training, time: backbone.maxLength, everywhere: true });
      }
      case "represented":
        return KEPT * this.#parameters + this.#forward(representedAtOnce(this.spec));
      case "adapted":
        return KEPT * this.#parameters + this.#vectors(task.method, true) + this.#adapting(task.method);
      case "ranks":
      case "regions":
        return this.#vectors(task.method, false) + this.#ranking(task.method);
    }
  }

  /** Of a method's own: its adapters, what trains, and a step. */
  #adapting(method: MethodSpec): number {
    const { lora, regions } = method;
    const { context } = this.spec.windows;
    const adapter = this.#adapter(method);
    const sized = (training: typeof lora.training | typeof regions.training, everywhere: boolean) =>
      this.#step({ training, time: context, everywhere });
    const everywhere = lora.training.positions === "all";
    const one = sized(lora.training, everywhere);
    const trained = (adapters: number, step: number) => (KEPT + COPIES) * adapters * adapter + step;
    switch (method.kind) {
      case "full": {
        const { training } = ownOptions("full", method);
        return LONG_COPIES * this.#parameters + sized(training, training.positions === "all");
      }
      case "raie": {
        const adapters = adaptersOf(method, this.prepared);
        const step = Math.max(one, sized(regions.training, everywhere));
        const atOnce = regions.pass === "sequential" ? 1 : adapters;
        return KEPT * adapters * adapter + atOnce * (COPIES * adapter + step);
      }
      case "replay":
        return trained(1, one + this.#setupStep(method, ownOptions("replay", method).rows));
      case "lsat":
        return trained(2, Math.max(one, this.#setupStep(method, ownOptions("lsat", method).rows)));
      case "lwf": {
        // The base's answers beside the adapter's, where both are scores of the whole catalogue.
        const rows = lora.training.batch * (everywhere ? context : 1);
        const all = ownOptions("lwf", method).candidates === "all";
        return trained(1, 2 * one + (all ? divergenceNumbers(rows, this.#items, this.#held) : 0));
      }
      case "ewc":
        return trained(1, one) + Math.max(GRADIENTS, COPIES * adapter);
      case "mole":
        // Every expert's terms are computed for every row.
        return trained(ownOptions("mole", method).experts, 2 * one);
      case "ebpr": {
        const { batch, negatives } = ownOptions("ebpr", method);
        const training = { batch, loss: { kind: "bce", negatives } } as const;
        const mined = this.#forward(this.spec.evaluation.batch);
        return trained(1, Math.max(mined, this.#step({ training, time: context, everywhere: false })));
      }
      default:
        return trained(1, one);
    }
  }

  #ranking(method: MethodSpec | undefined): number {
    const { evaluation } = this.spec;
    const lists = this.prepared.ranked.count * (2 + Math.max(...evaluation.cutoffs));
    // Fine-tuned parameters stand beside the backbone's; an adapter's item rows make a table of their own.
    const copies = KEPT +
      (method?.kind === "full" ? KEPT : method === undefined ? 0 : adaptersOf(method, this.prepared));
    const scorers = method?.kind === "lsat" ? 2 : 1;
    return copies * this.#parameters + scorers * this.#forward(evaluation.batch) + lists;
  }

  /** A step on rows of S: windows, or what the backbone was trained on, with the loss at every position. */
  #setupStep({ lora: { training } }: MethodSpec, rows: SetupRows): number {
    const { windows } = this.spec;
    const backbone = this.#sizes;
    if (rows === "windows") {
      return this.#step({ training, time: windows.context, everywhere: training.positions === "all" });
    }
    return this.#step({ training, time: Math.max(windows.context, backbone.maxLength), everywhere: true });
  }

  #step(size: StepSize): number {
    return trainingNumbers(this.#sizes, this.#items, this.#held, size);
  }

  #forward(batch: number): number {
    return stepNumbers(this.#sizes, batch, this.spec.windows.context, this.#items, this.#held);
  }

  /** One adapter: low-rank terms on every projection, and rows of the whole catalogue. */
  #adapter({ lora: { rank } }: MethodSpec): number {
    const { projections, width } = this.#backbone;
    const terms = projections.reduce((sum, { inputs, outputs }) => sum + rank * (inputs + outputs), 0);
    return terms + this.#items * width;
  }

  /** What of representations is held for regions, and what is known of each window: read by range, they are never all there. */
  #vectors(method: MethodSpec | undefined, building: boolean): number {
    if (method?.kind !== "raie") return 0;
    const { ranked, data: { setupDense } } = this.prepared;
    const of = ({ count }: { readonly count: number }) =>
      Math.min(count * this.#backbone.width, HELD / NUMBER) + OF_WINDOW * count;
    return of(ranked) + (building ? of(setupDense) : 0);
  }
}

const parametersOf = ({ shapes }: Backbone): number =>
  Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0);

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Adapters that are kept at a time; where there are regions every region's, or the one of all, beside the default one. */
function adaptersOf(method: MethodSpec, { data }: Prepared): number {
  const { kind, regions } = method;
  if (kind === "mole") return ownOptions("mole", method).experts;
  if (kind === "lsat") return 2;
  if (kind !== "raie") return 1;
  const added = regions.add ? regions.addMax * data.finetune.length : 0;
  return 1 + (regions.adapters === "one" ? 1 : regions.k + added);
}
