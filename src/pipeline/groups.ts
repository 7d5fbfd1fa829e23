/**
 * The results of a run by group of windows, from the ranks it has.
 * @module
 */
import { groupMeasures, setupKnowledge, windowGroups } from "../evaluation/groups.ts";
import { ranksOf } from "../evaluation/rank.ts";
import { shownRegions } from "../reporting/charts/shown_regions.ts";
import type { GroupsResult, RunResult } from "../reporting/types.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import type { ExperimentRun } from "./experiment.ts";
import type { Prepared } from "./prepare.ts";

/**
 * Every slice's groups with the measures of every run in them. Regions are those that the report draws, for all runs, so that a group holds the
 * same windows whatever the method. In S every user is known.
 *
 * @param runs in the order of `run.runs`
 */
export function groupsOf(
  spec: ResolvedSpec,
  { data, evaluated }: Prepared,
  run: ExperimentRun,
  runs: readonly RunResult[],
): GroupsResult {
  const knowledge = setupKnowledge(data);
  const names = groupedMeasures(spec.report.measure);
  const shown = shownRegions({ spec, runs });
  const routes = run.runs.find(({ spec, seed }) => spec.label === shown?.label && seed === shown.seed)?.routes;
  const slices = evaluated.map(({ name, windows }, index) => {
    const route = routes?.[name];
    const regions = shown && route && { names: shown.regions.after.map(({ name }) => name), route };
    const ranks = run.runs.map(({ states }) => ranksOf(states.at(-1)!.ranks[index]!.read(), spec.evaluation.ties));
    const groups = windowGroups(windows, knowledge, regions);
    return (index === 0 ? groups.filter(({ by }) => by !== "user") : groups).map(({ by, name: group, rows, users }) => {
      const values = ranks.map((each) => groupMeasures(each, rows, names));
      return {
        slice: name,
        by,
        name: group,
        windows: rows.length,
        users,
        measures: Object.fromEntries(names.map((measure) => [measure, values.map((of) => of[measure]!)])),
      };
    });
  });
  return {
    popularItems: knowledge.popular,
    ...(shown && routes && { regions: { label: shown.label, seed: shown.seed } }),
    groups: slices.flat(),
  };
}

/** Recall and NDCG at the cut-off of the report's measure, that one first; coverage belongs to no window. */
function groupedMeasures(measure: string): string[] {
  const [kind, cutoff] = measure.split("@");
  if (cutoff === undefined) return [measure];
  const both = [`Recall@${cutoff}`, `NDCG@${cutoff}`];
  return kind === "NDCG" ? both.toReversed() : both;
}
