/**
 * All that computing single stages of a spec needs, in a process that knows them by their keys alone: the engine, the graph, a runner.
 * @module
 */
import { openEngine } from "../engine/open.ts";
import { TrainingError } from "../engine/training_error.ts";
import type { Engine, Rung } from "../engine/types.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { inOrder, isOfMethod, type SeedStages, stageGraph, type StageNode } from "./graph.ts";
import { stopsMethodAlone } from "./method_failure.ts";
import { prepareData } from "./prepare.ts";
import type { Progress } from "./progress.ts";
import { StageRunner } from "./stage_runner.ts";
import { engineId } from "./stages.ts";
import type { Store } from "./store.ts";

/** What stages are computed from. */
export interface StageSetting {
  /** The experiment they belong to. */
  readonly spec: ResolvedSpec;
  /** Folder that data sets are looked for in first. */
  readonly dataDir?: string | undefined;
  /** Optimiser steps between two checkpoints; left out: the usual number. */
  readonly checkpointEvery?: number | undefined;
}

/** What an error of a stage ends: its training, whose loss is no longer finite, the methods that need it, or the run. */
export type Stops = "training" | "method" | "run";

/** Stages by key; open until it is closed. */
export class StageBench {
  readonly #runner: StageRunner;
  readonly #nodes = new Map<string, { readonly node: StageNode; readonly stages: SeedStages }>();

  private constructor(readonly engine: Engine, runner: StageRunner, graph: readonly SeedStages[]) {
    this.#runner = runner;
    for (const stages of graph) {
      for (const node of inOrder([stages])) if (!this.#nodes.has(node.key)) this.#nodes.set(node.key, { node, stages });
    }
  }

  /** Opens the engine, reads the data, draws the graph; `rung` is the engine's where it is not the spec's to say. */
  static async open(
    { spec, dataDir, checkpointEvery }: StageSetting,
    { store, progress, rung }: { readonly store: Store; readonly progress: Progress; readonly rung?: Rung },
  ): Promise<StageBench> {
    const engine = await openEngine(rung ?? spec.engine);
    try {
      const prepared = await prepareData(spec, dataDir, { store });
      const bench = { engine, store, progress, checkpointEvery };
      return new StageBench(
        engine,
        new StageRunner(spec, prepared, bench),
        stageGraph(spec, prepared, engineId(engine)),
      );
    } catch (error) {
      engine.close();
      throw error;
    }
  }

  /** The stage of a key; undefined where data or engine are no longer what they were when the key was made. */
  node(key: string): StageNode | undefined {
    return this.#nodes.get(key)?.node;
  }

  /** The engine as part of a key. */
  get engineId(): string {
    return engineId(this.engine);
  }

  /** Computes a stage of {@linkcode node} into the store; what it needs is there. */
  async compute(node: StageNode): Promise<void> {
    await this.#runner.result(node, this.#nodes.get(node.key)!.stages.backbone);
  }

  /** Frees the device. */
  close(): void {
    this.#runner.close();
    this.engine.close();
  }
}

/** What an error ends; `node` is the stage that threw it, where it is known. */
export function stoppedBy(error: unknown, node: StageNode | undefined): Stops {
  if (node === undefined || !stopsMethodAlone(error, isOfMethod(node))) return "run";
  return error instanceof TrainingError ? "training" : "method";
}
