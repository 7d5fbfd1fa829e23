/**
 * Where points stand in a chart whose axes are fitted to the bulk of them: one that is far off stands at the border.
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
  /** Its figures, of a point too far off to be shown where it is: it stands at the border then. */
  readonly off?: string;
  /** Where it lies from there: -1 left or below, 1 right or above. */
  readonly way?: readonly [number, number];
}

/** A method that is shown. */
export interface Shown {
  readonly kind: string;
  readonly point: MeasuredPoint;
}

/** What an axis shows. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** An axis of measures. */
export type MeasureAxis = "x" | "y";

/**
 * Methods with their points inside the axes that hold measures, and what those axes show. The base always is: it is what others are seen
 * against.
 */
export function withinSight<Method extends Shown>(
  methods: readonly Method[],
  axes: readonly MeasureAxis[],
): { readonly methods: readonly Method[]; readonly ranges: Readonly<Record<MeasureAxis, Range>> } {
  const far = axes.flatMap((axis) => [...farOff(methods.map(({ point }) => extentOn(axis, point)))]);
  const off = new Set(far.filter((index) => methods[index]?.kind !== "base"));
  const bulk = methods.filter((_, i) => !off.has(i)).map(({ point }) => point);
  const on = (axis: MeasureAxis) => range(bulk.map((point) => [point[axis], ...endsOn(axis, point)]));
  const ranges = { x: on("x"), y: on("y") };
  const shown = methods.map((method, i) =>
    off.has(i) ? { ...method, point: atBorder(method.point, ranges, axes) } : method
  );
  return { methods: shown, ranges };
}

const endsOn = (axis: MeasureAxis, { endsX, endsY }: MeasuredPoint): Interval => axis === "x" ? endsX : endsY;

function extentOn(axis: MeasureAxis, point: MeasuredPoint) {
  const [low, high] = endsOn(axis, point);
  return { low, high };
}

/** Share of an axis between the border and a point that stands for one beyond it. */
const INSET = .05;

/** Without whiskers: they would say that it is there. */
function atBorder(
  { x, y }: MeasuredPoint,
  ranges: Readonly<Record<MeasureAxis, Range>>,
  axes: readonly MeasureAxis[],
): MeasuredPoint {
  const within = (value: number, axis: MeasureAxis) => {
    if (!axes.includes(axis)) return value;
    const { min, max } = ranges[axis];
    const inset = INSET * (max - min);
    return Math.min(max - inset, Math.max(min + inset, value));
  };
  const off = axes.map((axis) => fixed(axis === "x" ? x : y, 2)).join(", ");
  const [shownX, shownY] = [within(x, "x"), within(y, "y")];
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
