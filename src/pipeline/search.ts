/**
 * The search for settings: tries what a plan names on S and F, and makes of the spec one that has the best.
 * @module
 */
import { perUser } from "../evaluation/per_user.ts";
import { ranksOf } from "../evaluation/rank.ts";
import { measuresOf } from "../evaluation/slice_measures.ts";
import { errorOverUsers } from "../evaluation/user_error.ts";
import type { SearchChoice, SearchResult } from "../reporting/types.ts";
import { namedMethods, withControl, yardstickOf } from "../spec/control.ts";
import { settingWords } from "../spec/cell_names.ts";
import type { SearchPlan, Trial } from "../spec/search.ts";
import type { BackboneSpec, MethodSpec, ResolvedSpec } from "../spec/types.ts";
import type { ExperimentRun, MethodRun } from "./experiment.ts";
import type { Prepared } from "./prepare.ts";

/** What searching needs. */
export interface SearchBench {
  /** Prepares the data of a spec and runs it, through the store. */
  run(spec: ResolvedSpec): Promise<{ readonly prepared: Prepared; readonly run: ExperimentRun }>;
  /** Tells the user how the search goes. */
  say(line: string): void;
}

/** A spec with the settings that were chosen, and how. */
export interface Settled {
  /** Ready to run: its own settings are the chosen ones. */
  readonly spec: ResolvedSpec;
  /** What was tried, and what it came to. */
  readonly search: SearchResult;
}

/**
 * Tries everything a plan names. The data are the spec's without T, the end of the last F slice in its place (`slices.validation`), the seed is
 * the spec's first one. Higher scores in `report.measure` win, of equals the earlier trial; a trial that fails has no score, and where all do the
 * spec's own settings stay.
 *
 * Under `budget: "matched"` the yardstick's settings are chosen first, since all others take its steps.
 */
export async function settle(spec: ResolvedSpec, plan: SearchPlan, bench: SearchBench): Promise<Settled> {
  return await new Search(spec, plan, bench).settled();
}

/** A spec as a search runs it: without T, with the first seed, under a name of its own. */
export function searchedSpec(spec: ResolvedSpec, { search: { validation } }: SearchPlan): ResolvedSpec {
  const { search: _, ...rest } = spec;
  const seeds = spec.seeds.slice(0, 1);
  return { ...rest, name: `${spec.name}, search`, seeds, slices: { ...spec.slices, validation } };
}

class Search {
  readonly #choices: SearchChoice[] = [];
  #judged: Pick<SearchResult, "windows" | "users" | "from" | "to"> = { windows: 0, users: 0, from: 0, to: 0 };

  constructor(readonly spec: ResolvedSpec, readonly plan: SearchPlan, readonly bench: SearchBench) {}

  async settled(): Promise<Settled> {
    const { spec, plan } = this;
    const backbone = await this.#backbone();
    const yardstick = yardstickOf(spec);
    const first = plan.methods.filter(({ label }) => label === yardstick?.label);
    const others = plan.methods.filter((method) => !first.includes(method));
    const chosen = new Map(await this.#methods(backbone, first));
    const pace = yardstick && (chosen.get(yardstick.label) ?? yardstick);
    for (const [label, method] of await this.#methods(backbone, others, pace)) chosen.set(label, method);
    const named = namedMethods(spec).map((method) => chosen.get(method.label) ?? method);
    const [seed] = spec.seeds as [number];
    const order = ["", ...spec.methods.map(({ label }) => label)];
    const place = ({ label = "" }: SearchChoice) => order.indexOf(label);
    return {
      spec: { ...spec, backbone, methods: spec.control ? withControl(named) : named },
      search: {
        seed,
        measure: spec.report.measure,
        ...this.#judged,
        choices: this.#choices.toSorted((a, b) => place(a) - place(b)),
      },
    };
  }

  async #backbone(): Promise<BackboneSpec> {
    const { plan: { backbones }, spec } = this;
    if (backbones.length < 2) return spec.backbone;
    const base: MethodSpec = { ...spec.methods[0]!, kind: "base", label: "base", own: {}, options: {} };
    const outcomes: TrialOutcome[] = [];
    for (const [index, { made }] of backbones.entries()) {
      this.bench.say(`search: backbone, trial ${index + 1} of ${backbones.length}: ${wordsOf(backbones[index]!)}`);
      const outcomeOf = await this.#run({ ...spec, backbone: made, budget: "paper", methods: [base] });
      outcomes.push(outcomeOf(base.label));
    }
    return this.#choose(undefined, backbones, outcomes);
  }

  /** @param pace whose steps all take. */
  async #methods(
    backbone: BackboneSpec,
    methods: SearchPlan["methods"],
    pace?: MethodSpec,
  ): Promise<(readonly [label: string, chosen: MethodSpec])[]> {
    if (methods.length === 0) return [];
    const count = methods.reduce((sum, { trials }) => sum + trials.length, 0);
    this.bench.say(`search: ${count} trials of ${methods.map(({ label }) => label).join(", ")}`);
    const named = (label: string, index: number) => `${label}, trial ${index + 1}`;
    const tried = methods.flatMap(({ label, trials }) =>
      trials.map(({ made }, index): MethodSpec => ({ ...made, label: named(label, index) }))
    );
    const outcomeOf = await this.#run({
      ...this.spec,
      backbone,
      ...(pace === undefined ? { budget: "paper", methods: tried } : { methods: [pace, ...tried] }),
    });
    return methods.map(({ label, trials }) => {
      const outcomes = trials.map((_, index) => outcomeOf(named(label, index)));
      return [label, this.#choose(label, trials, outcomes)] as const;
    });
  }

  /** Runs a part of the search; gives what came of each method by its label. */
  async #run(spec: ResolvedSpec): Promise<(label: string) => TrialOutcome> {
    const { prepared, run } = await this.bench.run(searchedSpec(spec, this.plan));
    const { windows, from, to } = prepared.data.test;
    this.#judged = { windows: windows.count, users: new Set(windows.users).size, from, to };
    return (label) => {
      const found = run.runs.find(({ spec }) => spec.label === label);
      if (found !== undefined) return this.#scored(found, prepared);
      return { reason: run.failures.find(({ spec }) => spec.label === label)?.error.message ?? "it was not finished" };
    };
  }

  #scored({ states }: MethodRun, { data }: Prepared): TrialOutcome {
    const { evaluation, report: { measure } } = this.spec;
    const { windows, read } = states.at(-1)!.ranks.find(({ slice }) => slice === "T")!;
    const ranks = read();
    const score = measuresOf(ranks, evaluation, data.catalogue.size)[measure]!;
    // No user has a share in the coverage of the catalogue.
    if (measure.startsWith("coverage@")) return { score };
    const users = perUser(ranksOf(ranks, evaluation.ties), windows.users, evaluation.cutoffs);
    return { score, error: errorOverUsers(users, measure) };
  }

  #choose<Made>(label: string | undefined, trials: readonly Trial<Made>[], outcomes: readonly TrialOutcome[]): Made {
    const scores = outcomes.map(({ score }) => score ?? -Infinity);
    const chosen = Math.max(0, scores.indexOf(Math.max(...scores)));
    this.#choices.push({
      ...(label !== undefined && { label }),
      trials: trials.map(({ settings }, index) => ({
        settings: Object.fromEntries(settings.map(({ path, value }) => [path, value])),
        ...outcomes[index],
      })),
      chosen,
    });
    for (const [index, { reason }] of outcomes.entries()) {
      if (reason !== undefined) this.bench.say(`search: failed: ${label ?? "backbone"}, trial ${index + 1}: ${reason}`);
    }
    this.bench.say(`search: ${label ?? "backbone"}: ${wordsOf(trials[chosen]!)}`);
    return trials[chosen]!.made;
  }
}

/** What came of a trial: its score, or why it has none. */
type TrialOutcome = Pick<SearchChoice["trials"][number], "score" | "error" | "reason">;

const wordsOf = ({ settings }: Trial<unknown>): string =>
  settings.length === 0 ? "as the spec says" : settingWords(settings);
