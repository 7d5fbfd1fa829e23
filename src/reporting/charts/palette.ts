/**
 * Colours, markers and dashes: the same for a method in every chart of every report.
 * Okabe and Ito's palette (2008) first, Paul Tol's muted one where more are needed: both keep apart for colour-blind eyes.
 * @module
 */
import type { MethodSummary } from "../summary.ts";

/** Ink for text, lines and grids. */
export const INK = {
  text: "#1f2328",
  quiet: "#59636e",
  line: "#8c959f",
  grid: "#e4e7eb",
  paper: "#ffffff",
} as const;

/** Shapes of points, as chart.js names them. */
export type Shape = "circle" | "rect" | "triangle" | "rectRot" | "star" | "crossRot" | "cross";

/** A shape, turned by so many degrees. */
export interface Marker {
  readonly shape: Shape;
  readonly rotation: number;
}

/** How a method is drawn. */
export interface Look {
  readonly colour: string;
  readonly marker: Marker;
  /** Whether the marker is an outline. */
  readonly hollow: boolean;
  /** Colour of its bars: a control's are lighter, so that they tell in grey, too. */
  readonly bar: string;
}

const upright = (shape: Shape): Marker => ({ shape, rotation: 0 });
const triangle = (rotation: number): Marker => ({ shape: "triangle", rotation });

/** Markers in the order that variants of a kind take them, after the kind's own. */
const MARKERS: readonly Marker[] = [
  upright("rectRot"),
  upright("circle"),
  triangle(0),
  upright("rect"),
  triangle(180),
  upright("star"),
  triangle(90),
  upright("crossRot"),
  triangle(270),
  upright("cross"),
];

const look = (colour: string, marker: Marker, hollow = false): Look => ({ colour, marker, hollow, bar: colour });

const METHODS = new Map([
  ["base", look("#666666", upright("rect"))],
  ["full", look("#000000", upright("crossRot"))],
  ["lora", look("#0072b2", upright("circle"))],
  ["replay", look("#56b4e9", triangle(0))],
  ["lwf", look("#009e73", triangle(180))],
  ["ewc", look("#332288", upright("cross"))],
  ["lsat", look("#e69f00", triangle(90))],
  ["mole", look("#cc79a7", upright("star"))],
  ["ebpr", look("#661100", triangle(270))],
  ["proximal", look("#ddcc77", upright("rect"), true)],
  ["raie", look("#d55e00", upright("rectRot"))],
]);

const OTHER = look("#44aa99", upright("circle"), true);

/** What a control is drawn with, in the hue of its raie. */
const CONTROL = upright("rectRot");

/** Share of white in a control's bars. */
const CONTROL_SHADE = .6;

/** Colours of one marker nearer than this, in RGB, are taken for one another. */
const NEAR = 70;

/** Variants that are kept apart from those of other kinds. */
const APART = 6;

/**
 * Shares of white (or, where negative, black) in the colours of variants, the first one's first. Their number and that of the markers have
 * no factor in common, so that 30 variants look different from each other.
 */
const SHADES = [0, .4, -.3];

/** Dashes for the lines of one method, solid first. */
export const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [14, 4], [5, 2, 2, 2, 2, 2]];

const REGIONS = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#d55e00",
  "#882255",
  "#999933",
  "#332288",
  "#44aa99",
];

const SLICES: readonly Shape[] = ["circle", "triangle", "rectRot", "rect", "cross"];

/**
 * Look of a kind of method, the same in every report; `variant` counts methods of the same kind before it, which share the hue and differ in
 * shade and marker.
 */
export function methodLook(kind: string, variant = 0): Look {
  const own = METHODS.get(kind) ?? OTHER;
  const looks = allLooks().get(own) ?? [own];
  return looks[variant % looks.length] ?? own;
}

/** Look of a method: {@linkcode methodLook}; a K=1 control has the colour of its raie, a hollow marker, and light bars. */
export function lookOf({ kind, variant, control }: Pick<MethodSummary, "kind" | "variant" | "control">): Look {
  const own = methodLook(kind, variant);
  if (control === undefined) return own;
  return { ...look(own.colour, CONTROL, true), bar: lighter(own.colour, CONTROL_SHADE) };
}

let looks: ReadonlyMap<Look, readonly Look[]> | undefined;

/** The looks of every kind's variants, by the kind's own: first variants are given first, and pass over what looks like another's. */
function allLooks(): ReadonlyMap<Look, readonly Look[]> {
  if (looks !== undefined) return looks;
  const owns = [...METHODS.values(), OTHER];
  const left = new Map(owns.map((own) => [own, variantsOf(own)]));
  const given = new Map(owns.map((own) => [own, [own]]));
  for (let variant = 1; variant < MARKERS.length * SHADES.length; variant++) {
    for (const own of owns) {
      const choices = left.get(own) ?? [];
      const taken = variant > APART ? [] : [...given.entries()].flatMap(([other, those]) => other === own ? [] : those);
      const at = Math.max(0, choices.findIndex((choice) => !taken.some((other) => alike(choice, other))));
      given.get(own)?.push(...choices.splice(at, 1));
    }
  }
  return looks = given;
}

/** Every look of a kind but its own, each marker and shade in turn. */
function variantsOf(own: Look): Look[] {
  const first = MARKERS.findIndex((marker) => sameMarker(marker, own.marker));
  return Array.from({ length: MARKERS.length * SHADES.length - 1 }, (_, i) => {
    const shade = SHADES[(i + 1) % SHADES.length] ?? 0;
    const colour = shade < 0 ? darker(own.colour, -shade) : lighter(own.colour, shade);
    return look(colour, MARKERS[(first + i + 1) % MARKERS.length] ?? own.marker, own.hollow);
  });
}

const sameMarker = (a: Marker, b: Marker): boolean => a.shape === b.shape && a.rotation === b.rotation;

function alike(a: Look, b: Look): boolean {
  const distance = Math.hypot(...[1, 3, 5].map((at) => channel(a.colour, at) - channel(b.colour, at)));
  return sameMarker(a.marker, b.marker) && a.hollow === b.hollow && distance < NEAR;
}

/** Red, green or blue of a colour, from 0 to 255. */
const channel = (colour: string, at: number): number => parseInt(colour.slice(at, at + 2), 16);

/** Colour of a region by its place in the list of regions. */
export const regionColour = (region: number): string => {
  const round = Math.floor(region / REGIONS.length);
  return lighter(REGIONS[region % REGIONS.length] ?? INK.line, Math.min(.6, .3 * round));
};

/** Marker of a slice by its place among the slices. */
export const sliceMarker = (slice: number): Shape => SLICES[slice % SLICES.length] ?? "circle";

/** Dash of a line by its place among a method's lines. */
export const dashOf = (line: number): number[] => [...DASHES[line % DASHES.length] ?? []];

/**
 * A colour mixed with white.
 *
 * @param share 0 leaves the colour as it is, 1 gives white.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { lighter } from "./palette.ts";
 *
 * assert.equal(lighter("#000000", .5), "#808080");
 * ```
 */
export const lighter = (colour: string, share: number): string => mixed(colour, 255, share);

/** A colour mixed with black: 0 leaves it as it is, 1 gives black. */
export const darker = (colour: string, share: number): string => mixed(colour, 0, share);

function mixed(colour: string, towards: number, share: number): string {
  const mix = (value: number) => Math.round(value + (towards - value) * share).toString(16).padStart(2, "0");
  return `#${[1, 3, 5].map((at) => mix(channel(colour, at))).join("")}`;
}

/** Black or white, whichever is read more easily on a colour (WCAG relative luminance). */
export function inkOn(colour: string): string {
  const linear = (at: number) => {
    const value = channel(colour, at) / 255;
    return value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
  };
  return .2126 * linear(1) + .7152 * linear(3) + .0722 * linear(5) > .23 ? INK.text : INK.paper;
}
