/**
 * The stages of an experiment as a graph: what each reads is known before anything is computed, because a key depends on keys alone.
 * @module
 */
import { trainingRows } from "../backbones/training_rows.ts";
import type { Slice } from "../data/types.ts";
import { createMethod } from "../methods/registry.ts";
import type { Method } from "../methods/types.ts";
import { pacemakerOf } from "../spec/control.ts";
import type { MethodSpec, ResolvedSpec } from "../spec/types.ts";
import type { Prepared } from "./prepare.ts";
import { type LanguageCost, languageCost, languageMemory } from "./language_cost.ts";
import { stageMemory } from "./stage_memory.ts";
import {
  adaptedStage,
  backboneStage,
  denseStride,
  ranksStage,
  regionsStage,
  representedStage,
  type RepresentedWindows,
} from "./stages.ts";
import { type StageIdentity, stageKey } from "./stage_key.ts";

/** What a stage computes. */
export type StageTask =
  /** The backbone, trained on S or read from a file. */
  | { readonly kind: "backbone" }
  /** Windows as the backbone represents them, for methods that keep regions. */
  | { readonly kind: "represented"; readonly windows: RepresentedWindows }
  /** A method's state after one more F slice, in as many steps as its yardstick's state took, if it has one. */
  | {
    readonly kind: "adapted";
    readonly method: MethodSpec;
    readonly slice: Slice;
    readonly previous?: StageNode;
    readonly yardstick?: YardstickState;
  }
  /** Ranks of all slices by a method's state; without one, by the backbone. */
  | { readonly kind: "ranks"; readonly method?: MethodSpec; readonly state?: StageNode }
  /** What a report shows of a method's regions. */
  | { readonly kind: "regions"; readonly method: MethodSpec; readonly state: StageNode };

/** What a matched budget is read from: the yardstick's state after the same slice. */
export interface YardstickState {
  /** The yardstick's entry in the spec. */
  readonly method: MethodSpec;
  /** Its state after the slice. */
  readonly state: StageNode;
}

/** One stage. */
export interface StageNode {
  /** For readers, e.g. "lora: adapt to F1 (seed 2)"; of two stages of a run only those that are the same have one name. */
  readonly stage: string;
  /** Windows and steps, for readers; empty where neither says anything. */
  readonly size: string;
  /** Optimiser steps, or windows to rank, as far as they are known. */
  readonly steps: number;
  /** Of the run it belongs to. */
  readonly seed: number;
  /** What it computes. */
  readonly task: StageTask;
  /** Bytes it may take in a process of its own, the process included. */
  readonly memory: number;
  /** What was reckoned more closely; only of a language model. */
  readonly cost?: LanguageCost;
  /** Everything its result depends on. */
  readonly identity: StageIdentity;
  /** Digest of `identity`. */
  readonly key: string;
  /** Keys of the results it reads. */
  readonly needs: readonly string[];
}

/** A method's stages with one seed. */
export interface MethodStages {
  readonly spec: MethodSpec;
  /** What it reads of the backbone's representations; empty for methods that keep no regions. All methods of a seed share them. */
  readonly vectors: readonly StageNode[];
  /** One entry for each F slice; none for the method "base", whose state is the backbone. */
  readonly slices: readonly { readonly slice: Slice; readonly adapted: StageNode; readonly ranks: StageNode }[];
  /** The method whose steps it takes; left out: it takes its own. */
  readonly yardstick?: MethodStages;
  /** Only for methods that keep regions. */
  readonly regions?: StageNode;
}

/** The stages of one seed. */
export interface SeedStages {
  readonly seed: number;
  readonly backbone: StageNode;
  /** Ranks by the backbone as it came from S. */
  readonly untouched: StageNode;
  /** In the spec's order. */
  readonly methods: readonly MethodStages[];
}

/**
 * All stages of an experiment, seed by seed.
 *
 * @param engine of {@linkcode engineId}: part of every key.
 */
export function stageGraph(spec: ResolvedSpec, prepared: Prepared, engine: string): SeedStages[] {
  return spec.seeds.map((seed) => new GraphOfSeed(spec, prepared, engine, seed).stages());
}

/** Methods in the order in which they run: those that wait for no other's steps come first. */
export const inRunOrder = (methods: readonly MethodStages[]): MethodStages[] =>
  methods.toSorted((a, b) => waits(a) - waits(b));

/** How many methods run before this one so that it knows its steps. */
const waits = ({ yardstick }: MethodStages): number => yardstick === undefined ? 0 : 1 + waits(yardstick);

/** Whether a stage is some methods' own, rather than what all methods with its seed begin from. */
export const isOfMethod = ({ task }: Pick<StageNode, "task">): boolean =>
  task.kind === "represented" || hasMethod(task);

const hasMethod = (task: StageTask): boolean => "method" in task && task.method !== undefined;

/** The graph's stages in the order in which one job runs them: each once, after what it reads. */
export function inOrder(graph: readonly SeedStages[]): StageNode[] {
  const stages = graph.flatMap(({ backbone, untouched, methods }) => [
    backbone,
    untouched,
    ...inRunOrder(methods).flatMap(({ vectors, slices, regions }) => [
      ...vectors,
      ...slices.flatMap(({ adapted, ranks }) => [adapted, ranks]),
      ...(regions === undefined ? [] : [regions]),
    ]),
  ]);
  return [...new Map(stages.map((node) => [node.stage, node])).values()];
}

class GraphOfSeed {
  constructor(
    readonly spec: ResolvedSpec,
    readonly prepared: Prepared,
    readonly engine: string,
    readonly seed: number,
  ) {}

  stages(): SeedStages {
    const { spec, prepared, seed, engine } = this;
    const { size, steps } = backboneSize(spec, prepared);
    const label = `backbone: ${prepared.weights === undefined ? `train ${spec.backbone.kind} on S` : "read weights"}`;
    const files = { weights: prepared.weights?.sha256, checkpoint: prepared.checkpoint?.sha256 };
    const identity = backboneStage(spec, prepared.key, seed, engine, files);
    const backbone = this.#node(label, size, steps, { kind: "backbone" }, identity, []);
    const made = new Map<MethodSpec, MethodStages>();
    const stagesOf = (method: MethodSpec): MethodStages => {
      const known = made.get(method);
      if (known !== undefined) return known;
      const pacemaker = pacemakerOf(method, spec);
      const stages = this.#method(method, backbone, pacemaker && stagesOf(pacemaker));
      made.set(method, stages);
      return stages;
    };
    return {
      seed,
      backbone,
      untouched: this.#ranks("base", { kind: "ranks" }, backbone, []),
      methods: spec.methods.map(stagesOf),
    };
  }

  #method(spec: MethodSpec, backbone: StageNode, yardstick?: MethodStages): MethodStages {
    if (spec.kind === "base") return { spec, vectors: [], slices: [] };
    const method = createMethod(spec);
    const vectors = method.editsRegions ? this.#represented(backbone) : [];
    const vectorKeys = vectors.map(({ key }) => key);
    const slices: { slice: Slice; adapted: StageNode; ranks: StageNode }[] = [];
    let state = backbone;
    for (const [index, slice] of this.prepared.data.finetune.entries()) {
      const previous = slices.at(-1)?.adapted;
      const measure = yardstick && { method: yardstick.spec, state: yardstick.slices[index]!.adapted };
      const { size, steps } = stepsOf(method, slice, index > 0, measure);
      const read = { previous: state.key, ...(measure && { yardstick: measure.state.key }) };
      const adapted = this.#node(
        `${spec.label}: adapt to ${slice.name}`,
        `${slice.windows.count} windows, ${size}`,
        steps,
        { kind: "adapted", method: spec, slice, ...(previous && { previous }), ...(measure && { yardstick: measure }) },
        adaptedStage(spec, method.settings, slice.name, read, this.seed, this.engine),
        [...new Set([backbone.key, ...vectorKeys, ...Object.values(read)])],
      );
      state = adapted;
      slices.push({
        slice,
        adapted,
        ranks: this.#ranks(
          spec.label,
          { kind: "ranks", method: spec, state },
          state,
          [backbone.key, ...vectorKeys.slice(0, 1)],
          this.prepared.data.finetune.length > 1 ? ` after ${slice.name}` : "",
        ),
      });
    }
    const stages = { spec, vectors, slices, ...(yardstick && { yardstick }) };
    // Of what a search tries, nothing is shown.
    if (!method.editsRegions || this.spec.slices.validation !== undefined) return stages;
    const regions = this.#node(
      `${spec.label}: describe regions`,
      "",
      0,
      { kind: "regions", method: spec, state },
      regionsStage(state.key, this.engine),
      [backbone.key, ...vectorKeys.slice(0, 1), state.key],
    );
    return { ...stages, regions };
  }

  /** The windows that are evaluated on first: ranking routes them. Those of S alone are read while regions are built. */
  #represented(backbone: StageNode): StageNode[] {
    const { spec, prepared: { ranked, data: { setupDense } }, engine } = this;
    const node = (windows: RepresentedWindows, names: string, { count }: { readonly count: number }) =>
      this.#node(
        `backbone: represent ${names}`,
        `${count} windows`,
        count,
        { kind: "represented", windows },
        representedStage(spec, backbone.key, windows, engine),
        [backbone.key],
      );
    return [
      node("evaluated", this.#evaluatedNames(), ranked),
      node("dense", `S at stride ${denseStride(spec)}`, setupDense),
    ];
  }

  #evaluatedNames(): string {
    const { evaluated, data } = this.prepared;
    const tail = `the end of F${data.finetune.length}`;
    const judged = (name: string) => name === "T" && this.spec.slices.validation !== undefined ? tail : name;
    return evaluated.map(({ name }) => judged(name)).join(", ");
  }

  /** @param read keys of what it needs beside the state. */
  #ranks(label: string, task: StageTask, state: StageNode, read: readonly string[], after = ""): StageNode {
    const { count } = this.prepared.ranked;
    return this.#node(
      `${label}: rank ${this.#evaluatedNames()}${after}`,
      `${count} windows`,
      count,
      task,
      ranksStage(this.spec, state.key, this.engine),
      [...read, state.key],
    );
  }

  #node(
    stage: string,
    size: string,
    steps: number,
    task: StageTask,
    identity: StageIdentity,
    needs: readonly string[],
  ): StageNode {
    const { spec, prepared, seed } = this;
    // What is read from a file is the same for all seeds, and so is what is computed from it alone.
    const ofSeed = prepared.weights === undefined || hasMethod(task);
    const name = spec.seeds.length > 1 && ofSeed ? `${stage} (seed ${seed})` : stage;
    const { language } = prepared;
    const node = { stage: name, size, steps, seed, task, identity, key: stageKey(identity), needs };
    if (language === undefined) return { ...node, memory: stageMemory(spec, prepared, task) };
    const cost = languageCost(spec, { ...prepared, language }, task, steps, this.engine);
    return { ...node, cost, memory: languageMemory(cost, prepared) };
  }
}

/** Optimiser steps of a method on a slice, and how a reader is told of them. */
function stepsOf(
  method: Method,
  slice: Slice,
  later: boolean,
  measure: YardstickState | undefined,
): { size: string; steps: number } {
  const windows = slice.windows.count;
  if (measure !== undefined) {
    const { steps } = createMethod(measure.method).estimate({ windows, later });
    return { size: `as many steps as ${measure.method.label}`, steps };
  }
  const { steps, exact } = method.estimate({ windows, later });
  return { size: `${exact ? "" : "about "}${steps} steps`, steps };
}

function backboneSize(spec: ResolvedSpec, prepared: Prepared): { size: string; steps: number } {
  const parameters = Object.values(prepared.backbone.shapes).reduce(
    (sum, shape) => sum + shape.reduce((a, b) => a * b, 1),
    0,
  );
  if (prepared.weights !== undefined) return { size: `${parameters} parameters, from a file`, steps: 0 };
  const rows = trainingRows(prepared.data, spec.backbone).windows.count;
  const { batch, epochs } = spec.backbone.training;
  const steps = Math.ceil(rows / Math.min(batch, rows)) * epochs;
  return { size: `${parameters} parameters, ${rows} rows, ${steps} steps`, steps };
}
