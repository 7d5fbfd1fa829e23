/**
 * Cells of a sweep in words: which one, and which ones.
 * @module
 */
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
 * Cells in a row, told by their values where one path is swept: "regions.k = 1, 3 and 5"; many are counted. Markdown.
 *
 * @param cells at least one.
 */
export function cellsWords(file: SweepFile, cells: readonly CellEntry[]): string {
  const [only, ...others] = file.sweep;
  const named = cells.slice(0, cells.length <= NAMED ? NAMED : NAMED - 1);
  const more = cells.length > named.length ? [plural(cells.length - named.length, "more", "more")] : [];
  if (only === undefined || others.length > 0) {
    return series([...named.map((cell) => `(${cellWords(file, cell)})`), ...more]);
  }
  return `${plain(only.path)} = ${
    series([...named.map(({ settings }) => valueWords(settings[only.path] ?? null)), ...more])
  }`;
}
