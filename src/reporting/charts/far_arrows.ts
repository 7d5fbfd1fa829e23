/**
 * Arrows from points at the border towards where they lie.
 * @module
 */
import type { Plugin } from "chart.js";
import { INK } from "./palette.ts";
import { line, type Pen } from "./pen.ts";
import type { MeasuredPoint } from "./sight.ts";

/** Pixels from a point's middle to its arrow's beginning and end, and the length of the arrow's barbs. */
const FROM = 10;
const TO = 22;
const BARB = 6;

/** One for each point that is too far off to be shown where it is. */
export const arrows: Plugin<"scatter"> = {
  id: "arrows",
  afterDatasetsDraw(chart) {
    const pen = chart.ctx as unknown as Pen;
    chart.data.datasets.forEach(({ data }, index) => {
      const { way: [right, up] = [0, 0] } = data[0] as unknown as MeasuredPoint;
      const element = chart.getDatasetMeta(index).data[0];
      if (element === undefined || (right === 0 && up === 0)) return;
      const angle = Math.atan2(-up, right);
      const at = (distance: number, turn = angle, [x, y] = [element.x, element.y]): [number, number] => [
        x + distance * Math.cos(turn),
        y + distance * Math.sin(turn),
      ];
      const tip = at(TO);
      line(pen, at(FROM), tip, { colour: INK.text, width: 1.8 });
      for (const side of [-1, 1]) {
        line(pen, tip, at(BARB, angle + side * .8 * Math.PI, tip), { colour: INK.text, width: 1.8 });
      }
    });
  },
};
