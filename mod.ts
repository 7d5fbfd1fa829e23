/**
 * raie: declarative experiments for recommenders whose users change their minds. Everything a spec can do, a program can do through this module.
 *
 * @example A spec from text to results in the store
 * ```ts
 * import { openEngine, parseSpec, Progress, runSpec, specDigest, Store, terminalView } from "./mod.ts";
 *
 * async function run(file: string): Promise<string> {
 *   const { resolved } = parseSpec(await Deno.readTextFile(file), file);
 *   const engine = await openEngine(resolved.engine);
 *   try {
 *     const bench = { engine, store: new Store(".store"), progress: new Progress([terminalView()]) };
 *     const { report } = await runSpec(resolved, specDigest(resolved), { bench, dataDir: undefined, out: "reports" });
 *     return report;
 *   } finally {
 *     engine.close();
 *   }
 * }
 * ```
 *
 * @example A sweep: every cell, then one report of all
 * ```ts
 * import assert from "node:assert/strict";
 * import { openEngine, parseExperiment, Progress, runSpec, specDigest, Store, writeSweep } from "./mod.ts";
 *
 * async function runAll(text: string, file: string): Promise<string[]> {
 *   const { specs, sweep } = parseExperiment(text, file);
 *   const engine = await openEngine(specs[0]!.engine);
 *   const progress = new Progress();
 *   try {
 *     const reports = [];
 *     for (const spec of specs) {
 *       const bench = { engine, store: new Store(".store"), progress };
 *       reports.push((await runSpec(spec, specDigest(spec), { bench, dataDir: undefined, out: "reports" })).report);
 *     }
 *     return sweep === undefined ? reports : [...reports, await writeSweep("reports", sweep, progress)];
 *   } finally {
 *     engine.close();
 *   }
 * }
 *
 * const spec = { name: "a", dataset: "movielens-100k", backbone: { kind: "sasrec" }, methods: ["base", "raie"] };
 * const { sweep } = parseExperiment(JSON.stringify({ ...spec, sweep: { "regions.k": [1, 3] } }), "a.json");
 * assert.deepEqual(sweep?.cells.map(({ folder }) => folder), ["regions.k-1", "regions.k-3"]);
 * assert.equal(typeof runAll, "function");
 * ```
 * @module
 */
export { parseSpec } from "./src/spec/parse.ts";
export type { ParsedSpec, ParseOptions } from "./src/spec/parse.ts";
export { parseExperiment } from "./src/spec/sweep.ts";
export type { ParsedExperiment, Sweep, SweepCell } from "./src/spec/sweep.ts";
export type { ExecutorSpec, Resources, StageKind } from "./src/spec/executor.ts";
export type { CellSetting } from "./src/spec/cell_names.ts";
export type { SearchPlan, Trial } from "./src/spec/search.ts";
export { SpecError } from "./src/spec/issue.ts";
export type { SpecIssue } from "./src/spec/issue.ts";
export type { Json, JsonRecord } from "./src/spec/json.ts";
export { canonicalJson, specDigest } from "./src/spec/canonical.ts";
export { describe } from "./src/spec/describe.ts";
export { differences } from "./src/spec/differences.ts";
export { knownDifferences } from "./src/spec/known_differences.ts";
export type * from "./src/spec/types.ts";

export { loadDataset } from "./src/data/load.ts";
export type { LoadOptions } from "./src/data/load.ts";
export type { FolderOptions } from "./src/data/locate.ts";
export type { ReadProgress } from "./src/data/byte_source.ts";
export { sliceInteractions } from "./src/data/slices.ts";
export type { SliceOptions } from "./src/data/slices.ts";
export { DataError } from "./src/data/errors.ts";
export { allRows, copiedRows, joinRows } from "./src/data/rows.ts";
export type { WindowRows } from "./src/data/rows.ts";
export { itemsOf, targetOf, targetTimeOf, timesOf, windowsOf } from "./src/data/window_rows.ts";
export type { WindowMatrix } from "./src/data/window_rows.ts";
export type * from "./src/data/types.ts";

export { openEngine, probeRungs } from "./src/engine/open.ts";
export { EngineError } from "./src/engine/errors.ts";
export type { RungReport } from "./src/engine/rung.ts";
export type { DropoutNoise } from "./src/engine/dropout.ts";
export type { ItemRange, LowRank } from "./src/engine/nn/mod.ts";
export { TrainingError } from "./src/engine/training_error.ts";
export type { PlainTensor, PlainTensors } from "./src/engine/plain_tensor.ts";
export type { Checkpoint, Checkpoints, Curve } from "./src/engine/training_loop.ts";
export type * from "./src/engine/types.ts";

export { createBackbone } from "./src/backbones/registry.ts";
export { sasrec } from "./src/backbones/sasrec.ts";
export { llama } from "./src/backbones/llama/llama.ts";
export type { LlamaOptions } from "./src/backbones/llama/llama.ts";
export { readLlamaConfig } from "./src/backbones/llama/config.ts";
export type { LlamaConfig } from "./src/backbones/llama/config.ts";
export type { RopeSpec } from "./src/backbones/llama/rope_spec.ts";
export { promptEncoder } from "./src/backbones/llama/prompt.ts";
export type { PromptEncoder } from "./src/backbones/llama/prompt.ts";
export { createTokenizer } from "./src/backbones/llama/tokenizer.ts";
export type { Tokenizer, TokenizerOptions } from "./src/backbones/llama/tokenizer.ts";
export { CheckpointError } from "./src/backbones/llama/checkpoint_error.ts";
export type { TrainingRows } from "./src/backbones/training_rows.ts";
export type { ItemSet } from "./src/backbones/user_items.ts";
export type { SasrecConfig } from "./src/backbones/sasrec.ts";
export type * from "./src/backbones/types.ts";

export { ConstantLayers } from "./src/adapters/constant_layers.ts";
export type { BankConfig } from "./src/adapters/bank.ts";
export type { LossCurve, StepCache } from "./src/adapters/train.ts";
export type { BankBatch, BankOutputs, BankState, ExampleTensors } from "./src/adapters/train_step.ts";

export * from "./src/regions/mod.ts";
export * from "./src/evaluation/mod.ts";
export { rankWindows } from "./src/evaluation/rank_windows.ts";
export type { CountedRanks, RankingOptions } from "./src/evaluation/rank_windows.ts";

export { createMethod } from "./src/methods/registry.ts";
export { MethodError } from "./src/methods/method_error.ts";
export type * from "./src/methods/types.ts";

export { runExperiment } from "./src/pipeline/experiment.ts";
export type { ExperimentRun, MethodRun, SliceRanks, Workbench } from "./src/pipeline/experiment.ts";
export type { MethodFailure } from "./src/pipeline/method_failure.ts";
export { prepareData } from "./src/pipeline/prepare.ts";
export type { DataOptions, Prepared } from "./src/pipeline/prepare.ts";
export type { WeightsFile } from "./src/pipeline/backbone_weights.ts";
export { openLanguageModel } from "./src/pipeline/language_model.ts";
export type { LanguageModel } from "./src/pipeline/language_model.ts";
export type { LanguageCost } from "./src/pipeline/language_cost.ts";
export type { Footprint } from "./src/backbones/llama/footprint.ts";
export { planStages, speedOf } from "./src/pipeline/plan.ts";
export type { PlannedStage, Speed, StagePlan } from "./src/pipeline/plan.ts";
export { Progress } from "./src/pipeline/progress.ts";
export { standardError, terminalView } from "./src/pipeline/terminal_view.ts";
export type { Screen } from "./src/pipeline/terminal_view.ts";
export type * from "./src/pipeline/events.ts";
export type { JobPool, JobsDone } from "./src/pipeline/jobs.ts";
export { SlurmJobs, submissionsOf } from "./src/pipeline/slurm/executor.ts";
export type { SlurmOptions, SpecSubmissions } from "./src/pipeline/slurm/executor.ts";
export type { OnInterrupt } from "./src/pipeline/slurm/following.ts";
export type { Submission } from "./src/pipeline/slurm/submission.ts";
export type { StageSetting } from "./src/pipeline/stage_bench.ts";
export type { StageNode, StageTask, YardstickState } from "./src/pipeline/graph.ts";
export type { RepresentedWindows } from "./src/pipeline/stages.ts";
export { runSpec } from "./src/pipeline/run_spec.ts";
export type { Written } from "./src/pipeline/run_spec.ts";
export { settle } from "./src/pipeline/search.ts";
export type { SearchBench, Settled } from "./src/pipeline/search.ts";
export { writeSweep } from "./src/pipeline/write_sweep.ts";
export { Store } from "./src/pipeline/store.ts";
export type { StageResult, StoreOptions } from "./src/pipeline/store.ts";
export { StoreError } from "./src/pipeline/store_error.ts";
export type { StageIdentity } from "./src/pipeline/stage_key.ts";

export { readSweep } from "./src/reporting/sweep/sweep_file.ts";
export type * from "./src/reporting/sweep/types.ts";
export type * from "./src/reporting/types.ts";
