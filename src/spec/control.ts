/**
 * The K=1 control of a raie, and whose optimiser steps a method takes.
 * @module
 */
import { isRecord, type JsonRecord } from "./json.ts";
import type { MethodSpec, ResolvedSpec } from "./types.ts";

/** Whether a method may come to have several regions. */
export const hasRegions = ({ kind, regions }: MethodSpec): boolean => kind === "raie" && (regions.k > 1 || regions.add);

/**
 * Methods with the K=1 control of the first raie that may come to have several regions, right behind it: the same settings with one region that
 * nothing is added to. It takes as many optimiser steps as that raie, and as large a share of its rows from S, so that what is between the two is
 * what regions bring (method.md 12).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSpec } from "./parse.ts";
 * const text = '{"name":"a","dataset":"b","backbone":{"kind":"sasrec"},"methods":["raie","lora"]}';
 * const { methods } = parseSpec(text, "a.json").resolved;
 * assert.deepEqual(methods.map(({ label, control }) => [label, control]), [
 *   ["raie", undefined],
 *   ["raie K=1", "raie"],
 *   ["lora", undefined],
 * ]);
 * ```
 */
export function withControl(methods: readonly MethodSpec[]): MethodSpec[] {
  const raie = methods.find(hasRegions);
  if (raie === undefined) return [...methods];
  // Of one region's windows soft copies would be mere repeats, which make the share of S smaller.
  const { softCopies } = raie.regions;
  const regions = { k: 1, add: false, ...(softCopies === "rounded" && { softCopies: "none" as const }) };
  const own = isRecord(raie.options.regions) ? raie.options.regions : {};
  const control: MethodSpec = {
    ...raie,
    label: unlike(`${raie.label} K=1`, methods),
    regions: { ...raie.regions, ...regions },
    options: { ...raie.options, regions: { ...own, ...regions } satisfies JsonRecord },
    control: raie.label,
  };
  return methods.flatMap((method) => method === raie ? [raie, control] : [method]);
}

/** The methods that the spec itself names, in its order: all but controls. */
export const namedMethods = ({ methods }: Pick<ResolvedSpec, "methods">): MethodSpec[] =>
  methods.filter(({ control }) => control === undefined);

/** The raie whose steps all others take; undefined where everybody spends what its own settings say. */
export const yardstickOf = ({ budget, methods }: Pick<ResolvedSpec, "budget" | "methods">): MethodSpec | undefined =>
  budget === "matched" ? methods.find(({ kind }) => kind === "raie") : undefined;

/** The method whose optimiser steps and share of S rows a method takes; undefined where it takes its own. */
export function pacemakerOf(
  method: MethodSpec,
  spec: Pick<ResolvedSpec, "budget" | "methods">,
): MethodSpec | undefined {
  if (method.control !== undefined) return spec.methods.find(({ label }) => label === method.control);
  const yardstick = yardstickOf(spec);
  return method === yardstick ? undefined : yardstick;
}

function unlike(label: string, methods: readonly MethodSpec[]): string {
  let free = label;
  for (let number = 2; methods.some((method) => method.label === free); number++) free = `${label} (${number})`;
  return free;
}
