/**
 * The Pareto front as a chart of points draws it: steps, and a tint over all that is beaten.
 * @module
 */
import type { Plugin } from "chart.js";
import type { Pair } from "../pareto.ts";
import { INK } from "./palette.ts";
import type { Pen } from "./pen.ts";

/** Behind what is beaten. */
const TINT = "#f4f6f8";

/** Steps through the points of a front, which come from left to right, down to both axes; parts beyond them are cut off. */
export const frontSteps = (front: readonly Pair[]): Plugin<"scatter"> => ({
  id: "frontSteps",
  beforeDraw({ ctx, chartArea: { left, right, top, bottom }, scales: { x, y } }) {
    if (x === undefined || y === undefined || front.length === 0) return;
    const pen = ctx as unknown as Pen;
    const places = front.map((point) => [x.getPixelForValue(point.x), y.getPixelForValue(point.y)] as const);
    pen.save();
    pen.beginPath();
    pen.rect(left, top, right - left, bottom - top);
    pen.clip();
    // The corner of both axes lies far enough outside for the line along them not to be seen.
    const [cornerX, cornerY] = [left - MARGIN, bottom + MARGIN];
    pen.beginPath();
    pen.moveTo(cornerX, cornerY);
    pen.lineTo(cornerX, places[0]?.[1] ?? cornerY);
    places.forEach(([placeX, placeY], i) => {
      pen.lineTo(placeX, placeY);
      pen.lineTo(placeX, places[i + 1]?.[1] ?? cornerY);
    });
    pen.closePath();
    pen.fillStyle = TINT;
    pen.fill();
    pen.strokeStyle = INK.line;
    pen.lineWidth = 1.2;
    pen.stroke();
    pen.restore();
  },
});

const MARGIN = 4000;
