/**
 * Section: what adapting cost.
 * @module
 */
import { code, plain, table } from "../markdown.ts";
import { count, fixed } from "../numbers.ts";
import { average, methodSummaries } from "../summary.ts";
import type { Results, RunResult } from "../types.ts";
import { yardstick } from "../verdict_cautions.ts";
import type { Picture } from "./picture.ts";

/** Steps, rows, trained numbers and seconds of each method, means over seeds. */
export function costSection(results: Results, picture: Picture): string[] {
  const rows = methodSummaries(results).map(({ label, runs }) => {
    const mean = (of: (cost: RunResult["cost"]) => number) => average(runs.map(({ cost }) => of(cost)));
    const whole = (of: (cost: RunResult["cost"]) => number) => count(Math.round(mean(of)));
    return [
      plain(label),
      whole(({ steps }) => steps),
      whole(({ finetuneRows }) => finetuneRows),
      whole(({ setupRows }) => setupRows),
      whole(({ parameters }) => parameters),
      fixed(mean(({ seconds }) => seconds), 1),
    ];
  });
  return [
    "## What did it cost?",
    budgetWords(results),
    table([["Method", "left"], ["Optimiser steps", "right"], ["F rows seen", "right"], ["S rows seen", "right"], [
      "Trained numbers<br>kept",
      "right",
    ], ["Seconds", "right"]], rows),
    ...picture("cost.png"),
    `Rows count every epoch; the trained numbers kept are those that inference needs; seconds are those of adapting, when it was computed. ${
      backboneCost(results.backbone)
    }`,
  ];
}

function backboneCost({ parameters, weights, checkpoint }: Results["backbone"]): string {
  const numbers = `The backbone has ${count(parameters)} numbers`;
  if (checkpoint !== undefined) {
    return `${numbers}, items' rows among them; of these the rows, and an adapter on the others, are trained once for each seed, for all methods.`;
  }
  return weights === undefined
    ? `${numbers} and is trained once for each seed, for all methods.`
    : `${numbers} and is not trained here: its weights were read from a file.`;
}

function budgetWords(results: Results): string {
  const matched = yardstick(results);
  const words = methodSummaries(results).length < 2
    ? "the method trains as its own settings say"
    : matched === undefined
    ? "every method trains as its own settings say, so that costs differ"
    : `${
      plain(matched)
    } is the yardstick: on each F slice every other method that trains takes as many optimiser steps, and sees the same share of S rows`;
  return `Budget ${code(results.spec.budget)}: ${words}.`;
}
