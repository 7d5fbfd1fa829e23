/**
 * results.json from what a run computed.
 * @module
 */
import { continualMeasures } from "../evaluation/continual.ts";
import { measuresOf } from "../evaluation/slice_measures.ts";
import { perUserMeasures } from "../evaluation/per_user.ts";
import { TrainingError } from "../engine/training_error.ts";
import type { Engine } from "../engine/types.ts";
import type { Results, RunResult, SearchResult } from "../reporting/types.ts";
import { differences } from "../spec/differences.ts";
import { portableSpec } from "../spec/portable.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { VERSION } from "../version.ts";
import { evidenceOfRun } from "./evidence.ts";
import type { ExperimentRun, MethodRun, SliceRanks } from "./experiment.ts";
import { groupsOf } from "./groups.ts";
import type { Prepared } from "./prepare.ts";
import type { KeptFailure } from "./failed_batches.ts";
import { compareRuns } from "./published.ts";

/** Everything a report says. */
export function resultsOf(
  spec: ResolvedSpec,
  specSha256: string,
  prepared: Prepared,
  run: ExperimentRun,
  engine: Engine,
  failures: readonly KeptFailure[] = [],
  search?: SearchResult,
): Results {
  const { data } = prepared;
  const slices = [data.setup, ...data.finetune, data.test];
  const runs = run.runs.map((method) => runResult(spec, prepared, method));
  const comparisons = compareRuns(
    spec,
    run,
    (method, slice, measure) => runs[run.runs.indexOf(method)]!.measures[slice]![measure]!,
  );
  return {
    // Reports lie in a folder beside src; the name of a sweep's cell is a path.
    $schema: `${"../".repeat(spec.name.split("/").length + 1)}src/reporting/results.schema.json`,
    version: 1,
    name: spec.name,
    spec: portableSpec(spec),
    differences: differences(spec),
    data: {
      dataset: spec.dataset.id ?? spec.dataset.format ?? "inline",
      title: prepared.title,
      files: prepared.files,
      interactions: prepared.interactions,
      positives: data.positives,
      skippedLines: prepared.skippedLines,
      ...(prepared.notes.length === 0 ? {} : { notes: prepared.notes }),
      items: data.catalogue.size,
      users: data.userIds.length,
      borders: data.borders,
      retention: spec.retention,
      slices: slices.map(({ name, users, items, interactions, droppedWindows }, index) => ({
        name,
        users,
        items,
        interactions,
        windows: prepared.evaluated[index]!.windows.count,
        ...(spec.catalogue === "seen" && droppedWindows !== undefined && { droppedWindows }),
      })),
    },
    audit: prepared.audit,
    ...(search && { search }),
    backbone: {
      parameters: run.parameters,
      ...(prepared.weights && { weights: prepared.weights }),
      ...(prepared.checkpoint && { checkpoint: prepared.checkpoint }),
      loss: run.backbones.map(({ seed, curve }) => ({ seed, ...curve })),
    },
    runs,
    groups: groupsOf(spec, prepared, run, runs),
    ...(failures.length === 0 ? {} : {
      failures: failures.map(({ spec, seed, error, batch }) => ({
        method: spec.kind,
        label: spec.label,
        seed,
        reason: error.message,
        ...(error instanceof TrainingError && batch !== undefined &&
          { training: error.training, step: error.step, loss: String(error.loss), batch }),
      })),
    }),
    ...(comparisons.length === 0 ? {} : { comparisons }),
    evidence: evidenceOfRun(spec, run),
    provenance: {
      engine: { rung: engine.rung, version: engine.version, device: engine.device, threads: engine.threads },
      raie: VERSION,
      deno: Deno.version.deno,
      specSha256,
    },
    durations: run.durations,
  };
}

function runResult(spec: ResolvedSpec, prepared: Prepared, run: MethodRun): RunResult {
  const measures = (ranks: readonly SliceRanks[]) =>
    Object.fromEntries(
      ranks.map(({ slice, read }) => [slice, measuresOf(read(), spec.evaluation, prepared.data.catalogue.size)]),
    );
  const states = run.states.map(({ stage, ranks }) => ({ stage, measures: measures(ranks) }));
  const { measure } = spec.report;
  const last = states.at(-1)!.measures;
  const names = prepared.evaluated.map(({ name }) => name);
  const { average, forgetting, backwardTransfer, forwardTransfer } = continualMeasures(
    states.map(({ measures }) => names.map((slice) => measures[slice]![measure]!)),
  );
  return {
    method: run.spec.kind,
    label: run.spec.label,
    seed: run.seed,
    options: run.spec.options,
    measures: last,
    matrix: states.map(({ stage, measures }) => ({
      stage,
      measures: Object.fromEntries(Object.entries(measures).map(([slice, values]) => [slice, values[measure]!])),
    })),
    continual: { average, forgetting, backwardTransfer, forwardTransfer },
    forgetting: last.S![measure]! - states[0]!.measures.S![measure]!,
    cost: { ...run.cost, seconds: run.seconds },
    loss: run.curves,
    ...(run.regions === undefined ? {} : { regions: run.regions }),
  };
}

/** One row for each method, seed, slice and user. */
export function* perUserRows(
  spec: ResolvedSpec,
  prepared: Prepared,
  run: ExperimentRun,
): Generator<Record<string, unknown>> {
  for (const method of run.runs) {
    for (const { slice, windows, read } of method.states.at(-1)!.ranks) {
      for (const row of perUserMeasures(read(), windows.users, spec.evaluation)) {
        const { user, ...measures } = row;
        yield { label: method.spec.label, seed: method.seed, slice, user: prepared.data.userIds[user], ...measures };
      }
    }
  }
}
