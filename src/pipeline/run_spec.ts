/**
 * One experiment from its resolved spec to its report on disk.
 * @module
 */
import { join } from "node:path";
import { describe } from "../spec/describe.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { writeReport } from "../reporting/report.ts";
import { RESULTS_FILE, writeResults } from "../reporting/results_file.ts";
import { writePerUser } from "../reporting/per_user.ts";
import { type ExperimentRun, runExperiment, type Workbench } from "./experiment.ts";
import { keepFailedBatches, nothingLeft } from "./failed_batches.ts";
import { readIfThere } from "../files.ts";
import { mustBeFeasible } from "./feasible.ts";
import { type Prepared, prepareData } from "./prepare.ts";
import type { Progress } from "./progress.ts";
import { encodeRanks } from "./ranks_file.ts";
import { dataStage } from "./stages.ts";
import { perUserRows, resultsOf } from "./results.ts";

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

/** Runs, then writes results.json, the charts, report.md and the per-user measures under `out`/name. */
export async function runSpec(
  spec: ResolvedSpec,
  specSha256: string,
  { bench, dataDir, out }: { bench: Workbench; dataDir: string | undefined; out: string },
): Promise<Written> {
  const start = performance.now();
  const { progress, engine } = bench;
  const on = `${engine.rung} (${engine.version}, ${engine.device}, threads ${engine.threads})`;
  progress.tell({ event: "run", name: spec.name, engine: on, pid: Deno.pid });
  progress.begin("data: read, slice, cut windows");
  const prepared = await prepareData(spec, dataDir);
  progress.end(prepared.seconds, false);
  for (const note of prepared.notes) progress.say(`  ${note}`);
  mustBeFeasible(spec, prepared);
  const report = { stage: "report: charts and text", what: "steps", steps: 0 } as const;
  const data = { ...prepared, seconds: await keptSeconds(prepared, bench) };
  const run = await runExperiment(spec, data, bench, [report]);
  progress.begin(report.stage);
  const reporting = performance.now();
  const folder = join(out, spec.name);
  await Deno.mkdir(join(folder, "artifacts"), { recursive: true });
  await tellReplaced(folder, specSha256, progress);
  const failures = await keepFailedBatches(folder, run.failures);
  if (run.runs.length === 0) throw nothingLeft(folder, failures);
  const results = resultsOf(spec, specSha256, prepared, run, engine, failures);
  await writeResults(folder, results);
  await writePerUser(join(folder, "artifacts", "per_user.ndjson"), perUserRows(spec, prepared, run));
  await writeRanks(join(folder, "artifacts", "ranks"), run);
  await writeReport(folder, results, describe(spec));
  await bench.store.record(spec.name, join(folder, "report.md"));
  progress.end((performance.now() - reporting) / 1000, false);
  return {
    failures: failures.map(({ spec, seed, error }) => `${spec.label}, seed ${seed}: ${error.message}`),
    report: join(folder, "report.md"),
    results: join(folder, "results.json"),
    seconds: Math.round(performance.now() - start) / 1000,
  };
}

/** A report is named by the experiment alone: one of other settings that lies there is replaced, which is worth a line. */
async function tellReplaced(folder: string, specSha256: string, progress: Progress): Promise<void> {
  const before = await readIfThere(join(folder, RESULTS_FILE));
  const [, other] = /"specSha256": ?"(\w+)"/.exec(new TextDecoder().decode(before ?? new Uint8Array())) ?? [];
  if (other === undefined || other === specSha256) return;
  progress.say(`${folder} held the results of a spec of this name that was not the same: they are replaced`);
}

/** Per-window ranks of every method's last state: METHOD-seed-SEED-SLICE.safetensors, methods numbered in the spec's order. */
async function writeRanks(folder: string, { runs }: ExperimentRun): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const labels = [...new Set(runs.map(({ spec }) => spec.label))];
  for (const { spec, seed, states } of runs) {
    for (const { slice, ranks } of states.at(-1)!.ranks) {
      // Labels are free text; a number and the kind are safe in any file name.
      const name = `${labels.indexOf(spec.label) + 1}-${spec.kind}-seed-${seed}-${slice}.safetensors`;
      await Deno.writeFile(join(folder, name), encodeRanks(ranks));
    }
  }
}

/** Seconds that reading and slicing took the first time, so that a re-run writes the same report. */
async function keptSeconds({ key, seconds }: Prepared, { store }: Workbench): Promise<number> {
  const file = "seconds.json";
  const { folder } = await store.stage(
    dataStage(key),
    (folder) => Deno.writeTextFile(join(folder, file), JSON.stringify(seconds)),
  );
  return JSON.parse(await Deno.readTextFile(join(folder, file))) as number;
}
