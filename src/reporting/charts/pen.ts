/**
 * Drawing by hand on a chart's canvas.
 * @module
 */
import type { SKRSContext2D } from "canvas";
import { FONT_FAMILY } from "./canvas.ts";
import { INK } from "./palette.ts";

/** The canvas a chart is drawn on. */
export type Pen = SKRSContext2D;

/** How a text stands at its place. */
export interface TextStyle {
  readonly size?: number;
  readonly weight?: 400 | 600;
  readonly colour?: string;
  readonly align?: "left" | "center" | "right";
  /** Colour of a rim that keeps the text off lines behind it; none when left out. */
  readonly halo?: string;
}

/** Draws one line of text, its middle at y. */
export function write(pen: Pen, text: string, x: number, y: number, style: TextStyle = {}): void {
  const { size = 13, weight = 400, colour = INK.text, align = "left", halo } = style;
  pen.save();
  pen.font = fontOf(size, weight);
  pen.textAlign = align;
  pen.textBaseline = "middle";
  if (halo !== undefined) {
    pen.lineJoin = "round";
    pen.lineWidth = 4;
    pen.strokeStyle = halo;
    pen.strokeText(text, x, y + .5);
  }
  pen.fillStyle = colour;
  pen.fillText(text, x, y + .5);
  pen.restore();
}

/** Width of a text in CSS pixels. */
export function widthOf(pen: Pen, text: string, size = 13, weight: 400 | 600 = 400): number {
  pen.save();
  pen.font = fontOf(size, weight);
  const { width } = pen.measureText(text);
  pen.restore();
  return width;
}

/** A text cut, with an ellipsis, to a width in CSS pixels. */
export function fitted(pen: Pen, text: string, width: number, size = 13, weight: 400 | 600 = 400): string {
  const letters = [...text];
  for (let kept = letters.length; kept > 0; kept--) {
    const shorter = kept === letters.length ? text : `${letters.slice(0, kept).join("").trimEnd()}…`;
    if (widthOf(pen, shorter, size, weight) <= width) return shorter;
  }
  return "";
}

const fontOf = (size: number, weight: number) => `${weight} ${size}px ${FONT_FAMILY}`;

/** Draws a straight line. */
export function line(
  pen: Pen,
  from: readonly [number, number],
  to: readonly [number, number],
  { colour = INK.text, width = 1.4, dash = [] }: { colour?: string; width?: number; dash?: readonly number[] } = {},
): void {
  pen.save();
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.setLineDash([...dash]);
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(...to);
  pen.stroke();
  pen.restore();
}

/** An arrow of two barbs from one place to another. */
export function arrow(
  pen: Pen,
  from: readonly [number, number],
  to: readonly [number, number],
  { colour = INK.text, width = 1.8, barb = 6 }: { colour?: string; width?: number; barb?: number } = {},
): void {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  line(pen, from, to, { colour, width });
  for (const side of [-1, 1]) {
    const turn = angle + side * .8 * Math.PI;
    line(pen, to, [to[0] + barb * Math.cos(turn), to[1] + barb * Math.sin(turn)], { colour, width });
  }
}

/** A whisker from one place to another, capped at both ends across its direction. */
export function whisker(
  pen: Pen,
  from: readonly [number, number],
  to: readonly [number, number],
  { colour = INK.text, cap = 5, width = 1.4 }: { colour?: string; cap?: number; width?: number } = {},
): void {
  if (from[0] === to[0] && from[1] === to[1]) return;
  line(pen, from, to, { colour, width });
  const level = from[1] === to[1];
  for (const [x, y] of [from, to]) {
    line(pen, level ? [x, y - cap] : [x - cap, y], level ? [x, y + cap] : [x + cap, y], { colour, width });
  }
}
