/**
 * Per-window ranks as an artifact: one safetensors file.
 * @module
 */
import { readColumns, type RowRange, writeColumns } from "../adapters/columns_file.ts";
import { WeightsError } from "../adapters/weights_error.ts";
import type { CountedRanks } from "../evaluation/rank_windows.ts";

/** Writes `ranks.safetensors`: greater [windows], equal [windows], top [windows, top]. */
export async function writeRanks(path: string, { greater, equal, top }: CountedRanks): Promise<void> {
  const each = greater.length === 0 ? 0 : top.length / greater.length;
  await writeColumns(path, {
    greater: { shape: [greater.length], values: greater },
    equal: { shape: [equal.length], values: equal },
    top: { shape: [greater.length, each], values: top },
  });
}

/** The ranks of some windows, or of all, that {@linkcode writeRanks} wrote. @throws {WeightsError} for a file of anything else. */
export function readRanks(path: string, rows?: RowRange): CountedRanks {
  const columns = readColumns(path, { names: ["greater", "equal", "top"], ...(rows && { rows }) });
  const [windows] = columns.greater!.shape;
  const axes = { greater: 1, equal: 1, top: 2 };
  for (const [name, { shape, values }] of Object.entries(columns)) {
    const fits = shape.length === axes[name as keyof CountedRanks] && shape[0] === windows;
    if (fits && values instanceof Int32Array) continue;
    throw new WeightsError(
      `Cannot load ranks ${path}: "${name}" is [${shape}], wanted whole numbers of ${windows} windows`,
    );
  }
  const [greater, equal, top] = ["greater", "equal", "top"].map((name) => columns[name]!.values as Int32Array);
  return { greater: greater!, equal: equal!, top: top! };
}
