/**
 * Section: what adapting cost.
 * @module
 */
import { plain, table } from "../markdown.ts";
import { count } from "../numbers.ts";
import { average, methodSummaries } from "../summary.ts";
import type { Results, RunResult } from "../types.ts";

/** Steps, rows and trained numbers of each method, means over seeds. */
export function costSection(results: Results): string[] {
  const rows = methodSummaries(results).map(({ label, runs }) => {
    const mean = (of: (cost: RunResult["cost"]) => number) =>
      count(Math.round(average(runs.map(({ cost }) => of(cost)))));
    return [
      plain(label),
      mean(({ steps }) => steps),
      mean(({ finetuneRows }) => finetuneRows),
      mean(({ setupRows }) => setupRows),
      mean(({ parameters }) => parameters),
    ];
  });
  return [
    "## What did it cost?",
    table([["Method", "left"], ["Optimiser steps", "right"], ["F rows seen", "right"], ["S rows seen", "right"], [
      "Trained numbers",
      "right",
    ]], rows),
    `Rows count every epoch. The backbone has ${
      count(results.backbone.parameters)
    } numbers and is trained once for each seed, for all methods.`,
  ];
}
