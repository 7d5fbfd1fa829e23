/**
 * The charts of a sweep's report: figures over a setting, and what a method adds over it.
 * @module
 */
import { canonicalJson } from "../../spec/canonical.ts";
import { cellNames, settingWords } from "../../spec/cell_names.ts";
import type { Chart } from "../charts/canvas.ts";
import { chartName } from "../charts/frame.ts";
import { type SettingAxis, settingAxis } from "../charts/setting_axis.ts";
import { settingChart } from "../charts/setting_chart.ts";
import { settingsOf } from "./cells.ts";
import { differenceLines, effectLines } from "./chart_lines.ts";
import { measureOf } from "./effects.ts";
import { pairsOf } from "./pairs.ts";
import type { FinishedCell, SweepFile, SweepResults } from "./types.ts";

/** A chart, its file in the report's charts/ folder, and what it shows for those who cannot see it. */
export interface SweepChart {
  readonly file: string;
  readonly shows: "effect" | "difference";
  readonly alternative: string;
  readonly chart: Chart;
}

/** Cells that differ in the path along the axis alone. */
export interface ChartedCells {
  /** The path along the axis. */
  readonly path: string;
  readonly axis: SettingAxis;
  /** In the order of the runs, each with the number of its value on the axis. */
  readonly cells: readonly { readonly tick: number; readonly cell: FinishedCell }[];
}

/** More combinations of the other paths are left to the tables. */
export const MOST_CHARTED = 12;

/** Longest text in a title. */
const TITLE = 60;

/** Whether a file in charts/ has the name of a sweep's chart. */
export const isSweepChart = (file: string): boolean => /^(effect|difference)(_[\w.+-]+)?\.png$/.test(file);

/** The path along the axis: the first one of numbers, else the first that has several values. */
export function axisPath({ sweep }: SweepFile): string {
  const several = sweep.filter(({ values }) => values.length > 1);
  const numeric = several.find(({ values }) => values.every((value) => typeof value === "number"));
  return (numeric ?? several[0] ?? sweep[0]!).path;
}

/** Two charts for each combination of the values that do not stand along the axis. */
export function sweepCharts(sweep: SweepResults): SweepChart[] {
  const path = axisPath(sweep.file);
  const axis = settingAxis(path, sweep.file.sweep.find((each) => each.path === path)?.values ?? []);
  const groups = groupsOf(sweep, path).slice(0, MOST_CHARTED);
  const names = cellNames(groups.map(({ others }) => others));
  return groups.flatMap(({ others, cells }, i) => {
    const charted = { path, axis, cells };
    const words = others.length === 0 ? "" : settingWords(others);
    const suffix = others.length === 0 ? "" : `_${names[i]}`;
    return [...effectChart(sweep, charted, words, suffix), ...differenceChart(sweep, charted, words, suffix)];
  });
}

/** Combinations of the values that do not stand along the axis for which there is no chart. */
export const uncharted = (sweep: SweepResults): number =>
  Math.max(0, groupsOf(sweep, axisPath(sweep.file)).length - MOST_CHARTED);

/** Cells by the values of the paths that do not stand along the axis. */
function groupsOf({ file, cells }: SweepResults, path: string) {
  const values = file.sweep.find((each) => each.path === path)?.values.map(canonicalJson) ?? [];
  const groups = new Map<
    string,
    { others: ReturnType<typeof settingsOf>; cells: { tick: number; cell: FinishedCell }[] }
  >();
  for (const cell of cells) {
    const others = settingsOf(file, cell).filter((setting) => setting.path !== path);
    const key = canonicalJson(others);
    const group = groups.get(key) ?? { others, cells: [] };
    groups.set(key, group);
    group.cells.push({ tick: values.indexOf(canonicalJson(cell.settings[path] ?? null)), cell });
  }
  return [...groups.values()];
}

const PANELS = [["S", "S: what was known"], ["T", "T: what comes next"]] as const;

const titled = (title: string, words: string): string =>
  words === "" ? title : `${title}; ${chartName(words, TITLE - 20)}`;

function seedWords({ cells }: ChartedCells): string {
  const seeds = new Set(cells.flatMap(({ cell }) => cell.results.runs.map(({ seed }) => seed))).size;
  return seeds > 1 ? `means over ${seeds} seeds` : "one seed";
}

const hasIntervals = ({ cells }: ChartedCells): boolean =>
  cells.some(({ cell }) => cell.results.evidence !== undefined);

function effectChart(sweep: SweepResults, charted: ChartedCells, words: string, suffix: string): SweepChart[] {
  const measure = measureOf(sweep);
  const panels = PANELS.map(([slice, title]) => ({
    title,
    measure,
    axis: charted.axis,
    lines: effectLines(sweep, charted, slice),
    zero: false,
  }));
  const lines = panels.flatMap(({ lines }) => lines);
  if (lines.length === 0) return [];
  const level = lines.some(({ style }) => style === "level") ? "; level lines: not concerned by it" : "";
  const drawn =
    [["band", "bands"], ["whiskers", "whiskers"]].filter(([kind]) => lines.some(({ style }) => style === kind))
      .map(([, words]) => words).join(" and ") || "whiskers";
  const intervals = hasIntervals(charted) ? `${drawn}: 95 % intervals over users` : "no intervals";
  return [{
    file: `effect${suffix}.png`,
    shows: "effect",
    alternative: `Lines: each method on S and on T over ${chartName(charted.path)}${
      hasIntervals(charted) ? ", with 95 % intervals over users" : ""
    }`,
    chart: settingChart({
      title: titled(`${measure} over ${chartName(charted.path, TITLE - 20)}`, words),
      subtitle: `${seedWords(charted)}; ${intervals}${level}`,
      panels,
    }),
  }];
}

function differenceChart(sweep: SweepResults, charted: ChartedCells, words: string, suffix: string): SweepChart[] {
  const measure = measureOf(sweep);
  const pairs = pairsOf(sweep);
  const panels = PANELS.map(([slice, title]) => ({
    title,
    measure: `difference in ${measure}`,
    axis: charted.axis,
    lines: differenceLines(pairs, charted, slice),
    zero: true,
  }));
  if (panels.every(({ lines }) => lines.length === 0)) return [];
  const partners = new Set(pairs.map(({ to }) => to));
  const less = partners.size === 1 ? ` less ${chartName([...partners][0]!)}` : "";
  const who = pairs.length === 1 ? chartName(pairs[0]!.effect.label) : "each method";
  const what = pairs.every(({ control }) => control) ? "What regions add" : "Differences";
  return [{
    file: `difference${suffix}.png`,
    shows: "difference",
    alternative: `Points: the difference of ${who}${less} on S and on T over ${chartName(charted.path)}`,
    chart: settingChart({
      title: titled(partners.size === 1 ? `${what}: ${who}${less}` : "Differences between methods", words),
      subtitle: `${
        seedWords(charted)
      }; whiskers: 95 % intervals over users; filled: significant (Holm-corrected p < 0.05)`,
      panels,
    }),
  }];
}
