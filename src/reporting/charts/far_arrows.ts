/**
 * Arrows from points at the border towards where they lie.
 * @module
 */
import type { Plugin } from "chart.js";
import { arrow, type Pen } from "./pen.ts";
import type { MeasuredPoint } from "./sight.ts";

/** Pixels from a point's middle to its arrow's beginning and end. */
const FROM = 10;
const TO = 22;

/** One for each point that is too far off to be shown where it is. */
export const arrows: Plugin<"scatter"> = {
  id: "arrows",
  afterDatasetsDraw(chart) {
    const pen = chart.ctx as unknown as Pen;
    chart.data.datasets.forEach(({ data }, index) => {
      const { way: [right, up] = [0, 0] } = data[0] as unknown as MeasuredPoint;
      const element = chart.getDatasetMeta(index).data[0];
      if (element === undefined || (right === 0 && up === 0)) return;
      const { x, y } = element;
      const angle = Math.atan2(-up, right);
      const at = (distance: number) => [x + distance * Math.cos(angle), y + distance * Math.sin(angle)] as const;
      arrow(pen, at(FROM), at(TO));
    });
  },
};
