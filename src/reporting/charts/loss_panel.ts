/**
 * One panel of the chart of losses, drawn by hand.
 * @module
 */
import { count, fixed } from "../numbers.ts";
import type { CurvePoint } from "./curves.ts";
import { chartName, decimalsOf, roundStep, ticksBetween } from "./frame.ts";
import { drawKey, type Key } from "./loss_key.ts";
import { INK } from "./palette.ts";
import { fitted, line, type Pen, widthOf, write } from "./pen.ts";
import type { Box } from "./place_labels.ts";

/** What a panel shows. */
export interface Panel {
  readonly label: string;
  readonly curves: readonly {
    readonly points: readonly CurvePoint[];
    readonly colour: string;
    readonly dash: readonly number[];
  }[];
  /** Slices learnt, with the last step on each; they share the width equally. In `curves`, x counts slices. */
  readonly slices: readonly { readonly slice: string; readonly steps: number }[];
  /** What the lines stand for, below the panel. */
  readonly key: Key;
  /** Of the losses. */
  readonly range: { readonly min: number; readonly max: number };
}

/** Pixels for the name above, the steps below and the losses at the left. */
const ABOVE = 24;
const BELOW = 22;
const BESIDE = 40;

const SMALL = 12;
const AXIS = { size: SMALL, colour: INK.quiet };

/** Draws a panel into a box, its key below it: its name, a light grid, its curves, and how many steps each slice took. */
export function drawPanel(pen: Pen, { label, curves, slices, key, range: { min, max } }: Panel, box: Box): void {
  const area = { left: box.left + BESIDE, right: box.right, top: box.top + ABOVE, bottom: box.bottom - BELOW };
  const width = (area.right - area.left) / Math.max(1, slices.length);
  const x = (place: number) => area.left + width * place;
  const y = (loss: number) => area.bottom - (area.bottom - area.top) * (loss - min) / (max - min);
  write(pen, fitted(pen, chartName(label, 40), box.right - area.left, 13, 600), area.left, box.top + 10, {
    weight: 600,
  });
  const step = roundStep((max - min) / 4);
  for (const tick of ticksBetween(min, max, step)) {
    line(pen, [area.left, y(tick)], [area.right, y(tick)], { colour: INK.grid, width: 1 });
    write(pen, fixed(tick, decimalsOf(step)), area.left - 6, y(tick), { ...AXIS, align: "right" });
  }
  slices.forEach(({ slice, steps }, i) => {
    if (i > 0) line(pen, [x(i), area.top], [x(i), area.bottom], { colour: INK.line, width: 1, dash: [3, 3] });
    const words = slices.length > 1 ? [`${slice}: ${count(steps)}`, slice] : [count(steps)];
    const text = words.find((text) => widthOf(pen, text, SMALL) < width - 8);
    if (text !== undefined) write(pen, text, x(i + 1), area.bottom + 12, { ...AXIS, align: "right" });
  });
  if (slices.length === 1) write(pen, "0", area.left, area.bottom + 12, { ...AXIS, align: "center" });
  line(pen, [area.left, area.bottom], [area.right, area.bottom], { colour: INK.line, width: 1 });
  for (const curve of curves) {
    drawCurve(pen, curve.points.map((point) => [x(point.x), y(point.y)] as const), curve.colour, curve.dash);
  }
  drawKey(pen, key, box.left, box.bottom);
}

function drawCurve(
  pen: Pen,
  places: readonly (readonly [number, number])[],
  colour: string,
  dash: readonly number[],
): void {
  pen.save();
  pen.lineWidth = 1.8;
  pen.lineJoin = "round";
  pen.strokeStyle = colour;
  pen.fillStyle = colour;
  pen.setLineDash([...dash]);
  pen.beginPath();
  places.forEach(([x, y], i) => i === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y));
  pen.stroke();
  const [first, ...others] = places;
  if (first !== undefined && others.length === 0) {
    pen.beginPath();
    pen.arc(...first, 3.5, 0, 2 * Math.PI);
    pen.fill();
  }
  pen.restore();
}
