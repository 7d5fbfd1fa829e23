/**
 * One stage of an experiment in a process of its own: how long it takes, and the most the process holds.
 *
 * `one_stage.ts data SPEC STORE` reads and slices, and lists the stages that follow; `one_stage.ts stage SPEC STORE KEY` computes one, whatever the
 * store holds of it; `one_stage.ts report SPEC STORE OUT` writes the report of all. Each prints one line of JSON last.
 * @module
 */
import { join } from "node:path";
import { openEngine } from "../../../src/engine/open.ts";
import type { Engine } from "../../../src/engine/types.ts";
import { removeIfThere } from "../../../src/files.ts";
import { inOrder, stageGraph } from "../../../src/pipeline/graph.ts";
import { places } from "../../../src/pipeline/places.ts";
import { prepareData } from "../../../src/pipeline/prepare.ts";
import { Progress } from "../../../src/pipeline/progress.ts";
import { computeRun, reportRun } from "../../../src/pipeline/run_spec.ts";
import { StageRunner } from "../../../src/pipeline/stage_runner.ts";
import { engineId } from "../../../src/pipeline/stages.ts";
import { Store } from "../../../src/pipeline/store.ts";
import { specDigest } from "../../../src/spec/canonical.ts";
import { parseSpec } from "../../../src/spec/parse.ts";
import { portableSpec } from "../../../src/spec/portable.ts";
import type { ResolvedSpec } from "../../../src/spec/types.ts";
import { VERSION } from "../../../src/version.ts";
import { peakBytes } from "../measure.ts";
import type { Facts, Machine } from "./records.ts";

/** What reading the data says. */
export interface DataMeasured extends Cost {
  readonly facts: Facts;
  readonly machine: Machine;
  /** In the order of the run. */
  readonly stages: readonly ListedStage[];
}

/** A stage that follows. */
export interface ListedStage {
  readonly stage: string;
  readonly key: string;
  readonly size: string;
  /** Whether its result lies in the store. */
  readonly stored: boolean;
}

/** What each measured process prints. */
export interface Cost {
  readonly seconds: number;
  readonly megabytes: number;
}

const cost = (seconds: number): Cost => ({
  seconds: Number(seconds.toFixed(3)),
  megabytes: Math.round(peakBytes() / 1e6),
});

const since = (start: number): number => (performance.now() - start) / 1000;

/** Names that are the same at every point: what a stage is of and what it does; of two that do the same, what they do it with too. */
export function shortNames(stages: readonly string[]): string[] {
  const short = (stage: string) => stage.split(" ").slice(0, 2).join(" ");
  return stages.map((stage) =>
    stages.filter((other) => short(other) === short(stage)).length === 1
      ? short(stage)
      : stage.replace(/ at stride \d+$/, "")
  );
}

async function data(spec: ResolvedSpec, store: Store): Promise<DataMeasured> {
  // What an earlier process has left would save this one work; all others read it from there.
  await removeIfThere(join(store.root, "data"));
  const start = performance.now();
  const prepared = await prepareData(spec, undefined, { store });
  // Before the engine is opened, which reading does without.
  const measured = cost(since(start));
  const engine = await openEngine(spec.engine);
  const { data: { setup, finetune, test, catalogue } } = prepared;
  const nodes = inOrder(stageGraph(spec, prepared, engineId(engine)));
  const names = shortNames(nodes.map(({ stage }) => stage));
  const stages = await Promise.all(nodes.map(async ({ key, size, identity }, i) => ({
    ...{ stage: names[i]!, key: key.slice(0, 12), size },
    stored: await store.look(identity) !== undefined,
  })));
  const windows = {
    S: setup.windows.count,
    F: finetune.reduce((sum, { windows }) => sum + windows.count, 0),
    T: test.windows.count,
  };
  const { interactions } = prepared;
  const users = setup.sequences.users.length;
  const facts = { interactions, users, items: catalogue.size, windows, context: spec.windows.context };
  return {
    ...measured,
    facts: { ...facts, k: spec.methods.find(({ kind }) => kind === "raie")!.regions.k },
    machine: machineOf(engine),
    stages,
  };
}

const machineOf = (engine: Engine): Machine => ({
  cores: navigator.hardwareConcurrency,
  memory: Math.round(Deno.systemMemoryInfo().total / 1e9),
  engine: engineId(engine),
  deno: Deno.version.deno,
  raie: VERSION,
});

async function stage(spec: ResolvedSpec, store: Store, wanted: string): Promise<Cost> {
  const prepared = await prepareData(spec, undefined, { store });
  const engine = await openEngine(spec.engine);
  const [seed] = stageGraph(spec, prepared, engineId(engine));
  const node = inOrder([seed!]).find(({ key }) => key.startsWith(wanted));
  if (node === undefined) throw new TypeError(`Cannot compute ${wanted}: the experiment has no such stage`);
  // As with the data: nothing of it may be there.
  const { entry, unfinished } = places(node.identity.kind, node.key);
  for (const place of [entry, unfinished]) await removeIfThere(join(store.root, place));
  const runner = new StageRunner(spec, prepared, { engine, store, progress: new Progress() });
  const { seconds } = await runner.result(node, seed!.backbone);
  return cost(seconds);
}

async function report(spec: ResolvedSpec, store: Store, out: string): Promise<Cost> {
  const prepared = await prepareData(spec, undefined, { store });
  const engine = await openEngine(spec.engine);
  const start = performance.now();
  const bench = { engine, store, progress: new Progress() };
  const finished = await computeRun(spec, specDigest(portableSpec(spec)), prepared, bench);
  await reportRun(out, finished);
  return cost(since(start));
}

if (import.meta.main) {
  const [what = "", file = "", place = "", more = ""] = Deno.args;
  const { resolved } = parseSpec(await Deno.readTextFile(file), file);
  const store = new Store(place);
  const measures: Readonly<Record<string, () => Promise<object>>> = {
    data: () => data(resolved, store),
    stage: () => stage(resolved, store, more),
    report: () => report(resolved, store, more),
  };
  const measured = await measures[what]!();
  await store.close();
  console.log(JSON.stringify(measured));
  // A native engine keeps the process alive.
  Deno.exit(0);
}
