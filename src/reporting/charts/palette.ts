/**
 * Colours, markers and dashes: the same for a method in every chart of every report.
 * Okabe and Ito's palette (2008) first, Paul Tol's muted one where more are needed: both keep apart for colour-blind eyes.
 * @module
 */

/** Ink for text, lines and grids. */
export const INK = {
  text: "#1f2328",
  quiet: "#59636e",
  line: "#8c959f",
  grid: "#e4e7eb",
  paper: "#ffffff",
} as const;

/** Shapes of points, as chart.js names them. */
export type Marker = "circle" | "rect" | "triangle" | "rectRot" | "star" | "crossRot" | "rectRounded" | "cross";

/** How a method is drawn. */
export interface Look {
  readonly colour: string;
  readonly marker: Marker;
}

const METHODS: Readonly<Record<string, Look>> = {
  base: { colour: "#7f7f7f", marker: "rect" },
  full: { colour: "#000000", marker: "crossRot" },
  lora: { colour: "#0072b2", marker: "circle" },
  replay: { colour: "#56b4e9", marker: "triangle" },
  lwf: { colour: "#009e73", marker: "rectRounded" },
  ewc: { colour: "#44aa99", marker: "cross" },
  lsat: { colour: "#e69f00", marker: "triangle" },
  mole: { colour: "#cc79a7", marker: "star" },
  ebpr: { colour: "#882255", marker: "crossRot" },
  proximal: { colour: "#999933", marker: "rect" },
  raie: { colour: "#d55e00", marker: "rectRot" },
};

const OTHER: Look = { colour: "#332288", marker: "circle" };

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

const SLICES: readonly Marker[] = ["circle", "triangle", "rectRot", "rect", "cross"];

/** Look of a method; `variant` counts methods of the same kind, which share the hue and grow lighter. */
export function methodLook(kind: string, variant = 0): Look {
  const look = METHODS[kind] ?? OTHER;
  return { ...look, colour: lighter(look.colour, Math.min(.66, .33 * variant)) };
}

/** Colour of a region by its place in the list of regions. */
export const regionColour = (region: number): string => {
  const round = Math.floor(region / REGIONS.length);
  return lighter(REGIONS[region % REGIONS.length] ?? INK.line, Math.min(.6, .3 * round));
};

/** Marker of a slice by its place among the slices. */
export const sliceMarker = (slice: number): Marker => SLICES[slice % SLICES.length] ?? "circle";

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
export function lighter(colour: string, share: number): string {
  const channel = (at: number) => {
    const value = parseInt(colour.slice(at, at + 2), 16);
    return Math.round(value + (255 - value) * share).toString(16).padStart(2, "0");
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}

/** Black or white, whichever is read more easily on a colour (WCAG relative luminance). */
export function inkOn(colour: string): string {
  const linear = (at: number) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
  };
  return .2126 * linear(1) + .7152 * linear(3) + .0722 * linear(5) > .23 ? INK.text : INK.paper;
}
