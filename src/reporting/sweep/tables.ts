/**
 * Tables of a sweep's report: what was swept, figures, differences, costs; one row a cell and method.
 * @module
 */
import { code, plain, table } from "../markdown.ts";
import { count, fixed, measure as digits } from "../numbers.ts";
import { difference } from "../sections/differences_table.ts";
import { average, type Figure } from "../summary.ts";
import { sawEvaluated } from "../suspicions.ts";
import type { RunResult } from "../types.ts";
import { settingsOf, valueWords } from "./cells.ts";
import { secondsOf } from "./durations.ts";
import { figureIn, measureOf, type MethodEffect, methodEffects, type MethodInCell, slicesOf } from "./effects.ts";
import type { CellEntry, SweepFile, SweepResults } from "./types.ts";

type Column = readonly [string, "left" | "right"];

/** Columns that tell a cell. */
const settingColumns = ({ sweep }: SweepFile): Column[] => sweep.map(({ path }) => [plain(path), "right"]);

const settingCells = (file: SweepFile, cell: CellEntry): string[] =>
  settingsOf(file, cell).map(({ value }) => valueWords(value));

/** In place of a value: the row holds for every value of the path. */
const ANY = "any";

/** Each cell with its folder, its windows and items, and how long it took. */
export function cellsTable(sweep: SweepResults): string {
  const { file, cells } = sweep;
  const slices = cells.length === 0 ? [] : slicesOf(sweep);
  const { added } = secondsOf(cells);
  const rows = file.cells.map((entry) => {
    const at = cells.findIndex(({ folder }) => folder === entry.folder);
    const found = cells[at];
    if (found === undefined) {
      return [...settingCells(file, entry), code(entry.folder), ...slices.map(() => "–"), "–", "–", "–"];
    }
    const { data, durations } = found.results;
    const windows = slices.map((slice) => data.slices.find(({ name }) => name === slice)?.windows);
    return [
      ...settingCells(file, entry),
      code(entry.folder),
      ...windows.map((value) => value === undefined ? "–" : count(value)),
      count(data.items),
      fixed(durations.reduce((sum, { seconds }) => sum + seconds, 0), 1),
      fixed(added[at]!, 1),
    ];
  });
  return table([
    ...settingColumns(file),
    ["Folder", "left"],
    ...slices.map((slice): Column => [`Windows<br>of ${slice}`, "right"]),
    ["Items", "right"],
    ["Seconds", "right"],
    ["of which new", "right"],
  ], rows);
}

/** Why cells have no results; nothing where all have. */
export function failedTable({ file }: SweepResults): string[] {
  const failed = file.cells.filter((cell) => cell.failed !== undefined);
  if (failed.length === 0) return [];
  const rows = failed.map((cell) => [...settingCells(file, cell), plain(cell.failed ?? "")]);
  return ["## What failed?", table([...settingColumns(file), ["Why", "left"]], rows)];
}

/** Rows of a method: one a cell, or one for every value of a path that changes nothing in them. */
function rowsOf(
  sweep: SweepResults,
  { label, cells, paths }: MethodEffect,
  columns: (cell: MethodInCell) => readonly string[],
): string[][] {
  const { file } = sweep;
  const rows = cells.map(({ cell, summary }) => ({
    all: settingCells(file, cell),
    own: file.sweep.map(({ path }) => paths.includes(path) ? valueWords(cell.settings[path] ?? null) : ANY),
    row: [plain(label), ...columns({ cell, summary })],
  }));
  const texts = new Map<string, Set<string>>();
  for (const { own, row } of rows) {
    const key = own.join("|");
    texts.set(key, (texts.get(key) ?? new Set()).add(row.join("|")));
  }
  const whole = cells.length === sweep.cells.length && [...texts.values()].every(({ size }) => size === 1);
  const told = rows.map(({ all, own, row }) => [...(whole && rows.length > 1 ? own : all), ...row]);
  return told.filter((row, i) => told.findIndex((other) => other.join("|") === row.join("|")) === i);
}

/** The measure on every slice, with intervals over users and the spread over seeds. */
export function figuresTable(sweep: SweepResults): string {
  const { file } = sweep;
  const measure = measureOf(sweep);
  const slices = slicesOf(sweep);
  const rows = methodEffects(sweep).flatMap((effect) =>
    rowsOf(sweep, effect, (each) => slices.map((slice) => figureWords(figureIn(each, slice, measure))))
  );
  return table([
    ...settingColumns(file),
    ["Method", "left"],
    ...slices.map((slice): Column => [`${plain(measure)}<br>${slice}`, "right"]),
  ], rows);
}

function figureWords(figure: Figure | undefined): string {
  if (figure === undefined) return "–";
  const { mean, error, interval } = figure;
  const spread = error === undefined ? "" : ` ± ${digits(error)}`;
  return `${digits(mean)}${spread}${interval === undefined ? "" : `<br>[${interval.map(digits).join(", ")}]`}`;
}

/** A table for each method that others are compared with: every tested difference of methods, cell by cell. */
export function differencesTables(sweep: SweepResults): string[] {
  const { file, cells } = sweep;
  const measure = measureOf(sweep);
  const slices = slicesOf(sweep);
  const tested = cells.flatMap(({ results }) => results.evidence?.differences ?? []);
  const labels = methodEffects(sweep).map(({ label }) => label);
  const columns = slices.map((slice): Column => [`${plain(measure)}<br>${slice}`, "right"]);
  return [...new Set(tested.map(({ to }) => to))].map((to) => {
    const rows = labels.flatMap((label) =>
      cells.flatMap((cell) => {
        const own = cell.results.evidence?.differences.filter((each) => each.label === label && each.to === to) ?? [];
        if (own.length === 0) return [];
        const seen = sawEvaluated(cell.results);
        const counts = !seen.includes(label) && !seen.includes(to);
        const found = slices.map((slice) => own.find((each) => each.slice === slice));
        return [[...settingCells(file, cell), plain(label), ...found.map((each) => difference(each, measure, counts))]];
      })
    );
    return table([...settingColumns(file), [`Less ${plain(to)}`, "left"], ...columns], rows);
  });
}

/** What each method spent in each cell, means over seeds. */
export function costTable(sweep: SweepResults): string {
  const whole = (runs: readonly RunResult[], of: (cost: RunResult["cost"]) => number) =>
    count(Math.round(average(runs.map(({ cost }) => of(cost)))));
  const rows = methodEffects(sweep).flatMap((effect) =>
    rowsOf(sweep, effect, ({ summary: { runs } }) => [
      whole(runs, ({ steps }) => steps),
      whole(runs, ({ finetuneRows }) => finetuneRows),
      whole(runs, ({ setupRows }) => setupRows),
      whole(runs, ({ parameters }) => parameters),
      fixed(average(runs.map(({ cost }) => cost.seconds)), 1),
    ])
  );
  return table([
    ...settingColumns(sweep.file),
    ["Method", "left"],
    ["Optimiser steps", "right"],
    ["F rows seen", "right"],
    ["S rows seen", "right"],
    ["Trained numbers<br>kept", "right"],
    ["Seconds", "right"],
  ], rows);
}
