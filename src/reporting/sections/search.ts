/**
 * Section: how settings were chosen, where a search did.
 * @module
 */
import { settingWords } from "../../spec/cell_names.ts";
import type { Json } from "../../spec/json.ts";
import { folded, plain, table } from "../markdown.ts";
import { count, measure as digits } from "../numbers.ts";
import type { Results, SearchChoice } from "../types.ts";
import { day } from "./asked.ts";

/** One row for the backbone and each method: what was chosen, and how it stood against what the spec itself says. */
export function searchSection({ search, spec }: Results): string[] {
  if (search === undefined || spec.search === undefined) return [];
  const { measure, windows, users, from, to, seed, choices } = search;
  const tried = spec.search.kind === "grid"
    ? "every combination"
    : `combinations drawn at random (seed ${spec.search.seed}), the same ones of what methods share`;
  const rows = choices.map((choice) => [
    choice.label === undefined ? "_the backbone_" : plain(choice.label),
    count(choice.trials.length),
    words(choice, choice.chosen),
    ...[choice.chosen, 0].map((trial) => score(choice, trial)),
    spread(choice),
  ]);
  return [
    "## How were the settings chosen?",
    `Without T: it was left out of the data, and the end of the last F slice stood in for it, ${
      count(windows)
    } windows of ${count(users)} users from ${day(from)} to ${
      day(to)
    }, before T begins. Tried were the spec's own settings and ${tried}, with seed ${seed}: first the backbone's, judged by the backbone as it is, then each method's own. The run then adapts to all of F with what was best.`,
    table([
      ["Of", "left"],
      ["Trials", "right"],
      ["Chosen", "left"],
      [`Its ${plain(measure)}`, "right"],
      ["The spec's own", "right"],
      ["Lowest to highest", "right"],
    ], rows),
    `Behind ± is one standard error over users. The best of several trials owes part of its lead to chance; T, which had no part in the choice, tells. Nor had S: what was chosen for what comes next may forget more.${
      spec.preset === "tuned" ? PRESET : ""
    }`,
    ...folded("Every trial", choices.map(allTrials)),
  ];
}

/** What no search of a run can undo. */
const PRESET =
  " What the preset fixes for all methods (cross-entropy, the loss at every position) and the values it tries were set beforehand, after a probe that had looked at T of MovieLens-100K and of half of MovieLens-1M.";

function words({ trials }: SearchChoice, trial: number): string {
  const settings = Object.entries(trials[trial]?.settings ?? {}).map(([path, value]) => ({
    path,
    value: value as Json,
  }));
  return settings.length === 0 ? "as the spec says" : plain(settingWords(settings));
}

function score({ trials }: SearchChoice, trial: number): string {
  const { score, error, reason = "it was not finished" } = trials[trial] ?? {};
  if (score === undefined) return `none: ${plain(reason)}`;
  return error === undefined ? digits(score) : `${digits(score)} ± ${digits(error)}`;
}

function spread({ trials }: SearchChoice): string {
  const scores = trials.map(({ score }) => score).filter((score) => score !== undefined);
  return scores.length === 0 ? "–" : `${digits(Math.min(...scores))} to ${digits(Math.max(...scores))}`;
}

function allTrials(choice: SearchChoice): string {
  const rows = choice.trials.map((_, trial) => [words(choice, trial), score(choice, trial)]);
  return table([[choice.label === undefined ? "The backbone" : plain(choice.label), "left"], ["Score", "right"]], rows);
}
