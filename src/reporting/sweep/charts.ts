/**
 * The charts of a sweep's report.
 * @module
 */
import type { Chart } from "../charts/canvas.ts";
import type { SweepResults } from "./types.ts";

/** A chart, its file in the report's charts/ folder, and what it shows for those who cannot see it. */
export interface SweepChart {
  readonly file: string;
  readonly shows: "effect" | "difference";
  readonly alternative: string;
  readonly chart: Chart;
}

/** Whether a file in charts/ has the name of a sweep's chart. */
export const isSweepChart = (file: string): boolean => /^(effect|difference)(_[\w.+-]+)?\.png$/.test(file);

/** All of them. */
export function sweepCharts(_sweep: SweepResults): SweepChart[] {
  return [];
}
