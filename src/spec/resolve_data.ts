/**
 * The data side of a spec: data set and slices, with nothing left open.
 * @module
 */
import { dirname, resolve as resolvePath } from "node:path";
import { secondsOf } from "./dates.ts";
import { isRecord, type Json } from "./json.ts";
import { definition, withDefaults } from "./schema.ts";
import type { DatasetSpec, MarginalsSpec, SlicesSpec, SyntheticSpec } from "./types.ts";

/** A data set; a path becomes absolute, seen from the folder of the spec's file. */
export function resolveDataset(raw: Json | undefined, file: string): DatasetSpec {
  if (typeof raw === "string") return { id: raw, badLines: "stop" };
  if (isRecord(raw) && raw.id !== undefined) {
    return known<DatasetSpec>(withDefaults(definition("datasetDescriptor"), raw));
  }
  const inline = withDefaults(definition("datasetInline"), raw ?? {});
  if (isRecord(inline) && (inline.format === "synthetic" || inline.format === "synthetic-marginals")) {
    const { format, badLines: said, ...fields } = inline;
    const badLines = said === "skip" ? "skip" : "stop";
    return format === "synthetic"
      ? { format, badLines, synthetic: known<SyntheticSpec>(fields) }
      : { format: "synthetic-marginals", badLines, marginals: known<MarginalsSpec>(fields) };
  }
  const dataset = known<DatasetSpec>(inline);
  const path = resolvePath(dirname(file), dataset.path ?? "");
  if (dataset.format !== "csv" && dataset.format !== "tsv") return { ...dataset, path };
  return { ...dataset, path, separator: dataset.separator ?? (dataset.format === "csv" ? "," : "\t") };
}

/** Slices, by fractions or by dates; a border that is no date is NaN. */
export function resolveSlices(raw: Json | undefined): SlicesSpec {
  const slices = isRecord(raw) ? raw : { setup: 0.5, finetune: 0.3, test: 0.2 };
  const list = (value: Json | undefined): readonly Json[] => Array.isArray(value) ? value : [value ?? null];
  if (typeof slices.test === "string") {
    return { kind: "dates", borders: [...list(slices.finetune), slices.test].map((date) => secondsOf(String(date))) };
  }
  return {
    kind: "fractions",
    setup: Number(slices.setup),
    finetune: list(slices.finetune).map(Number),
    test: Number(slices.test),
  };
}

/** What the schema has checked and filled has the type that belongs to it; tests hold the two together. */
export function known<T>(value: Json): T {
  return value as unknown as T;
}
