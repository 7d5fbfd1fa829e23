/**
 * Section: what came out for new and known users, popular and rare items, and in each region.
 * @module
 */
import { plain, table } from "../markdown.ts";
import { count, measure as digits } from "../numbers.ts";
import { average, methodSummaries, type MethodSummary, standardError } from "../summary.ts";
import type { GroupResult, Results } from "../types.ts";

/** The slice shown; results.json has the others. */
const SHOWN = "T";

/** A table for each kind of group on T, one row a method. Nothing for results without groups. */
export function groupsSection(results: Results): string[] {
  const { groups: found, data } = results;
  const groups = found?.groups.filter(({ slice }) => slice === SHOWN) ?? [];
  if (found === undefined || groups.length === 0) return [];
  const tables = (by: GroupResult["by"], words: string, all: (name: string) => string) => {
    const own = groups.filter((group) => group.by === by);
    const [only] = own;
    if (only === undefined) return [];
    // A table of one group would repeat the table of methods.
    if (own.length === 1) return [`All ${count(only.windows)} windows of ${SHOWN} ${all(plain(only.name))}.`];
    return [words, groupTable(results, own)];
  };
  const { regions, popularItems } = found;
  const whose = regions && `${plain(regions.label)}, seed ${regions.seed}`;
  return [
    "## For whom does it work, and for which items?",
    `Windows of ${SHOWN} by group, from the same ranks as above: means over the windows of a group. A group of few users says little.`,
    ...tables("user", "Known users have positives in S; new ones have none there:", (name) => `are of ${name} users`),
    ...tables(
      "target",
      `Popular targets are the ${count(popularItems)} of ${
        count(data.items)
      } items that make half of S's positives; unseen ones have none there:`,
      (name) => `have ${name} targets`,
    ),
    ...(whose === undefined ? [] : tables(
      "region",
      `Regions are those of ${whose}, after the last F slice; every method is measured on the same windows:`,
      (name) => `are routed to ${name}, of the regions of ${whose}`,
    )),
  ];
}

/** Columns measure by measure, as in the table of methods; above the methods the size of each group. */
function groupTable(results: Results, groups: readonly GroupResult[]): string {
  const measures = Object.keys(groups[0]!.measures);
  const columns = measures.flatMap((measure) => groups.map((group) => ({ measure, group })));
  const sizes = (title: string, of: (group: GroupResult) => number) => [
    title,
    ...columns.map(({ group }) => count(of(group))),
  ];
  return table(
    [
      ["Method", "left"],
      ...columns.map(({ measure, group }) => [`${plain(measure)}<br>${plain(group.name)}`, "right"] as const),
    ],
    [
      sizes("_Windows_", ({ windows }) => windows),
      sizes("_Users_", ({ users }) => users),
      ...methodSummaries(results).map((method) => [
        plain(method.label),
        ...columns.map(({ measure, group }) => cell(results, method, group.measures[measure] ?? [])),
      ]),
    ],
  );
}

/** The mean over a method's seeds, with its standard error where there are several. */
function cell({ runs }: Results, method: MethodSummary, values: readonly number[]): string {
  const own = method.runs.map((run) => values[runs.indexOf(run)]!);
  return digits(average(own)) + (own.length > 1 ? ` ± ${digits(standardError(own))}` : "");
}
