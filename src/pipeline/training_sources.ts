/**
 * Every set of rows that an experiment's trainings read.
 * @module
 */
import { trainingRows } from "../backbones/training_rows.ts";
import type { SlicedData } from "../data/types.ts";
import type { TrainingSource } from "../evaluation/audit.ts";
import { sawEvaluated } from "../reporting/suspicions.ts";
import type { ResolvedSpec } from "../spec/types.ts";

/**
 * What the backbone and any method can be trained on: the backbone's own rows, S windows for replay and for regions, the windows of each F slice,
 * and T where a method takes its pairs from evaluated rows. Rows of S end with S, those of F with their slice.
 */
export function trainingSources(spec: ResolvedSpec, data: SlicedData): TrainingSource[] {
  const [before = Infinity, ...ends] = data.borders;
  return [
    { name: "rows of the backbone", windows: trainingRows(data, spec.backbone).windows, before },
    { name: "windows of S", windows: data.setup.windows, before },
    { name: "windows of S for regions", windows: data.setupDense, before },
    ...data.finetune.map(({ name, windows }, index) => ({
      name: `windows of ${name}`,
      windows,
      before: ends[index] ?? Infinity,
    })),
    ...(sawEvaluated({ spec }).length === 0
      ? []
      : [{ name: "windows of T", windows: data.test.windows, before: Infinity, asked: true } as const]),
  ];
}
