/**
 * Chart: how sequences are spread over the regions from slice to slice, and where users moved.
 * @module
 */
import type { Chart as ChartJs, ChartConfiguration, Plugin } from "chart.js";
import { count, percent } from "../numbers.ts";
import { sliceNames } from "../summary.ts";
import type { RegionsResult, Results } from "../types.ts";
import type { Chart } from "./canvas.ts";
import { axisTitle, chartName, frame } from "./frame.ts";
import { INK, inkOn, lighter, regionColour } from "./palette.ts";
import { type Pen, write } from "./pen.ts";
import { shownRegions } from "./shown_regions.ts";

/** Least height in pixels of a block that carries its name. */
const NAMED = 17;

/** Widths of a column in pixels. */
const WIDE = 92;
const NARROW = 54;

/** A column of blocks for each slice, with bands between them; undefined where no run has regions. */
export function routingChart(results: Results): Chart | undefined {
  const shown = shownRegions(results);
  if (shown === undefined) return undefined;
  const { after, routing, flows } = shown.regions;
  const slices = sliceNames(results).filter((slice) => total(routing[slice] ?? []) > 0);
  const share = (slice: string, region: number) => 100 * (routing[slice]?.[region] ?? 0) / total(routing[slice] ?? []);
  const configuration: ChartConfiguration<"bar", number[], string> = {
    type: "bar",
    data: {
      labels: slices,
      // The first region on top: chart.js stacks from below.
      datasets: after.map(({ name }, region) => ({
        label: chartName(name, 16),
        data: slices.map((slice) => share(slice, region)),
        backgroundColor: regionColour(region),
        borderColor: INK.paper,
        borderWidth: { top: 1, bottom: 1, left: 0, right: 0 },
        borderSkipped: false,
        barThickness: slices.length <= 4 ? WIDE : NARROW,
      })).reverse(),
    },
    options: {
      ...frame({
        title: "From region to region, slice by slice",
        room: 26,
        subtitle: `blocks: share of a slice's sequences; bands: users seen in both slices; ${
          chartName(shown.label, 14)
        }, seed ${shown.seed}`,
      }),
      scales: {
        x: {
          stacked: true,
          grid: { display: false },
          border: { display: false },
          ticks: {
            color: INK.text,
            font: { size: 13 },
            callback: (_, i) => [slices[i] ?? "", `${count(total(routing[slices[i] ?? ""] ?? []))} sequences`],
          },
          title: axisTitle("time slice"),
        },
        y: {
          stacked: true,
          min: 0,
          max: 100,
          title: axisTitle("share of the slice's sequences (%)"),
          grid: { display: false },
          border: { color: INK.line },
          ticks: { color: INK.quiet, stepSize: 25 },
        },
      },
    },
    plugins: [bands(slices, flows) as Plugin, blockNames as Plugin],
  };
  return { height: 470, configuration: configuration as unknown as ChartConfiguration };
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** A block of the chart in pixels. */
interface Block {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly height: number;
}

/** The block of a region in a column; regions are drawn as datasets in reverse. */
function blockOf(chart: ChartJs, region: number, column: number): Block {
  const index = chart.data.datasets.length - 1 - region;
  const element = chart.getDatasetMeta(index).data[column];
  const { x, y, base, width } = element?.getProps(["x", "y", "base", "width"], true) as Record<
    "x" | "y" | "base" | "width",
    number
  >;
  return { left: x - width / 2, right: x + width / 2, top: y, height: base - y };
}

/** A band for the users of each pair of regions. Its ends share out the two blocks, so a block's height never says how many users it sent. */
function bands(slices: readonly string[], flows: RegionsResult["flows"]): Plugin<"bar"> {
  return {
    id: "bands",
    beforeDatasetsDraw(chart) {
      const pen = chart.ctx as unknown as Pen;
      for (const { from, to, counts } of flows) {
        const column = slices.indexOf(from);
        if (column < 0 || slices[column + 1] !== to) continue;
        const regions = counts.map((_, region) => region);
        const sent = regions.map((region) => total(counts[region] ?? []));
        const received = regions.map((region) => total(counts.map((row) => row[region] ?? 0)));
        const left = regions.map((region) => blockOf(chart as ChartJs, region, column));
        const right = regions.map((region) => blockOf(chart as ChartJs, region, column + 1));
        const used = { left: regions.map(() => 0), right: regions.map(() => 0) };
        for (const a of regions) {
          for (const b of regions) {
            const users = counts[a]?.[b] ?? 0;
            const [source, target] = [left[a], right[b]];
            if (users === 0 || source === undefined || target === undefined) continue;
            const start = { y: source.top + (used.left[a] ?? 0), height: source.height * users / (sent[a] ?? 1) };
            const end = { y: target.top + (used.right[b] ?? 0), height: target.height * users / (received[b] ?? 1) };
            used.left[a] = (used.left[a] ?? 0) + start.height;
            used.right[b] = (used.right[b] ?? 0) + end.height;
            band(pen, source.right, start, target.left, end, lighter(regionColour(a), a === b ? .55 : .38));
          }
        }
        const middle = ((left[0]?.right ?? 0) + (right[0]?.left ?? 0)) / 2;
        write(pen, `${count(total(sent))} users`, middle, chart.chartArea.top - 9, {
          align: "center",
          colour: INK.quiet,
        });
      }
    },
  };
}

interface End {
  readonly y: number;
  readonly height: number;
}

function band(pen: Pen, x0: number, start: End, x1: number, end: End, colour: string): void {
  const middle = (x0 + x1) / 2;
  pen.save();
  pen.globalAlpha = .8;
  pen.fillStyle = colour;
  pen.beginPath();
  pen.moveTo(x0, start.y);
  pen.bezierCurveTo(middle, start.y, middle, end.y, x1, end.y);
  pen.lineTo(x1, end.y + end.height);
  pen.bezierCurveTo(middle, end.y + end.height, middle, start.y + start.height, x0, start.y + start.height);
  pen.closePath();
  pen.fill();
  pen.globalAlpha = 1;
  pen.strokeStyle = INK.paper;
  pen.lineWidth = .8;
  pen.stroke();
  pen.restore();
}

/** A region's name and share on its block, where there is room. */
const blockNames: Plugin<"bar"> = {
  id: "blockNames",
  afterDatasetsDraw(chart) {
    const pen = chart.ctx as unknown as Pen;
    const count = chart.data.datasets.length;
    chart.data.datasets.forEach(({ label = "", data, backgroundColor }, index) => {
      data.forEach((value, column) => {
        const { left, right, top, height } = blockOf(chart as ChartJs, count - 1 - index, column);
        if (height < NAMED || typeof backgroundColor !== "string") return;
        write(
          pen,
          right - left < WIDE ? label : `${label}  ${percent(Number(value) / 100)}`,
          (left + right) / 2,
          top + height / 2,
          {
            weight: 600,
            align: "center",
            colour: inkOn(backgroundColor),
          },
        );
      });
    });
  },
};
