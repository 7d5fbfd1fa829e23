/**
 * Chart: regions before the first F slice and after the last: their share, their radius, how far their centres moved, and where they lie.
 * @module
 */
import type { ChartConfiguration, Plugin } from "chart.js";
import type { Results } from "../types.ts";
import type { Chart } from "./canvas.ts";
import { driftMap, MAP_HEIGHT, mapOf } from "./drift_map.ts";
import { columnWords, driftMarks } from "./drift_marks.ts";
import { chartName, frame, NAMES_AXIS, numberAxis } from "./frame.ts";
import { INK, lighter, regionColour } from "./palette.ts";
import { regionChanges } from "./region_changes.ts";
import { shownRegions } from "./shown_regions.ts";
import { sideBySide } from "./side_by_side.ts";

const ROW = 46;

const DEGREES = 180 / Math.PI;

/** Share of an axis that the figures at its end take. */
const FIGURES = .62;

/** One row a region, below two maps where it is known where centres lie. Undefined where no run has regions. */
export function driftChart(results: Results): Chart | undefined {
  const shown = shownRegions(results);
  if (shown === undefined) return undefined;
  const changes = regionChanges(shown.regions);
  const map = mapOf(results, shown.regions, changes);
  const shares = changes.map(({ before, after }) => ({
    before: 100 * before.reduce((sum, { pi }) => sum + pi, 0),
    after: 100 * (after?.pi ?? 0),
  }));
  // A region of several, new or gone has no one way that its centre moved.
  const moved = changes.map(({ kind, after }) => kind === "kept" ? DEGREES * (after?.moved ?? 0) : 0);
  const radii = changes.map(({ before, after }) =>
    [...before, ...after === undefined ? [] : [after]].map(({ radius }) => DEGREES * radius)
  );
  const axis = (id: string, title: string, values: readonly number[], about: number) =>
    [id, numberAxis(title, { min: 0, max: (1 + FIGURES) * Math.max(...values) || 1, about })] as const;
  const axes = [
    axis("xShare", "share of members (%)", shares.flatMap(({ before, after }) => [before, after]), 4),
    axis("xRadius", "radius (degrees)", radii.flat(), 4),
    axis("xMoved", "centre moved (degrees)", moved, 4),
  ];
  const colours = changes.map(({ place }) => regionColour(place));
  const thin = { grouped: false, barThickness: 2, backgroundColor: INK.text };
  const configuration: ChartConfiguration<"bar", (number | [number, number])[], string> = {
    type: "bar",
    data: {
      labels: changes.map(({ name }) => chartName(name, 14)),
      datasets: [
        {
          label: "share before",
          data: shares.map(({ before }) => before),
          xAxisID: "xShare",
          backgroundColor: colours.map((colour) => lighter(colour, .6)),
          borderColor: colours,
          borderWidth: 1,
          barPercentage: .9,
          categoryPercentage: .62,
        },
        {
          label: "share after",
          data: shares.map(({ after }) => after),
          xAxisID: "xShare",
          backgroundColor: colours,
          borderColor: colours,
          borderWidth: 1,
          barPercentage: .9,
          categoryPercentage: .62,
        },
        {
          label: "radius",
          data: radii.map((values) => [Math.min(...values), Math.max(...values)]),
          xAxisID: "xRadius",
          ...thin,
        },
        { label: "moved", data: moved, xAxisID: "xMoved", ...thin },
      ],
    },
    options: {
      ...frame({
        title: "Regions before F and after it",
        subtitle: [
          `light, ring: before; full, dot: after; ${chartName(shown.label, 14)}, seed ${shown.seed}`,
          ...(map === undefined ? [] : [
            "maps (UMAP, no unit): S by the regions built on it, S and F by the edited ones; arrows: drift where it shows",
          ]),
        ],
        room: map === undefined ? 14 : MAP_HEIGHT,
      }),
      indexAxis: "y",
      scales: {
        y: NAMES_AXIS,
        ...sideBySide(axes, .6),
      },
    },
    plugins: [
      driftMarks(columnWords(changes), changes) as Plugin,
      ...(map === undefined ? [] : [driftMap(map) as Plugin]),
    ],
  };
  return {
    height: (map === undefined ? 150 : 150 + MAP_HEIGHT) + ROW * changes.length,
    configuration: configuration as unknown as ChartConfiguration,
  };
}
