/**
 * What a run found, on disk: results.json, the charts, report.md, per-user measures, ranks, batches of failed trainings.
 * @module
 */
import { join } from "node:path";
import { readIfThere, removeIfThere } from "../files.ts";
import { writePerUser } from "../reporting/per_user.ts";
import { writeReport } from "../reporting/report.ts";
import { RESULTS_FILE, settled, writeResults } from "../reporting/results_file.ts";
import { isSweep, SWEEP_FILE } from "../reporting/sweep/sweep_file.ts";
import type { Results, SearchResult } from "../reporting/types.ts";
import { describe } from "../spec/describe.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import type { ExperimentRun, Workbench } from "./experiment.ts";
import { keepFailedBatches, type KeptFailure, nothingLeft } from "./failed_batches.ts";
import type { Prepared } from "./prepare.ts";
import type { Progress } from "./progress.ts";
import { writeRanks } from "./ranks_file.ts";
import { perUserRows, resultsOf } from "./results.ts";
import { writeAlone } from "./write_alone.ts";

/** A finished run and what it came from. */
export interface FinishedRun {
  readonly spec: ResolvedSpec;
  readonly specSha256: string;
  readonly prepared: Prepared;
  readonly run: ExperimentRun;
  readonly bench: Workbench;
  /** How its settings were chosen; absent where they are the spec's own. */
  readonly search?: SearchResult | undefined;
}

/**
 * Writes all of it into `folder`, while no other process writes there: two runs of one name never mix. Gives the methods that failed.
 *
 * @throws {StoreError} when the disk takes no more.
 * @throws {MethodError} when no method was finished: there is nothing to report.
 */
export async function writeRun(folder: string, finished: FinishedRun): Promise<KeptFailure[]> {
  return await writeAlone(folder, finished.bench.progress, () => writeAll(folder, finished));
}

/**
 * The results of a finished run as results.json would hold them, and nothing written.
 *
 * @throws {MethodError} when no method was finished: there is nothing to hold them to.
 */
export function resultsOfRun({ spec, specSha256, prepared, run, bench, search }: FinishedRun): Results {
  if (run.runs.length === 0) throw nothingLeft("", run.failures);
  return settled(resultsOf(spec, specSha256, prepared, run, bench.engine, run.failures, search));
}

async function writeAll(
  folder: string,
  { spec, specSha256, prepared, run, bench, search }: FinishedRun,
): Promise<KeptFailure[]> {
  const artifacts = join(folder, "artifacts");
  await Deno.mkdir(artifacts, { recursive: true });
  await tellReplaced(folder, specSha256, bench.progress);
  const failures = await keepFailedBatches(folder, run.failures);
  if (run.runs.length === 0) throw nothingLeft(folder, failures);
  const results = resultsOf(spec, specSha256, prepared, run, bench.engine, failures, search);
  await writePerUser(join(artifacts, "per_user.ndjson"), perUserRows(spec, prepared, run));
  await writeAllRanks(join(artifacts, "ranks"), run);
  await writeResults(folder, results);
  await writeReport(folder, results, describe(spec));
  await bench.store.record(spec.name, join(folder, "report.md"));
  return failures;
}

/** A report is named by the experiment alone: one of other settings that lies there is replaced, which is worth a line. */
async function tellReplaced(folder: string, specSha256: string, progress: Progress): Promise<void> {
  if (await isSweep(folder)) {
    await removeIfThere(join(folder, SWEEP_FILE));
    progress.say(`${folder} held a sweep of this name: its report is replaced, its cells stay`);
  }
  const before = await readIfThere(join(folder, RESULTS_FILE));
  const [, other] = /"specSha256": ?"(\w+)"/.exec(new TextDecoder().decode(before ?? new Uint8Array())) ?? [];
  if (other === undefined || other === specSha256) return;
  progress.say(`${folder} held the results of a spec of this name that was not the same: they are replaced`);
}

/** Per-window ranks of every method's last state: METHOD-seed-SEED-SLICE.safetensors, methods numbered in the spec's order; none of an earlier run. */
async function writeAllRanks(folder: string, { runs }: ExperimentRun): Promise<void> {
  await removeIfThere(folder);
  await Deno.mkdir(folder, { recursive: true });
  const labels = [...new Set(runs.map(({ spec }) => spec.label))];
  for (const { spec, seed, states } of runs) {
    for (const { slice, read } of states.at(-1)!.ranks) {
      // Labels are free text; a number and the kind are safe in any file name.
      const name = `${labels.indexOf(spec.label) + 1}-${spec.kind}-seed-${seed}-${slice}.safetensors`;
      await writeRanks(join(folder, name), read());
    }
  }
}
