/**
 * Evidence over users from what a run computed.
 * @module
 */
import { type Evidence, evidenceOf } from "../evaluation/evidence.ts";
import { perUser } from "../evaluation/per_user.ts";
import { ranksOf } from "../evaluation/rank.ts";
import { sawEvaluated } from "../reporting/suspicions.ts";
import { namedMethods } from "../spec/control.ts";
import { comparedTo, controlPairs } from "../spec/evidence_checks.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import type { ExperimentRun } from "./experiment.ts";

/**
 * Intervals of every method's figures on every slice, and the tests of its differences to `report.reference`, and to the backbone as it was,
 * and of the best that adapts on each slice to the others; no method that saw the rows it is evaluated on can be that best.
 * Differences are left out where `report.measure` is a coverage, which is no mean over users' windows.
 */
export function evidenceOfRun(spec: ResolvedSpec, { runs }: ExperimentRun): Evidence {
  const { evaluation: { cutoffs, ties, resamples, test }, report: { measure } } = spec;
  const adapting = namedMethods(spec).filter(({ kind }) => kind !== "base").map(({ label }) => label);
  const seen = sawEvaluated({ spec });
  const states = runs.map((run) => ({ label: run.spec.label, seed: run.seed, ranks: run.states.at(-1)!.ranks }));
  const slices = (states[0]?.ranks ?? []).map(({ slice }) => ({
    slice,
    methods: spec.methods.map(({ label }) => ({
      label,
      seeds: states.filter((state) => state.label === label).map(({ seed, ranks }) => {
        const own = ranks.find((each) => each.slice === slice)!;
        return { seed, users: perUser(ranksOf(own.ranks, ties), own.windows.users, cutoffs) };
      }),
    })).filter(({ seeds }) => seeds.length > 0),
  }));
  const means = !measure.startsWith("coverage@");
  return evidenceOf(slices, {
    resamples,
    test,
    measure,
    to: means ? comparedTo(spec) : [],
    pairs: means ? controlPairs(spec) : [],
    rated: means ? adapting.filter((label) => !seen.includes(label)) : [],
  });
}
