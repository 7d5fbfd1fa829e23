/**
 * The key below a panel of losses: what each line stands for.
 * @module
 */
import type { KeyEntry } from "./loss_trainings.ts";
import { fitted, line, type Pen, write } from "./pen.ts";

/** Pixels: a piece of a line, what follows it, a letter of usual width, the way to the next entry, and a row. */
const SAMPLE = 22;
const AFTER = 4;
const LETTER = 6.5;
const BETWEEN = 8;
const ROW = 18;

const SMALL = 12;

/** Entries with their places. */
export interface Key {
  readonly entries: readonly (KeyEntry & { readonly x: number; readonly y: number; readonly room: number })[];
  /** 0 where there is nothing to tell. */
  readonly height: number;
}

/** Lays entries out in rows of a width, without a canvas to measure on: letters are taken to be equally wide. */
export function keyRows(entries: readonly KeyEntry[], width: number): Key {
  let [x, row] = [0, 0];
  const placed = entries.map((entry) => {
    const room = Math.min(width - SAMPLE - AFTER, LETTER * [...entry.text].length);
    const needed = SAMPLE + AFTER + room;
    if (x > 0 && x + needed > width) [x, row] = [0, row + 1];
    const place = { ...entry, x, y: ROW * (row + .5), room };
    x += needed + BETWEEN;
    return place;
  });
  return { entries: placed, height: placed.length === 0 ? 0 : ROW * (row + 1) };
}

/** Draws a key with its upper left corner at a place. */
export function drawKey(pen: Pen, { entries }: Key, left: number, top: number): void {
  for (const { text, stroke, x, y, room } of entries) {
    const [from, height] = [left + x, top + y];
    line(pen, [from, height], [from + SAMPLE, height], { colour: stroke.colour, width: 2, dash: stroke.dash });
    write(pen, fitted(pen, text, room + BETWEEN - 2, SMALL), from + SAMPLE + AFTER, height, { size: SMALL });
  }
}
