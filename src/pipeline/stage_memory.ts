/**
 * What memory stages may take, so that several at a time do not exhaust the machine.
 * @module
 */
import { createBackbone } from "../backbones/registry.ts";
import { trainingRows } from "../backbones/training_rows.ts";
import { createMethod } from "../methods/registry.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import type { StageTask } from "./graph.ts";
import type { Prepared } from "./prepare.ts";

export function stageMemory(spec: ResolvedSpec, prepared: Prepared, task: StageTask): number {
  return 1e9;
}

/** Bytes that a run's processes may take together: what is free now, less a tenth; no limit where that may not be asked. */
export function memoryBudget(): number {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" });
  return state === "granted" ? 0.9 * Deno.systemMemoryInfo().available : Infinity;
}
