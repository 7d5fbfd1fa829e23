/**
 * Where points stand in the chart of retention: its axes are fitted to the bulk of them, and one that is far off stands at the border.
 * @module
 */
import { fixed } from "../numbers.ts";
import { farOff } from "./outliers.ts";

/** A method's place, with its errors. */
export interface MeasuredPoint {
  readonly x: number;
  readonly y: number;
  readonly errorX: number;
  readonly errorY: number;
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
      ...farOff(methods.map(({ point: { x, errorX } }) => ({ low: x - errorX, high: x + errorX }))),
      ...farOff(methods.map(({ point: { y, errorY } }) => ({ low: y - errorY, high: y + errorY }))),
    ].filter((index) => methods[index]?.kind !== "base"),
  );
  const bulk = methods.filter((_, i) => !off.has(i)).map(({ point }) => point);
  const rangeX = range(bulk.map(({ x, errorX }) => [x, errorX]));
  const rangeY = range(bulk.map(({ y, errorY }) => [y, errorY]));
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
  return { x: shownX, y: shownY, errorX: 0, errorY: 0, off, way };
}

/** From the lowest whisker to the highest, and a little more on both sides. */
function range(values: readonly (readonly [number, number])[]): Range {
  const low = Math.min(...values.map(([value, error]) => value - error));
  const high = Math.max(...values.map(([value, error]) => value + error));
  const margin = Math.max(.14 * (high - low), .02 * Math.abs(high), 1e-4);
  return {
    min: Math.max(0, low - margin),
    max: Math.min(1, high + margin),
  };
}
