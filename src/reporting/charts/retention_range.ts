/**
 * Where points stand in the chart of retention: its axes are fitted to the bulk of them, and one that is far off stands at the border.
 * @module
 */
import type { Interval } from "../../evaluation/bootstrap.ts";
import { fixed } from "../numbers.ts";
import { farOff } from "./outliers.ts";

/** A method's place, with its intervals over users; both ends are the place itself where there is none. */
export interface MeasuredPoint {
  readonly x: number;
  readonly y: number;
  readonly endsX: Interval;
  readonly endsY: Interval;
  /** Its figures on S and T, of a point too far off to be shown where it is: it stands at the border then. */
  readonly off?: string;
  /** Where it lies from there: -1 left or below, 1 right or above. */
  readonly way?: readonly [number, number];
}

/** A method that is shown. */
export interface Shown {
  readonly kind: string;
  readonly point: MeasuredPoint;
}

/** Methods with their points inside both axes. The base always is: it is what others are seen against. */
export function withinSight<Method extends Shown>(methods: readonly Method[]) {
  const off = new Set(
    [
      ...farOff(methods.map(({ point: { endsX: [low, high] } }) => ({ low, high }))),
      ...farOff(methods.map(({ point: { endsY: [low, high] } }) => ({ low, high }))),
    ].filter((index) => methods[index]?.kind !== "base"),
  );
  const bulk = methods.filter((_, i) => !off.has(i)).map(({ point }) => point);
  const rangeX = range(bulk.map(({ x, endsX }) => [x, ...endsX]));
  const rangeY = range(bulk.map(({ y, endsY }) => [y, ...endsY]));
  const shown = methods.map((method, i) =>
    off.has(i) ? { ...method, point: atBorder(method.point, rangeX, rangeY) } : method
  );
  return { methods: shown, rangeX, rangeY };
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** Share of an axis between the border and a point that stands for one beyond it. */
const INSET = .05;

/** Without whiskers: they would say that it is there. */
function atBorder({ x, y }: MeasuredPoint, rangeX: Range, rangeY: Range): MeasuredPoint {
  const within = (value: number, { min, max }: Range) => {
    const inset = INSET * (max - min);
    return Math.min(max - inset, Math.max(min + inset, value));
  };
  const off = `${fixed(x, 2)}, ${fixed(y, 2)}`;
  const [shownX, shownY] = [within(x, rangeX), within(y, rangeY)];
  const way = [Math.sign(x - shownX), Math.sign(y - shownY)] as const;
  return { x: shownX, y: shownY, endsX: [shownX, shownX], endsY: [shownY, shownY], off, way };
}

/** From the lowest whisker to the highest, and a little more on both sides. */
function range(values: readonly (readonly number[])[]): Range {
  const [low, high] = [Math.min(...values.flat()), Math.max(...values.flat())];
  const margin = Math.max(.14 * (high - low), .02 * Math.abs(high), 1e-4);
  return {
    min: Math.max(0, low - margin),
    max: Math.min(1, high + margin),
  };
}
