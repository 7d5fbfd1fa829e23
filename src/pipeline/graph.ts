/**
 * The stages of an experiment as a graph: what each reads is known before anything is computed, because a key depends on keys alone.
 * @module
 */
import { createBackbone } from "../backbones/registry.ts";
import { trainingRows } from "../backbones/training_rows.ts";
import type { Slice } from "../data/types.ts";
import { createMethod } from "../methods/registry.ts";
import type { MethodSpec, ResolvedSpec } from "../spec/types.ts";
import type { Prepared } from "./prepare.ts";
import { stageMemory } from "./stage_memory.ts";
import { adaptedStage, backboneStage, ranksStage, regionsStage } from "./stages.ts";
import { type StageIdentity, stageKey } from "./stage_key.ts";

/** What a stage computes. */
export type StageTask =
  /** The backbone, trained on S. */
  | { readonly kind: "backbone" }
  /** A method's state after one more F slice. */
  | { readonly kind: "adapted"; readonly method: MethodSpec; readonly slice: Slice; readonly previous?: StageNode }
  /** Ranks of all slices by a method's state; without one, by the backbone. */
  | { readonly kind: "ranks"; readonly method?: MethodSpec; readonly state?: StageNode }
  /** What a report shows of a method's regions. */
  | { readonly kind: "regions"; readonly method: MethodSpec; readonly state: StageNode };

/** One stage. */
export interface StageNode {
  /** For readers, e.g. "lora: adapt to F1 (seed 2)". */
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
  /** One entry for each F slice; none for the method "base", whose state is the backbone. */
  readonly slices: readonly { readonly slice: Slice; readonly adapted: StageNode; readonly ranks: StageNode }[];
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

/** The graph's stages in the order in which one job runs them: each after what it reads. */
export function inOrder(graph: readonly SeedStages[]): StageNode[] {
  return graph.flatMap(({ backbone, untouched, methods }) => [
    backbone,
    untouched,
    ...methods.flatMap(({ slices, regions }) => [
      ...slices.flatMap(({ adapted, ranks }) => [adapted, ranks]),
      ...(regions === undefined ? [] : [regions]),
    ]),
  ]);
}

class GraphOfSeed {
  readonly #suffix: string;

  constructor(
    readonly spec: ResolvedSpec,
    readonly prepared: Prepared,
    readonly engine: string,
    readonly seed: number,
  ) {
    this.#suffix = spec.seeds.length > 1 ? ` (seed ${seed})` : "";
  }

  stages(): SeedStages {
    const { spec, prepared, seed, engine } = this;
    const { size, steps } = backboneSize(spec, prepared);
    const label = `backbone: train ${spec.backbone.kind} on S`;
    const identity = backboneStage(spec, prepared.key, seed, engine);
    const backbone = this.#node(label, size, steps, { kind: "backbone" }, identity, []);
    return {
      seed,
      backbone,
      untouched: this.#ranks("base", { kind: "ranks" }, backbone, backbone),
      methods: spec.methods.map((method) => this.#method(method, backbone)),
    };
  }

  #method(spec: MethodSpec, backbone: StageNode): MethodStages {
    if (spec.kind === "base") return { spec, slices: [] };
    const method = createMethod(spec);
    const slices: { slice: Slice; adapted: StageNode; ranks: StageNode }[] = [];
    let state = backbone;
    for (const slice of this.prepared.data.finetune) {
      const previous = slices.at(-1)?.adapted;
      const { steps, exact } = method.estimate({ windows: slice.windows.count });
      const adapted = this.#node(
        `${spec.label}: adapt to ${slice.name}`,
        `${slice.windows.count} windows, ${exact ? "" : "about "}${steps} steps`,
        steps,
        { kind: "adapted", method: spec, slice, ...(previous === undefined ? {} : { previous }) },
        adaptedStage(this.spec, spec, method.settings, slice.name, state.key, this.seed, this.engine),
        [backbone.key, ...(previous === undefined ? [] : [previous.key])],
      );
      state = adapted;
      slices.push({
        slice,
        adapted,
        ranks: this.#ranks(spec.label, { kind: "ranks", method: spec, state }, state, backbone),
      });
    }
    if (!method.editsRegions) return { spec, slices };
    const regions = this.#node(
      `${spec.label}: describe regions`,
      "",
      0,
      { kind: "regions", method: spec, state },
      regionsStage(state.key, this.engine),
      [backbone.key, state.key],
    );
    return { spec, slices, regions };
  }

  #ranks(label: string, task: StageTask, state: StageNode, backbone: StageNode): StageNode {
    const { ranked, evaluated } = this.prepared;
    const slices = evaluated.map(({ name }) => name).join(", ");
    const identity = ranksStage(this.spec, state.key, this.engine);
    const needs = [...new Set([backbone.key, state.key])];
    return this.#node(`${label}: rank ${slices}`, `${ranked.count} windows`, ranked.count, task, identity, needs);
  }

  #node(
    stage: string,
    size: string,
    steps: number,
    task: StageTask,
    identity: StageIdentity,
    needs: readonly string[],
  ): StageNode {
    const { seed } = this;
    const memory = stageMemory(this.spec, this.prepared, task);
    return { stage: stage + this.#suffix, size, steps, seed, task, memory, identity, key: stageKey(identity), needs };
  }
}

function backboneSize(spec: ResolvedSpec, prepared: Prepared): { size: string; steps: number } {
  const backbone = createBackbone(spec.backbone, prepared.data.catalogue.size);
  const parameters = Object.values(backbone.shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const rows = trainingRows(prepared.data, spec.backbone).count;
  const { batch, epochs } = spec.backbone.training;
  const steps = Math.ceil(rows / Math.min(batch, rows)) * epochs;
  return { size: `${parameters} parameters, ${rows} rows, ${steps} steps`, steps };
}
