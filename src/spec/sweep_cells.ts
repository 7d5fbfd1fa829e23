/**
 * The cells of a sweep: each one's spec, checked by itself, and what is wrong told once and where it is written.
 * @module
 */
import { canonicalJson } from "./canonical.ts";
import { MOST_PROBLEMS, SpecError, type SpecIssue } from "./issue.ts";
import { type Json, pointerOf } from "./json.ts";
import { putAt } from "./overrides.ts";
import { inOrder, type Judged, judged, type Judgement, related, type SweptFrom, type Written } from "./parse.ts";
import { portableSpec } from "./portable.ts";
import type { SweptPath } from "./sweep_paths.ts";
import type { ResolvedSpec } from "./types.ts";

/** A path and what is tried at it. */
export interface SweptValues extends SweptPath {
  readonly values: readonly Json[];
}

/** A long spec that is wrong everywhere is not read for every cell: cells with problems times values, about. */
const MOST_VALUES = 20_000;

/**
 * The specs of all combinations, each with the numbers of its values in their lists; the first path's vary slowest.
 *
 * @param base the spec without `sweep`.
 * @throws {SpecError} with what is wrong in any cell, or between them.
 */
export function judgedCells(
  base: Written,
  paths: readonly SweptValues[],
): { readonly indices: readonly number[]; readonly spec: ResolvedSpec }[] {
  const all = combinations(paths.map(({ values }) => values));
  const cells: JudgedCell[] = [];
  let patience = Math.min(MOST_PROBLEMS, Math.max(2, Math.floor(MOST_VALUES / sizeOf(base.value))));
  // Cells in which one path alone has another than its first value come first: they show what is wrong with any value.
  const others = (indices: readonly number[]) => indices.filter((index) => index > 0).length;
  const order = all.map((indices, i) => ({ indices, i })).sort((a, b) =>
    Math.max(1, others(a.indices)) - Math.max(1, others(b.indices)) || a.i - b.i
  );
  for (const { indices, i } of order) {
    const cell = judgedCell(base, paths, indices);
    cells[i] = cell;
    if (cell.findings.length > 0 && --patience === 0) break;
  }
  mustFit(base, paths, cells.filter((cell) => cell !== undefined));
  return cells.flatMap(({ indices, spec }) => spec === undefined ? [] : [{ indices, spec }]);
}

/** Every choice of one entry from each list, by number; the first list's vary slowest. */
function combinations(lists: readonly (readonly unknown[])[]): number[][] {
  return lists.reduce<number[][]>((all, list) => all.flatMap((one) => list.map((_, i) => [...one, i])), [[]]);
}

interface JudgedCell {
  readonly indices: readonly number[];
  readonly spec: ResolvedSpec | undefined;
  readonly found: Judged | undefined;
  readonly findings: readonly Judgement[];
  readonly swept: ReadonlyMap<string, SweptFrom>;
}

function judgedCell(
  base: Written,
  paths: readonly SweptValues[],
  indices: readonly number[],
): JudgedCell {
  const swept = new Map<string, SweptFrom>();
  let { value } = base;
  for (const [i, { parts, field, values }] of paths.entries()) {
    const index = indices[i]!;
    const put = putAt(value, parts, values[index]!, "sweep");
    if (typeof put === "string") {
      const lost: Judgement = { pointer: field, message: put, at: "key", about: [field] };
      return { indices, spec: undefined, found: undefined, findings: [lost], swept };
    }
    value = put.value;
    for (const pointer of put.made) swept.set(pointer, { field });
    swept.set(pointerOf(parts), { field, index });
  }
  const found = judged({ ...base, value, swept });
  return { indices, spec: found.resolved, found, findings: found.findings, swept };
}

/** @throws {SpecError} with what is wrong in any cell, told once, where it is written. */
function mustFit(base: Written, paths: readonly SweptValues[], cells: readonly JudgedCell[]): void {
  const own = judged(base);
  const counts = new Map<string, number>();
  const nameOf = ({ pointer, message }: Judgement) => `${pointer} ${message}`;
  for (const { findings } of cells) {
    for (const finding of findings) counts.set(nameOf(finding), (counts.get(nameOf(finding)) ?? 0) + 1);
  }
  const issues = new Map<string, SpecIssue>();
  for (const { findings, found, swept } of cells) {
    for (const finding of findings) {
      // What is wrong in some cells alone is the doing of a swept value it depends on.
      const everywhere = counts.get(nameOf(finding)) === cells.length;
      const cause = everywhere ? undefined : causeOf(finding, swept);
      const issue = (found ?? own).issueOf(cause ?? finding.pointer, finding.message, finding.at);
      if (issues.size < MOST_PROBLEMS) issues.set(`${issue.pointer} ${issue.message}`, issue);
    }
  }
  const all = issues.size > 0 ? [...issues.values()] : together(paths, cells, own);
  if (all.length > 0 || cells.some(({ spec }) => spec === undefined)) throw new SpecError(base.file, inOrder(all));
}

/** The swept value that a problem elsewhere depends on. */
function causeOf({ pointer, about }: Judgement, swept: ReadonlyMap<string, SweptFrom>): string | undefined {
  const values = [...swept].filter(([, { index }]) => index !== undefined).map(([place]) => place);
  if (values.some((place) => pointer === place || pointer.startsWith(`${place}/`))) return undefined;
  return values.find((place) => about.some((one) => related(one, place)));
}

/** What is wrong with cells that are right each by itself. */
function together(paths: readonly SweptValues[], cells: readonly JudgedCell[], { issueOf }: Judged): SpecIssue[] {
  const measures = [...new Set(cells.map(({ spec }) => spec!.report.measure))];
  if (measures.length > 1) {
    const found = measures.join(" and ");
    return [
      issueOf("/sweep", `sweep's runs must be judged by one measure: found ${found}; set report.measure.`, "start"),
    ];
  }
  const seen = new Map<string, JudgedCell>();
  for (const cell of cells) {
    const same = canonicalJson(portableSpec(cell.spec!));
    const before = seen.get(same);
    seen.set(same, cell);
    if (before === undefined) continue;
    const at = paths.findIndex((_, i) => before.indices[i] !== cell.indices[i]);
    const { field, path } = paths[at]!;
    const message = `sweep must not try a thing twice: value ${
      cell.indices[at]
    } of ${path} comes to the same as value ${before.indices[at]}.`;
    return [issueOf(`${field}/${cell.indices[at]}`, message)];
  }
  return [];
}

/** Plain values in a value, at every depth; at least 1. */
function sizeOf(value: Json): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, entry) => sum + sizeOf(entry), 1);
}
