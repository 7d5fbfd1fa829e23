/**
 * Cells of a sweep in words: which one, and which ones.
 * @module
 */
import { canonicalJson } from "../../spec/canonical.ts";
import { type CellSetting, settingWords, valueText } from "../../spec/cell_names.ts";
import { shortened } from "../../spec/shown_text.ts";
import { plain, series } from "../markdown.ts";
import { plural } from "../numbers.ts";
import type { CellEntry, SweepFile } from "./types.ts";

/** Longest value in a sentence or a table. */
const SHOWN = 40;

/** More cells than these are counted. */
const NAMED = 12;

/** A value as a sentence or a table shows it; Markdown. */
export const valueWords = (value: CellSetting["value"]): string => plain(shortened(valueText(value), SHOWN));

/** The paths in a row: "regions.k and lora.rank"; Markdown. */
export const pathWords = ({ sweep }: SweepFile): string => series(sweep.map(({ path }) => plain(path)));

/** The settings of a cell in the order of the paths. */
export const settingsOf = ({ sweep }: SweepFile, { settings }: CellEntry): CellSetting[] =>
  sweep.map(({ path }) => ({ path, value: settings[path] ?? null }));

/** "regions.k = 3, lora.rank = 4"; Markdown. */
export const cellWords = (file: SweepFile, cell: CellEntry): string => plain(settingWords(settingsOf(file, cell)));

/**
 * Cells in a row: "regions.k = 1, 3 and 5 with lora.rank = 4" where they are all combinations of some values, a path left out that has all of
 * its values there; else one by one, many counted. Markdown.
 *
 * @param cells at least one, none twice.
 */
export function cellsWords(file: SweepFile, cells: readonly CellEntry[]): string {
  const found = file.sweep.map(({ path, values }) => {
    const there = new Set(cells.map(({ settings }) => canonicalJson(settings[path] ?? null)));
    const own = values.filter((value) => there.has(canonicalJson(value)));
    return { path, own, all: own.length === values.length };
  });
  if (found.reduce((product, { own }) => product * own.length, 1) === cells.length) {
    const told = found.filter(({ all, own }) => !all || (own.length === 1 && file.sweep.length === 1));
    return told.length === 0
      ? cells.length === 1 ? cellWords(file, cells[0]!) : "every cell"
      : told.map(({ path, own }) => `${plain(path)} = ${named(own.map(valueWords))}`).join(" with ");
  }
  return named(cells.map((cell) => `(${cellWords(file, cell)})`));
}

const named = (words: readonly string[]): string =>
  series(
    words.length <= NAMED ? words : [...words.slice(0, NAMED - 1), plural(words.length - NAMED + 1, "more", "more")],
  );
