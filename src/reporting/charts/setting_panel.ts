/**
 * One panel of a chart over a swept setting, drawn by hand.
 * @module
 */
import { drawPoint } from "chart.js/helpers";
import type { Interval } from "../../evaluation/bootstrap.ts";
import { fixed } from "../numbers.ts";
import { decimalsOf, roundStep, ticksBetween } from "./frame.ts";
import { INK, type Look } from "./palette.ts";
import { fitted, line, type Pen, whisker, widthOf, write } from "./pen.ts";
import type { Box } from "./place_labels.ts";
import type { SettingAxis } from "./setting_axis.ts";

/** A figure at a value of the setting. */
export interface SettingPoint {
  /** Number of the value on the axis. */
  readonly tick: number;
  readonly y: number;
  /** 95 %, over users. */
  readonly interval?: Interval;
  /** Whether the marker is an outline. */
  readonly hollow: boolean;
}

/** What is drawn of one method. */
export interface SettingLine {
  readonly label: string;
  readonly look: Look;
  readonly dash: readonly number[];
  /**
   * "band": a line with its intervals as a band; "whiskers": a thin line, each point with a whisker; "level": the same figure everywhere, a quiet
   * line across the panel.
   */
  readonly style: "band" | "whiskers" | "level";
  /** In the order of the axis. */
  readonly points: readonly SettingPoint[];
}

/** What a panel shows. */
export interface SettingPanel {
  readonly title: string;
  /** Of the vertical axis, with its unit. */
  readonly measure: string;
  readonly axis: SettingAxis;
  readonly lines: readonly SettingLine[];
  /** Whether a line stands at zero. */
  readonly zero: boolean;
}

/** Pixels for the name above, the values and the axis' title below, the figures at the left, and level lines' whiskers at the right. */
const ABOVE = 26;
const BELOW = 46;
const BESIDE = 70;
const LEVEL = 9;

/** Pixels between the points of two methods at one value, at most. */
const DODGE = 9;

const AXIS = { size: 12, colour: INK.quiet };

/** Draws a panel into a box. */
export function drawSettingPanel(pen: Pen, panel: SettingPanel, box: Box): void {
  const { title, measure, axis, lines, zero } = panel;
  const levels = lines.filter(({ style }) => style === "level");
  const area = {
    left: box.left + BESIDE,
    right: box.right - LEVEL * levels.length,
    top: box.top + ABOVE,
    bottom: box.bottom - BELOW,
  };
  const { min, max } = rangeOf(panel);
  const x = (tick: number) => area.left + (area.right - area.left) * (axis.ticks[tick]?.at ?? 0);
  const y = (value: number) => area.bottom - (area.bottom - area.top) * (value - min) / (max - min);
  write(pen, fitted(pen, title, box.right - area.left, 14, 600), area.left, box.top + 10, { size: 14, weight: 600 });
  const step = roundStep((max - min) / 5);
  for (const tick of ticksBetween(min, max, step)) {
    line(pen, [area.left, y(tick)], [area.right, y(tick)], { colour: INK.grid, width: 1 });
    const text = zero && tick > step / 2 ? `+${fixed(tick, decimalsOf(step))}` : fixed(tick, decimalsOf(step));
    write(pen, text, area.left - 6, y(tick), { ...AXIS, align: "right" });
  }
  upright(pen, fitted(pen, measure, area.bottom - area.top + ABOVE, 12), box.left + 8, (area.top + area.bottom) / 2);
  if (zero) line(pen, [area.left, y(0)], [area.right, y(0)], { colour: INK.text, width: 1.4 });
  line(pen, [area.left, area.bottom], [area.right, area.bottom], { colour: INK.line, width: 1 });
  drawTicks(pen, axis, area);
  levels.forEach((level, i) => drawLevel(pen, level, area, y, area.right + LEVEL * (i + .5)));
  const others = lines.filter(({ style }) => style !== "level");
  const dodge = dodgeOf(axis, area.right - area.left, others.length);
  others.forEach((each, i) => {
    const shift = each.style === "band" ? 0 : dodge * (i - (others.length - 1) / 2);
    drawLine(pen, each, (tick) => x(tick) + shift, y);
  });
}

/** Pixels between methods' points, so that all of one value stay nearer to it than to the next one, and inside the panel. */
function dodgeOf({ ticks }: SettingAxis, width: number, lines: number): number {
  const places = ticks.map(({ at }) => at).toSorted((a, b) => a - b);
  const gaps = places.map((place, i) => i === 0 ? 2 * place : place - places[i - 1]!);
  const room = width * Math.min(...gaps, 2 * (1 - (places.at(-1) ?? 0)));
  return Math.min(DODGE, .8 * room / Math.max(1, lines));
}

/** From the least to the largest of what is drawn, with some air. */
function rangeOf({ lines, zero }: SettingPanel): { min: number; max: number } {
  const ends = lines.flatMap(({ points }) => points.flatMap(({ y, interval }) => [y, ...interval ?? []]));
  const all = zero ? [...ends, 0] : ends;
  const [least, most] = all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
  const air = most === least ? Math.max(1e-4, .1 * Math.abs(most)) : .06 * (most - least);
  return { min: least - air, max: most + air };
}

/** Every value has its mark; a figure that would touch the one before is left out, a category is cut to its room. */
function drawTicks(pen: Pen, { title, ticks, numeric }: SettingAxis, area: Box): void {
  const width = area.right - area.left;
  const room = width / Math.max(1, ticks.length) - 6;
  let last = -Infinity;
  for (const { label, at } of ticks.toSorted((a, b) => a.at - b.at)) {
    const x = area.left + width * at;
    line(pen, [x, area.bottom], [x, area.bottom + 4], { colour: INK.line, width: 1 });
    const text = numeric ? label : fitted(pen, label, room, 12);
    const half = widthOf(pen, text, 12) / 2;
    if (text === "" || x - half < last + 5) continue;
    write(pen, text, x, area.bottom + 14, { ...AXIS, align: "center" });
    last = x + half;
  }
  write(pen, fitted(pen, title, width, 12), (area.left + area.right) / 2, area.bottom + 34, {
    ...AXIS,
    align: "center",
  });
}

/** A text from the bottom up, its middle at a place. */
function upright(pen: Pen, text: string, x: number, y: number): void {
  pen.save();
  pen.translate(x, y);
  pen.rotate(-Math.PI / 2);
  write(pen, text, 0, 0, { ...AXIS, align: "center" });
  pen.restore();
}

function drawLevel(
  pen: Pen,
  { look, dash, points: [point] }: SettingLine,
  area: Box,
  y: (value: number) => number,
  end: number,
): void {
  if (point === undefined) return;
  line(pen, [area.left, y(point.y)], [end, y(point.y)], { colour: look.colour, width: 1.4, dash });
  if (point.interval === undefined) return;
  const [low, high] = point.interval;
  whisker(pen, [end, y(low)], [end, y(high)], { colour: look.colour, cap: 3 });
}

function drawLine(
  pen: Pen,
  { look, dash, style, points }: SettingLine,
  x: (tick: number) => number,
  y: (value: number) => number,
): void {
  const { colour } = look;
  if (style === "band") drawBand(pen, colour, points, x, y);
  pen.save();
  pen.strokeStyle = colour;
  pen.lineWidth = style === "band" ? 2 : 1;
  pen.setLineDash([...dash]);
  pen.beginPath();
  points.forEach(({ tick, y: value }, i) => i === 0 ? pen.moveTo(x(tick), y(value)) : pen.lineTo(x(tick), y(value)));
  pen.stroke();
  pen.restore();
  for (const { tick, y: value, interval, hollow } of points) {
    if (interval !== undefined && (style === "whiskers" || points.length === 1)) {
      whisker(pen, [x(tick), y(interval[0])], [x(tick), y(interval[1])], { colour, cap: 4 });
    }
    drawMarker(pen, look, x(tick), y(value), hollow);
  }
}

/** Intervals as an area with thin borders, which grey shows too. */
function drawBand(
  pen: Pen,
  colour: string,
  points: readonly SettingPoint[],
  x: (tick: number) => number,
  y: (value: number) => number,
): void {
  const ends = points.flatMap(({ tick, interval }) =>
    interval === undefined ? [] : [{ x: x(tick), low: y(interval[0]), high: y(interval[1]) }]
  );
  if (ends.length < 2) return;
  pen.save();
  pen.fillStyle = colour;
  pen.globalAlpha = .14;
  pen.beginPath();
  ends.forEach(({ x, high }, i) => i === 0 ? pen.moveTo(x, high) : pen.lineTo(x, high));
  for (const { x, low } of ends.toReversed()) pen.lineTo(x, low);
  pen.closePath();
  pen.fill();
  pen.globalAlpha = .6;
  pen.strokeStyle = colour;
  pen.lineWidth = .8;
  pen.stroke();
  pen.restore();
}

/** A method's marker, filled or as an outline. */
export function drawMarker(
  pen: Pen,
  { colour, marker: { shape, rotation } }: Look,
  x: number,
  y: number,
  hollow: boolean,
): void {
  const open = hollow || shape === "star" || shape.startsWith("cross");
  pen.save();
  pen.fillStyle = hollow ? INK.paper : colour;
  pen.strokeStyle = open ? colour : INK.text;
  pen.lineWidth = open ? 2.2 : .8;
  drawPoint(
    pen as unknown as Parameters<typeof drawPoint>[0],
    { pointStyle: shape, rotation, radius: shape === "rectRot" ? 6.5 : 5.5, borderWidth: open ? 2.2 : .8 },
    x,
    y,
  );
  pen.restore();
}
