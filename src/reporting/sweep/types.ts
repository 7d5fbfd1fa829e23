/**
 * sweep.json, and what it leads to. Published as src/reporting/sweep.schema.json and validated when written and when read.
 * @module
 */
import type { Json } from "../../spec/json.ts";
import type { Results } from "../types.ts";

/** One path and its values. */
export interface SweptSetting {
  /** As in `--set`, e.g. "regions.k". */
  readonly path: string;
  /** In the order of the runs. */
  readonly values: readonly Json[];
}

/** One combination of values. */
export interface CellEntry {
  /** Relative to sweep.json, e.g. "cells/regions.k-3". */
  readonly folder: string;
  /** Its value for each path, in the order of the paths. */
  readonly settings: Readonly<Record<string, Json>>;
  /** Why it has no results; absent where it has. */
  readonly failed?: string;
}

/** sweep.json. */
export interface SweepFile {
  /** Where the schema lies that the file was validated against. */
  readonly $schema: string;
  /** Of the file's layout. */
  readonly version: 1;
  /** The sweep's name, and its folder's. */
  readonly name: string;
  /** Heading of the report. */
  readonly title: string;
  /** A paragraph for the report; may be empty. */
  readonly description: string;
  /** What was varied; the first one's values vary slowest. */
  readonly sweep: readonly SweptSetting[];
  /** In the order of the runs. */
  readonly cells: readonly CellEntry[];
}

/** A cell that has results. */
export interface FinishedCell extends CellEntry {
  /** Those of its results.json. */
  readonly results: Results;
}

/** A sweep with the results of its cells. */
export interface SweepResults {
  /** What sweep.json says. */
  readonly file: SweepFile;
  /** In the order of the runs; those that failed are left out. */
  readonly cells: readonly FinishedCell[];
}
