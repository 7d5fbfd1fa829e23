/**
 * `deno task plan SPEC...`: the resolved spec, the stages, their sizes and what is cached. Computes nothing.
 * @module
 */
import { DataError } from "../data/errors.ts";
import type { Windows } from "../data/types.ts";
import { openEngine } from "../engine/open.ts";
import { type PlannedStage, planStages, speedOf } from "../pipeline/plan.ts";
import { type Prepared, prepareData } from "../pipeline/prepare.ts";
import { searchedSpec } from "../pipeline/search.ts";
import { engineId } from "../pipeline/stages.ts";
import { Store } from "../pipeline/store.ts";
import { concise } from "../spec/concise.ts";
import { describe } from "../spec/describe.ts";
import type { SearchPlan } from "../spec/search.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { sweepPlanJson, sweepPlanText } from "./plan_sweep.ts";
import { searchJson, searchLines } from "./plan_search.ts";
import { reckonedLines, stageLines } from "./plan_text.ts";
import { shortJson } from "./short_json.ts";
import { readSpecs, SPEC_OPTIONS, storeRoot } from "./specs.ts";
import type { Arguments, Command } from "./types.ts";

/** The command. */
export const command: Command = {
  name: "plan",
  summary:
    "show what a run would compute, its sizes, and what is cached; computes nothing. Stages that cells of a sweep share are counted once. Without its data a spec is shown too, and the exit code is 2",
  usage: "deno task plan SPEC... [options]",
  positional: { min: 1, max: Infinity },
  options: [...SPEC_OPTIONS, {
    name: "json",
    summary: "one JSON object per spec on standard output, every setting in it",
  }],
  examples: [
    "deno task plan experiments/quickstart.json",
    "deno task plan experiments/paper/*.json --data DIR",
    "deno task plan experiments/quickstart.json --set regions.k=5 --json",
  ],
  run,
};

interface Plan {
  readonly spec: ResolvedSpec;
  readonly engine: string;
  readonly prepared?: Prepared;
  readonly stages: readonly PlannedStage[];
  /** What stands against running them here. */
  readonly obstacles: readonly string[];
  /** Why sizes are missing. */
  readonly missing?: string;
  /** What is tried first. */
  readonly search?: SearchPlan | undefined;
  /** What trials are judged on. */
  readonly judged?: Windows | undefined;
}

async function run(args: Arguments): Promise<number> {
  let code = 0;
  for (const { runs, sweep } of await readSpecs(args)) {
    const plans: Plan[] = [];
    for (const { spec, search } of runs) plans.push(await makePlan(spec, args.text("data"), search));
    const [first] = plans;
    if (sweep !== undefined) {
      console.log(args.has("json") ? JSON.stringify(sweepPlanJson(sweep, plans)) : sweepPlanText(sweep, plans));
    } else if (first !== undefined) console.log(args.has("json") ? JSON.stringify(asJson(first)) : asText(first));
    if (plans.some(({ missing }) => missing !== undefined)) code = 2;
  }
  return code;
}

async function makePlan(spec: ResolvedSpec, dataDir: string | undefined, search?: SearchPlan): Promise<Plan> {
  const engine = await openEngine(spec.engine);
  const id = engineId(engine);
  try {
    const store = new Store(storeRoot());
    const prepared = await prepareData(spec, dataDir, { store, purpose: "plan" });
    const speed = await speedOf(prepared, spec);
    const { stages, obstacles } = await planStages(spec, prepared, id, store, speed, engine.memory);
    const judged = search &&
      (await prepareData(searchedSpec(spec, search), dataDir, { store, purpose: "plan" })).data.test.windows;
    return { spec, engine: id, prepared, stages, obstacles, search, judged };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { spec, engine: id, stages: [], obstacles: [], missing: error.message, search };
  } finally {
    engine.close();
  }
}

const asJson = ({ spec, engine, prepared, stages, obstacles, missing, search, judged }: Plan) => ({
  spec,
  engine,
  slices: prepared?.evaluated.map(({ name, windows }) => ({ name, windows: windows.count })),
  items: prepared?.data.catalogue.size,
  notes: prepared?.notes,
  stages,
  obstacles,
  search: search && searchJson(search, judged),
  missing,
});

function asText({ spec, engine, prepared, stages, obstacles, missing, search, judged }: Plan): string {
  const lines = [shortJson(concise(spec)), "", ...describe(spec), "", `Engine: ${engine}`];
  if (search !== undefined) lines.push(...searchLines(search, judged));
  if (prepared !== undefined) {
    const slices = prepared.evaluated.map(({ name, windows }) => `${name} ${windows.count} windows`).join(", ");
    lines.push(
      `Data: ${prepared.interactions} interactions, ${prepared.data.positives} positives, ${prepared.data.catalogue.size} items; ${slices}`,
      ...prepared.notes.map((note) => `  ${note}`),
    );
  }
  if (missing !== undefined) {
    return [
      ...lines,
      "",
      `The spec was read without a problem; stages and sizes are not known: ${missing}`,
    ].join("\n");
  }
  const cached = stages.filter(({ cachedSeconds }) => cachedSeconds !== undefined).length;
  return [
    ...lines,
    "",
    ...obstacles,
    ...reckonedLines(stages),
    `Stages: ${stages.length}, of which ${cached} are in the store`,
    ...stageLines(stages),
  ].join("\n");
}
