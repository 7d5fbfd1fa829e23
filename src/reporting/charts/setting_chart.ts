/**
 * Chart: figures on S and on T over the values of a swept setting.
 * @module
 */
import type { ChartConfiguration, Plugin } from "chart.js";
import { type Chart, CHART_WIDTH } from "./canvas.ts";
import { frame } from "./frame.ts";
import type { Pen } from "./pen.ts";
import { drawSettingKey, settingKey } from "./setting_key.ts";
import { drawSettingPanel, type SettingLine, type SettingPanel } from "./setting_panel.ts";

/** What a chart is made of. */
export interface SettingChart {
  readonly title: string;
  readonly subtitle: string;
  /** S and T; all have the same methods. */
  readonly panels: readonly SettingPanel[];
}

const HEIGHT = 300;
const LEFT = 10;
const RIGHT = 16;
const GAP = 16;

/** Letters are taken to be as wide as this where there is no canvas to measure on. */
const LETTER = 7;

/** Whiskers of more methods than these want the whole width. */
const CROWD = 4;

/** Panels side by side, one below the other where whiskers or names of categories would not find room; the key stands below. */
export function settingChart({ title, subtitle, panels }: SettingChart): Chart {
  const width = CHART_WIDTH - LEFT - RIGHT;
  const half = (width - GAP) / 2;
  const below = panels.some(({ axis: { numeric, ticks }, lines }) =>
    lines.filter(({ style }) => style === "whiskers").length > CROWD ||
    !numeric && Math.max(...ticks.map(({ label }) => [...label].length)) * LETTER > half * .75 / ticks.length
  );
  const key = settingKey(distinct(panels.flatMap(({ lines }) => lines)), width);
  const rows = below ? panels.length : 1;
  const configuration: ChartConfiguration<"line", { x: number; y: number }[]> = {
    type: "line",
    data: {
      datasets: panels.flatMap(({ title, axis, lines }) =>
        lines.map(({ label, look, dash, points }) => ({
          label: `${label}, ${title}`,
          data: points.map(({ tick, y }) => ({ x: axis.ticks[tick]?.at ?? 0, y })),
          borderColor: look.colour,
          borderDash: [...dash],
          pointStyle: look.marker.shape,
          pointBackgroundColor: points.map(({ hollow }) => hollow ? "hollow" : look.colour),
        }))
      ),
    },
    options: {
      ...frame({ title, subtitle }),
      scales: { x: { type: "linear", display: false }, y: { display: false } },
    },
    plugins: [
      {
        id: "panels",
        beforeDatasetsDraw(chart) {
          const pen = chart.ctx as unknown as Pen;
          const { top } = chart.chartArea;
          panels.forEach((panel, i) => {
            const left = below ? LEFT : LEFT + i * (half + GAP);
            const upper = below ? top + i * (HEIGHT + GAP) : top;
            drawSettingPanel(pen, panel, {
              left,
              right: left + (below ? width : half),
              top: upper,
              bottom: upper + HEIGHT,
            });
          });
          drawSettingKey(pen, key, LEFT, top + rows * HEIGHT + (rows - 1) * GAP + 6);
          return false;
        },
      } satisfies Plugin<"line"> as Plugin,
    ],
  };
  return {
    height: 76 + rows * HEIGHT + (rows - 1) * GAP + key.height + 12,
    configuration: configuration as unknown as ChartConfiguration,
  };
}

/** Each method once. */
function distinct(lines: readonly SettingLine[]): SettingLine[] {
  return lines.filter((each, i) => lines.findIndex(({ label }) => label === each.label) === i);
}
