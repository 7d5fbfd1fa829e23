/**
 * Sections: how regions were edited, what drifted, and where sequences went.
 * @module
 */
import { movedWords } from "../charts/drift_marks.ts";
import { regionChanges } from "../charts/region_changes.ts";
import { type ShownRegions, shownRegions } from "../charts/shown_regions.ts";
import { few, folded, plain, table } from "../markdown.ts";
import { count, degrees, fixed, grouped, percent, seedWords } from "../numbers.ts";
import { methodSummaries, sliceNames } from "../summary.ts";
import type { RegionResult, Results } from "../types.ts";
import type { Picture } from "./picture.ts";

/** Nothing where no method keeps regions. */
export function regionSections(results: Results, picture: Picture): string[] {
  const shown = shownRegions(results);
  if (shown === undefined) return [];
  return [
    "## How were the regions edited?",
    ...editsTable(results),
    ...picture("edits.png"),
    ...notes(results),
    "## What drifted?",
    `Regions of ${plain(shown.label)}, seed ${shown.seed}, before the first F slice and after the last.${
      othersWords(results)
    }`,
    ...picture("regions_drift.png"),
    ...centreWords(shown),
    driftTable(shown),
    membersWords(results, shown),
    "## Where do the sequences lie?",
    ...picture("regions.png"),
    "## Where do sequences go from S to F to T?",
    ...picture("routing.png"),
    routingTable(results, shown),
    ...shareWords(shown),
  ];
}

/** What a centre's place on the maps means. */
const centreWords = ({ regions: { map } }: ShownRegions): string[] =>
  map.centres === undefined || map.x.length === 0 ? [] : [
    "On the maps a centre stands among the sequences nearest to it, at their mean weighted by how near they are. A map in two dimensions keeps neighbours, not angles: how far a centre moved is what the degrees say.",
  ];

/** What is counted as a member: not the windows that are ranked. */
function membersWords({ spec }: Results, { label }: ShownRegions): string {
  const regions = spec.methods.find((method) => method.label === label)?.regions;
  const stride = regions === undefined || regions.stride === spec.windows.stride
    ? ""
    : ` (stride ${regions.stride}; those that are ranked have stride ${spec.windows.stride})`;
  return `Members are the windows of S that regions were built on${stride}, and those of F that joined them; Expand counts a window for less than one, which gives fractions.`;
}

/** A share of S this far from a region's π is worth a word. */
const FAR = .1;

/** Why regions get more or fewer sequences than their π. */
function shareWords({ regions: { after, routing } }: ShownRegions): string[] {
  const counts = routing.S ?? [];
  const total = counts.reduce((sum, value) => sum + value, 0);
  const far = after.flatMap(({ name, pi }, region) => {
    const share = (counts[region] ?? 0) / Math.max(1, total);
    return Math.abs(share - pi) > FAR ? [`${plain(name)} takes ${percent(share)} of S at a π of ${percent(pi)}`] : [];
  });
  return far.length === 0 ? [] : [
    `A region's share of the sequences need not be its π: the routing score log π + κ cos has no normaliser, so that a high κ draws sequences from other regions. Here ${
      few(far)
    }.`,
  ];
}

/** That one method stands for all. */
function othersWords(results: Results): string {
  const others =
    methodSummaries(results).filter(({ runs }) => runs.some(({ regions }) => regions !== undefined)).length - 1;
  return others < 1
    ? ""
    : ` This and the two sections that follow show this method alone; what ${
      others === 1 ? "the other one" : `the ${others} others`
    } with regions came to is in results.json.`;
}

/** More rows than this are folded. */
const UNFOLDED = 12;

function editsTable(results: Results): string[] {
  const edits = methodSummaries(results).flatMap(({ label, runs }) =>
    runs.flatMap(({ seed, regions }) => (regions?.edits ?? []).map((edit) => ({ label, seed, edit })))
  );
  // Only an ablation withholds; then a slice's operations add up to its sequences with this column alone.
  const withheld = edits.some(({ edit }) => edit.withheld > 0);
  const rows = edits.map(({ label, seed, edit }) => [
    plain(label),
    String(seed),
    edit.slice,
    ...[
      edit.update,
      edit.expand,
      edit.add,
      ...(withheld ? [edit.withheld] : []),
      edit.accepted,
      edit.refused,
      edit.fellBack,
      edit.merged,
    ].map(count),
  ]);
  const numbers = [
    "Update",
    "Expand",
    "Add",
    ...(withheld ? ["Withheld<br>(switched off)"] : []),
    "New regions<br>accepted",
    "New regions<br>refused",
    "Fell back<br>to the nearest",
    "Merged",
  ];
  const whole = table([
    ["Method", "left"],
    ["Seed", "right"],
    ["Slice", "left"],
    ...numbers.map((title) => [title, "right"] as const),
  ], rows);
  return rows.length <= UNFOLDED ? [whole] : folded("Edits of every method and seed", [whole]);
}

/** What was found, once, with the methods and seeds it was found with. */
function notes(results: Results): string[] {
  const found = new Map<string, string[]>();
  for (const { label, runs } of methodSummaries(results)) {
    for (const note of new Set(runs.flatMap(({ regions }) => regions?.notes ?? []))) {
      const seeds = runs.filter(({ regions }) => regions?.notes.includes(note)).map(({ seed }) => seed);
      const name = plain(label) + (seeds.length === runs.length ? "" : ` (${seedWords(seeds)})`);
      found.set(note, [...found.get(note) ?? [], name]);
    }
  }
  const lines = [...found].map(([note, names]) => `- ${few(names)}: ${grouped(plain(note))}`);
  return lines.length === 0 ? [] : [lines.join("\n")];
}

function driftTable({ regions: { before, after } }: ShownRegions): string {
  const changes = regionChanges({ before, after });
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  const rows = names.map((name) => {
    const [old, now] = [before.find((region) => region.name === name), after.find((region) => region.name === name)];
    const both = (show: (region: RegionResult) => string) =>
      [old, now].map((region) => region === undefined ? "–" : show(region));
    const change = changes.find((change) => change.name === name);
    const heir = changes.find(({ from }) => from.some((at) => before[at]?.name === name));
    const moved = change === undefined ? `now in ${plain(heir?.name ?? "")}` : movedWords(change);
    return [
      plain(name),
      ...both(({ size }) => count(size)),
      ...both(({ radius }) => degrees(radius)),
      ...both(({ kappa }) => fixed(kappa, 1)),
      ...both(({ pi }) => percent(pi)),
      moved,
    ];
  });
  const pairs = ["Members", "Radius", "Concentration κ", "Share π"].flatMap((
    title,
  ) => [`${title}<br>before`, `${title}<br>after`]);
  return table(
    [["Region", "left"], ...pairs.map((title) => [title, "right"] as const), ["Centre<br>moved", "right"]],
    rows,
  );
}

function routingTable(results: Results, { regions: { after, routing } }: ShownRegions): string {
  const slices = sliceNames(results).filter((slice) => routing[slice] !== undefined);
  const totals = slices.map((slice) => (routing[slice] ?? []).reduce((sum, value) => sum + value, 0));
  const rows = after.map(({ name }, region) => [
    plain(name),
    ...slices.map((slice, i) => {
      const value = routing[slice]?.[region] ?? 0;
      return `${count(value)} (${percent(value / Math.max(1, totals[i] ?? 0))})`;
    }),
  ]);
  return table([["Sequences routed to", "left"], ...slices.map((slice) => [slice, "right"] as const)], rows);
}
