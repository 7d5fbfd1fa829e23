/**
 * One experiment from its resolved spec to its report on disk.
 * @module
 */
import { join } from "node:path";
import type { SearchResult } from "../reporting/types.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { runExperiment, type Workbench } from "./experiment.ts";
import type { ListedStage } from "./events.ts";
import { mustBeFeasible } from "./feasible.ts";
import { type Prepared, prepareData } from "./prepare.ts";
import { type FinishedRun, writeRun } from "./write_run.ts";

/** Where an experiment's results went. */
export interface Written {
  /** One sentence for each method that stopped; the report has the rest. */
  readonly failures: readonly string[];
  /** Path of report.md. */
  readonly report: string;
  /** Path of results.json, valid against the published schema. */
  readonly results: string;
  /** Wall time of this call; small where the store had the stages. */
  readonly seconds: number;
}

/**
 * Runs, then writes results.json, the charts, report.md and the per-user measures under `out`/name.
 *
 * @throws {TypeError} for a spec with a search that was not made.
 */
export async function runSpec(
  spec: ResolvedSpec,
  specSha256: string,
  { bench, dataDir, out, search }: {
    bench: Workbench;
    dataDir: string | undefined;
    out: string;
    /** How the spec's settings were chosen, of {@linkcode settle}. */
    search?: SearchResult | undefined;
  },
): Promise<Written> {
  if (spec.search !== undefined && search === undefined) {
    throw new TypeError(`Cannot run ${spec.name}: its settings are to be searched for first, which settle() does`);
  }
  const start = performance.now();
  const prepared = await prepareRun(spec, bench, dataDir);
  const finished = await computeRun(spec, specSha256, prepared, bench, [REPORT]);
  const written = await reportRun(out, { ...finished, search });
  return { ...written, seconds: Math.round(performance.now() - start) / 1000 };
}

const REPORT = { stage: "report: charts and text", what: "steps", steps: 0 } as const;

/** An engine for readers. */
export const engineOn = ({ rung, version, device, threads }: Workbench["engine"]): string =>
  `${rung} (${version}, ${device}, threads ${threads})`;

/** Reads and slices the data of a run, and makes sure that it can be done with them. */
export async function prepareRun(
  spec: ResolvedSpec,
  { progress, engine, store }: Workbench,
  dataDir: string | undefined,
): Promise<Prepared> {
  progress.tell({ event: "run", name: spec.name, engine: engineOn(engine), pid: Deno.pid });
  await progress.begin("data: read, slice, cut windows");
  const prepared = await prepareData(spec, dataDir, { store });
  progress.end(prepared.seconds, prepared.cached);
  for (const note of prepared.notes) progress.say(`  ${note}`);
  mustBeFeasible(spec, prepared);
  return prepared;
}

/** Computes what is not in the store, and writes nothing else. */
export async function computeRun(
  spec: ResolvedSpec,
  specSha256: string,
  prepared: Prepared,
  bench: Workbench,
  later: readonly ListedStage[] = [],
): Promise<FinishedRun> {
  const run = await runExperiment(spec, prepared, bench, later);
  return { spec, specSha256, prepared, run, bench };
}

/** Writes a finished run under `out`/name. */
export async function reportRun(out: string, finished: FinishedRun): Promise<Omit<Written, "seconds">> {
  const { spec, bench: { progress } } = finished;
  await progress.begin(REPORT.stage);
  const start = performance.now();
  const folder = join(out, spec.name);
  const failures = await writeRun(folder, finished);
  progress.end((performance.now() - start) / 1000, false);
  return {
    failures: failures.map(({ spec, seed, error }) => `${spec.label}, seed ${seed}: ${error.message}`),
    report: join(folder, "report.md"),
    results: join(folder, "results.json"),
  };
}
