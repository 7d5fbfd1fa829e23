/**
 * Sweeps: from a spec that names several values for some settings to one spec for each combination, a cell.
 * @module
 */
import { cellNames, type CellSetting, settingWords } from "./cell_names.ts";
import { type ExecutorSpec, resolveExecutor } from "./executor.ts";
import { SpecError, type SpecIssue } from "./issue.ts";
import { has, isRecord, type Json, recordOf } from "./json.ts";
import {
  inOrder,
  type Judged,
  judged,
  type Judgement,
  type ParseOptions,
  readWritten,
  related,
  type Written,
} from "./parse.ts";
import { judgedCells } from "./sweep_cells.ts";
import { sweptPaths } from "./sweep_paths.ts";
import { type SearchPlan, searchPlan } from "./search.ts";
import type { ResolvedSpec } from "./types.ts";

/** Folder of the cells inside a sweep's own. */
export const CELLS = "cells";

/** More runs than these are no question but a search. */
const MOST_CELLS = 1000;

/** One combination of swept values. */
export interface SweepCell {
  /** Name of its folder in `cells`, e.g. "regions.k-3_lora.rank-4". */
  readonly folder: string;
  /** In the order of the swept paths. */
  readonly settings: readonly CellSetting[];
  /** Named NAME/cells/FOLDER, which is where its report goes; otherwise as a spec that says these settings itself. */
  readonly spec: ResolvedSpec;
}

/** A spec with `sweep`. */
export interface Sweep {
  /** Of its folder under reports/. */
  readonly name: string;
  /** Heading of its report. */
  readonly title: string;
  /** A paragraph for the report; may be empty. */
  readonly description: string;
  /** In the order of the spec: the first one's values vary slowest. */
  readonly paths: readonly { readonly path: string; readonly values: readonly Json[] }[];
  /** At least one. */
  readonly cells: readonly SweepCell[];
}

/** What a spec's text asks for: one experiment, or a sweep of several. */
export interface ParsedExperiment {
  /** Of its folder under reports/. */
  readonly name: string;
  /** What is to run; of a sweep one for each cell, in its order. */
  readonly specs: readonly ResolvedSpec[];
  /** Absent where the spec has none. */
  readonly sweep?: Sweep;
  /** What is tried before the one experiment runs; absent where the spec has no search. */
  readonly search?: SearchPlan;
  /** Where stages run; no part of the specs, since results are the same. */
  readonly executor: ExecutorSpec;
  /** A problem that is found later, with the place of its pointer in the file. */
  issue(pointer: string, message: string): SpecIssue;
}

/**
 * Reads a spec with or without `sweep`. Each cell is the spec without `sweep`, with a value put at each path as `--set` would do, and is
 * checked by itself.
 *
 * @param text Plain JSON; bytes are UTF-8.
 * @param file Where it comes from: named in errors, and paths in the spec are seen from its folder.
 * @throws {SpecError} with all problems at once; those of a swept value have its place in `sweep`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const spec = { name: "a", dataset: "movielens-100k", backbone: { kind: "sasrec" }, methods: ["base", "raie"] };
 * const { specs } = parseExperiment(JSON.stringify({ ...spec, sweep: { "regions.k": [2, 3] } }), "a.json");
 * assert.deepEqual(specs.map(({ name }) => name), ["a/cells/regions.k-2", "a/cells/regions.k-3"]);
 * ```
 */
export function parseExperiment(
  text: string | Uint8Array,
  file: string,
  options: ParseOptions = {},
): ParsedExperiment {
  const written = readWritten(text, file, options);
  const { value } = written;
  if (!isRecord(value) || !has(value, "sweep")) {
    const own = judged(written);
    const spec = mustBeRight(written, own);
    const plan = spec.search === undefined ? {} : { search: searchPlan(written, spec, own) };
    const executor = resolveExecutor(isRecord(value) ? value.executor : undefined);
    return { name: spec.name, specs: [spec], ...plan, executor, issue: own.issueOf };
  }
  const { sweep: asked, ...fields } = value;
  const base: Written = { ...written, value: recordOf(Object.entries(fields)) };
  const whole = judged(written);
  const wrong = sweepProblems(whole, asked ?? null, written);
  if (wrong.length > 0 || written.issues.length > 0 || !isRecord(asked)) {
    const all = [...wrong, ...whole.findings.filter(({ pointer }) => !related(pointer, "/sweep"))];
    const issues = all.map(({ pointer, message, at }) => whole.issueOf(pointer, message, at));
    throw new SpecError(file, inOrder([...written.issues, ...issues]));
  }
  const { paths } = sweptPaths(asked, written.origins);
  const lists = paths.map(({ path }) => asked[path] as readonly Json[]);
  const cells = judgedCells(base, paths.map((path, i) => ({ ...path, values: lists[i]! })));
  const settings = cells.map(({ indices }) =>
    paths.map(({ path }, i): CellSetting => ({ path, value: lists[i]![indices[i]!]! }))
  );
  const names = cellNames(settings);
  if (cells.some(({ spec }) => spec.search !== undefined)) {
    const message =
      'sweep cannot stand beside a search (the preset "tuned" makes one): a sweep shows every combination, a search chooses one; leave out one of them.';
    throw new SpecError(file, [whole.issueOf("/sweep", message, "key")]);
  }
  const specs = cells.map(({ spec }, i) => ({
    ...spec,
    name: `${spec.name}/${CELLS}/${names[i]}`,
    title: `${spec.title}: ${settingWords(settings[i]!)}`,
  }));
  const { name, title, description } = cells[0]!.spec;
  return {
    name,
    specs,
    sweep: {
      name,
      title,
      description,
      paths: paths.map(({ path }, i) => ({ path, values: lists[i]! })),
      cells: specs.map((spec, i) => ({ folder: names[i]!, settings: settings[i]!, spec })),
    },
    executor: resolveExecutor(value.executor),
    issue: whole.issueOf,
  };
}

function mustBeRight(written: Written, { findings, resolved, issueOf }: Judged): ResolvedSpec {
  const issues = [...written.issues, ...findings.map(({ pointer, message, at }) => issueOf(pointer, message, at))];
  if (issues.length > 0 || resolved === undefined) throw new SpecError(written.file, inOrder(issues));
  return resolved;
}

/** What is wrong with the field `sweep` before anything is put anywhere. */
function sweepProblems({ findings }: Judged, asked: Json, { origins }: Written): Judgement[] {
  const misfitting = findings.filter(({ pointer }) => related(pointer, "/sweep") && pointer !== "");
  if (misfitting.length > 0 || !isRecord(asked)) return misfitting;
  const { paths, problems } = sweptPaths(asked, origins);
  const count = paths.reduce((product, { path }) => product * (asked[path] as readonly Json[]).length, 1);
  const said = (message: string): Judgement => ({ pointer: "/sweep", message, at: "start", about: ["/sweep"] });
  if (paths.length === 0) {
    return [said('sweep must name a path and its values, such as {"regions.k": [1, 3, 5]}: found none.')];
  }
  if (count > MOST_CELLS) {
    return [...problems, said(`sweep must have at most ${MOST_CELLS} combinations: found ${count}; leave out values.`)];
  }
  return problems;
}
