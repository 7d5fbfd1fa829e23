/**
 * Chart: where sequences lie in two dimensions, and in which region, slice by slice.
 * @module
 */
import type { ChartConfiguration, ChartDataset, Plugin } from "chart.js";
import { percent } from "../numbers.ts";
import { sliceNames } from "../summary.ts";
import type { RegionsResult, Results } from "../types.ts";
import type { Chart } from "./canvas.ts";
import { chartName, frame } from "./frame.ts";
import { densest } from "./densest.ts";
import { INK, inkOn, lighter, regionColour, sliceMarker } from "./palette.ts";
import { type Pen, widthOf, write } from "./pen.ts";
import { shownRegions } from "./shown_regions.ts";
import { sideBySide } from "./side_by_side.ts";

/** A point of the map. */
interface MapPoint {
  readonly x: number;
  readonly y: number;
}

/** More panels than this would each be too small. */
const PANELS = 4;
const MARGIN = 1.12;

/** One panel a slice; the other slices' points stand behind in grey. Undefined where no run has regions. */
export function regionsChart(results: Results): Chart | undefined {
  const shown = shownRegions(results);
  if (shown === undefined || shown.regions.map.x.length === 0) return undefined;
  const { map } = shown.regions;
  const slices = panelSlices(sliceNames(results).filter((slice) => map.slice.includes(slice)));
  const configuration: ChartConfiguration<"scatter", MapPoint[]> = {
    type: "scatter",
    data: {
      datasets: slices.flatMap((slice, panel) => panelDatasets(map, slice, panel, tagLabels(shown.regions, slice))),
    },
    options: {
      ...frame({
        title: "Sequences of each slice on one map",
        subtitle: `UMAP of the frozen backbone's representations; ${
          chartName(shown.label, 14)
        }, seed ${shown.seed}; grey: the other slices`,
      }),
      scales: {
        y: { ...bare("UMAP 2 (no unit)"), min: -MARGIN, max: MARGIN },
        ...sideBySide(
          slices.map((_, panel) => [`x${panel}`, { ...bare("UMAP 1 (no unit)"), min: -MARGIN, max: MARGIN }]),
          .4,
        ),
      },
    },
    plugins: [panelFrames(slices.map(sliceTitle)) as Plugin, regionNames as Plugin],
  };
  return {
    height: Math.round(130 + 740 / slices.length),
    configuration: configuration as unknown as ChartConfiguration,
  };
}

/** S, the first and the last F slices, and T. */
const panelSlices = (slices: readonly string[]): string[] =>
  slices.length <= PANELS ? [...slices] : slices.filter((_, i) => i < 2 || i >= slices.length - (PANELS - 2));

const sliceTitle = (slice: string) => slice === "S" ? "S, set-up" : slice === "T" ? "T, test" : slice;

/** An axis without figures: a UMAP layout has none that mean anything. */
const bare = (title: string) => ({
  type: "linear" as const,
  title: { display: title !== "", text: title, color: INK.quiet, font: { size: 13 } },
  grid: { display: false },
  ticks: { display: false },
  border: { display: false },
});

/** A region's name and its share of all sequences of a slice, not only of those on the map. */
function tagLabels({ after, routing }: RegionsResult, slice: string): string[] {
  const counts = routing[slice] ?? [];
  const total = counts.reduce((sum, value) => sum + value, 0);
  return after.map(({ name }, region) =>
    `${chartName(name, 14)}  ${percent((counts[region] ?? 0) / Math.max(1, total))}`
  );
}

function panelDatasets(
  map: RegionsResult["map"],
  slice: string,
  panel: number,
  labels: readonly string[],
): ChartDataset<"scatter", MapPoint[]>[] {
  const points = (keep: (slice: string, region: number) => boolean): MapPoint[] =>
    map.x.flatMap((x, i) => keep(map.slice[i] ?? "", map.region[i] ?? 0) ? [{ x, y: map.y[i] ?? 0 }] : []);
  const others = {
    label: "",
    data: points((of) => of !== slice),
    xAxisID: `x${panel}`,
    pointRadius: 2,
    pointStyle: "circle",
    backgroundColor: INK.grid,
    borderWidth: 0,
    order: 2,
  };
  return [
    others,
    ...labels.map((label, region) => ({
      label,
      data: points((of, at) => of === slice && at === region),
      xAxisID: `x${panel}`,
      pointRadius: 3.6,
      pointStyle: sliceMarker(panel),
      backgroundColor: lighter(regionColour(region), .15),
      borderColor: INK.paper,
      borderWidth: .6,
      order: 1,
    })),
  ];
}

/** A thin frame around each panel, with the slice it shows. */
function panelFrames(titles: readonly string[]): Plugin<"scatter"> {
  return {
    id: "panelFrames",
    beforeDatasetsDraw({ ctx, chartArea: { top, bottom }, scales }) {
      const pen = ctx as unknown as Pen;
      titles.forEach((title, panel) => {
        const { left = 0, right = 0 } = scales[`x${panel}`] ?? {};
        pen.strokeStyle = INK.line;
        pen.lineWidth = 1;
        pen.strokeRect(left, top, right - left, bottom - top);
        write(pen, title, left + 10, top + 16, { size: 14, weight: 600 });
      });
    },
  };
}

/** Each region's name and share on its colour, where its points are densest: the picture needs no legend and no colour. */
const regionNames: Plugin<"scatter"> = {
  id: "regionNames",
  afterDatasetsDraw(chart) {
    const pen = chart.ctx as unknown as Pen;
    const tags = chart.data.datasets.flatMap(({ label = "", data, xAxisID = "", backgroundColor }, index) => {
      const scale = chart.scales[xAxisID];
      if (label === "" || data.length === 0 || scale === undefined || typeof backgroundColor !== "string") return [];
      const middle = densest(chart.getDatasetMeta(index).data, REACH * (scale.right - scale.left));
      const half = widthOf(pen, label, 12, 600) / 2 + 6;
      const x = Math.min(scale.right - half - 3, Math.max(scale.left + half + 3, middle.x));
      return [{ label, colour: backgroundColor, half, x, y: middle.y }];
    });
    for (const tag of apart(tags)) drawTag(pen, tag);
  },
};

interface Tag {
  readonly label: string;
  readonly colour: string;
  /** Half the width. */
  readonly half: number;
  readonly x: number;
  readonly y: number;
}

const TAG_HEIGHT = 20;

/** Points within this share of a panel's width are neighbours. */
const REACH = 0.12;

/** Tags from top to bottom, each moved down until it covers none above it. */
function apart(tags: readonly Tag[]): Tag[] {
  const placed: Tag[] = [];
  for (const tag of [...tags].sort((a, b) => a.y - b.y)) {
    let y = tag.y;
    for (const other of placed) {
      if (Math.abs(other.x - tag.x) < other.half + tag.half && y < other.y + TAG_HEIGHT + 2) {
        y = other.y + TAG_HEIGHT + 2;
      }
    }
    placed.push({ ...tag, y });
  }
  return placed;
}

function drawTag(pen: Pen, { label, colour, half, x, y }: Tag): void {
  pen.save();
  pen.fillStyle = colour;
  pen.strokeStyle = INK.paper;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.roundRect(x - half, y - TAG_HEIGHT / 2, 2 * half, TAG_HEIGHT, TAG_HEIGHT / 2);
  pen.fill();
  pen.stroke();
  pen.restore();
  write(pen, label, x, y, { size: 12, weight: 600, align: "center", colour: inkOn(colour) });
}
