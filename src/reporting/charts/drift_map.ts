/**
 * The two maps in the chart of drift: sequences and centres before the first F slice, and after the last.
 * @module
 */
import type { Plugin } from "chart.js";
import { sliceNames } from "../summary.ts";
import type { RegionsResult, Results } from "../types.ts";
import { CHART_WIDTH } from "./canvas.ts";
import { mark, movedWords, SHORTEST } from "./drift_marks.ts";
import { chartName } from "./frame.ts";
import { INK, lighter, regionColour } from "./palette.ts";
import { arrow, type Pen, widthOf, write } from "./pen.ts";
import { type Box, placeLabels } from "./place_labels.ts";
import type { RegionChange } from "./region_changes.ts";

/** Pixels from the subtitle to the rows, and of the panels between them. */
export const MAP_HEIGHT = 372;
const PANEL = 340;
const SIDE = 14;
const BETWEEN = 16;

/** Sides of a panel, in units of the map. */
const REACH = 1.12;

const CENTRE = 7;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** A sequence, in the colour of its region. */
interface Dot extends Place {
  readonly colour: string;
  /** Whether it is of S. */
  readonly known: boolean;
}

/** A centre after editing, or before. */
interface Centre extends Place {
  readonly colour: string;
  readonly label: string;
  /** Where it comes from, if there. */
  readonly from: readonly Place[];
}

/** What the two panels show. */
export interface DriftPanels {
  readonly titles: readonly [string, string];
  readonly before: { readonly dots: readonly Dot[]; readonly centres: readonly Centre[] };
  readonly after: { readonly dots: readonly Dot[]; readonly centres: readonly Centre[] };
}

/** Undefined where it is not known where centres lie: in results of versions without it, and without a sequence on the map. */
export function mapOf(
  results: Results,
  { map, before }: RegionsResult,
  changes: readonly RegionChange[],
): DriftPanels | undefined {
  const { centres, before: regionBefore } = map;
  if (centres === undefined || regionBefore === undefined || map.x.length === 0) return undefined;
  const slices = sliceNames(results);
  const [setup = "S"] = slices;
  const finetune = slices.slice(1, -1);
  const heir = (region: number) => changes.find(({ from }) => from.includes(region))?.place ?? region;
  const dots = (shown: readonly string[], placeOf: (i: number) => number) =>
    map.x.flatMap((x, i): Dot[] => {
      const slice = map.slice[i] ?? "";
      if (!shown.includes(slice)) return [];
      return [{ x, y: map.y[i] ?? 0, colour: regionColour(placeOf(i)), known: slice === setup }];
    });
  return {
    titles: [`before F: ${setup}`, `after ${finetune.at(-1) ?? "F"}: ${setup} and F`],
    before: {
      dots: dots([setup], (i) => heir(regionBefore[i] ?? 0)),
      centres: centres.before.map((place, region) => ({
        ...place,
        colour: regionColour(heir(region)),
        label: chartName(before[region]?.name ?? "", 14),
        from: [],
      })),
    },
    after: {
      dots: dots([setup, ...finetune], (i) => map.region[i] ?? 0),
      centres: centres.after.flatMap((place, region) => {
        const change = changes.find((change) => change.place === region);
        if (change === undefined) return [];
        return [{
          ...place,
          colour: regionColour(region),
          label: `${chartName(change.name, 14)}  ${movedWords(change)}`,
          from: change.from.flatMap((at) => centres.before[at] ?? []),
        }];
      }),
    },
  };
}

/** Draws both panels between the subtitle and the rows. */
export const driftMap = ({ titles, before, after }: DriftPanels): Plugin<"bar"> => ({
  id: "driftMap",
  afterDraw({ ctx, chartArea }) {
    const pen = ctx as unknown as Pen;
    const width = (CHART_WIDTH - 2 * SIDE - BETWEEN) / 2;
    const top = chartArea.top - MAP_HEIGHT + 8;
    [before, after].forEach(({ dots, centres }, i) => {
      const left = SIDE + i * (width + BETWEEN);
      const box = { left, right: left + width, top, bottom: top + PANEL };
      const at = ({ x, y }: Place) =>
        [
          left + width * (x + REACH) / (2 * REACH),
          box.bottom - PANEL * (y + REACH) / (2 * REACH),
        ] as const;
      pen.strokeStyle = INK.line;
      pen.lineWidth = 1;
      pen.strokeRect(left, top, width, PANEL);
      for (const dot of dots) drawDot(pen, at(dot), dot);
      write(pen, titles[i] ?? "", left + 10, top + 16, { size: 14, weight: 600, halo: INK.paper });
      drawCentres(pen, centres, at, box, i === 0);
    });
  },
});

/** A disc for sequences of S, a triangle for those of F. */
function drawDot(pen: Pen, [x, y]: readonly [number, number], { colour, known }: Dot): void {
  pen.save();
  pen.fillStyle = lighter(colour, .35);
  pen.beginPath();
  if (known) pen.arc(x, y, 2.6, 0, 2 * Math.PI);
  else {
    pen.moveTo(x, y - 3.6);
    pen.lineTo(x + 3.2, y + 2.4);
    pen.lineTo(x - 3.2, y + 2.4);
  }
  pen.fill();
  pen.restore();
}

/** Centres with their names; where they came from, and an arrow from there, as far as there is room for one. */
function drawCentres(
  pen: Pen,
  centres: readonly Centre[],
  at: (place: Place) => readonly [number, number],
  area: Box,
  hollow: boolean,
): void {
  const lines: Box[] = [];
  for (const { from, colour, ...place } of centres) {
    const to = at(place);
    for (const old of from.map(at)) {
      const [dx, dy] = [to[0] - old[0], to[1] - old[1]];
      const length = Math.hypot(dx, dy);
      if (length < CENTRE + SHORTEST) continue;
      const rest = 1 - (CENTRE + 2) / length;
      lines.push({
        left: Math.min(old[0], to[0]),
        right: Math.max(old[0], to[0]),
        top: Math.min(old[1], to[1]) - 3,
        bottom: Math.max(old[1], to[1]) + 3,
      });
      mark(pen, ...old, { colour, hollow: true, size: CENTRE - 1 });
      arrow(pen, old, [old[0] + dx * rest, old[1] + dy * rest], { colour: INK.paper, width: 4.5 });
      arrow(pen, old, [old[0] + dx * rest, old[1] + dy * rest]);
    }
  }
  for (const { colour, ...place } of centres) mark(pen, ...at(place), { colour, hollow, size: CENTRE });
  const points = centres.map(({ label, ...place }) => {
    const [x, y] = at(place);
    return { x, y, width: widthOf(pen, label, 13, 600) };
  });
  placeLabels(points, area, lines).forEach(({ x, y }, i) => {
    write(pen, centres[i]?.label ?? "", x, y, { weight: 600, halo: INK.paper });
  });
}
