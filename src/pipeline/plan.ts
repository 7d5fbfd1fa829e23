/**
 * The plan of an experiment: its stages, their sizes, and which of them the store already holds. Computes none of them.
 * @module
 */
import type { ResolvedSpec } from "../spec/types.ts";
import { mustBeFeasible } from "./feasible.ts";
import { probeRate, secondsOf } from "../backbones/llama/rate.ts";
import { EngineError } from "../engine/errors.ts";
import { inOrder, stageGraph, type StageNode } from "./graph.ts";
import type { LanguageCost } from "./language_cost.ts";
import { mustFit } from "./must_fit.ts";
import { memoryBudget } from "./stage_memory.ts";
import type { Prepared } from "./prepare.ts";
import type { Store } from "./store.ts";

/** One stage of a plan. */
export interface PlannedStage {
  /** As progress names it, e.g. "lora: adapt to F1 (seed 2)". */
  readonly stage: string;
  /** Windows and steps, for a reader; empty where neither says anything. */
  readonly size: string;
  /** First 24 hex digits of the stage's key: the name of its folder in the store. */
  readonly key: string;
  /** Seconds it took when it was computed; undefined when it is still to do. */
  readonly cachedSeconds?: number;
  /** Of a language model: bytes at its peak and seconds, both reckoned. */
  readonly reckoned?: { readonly bytes: number; readonly seconds: number };
}

/** Stages, and what stands against running them here. */
export interface StagePlan {
  /** In the order they would run. */
  readonly stages: readonly PlannedStage[];
  /** A sentence for each stage that has not, or may not have, the memory it needs. */
  readonly obstacles: readonly string[];
}

/** How fast the engine that a plan is for computes. */
export interface Speed {
  /** Floating point operations a second, of {@linkcode probeRate}. */
  readonly rate: number;
  /** Width of the model's states. */
  readonly hidden: number;
}

/** Rows of states that a probe takes at least, since products of few rows are slower ones, and at most; and the products of two numbers in one of its products, for time. */
const PROBED = { least: 32, most: 512, numbers: 2e9 };

/** Measures on the open engine for a fraction of a second how fast products as large as the model's are; undefined where the backbone is no language model. */
export async function speedOf(
  { language }: Prepared,
  { backbone }: ResolvedSpec,
): Promise<Speed | undefined> {
  if (language === undefined || backbone.kind !== "llama") return undefined;
  const rows = language.prompt.places * Math.ceil(backbone.training.batch / backbone.accumulation);
  const { hidden, ffn } = language.config;
  const quick = Math.min(PROBED.most, rows, Math.floor(PROBED.numbers / (hidden * ffn)));
  return { rate: await probeRate(language.config, Math.max(PROBED.least, quick)), hidden };
}

/** All stages of an experiment. Without `speed` no seconds are reckoned; `memory` is a GPU's own, in bytes. */
export async function planStages(
  spec: ResolvedSpec,
  prepared: Prepared,
  engine: string,
  store: Store,
  speed?: Speed,
  memory?: number,
): Promise<StagePlan> {
  mustBeFeasible(spec, prepared);
  const stages: PlannedStage[] = [];
  const nodes = inOrder(stageGraph(spec, prepared, engine));
  for (const { stage, size, key, identity, memory, cost } of nodes) {
    const found = await store.look(identity);
    const cached = found === undefined ? {} : { cachedSeconds: found.seconds };
    const seconds = cost && speed && reckonedSeconds(cost, speed);
    const reckoned = seconds === undefined ? {} : { reckoned: { bytes: memory, seconds } };
    stages.push({ stage, size, key: key.slice(0, 24), ...cached, ...reckoned });
  }
  return { stages, obstacles: await obstaclesOf(nodes, store, prepared.language && memory) };
}

/** Seconds that a stage of a language model may take at that speed. */
export function reckonedSeconds({ flops }: LanguageCost, speed: Speed): number {
  const of = (what: "training" | "reading") => secondsOf(flops[what], speed.rate, speed, what);
  return of("training") + of("reading");
}

async function obstaclesOf(nodes: readonly StageNode[], store: Store, memory: number | undefined): Promise<string[]> {
  const said: string[] = [];
  try {
    await mustFit(nodes, store, memory ?? memoryBudget() + Deno.memoryUsage().rss, (line) => said.push(line));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    said.push(error.message);
  }
  return said;
}
