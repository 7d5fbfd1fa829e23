/**
 * Where stages run, and what they may take there. No part of a resolved spec: results are the same wherever they are computed.
 * @module
 */
import type { Json, JsonRecord } from "./json.ts";
import { isRecord } from "./json.ts";
import { known } from "./resolve_data.ts";
import { definition, withDefaults } from "./schema.ts";

/** Kinds of stages that are jobs of their own. */
export type StageKind = "backbone" | "represented" | "adapted" | "ranks" | "regions";
const STAGE_KINDS: readonly StageKind[] = ["backbone", "represented", "adapted", "ranks", "regions"];

/** What Slurm is asked for; what is left out, the plan or the cluster decides. */
export interface Resources {
  /** Where the job runs. */
  readonly partition?: string;
  /** E.g. "gpu:1". */
  readonly gres?: string;
  /** Processors. */
  readonly cpus?: number;
  /** MiB. */
  readonly memory?: number;
  /** As Slurm writes it. */
  readonly time?: string;
}

/** The executor with nothing left open but what a plan knows better. */
export interface ExecutorSpec {
  /** On this machine, or as Slurm jobs. */
  readonly kind: "local" | "slurm";
  /** Stages at a time: processes here, running tasks of an array there; absent where nobody said. */
  readonly jobs?: number;
  /** How often a stage whose job was lost is submitted again. */
  readonly retries: number;
  /** How many times more memory a job gets that was ended for lack of it. */
  readonly memoryFactor: number;
  /** MiB a job is given at most; absent where nobody said. */
  readonly memoryLimit?: number;
  /** Whose engine results are kept under: the submitting machine's, or what a job finds on the nodes. */
  readonly engine: "here" | "node";
  /** By kind of stage. */
  readonly resources: Readonly<Record<StageKind, Resources>>;
}

/**
 * The executor that a spec's field `executor`, valid by the schema, stands for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const { resources } = resolveExecutor({ kind: "slurm", memory: "8G", stages: { backbone: { time: "4:00:00" } } });
 * assert.deepEqual(resources.backbone, { memory: 8192, time: "4:00:00" });
 * assert.deepEqual(resources.ranks, { memory: 8192 });
 * assert.deepEqual([resolveExecutor({ gres: "gpu:1" }).engine, resolveExecutor("slurm").engine], ["node", "here"]);
 * assert.equal(resolveExecutor(undefined).kind, "local");
 * ```
 */
export function resolveExecutor(raw: Json | undefined): ExecutorSpec {
  const said: JsonRecord = isRecord(raw) ? raw : { kind: raw ?? "local" };
  const filled = known<JsonRecord>(withDefaults(definition("executor"), said));
  const stages = isRecord(filled.stages) ? filled.stages : {};
  const of = (kind: StageKind) => ({ ...resourcesOf(filled), ...resourcesOf(stages[kind]) });
  const resources = Object.fromEntries(STAGE_KINDS.map((kind) => [kind, of(kind)])) as Record<StageKind, Resources>;
  // Who asks for a device has reason to think that this machine lacks it.
  const lacking = Object.values(resources).some(({ gres }) => gres !== undefined);
  return {
    kind: filled.kind === "slurm" ? "slurm" : "local",
    ...(filled.jobs !== undefined && { jobs: Number(filled.jobs) }),
    retries: Number(filled.retries),
    memoryFactor: Number(filled.memoryFactor),
    ...(filled.memoryLimit !== undefined && { memoryLimit: mebibytes(String(filled.memoryLimit)) }),
    engine: filled.engine === "node" || (filled.engine === undefined && lacking) ? "node" : "here",
    resources,
  };
}

function resourcesOf(said: Json | undefined): Resources {
  if (!isRecord(said)) return {};
  const { partition, gres, cpus, memory, time } = said;
  return {
    ...(partition !== undefined && { partition: String(partition) }),
    ...(gres !== undefined && { gres: String(gres) }),
    ...(cpus !== undefined && { cpus: Number(cpus) }),
    ...(memory !== undefined && { memory: mebibytes(String(memory)) }),
    ...(time !== undefined && { time: String(time) }),
  };
}

const UNITS: Readonly<Record<string, number>> = { K: 1 / 1024, M: 1, G: 1024, T: 1024 ** 2 };

/**
 * Memory as Slurm writes it, in MiB, rounded up; megabytes where no letter says otherwise.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(["16G", "500", "1K"].map(mebibytes), [16384, 500, 1]);
 * ```
 */
export function mebibytes(text: string): number {
  const unit = UNITS[text.slice(-1)];
  return Math.ceil(unit === undefined ? Number(text) : Number(text.slice(0, -1)) * unit);
}
