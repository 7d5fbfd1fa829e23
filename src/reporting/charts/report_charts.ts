/**
 * The charts of a report.
 * @module
 */
import type { Results } from "../types.ts";
import type { Chart } from "./canvas.ts";
import { ablationChart } from "./ablation_chart.ts";
import { costChart } from "./cost_chart.ts";
import { driftChart } from "./drift_chart.ts";
import { editsChart } from "./edits_chart.ts";
import { backboneLossChart } from "./loss_chart.ts";
import { adapterLossChart } from "./loss_panels.ts";
import { methodsChart } from "./methods_chart.ts";
import { regionsChart } from "./regions_chart.ts";
import { retentionChart } from "./retention_chart.ts";
import { routingChart } from "./routing_chart.ts";

/** A chart, its file in the report's charts/ folder, and what it shows for those who cannot see it. */
export interface ReportChart {
  readonly file: string;
  readonly alternative: string;
  readonly chart: Chart;
}

const CHARTS: readonly {
  readonly file: string;
  readonly alternative: string;
  draw(results: Results): Chart | undefined;
  /** Whether it shows intervals, where there are some. */
  readonly whiskers?: true;
}[] = [
  {
    file: "methods.png",
    alternative: "Bars: each method on S and on T",
    draw: methodsChart,
    whiskers: true,
  },
  {
    file: "ablation.png",
    alternative: "Bars: what each variant of the reference differs by from it on S and on T, filled where significant",
    draw: ablationChart,
    whiskers: true,
  },
  {
    file: "retention.png",
    alternative: "Points: each method's retention on S against its adaptation on T, and the Pareto front",
    draw: retentionChart,
    whiskers: true,
  },
  {
    file: "cost.png",
    alternative: "Points: each method's adaptation on T against its seconds, and against the trained numbers it keeps",
    draw: costChart,
    whiskers: true,
  },
  {
    file: "edits.png",
    alternative: "Bars: sequences that updated, expanded or were added, for each F slice",
    draw: editsChart,
  },
  {
    file: "regions_drift.png",
    alternative: "Bars, marks and arrows: each region's share, radius and centre before F and after it",
    draw: driftChart,
  },
  {
    file: "regions.png",
    alternative: "Maps: sequences of each slice in two dimensions, coloured by region",
    draw: regionsChart,
  },
  {
    file: "routing.png",
    alternative: "Flow: shares of the regions in each slice, and users moving between them",
    draw: routingChart,
  },
  {
    file: "loss_backbone.png",
    alternative: "Line: loss of the backbone over optimiser steps",
    draw: backboneLossChart,
  },
  {
    file: "loss_adapters.png",
    alternative: "Lines: loss of every method's trainings over optimiser steps, a panel for each method",
    draw: adapterLossChart,
  },
];

/** Names of all charts a report may have. */
export const CHART_FILES: readonly string[] = CHARTS.map(({ file }) => file);

/** The charts that these results have something to show in. */
export function reportCharts(results: Results): ReportChart[] {
  return CHARTS.flatMap(({ file, alternative, draw, whiskers = false }) => {
    const chart = draw(results);
    const seen = whiskers && results.evidence !== undefined ? ", with 95 % intervals over users" : "";
    return chart === undefined ? [] : [{ file, alternative: alternative + seen, chart }];
  });
}
