/**
 * Evidence over users from what a run computed.
 * @module
 */
import { type Evidence, evidenceOf, type SliceUsers } from "../evaluation/evidence.ts";
import { perUser } from "../evaluation/per_user.ts";
import { ranksOf } from "../evaluation/rank.ts";
import { sawEvaluated } from "../reporting/suspicions.ts";
import { namedMethods } from "../spec/control.ts";
import { comparedTo, controlPairs } from "../spec/evidence_checks.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import type { ExperimentRun, MethodRun } from "./experiment.ts";

/**
 * Intervals of every method's figures on every slice, and the tests of its differences to `report.reference`, and to the backbone as it was,
 * and of the best that adapts on each slice to the others; no method that saw the rows it is evaluated on can be that best.
 * Differences are left out where `report.measure` is a coverage, which is no mean over users' windows.
 */
export function evidenceOfRun(spec: ResolvedSpec, { runs }: ExperimentRun): Evidence {
  const { evaluation: { resamples, test }, report: { measure } } = spec;
  const adapting = namedMethods(spec).filter(({ kind }) => kind !== "base").map(({ label }) => label);
  const seen = sawEvaluated({ spec });
  const means = !measure.startsWith("coverage@");
  return evidenceOf(slicesOf(spec, runs), {
    resamples,
    test,
    measure,
    to: means ? comparedTo(spec) : [],
    pairs: means ? controlPairs(spec) : [],
    rated: means ? adapting.filter((label) => !seen.includes(label)) : [],
  });
}

/** Every method's users, slice by slice: read when their turn comes. */
function* slicesOf(spec: ResolvedSpec, runs: readonly MethodRun[]): Generator<SliceUsers> {
  const { methods, evaluation: { cutoffs, ties } } = spec;
  for (const { slice } of runs[0]?.states.at(-1)?.ranks ?? []) {
    const users = ({ states }: MethodRun) => {
      const { read, windows } = states.at(-1)!.ranks.find((each) => each.slice === slice)!;
      return perUser(ranksOf(read(), ties), windows.users, cutoffs);
    };
    yield {
      slice,
      methods: methods.map(({ label }) => ({
        label,
        seeds: runs.filter((run) => run.spec.label === label).map((run) => ({ seed: run.seed, users: users(run) })),
      })).filter(({ seeds }) => seeds.length > 0),
    };
  }
}
