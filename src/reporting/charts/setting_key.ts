/**
 * The key of a chart over a swept setting: a piece of each line with its marker, and the method's name.
 * @module
 */
import { chartName } from "./frame.ts";
import { fitted, line, type Pen, write } from "./pen.ts";
import { drawMarker, type SettingLine } from "./setting_panel.ts";

const SAMPLE = 30;
const AFTER = 6;
const LETTER = 7.4;
const BETWEEN = 20;

/** Height of a row in pixels. */
const ROW = 22;

/** Entries with their places, from the upper left corner. */
export interface SettingKey {
  readonly entries: readonly {
    readonly line: SettingLine;
    readonly x: number;
    readonly y: number;
    readonly room: number;
  }[];
  /** Pixels. */
  readonly height: number;
}

/** Lays entries out in rows of a width, without a canvas to measure on: letters are taken to be equally wide. */
export function settingKey(lines: readonly SettingLine[], width: number): SettingKey {
  let [x, row] = [0, 0];
  const entries = lines.map((each) => {
    const room = Math.min(width - SAMPLE - AFTER, LETTER * [...chartName(each.label)].length);
    const needed = SAMPLE + AFTER + room;
    if (x > 0 && x + needed > width) [x, row] = [0, row + 1];
    const entry = { line: each, x, y: ROW * (row + .5), room };
    x += needed + BETWEEN;
    return entry;
  });
  return { entries, height: lines.length === 0 ? 0 : ROW * (row + 1) };
}

/** Draws a key. */
export function drawSettingKey(pen: Pen, { entries }: SettingKey, left: number, top: number): void {
  for (const { line: { label, look, dash, style }, x, y, room } of entries) {
    const [from, height] = [left + x, top + y];
    const width = style === "band" ? 2 : 1.4;
    line(pen, [from, height], [from + SAMPLE, height], { colour: look.colour, width, dash });
    if (style !== "level") drawMarker(pen, look, from + SAMPLE / 2, height, look.hollow);
    write(pen, fitted(pen, chartName(label), room + BETWEEN - 4, 13), from + SAMPLE + AFTER, height);
  }
}
