/**
 * `deno task plan SPEC...`: the resolved spec, the stages, their sizes and what is cached. Computes nothing.
 * @module
 */
import { DataError } from "../data/errors.ts";
import { openEngine } from "../engine/open.ts";
import { type PlannedStage, planStages } from "../pipeline/plan.ts";
import { type Prepared, prepareData } from "../pipeline/prepare.ts";
import { engineId } from "../pipeline/stages.ts";
import { Store } from "../pipeline/store.ts";
import { concise } from "../spec/concise.ts";
import { describe } from "../spec/describe.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { shortJson } from "./short_json.ts";
import { readSpecs, SPEC_OPTIONS, storeRoot } from "./specs.ts";
import type { Arguments, Command } from "./types.ts";

/** The command. */
export const command: Command = {
  name: "plan",
  summary:
    "show what a run would compute, its sizes, and what is cached; computes nothing. Without its data a spec is shown too, and the exit code is 2",
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
  /** Why sizes are missing. */
  readonly missing?: string;
}

async function run(args: Arguments): Promise<number> {
  let code = 0;
  for (const { spec } of await readSpecs(args)) {
    const plan = await makePlan(spec, args.text("data"));
    console.log(args.has("json") ? JSON.stringify(asJson(plan)) : asText(plan));
    if (plan.missing !== undefined) code = 2;
  }
  return code;
}

async function makePlan(spec: ResolvedSpec, dataDir: string | undefined): Promise<Plan> {
  const engine = await openEngine(spec.engine);
  const id = engineId(engine);
  engine.close();
  try {
    const prepared = await prepareData(spec, dataDir);
    return { spec, engine: id, prepared, stages: await planStages(spec, prepared, id, new Store(storeRoot())) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { spec, engine: id, stages: [], missing: error.message };
  }
}

const asJson = ({ spec, engine, prepared, stages, missing }: Plan) => ({
  spec,
  engine,
  slices: prepared?.evaluated.map(({ name, windows }) => ({ name, windows: windows.count })),
  items: prepared?.data.catalogue.size,
  notes: prepared?.notes,
  stages,
  missing,
});

function asText({ spec, engine, prepared, stages, missing }: Plan): string {
  const lines = [shortJson(concise(spec)), "", ...describe(spec), "", `Engine: ${engine}`];
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
  const width = Math.max(...stages.map(({ stage }) => stage.length));
  const sizes = Math.max(...stages.map(({ size }) => size.length));
  const cached = stages.filter(({ cachedSeconds }) => cachedSeconds !== undefined).length;
  lines.push("", `Stages: ${stages.length}, of which ${cached} are in the store`);
  for (const { stage, size, cachedSeconds } of stages) {
    const state = cachedSeconds === undefined ? "to do" : `in the store (took ${cachedSeconds} s)`;
    lines.push(`  ${stage.padEnd(width)}  ${size.padEnd(sizes)}  ${state}`);
  }
  return lines.join("\n");
}
