/**
 * What stands in the rows of the chart of drift: rings, dots, arrows and figures.
 * @module
 */
import type { Plugin } from "chart.js";
import { degrees, fixed } from "../numbers.ts";
import { INK, regionColour } from "./palette.ts";
import { arrow, type Pen, write } from "./pen.ts";
import type { RegionChange } from "./region_changes.ts";

/** Figures of a row, one for each column: share, radius, movement. */
type RowWords = readonly [share: string, radius: string, moved: string];

/** What is written at the end of each row's columns. */
export function columnWords(changes: readonly RegionChange[]): RowWords[] {
  return changes.map((change) => {
    const { before, after } = change;
    const share = before.reduce((sum, { pi }) => sum + pi, 0);
    const pair = (old: string | undefined, now: string | undefined) =>
      old === undefined ? now ?? "" : `${old} to ${now ?? "none"}`;
    // What several regions' radii were has no room: rings show it.
    const [only, ...others] = before;
    return [
      pair(only && shareWords(share), after && `${shareWords(after.pi)} %`),
      pair(others.length > 0 ? undefined : only && angleWords(only.radius), after && `${angleWords(after.radius)}°`),
      movedWords(change),
    ];
  });
}

/** How a centre moved, or why that cannot be said. */
export const movedWords = ({ kind, after }: RegionChange): string =>
  kind === "kept" ? degrees(after?.moved ?? 0) : kind;

const shareWords = (share: number): string => fixed(100 * share, 1);

const angleWords = (radians: number): string => fixed(radians * 180 / Math.PI, 1);

/** Radii in pixels: a ring shows around the dot that stands on it. */
const RING = 6.8;
const DOT = 4.2;

/** Pixels under which an arrow would be all barbs. */
export const SHORTEST = 12;

/** Rings and dots on the radii, arrows for movements, figures at the right of each column. */
export const driftMarks = (words: readonly RowWords[], changes: readonly RegionChange[]): Plugin<"bar"> => ({
  id: "driftMarks",
  afterDatasetsDraw(chart) {
    const pen = chart.ctx as unknown as Pen;
    const { xShare, xRadius, xMoved } = chart.scales;
    if (xShare === undefined || xRadius === undefined || xMoved === undefined) return;
    changes.forEach(({ kind, place, before, after }, row) => {
      const { y = 0 } = chart.getDatasetMeta(RADIUS).data[row] ?? {};
      const colour = regionColour(place);
      const radius = (radians: number) => xRadius.getPixelForValue(radians * 180 / Math.PI);
      for (const region of before) mark(pen, radius(region.radius), y, { colour, hollow: true, size: RING });
      if (after !== undefined) mark(pen, radius(after.radius), y, { colour, hollow: false, size: DOT });
      const moved = kind === "kept" ? (after?.moved ?? 0) * 180 / Math.PI : 0;
      const [from, to] = [xMoved.getPixelForValue(0), xMoved.getPixelForValue(moved)];
      if (to - from >= SHORTEST) arrow(pen, [from, y], [to, y], { colour: INK.text });
      [xShare, xRadius, xMoved].forEach(({ right }, column) => {
        write(pen, words[row]?.[column] ?? "", right - 2, y, { align: "right", size: 12, halo: INK.paper });
      });
    });
  },
});

/** The dataset whose bars lie in the middle of rows. */
const RADIUS = 2;

/** A ring for what was, a dot for what is. */
export function mark(
  pen: Pen,
  x: number,
  y: number,
  { colour, hollow, size }: { colour: string; hollow: boolean; size: number },
): void {
  pen.save();
  pen.beginPath();
  pen.arc(x, y, size, 0, 2 * Math.PI);
  pen.fillStyle = hollow ? INK.paper : colour;
  pen.fill();
  pen.lineWidth = hollow ? 2.4 : 1.2;
  pen.strokeStyle = hollow ? colour : INK.text;
  pen.stroke();
  pen.restore();
}
