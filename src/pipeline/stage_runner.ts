/**
 * Computes single stages of an experiment's graph, or takes them from the store, and reads what they hold.
 * @module
 */
import { join } from "node:path";
import { readColumns, writeColumns } from "../adapters/columns_file.ts";
import type { Windows } from "../data/types.ts";
import { blocksHeld } from "../engine/nn/score_blocks.ts";
import { sayingOutOfMemory } from "../engine/out_of_memory.ts";
import { rankWindows } from "../evaluation/rank_windows.ts";
import { createMethod } from "../methods/registry.ts";
import type { Adapted, Budget } from "../methods/types.ts";
import type { RegionsResult } from "../reporting/types.ts";
import { scoreMemory } from "../spec/score_memory.ts";
import type { MethodSpec, ResolvedSpec } from "../spec/types.ts";
import { makeBackbone } from "./backbone_stage.ts";
import { stageCheckpoints } from "./checkpoints.ts";
import { openContext, type SeedContext } from "./context.ts";
import type { SliceRanks, Workbench } from "./experiment.ts";
import type { StageNode, StageTask, YardstickState } from "./graph.ts";
import type { Prepared } from "./prepare.ts";
import { readRanks, writeRanks } from "./ranks_file.ts";
import { type RegionSummary, summariseRegions } from "./region_summary.ts";
import { engineId, representedStage, type RepresentedWindows } from "./stages.ts";
import type { StageIdentity } from "./stage_key.ts";
import type { StageResult } from "./store.ts";
import { openVectors, type VectorsFile, writeVectors } from "./vectors_file.ts";

const RANKS = "ranks.safetensors";
const REGIONS = "regions.json";
const ROUTES = "routes.safetensors";
const VECTORS = "vectors.safetensors";

/** Runs stages; what they read must be in the store, or is computed first by the caller. Keeps the backbone of one seed on the device. */
export class StageRunner {
  #seed:
    | { readonly backbone: StageNode; readonly context: SeedContext; readonly states: Map<string, Promise<Adapted>> }
    | undefined;

  /** @param quietly stages that begin and end without a word, because somebody else has told of them. */
  constructor(
    readonly spec: ResolvedSpec,
    readonly prepared: Prepared,
    readonly bench: Workbench,
    readonly quietly: ReadonlySet<string> = new Set(),
  ) {}

  /** The result of a stage; `backbone` is its seed's. */
  async result(node: StageNode, backbone: StageNode): Promise<StageResult> {
    const { progress, store } = this.bench;
    const quiet = this.quietly.has(node.key);
    if (!quiet) await progress.begin(node.stage);
    const result = await store.stage(
      node.identity,
      (folder, scratch) => sayingOutOfMemory(node.stage, () => this.#compute(node, backbone, folder, scratch)),
    );
    if (!quiet) progress.end(result.seconds, result.cached);
    return result;
  }

  /** The backbone on the device, until another seed's is asked for. */
  async context(backbone: StageNode): Promise<SeedContext> {
    if (this.#seed?.backbone.key !== backbone.key || this.#seed.backbone.seed !== backbone.seed) {
      this.close();
      const { folder } = await this.#stored(backbone.stage, backbone.identity);
      const vectors = (which: RepresentedWindows) => this.#vectors(backbone, which);
      const context = await openContext(this.spec, this.prepared, this.bench, backbone.seed, folder, vectors);
      this.#seed = { backbone, context, states: new Map() };
    }
    return this.#seed.context;
  }

  /**
   * A method's state, read back even when it was computed just now: saving rounds item rows, and a resumed run must get the same bytes. Without a
   * node it is the untouched backbone's.
   */
  async state(method: MethodSpec, node: StageNode | undefined, backbone: StageNode): Promise<Adapted> {
    const context = await this.context(backbone);
    const { states } = this.#seed!;
    const load = async () => {
      const folder = node === undefined ? "" : (await this.#stored(node.stage, node.identity)).folder;
      return await createMethod(method).load(folder, context.method(method.label));
    };
    const key = node?.key ?? "";
    const state = states.get(key) ?? load();
    states.set(key, state);
    // The one before is what the next slice starts from; older ones are not asked for again.
    const [oldest] = states.keys();
    if (states.size > 2) states.delete(oldest!);
    return await state;
  }

  /** Ranks of every slice that a stage of ranks holds. */
  ranks({ folder }: StageResult): SliceRanks[] {
    const path = join(folder, RANKS);
    return this.prepared.evaluated.map(({ name, windows, from }) => ({
      slice: name,
      windows,
      read: () => readRanks(path, { from, to: from + windows.count }),
    }));
  }

  /** What a stage of regions holds. */
  async regions({ folder }: StageResult): Promise<RegionSummary> {
    const routes = Object.entries(readColumns(join(folder, ROUTES)));
    return {
      regions: JSON.parse(await Deno.readTextFile(join(folder, REGIONS))) as RegionsResult,
      routes: Object.fromEntries(routes.map(([slice, { values }]) => [slice, values as Int32Array])),
    };
  }

  /** Frees the device. */
  close(): void {
    this.#seed?.context.close();
    this.#seed = undefined;
  }

  async #compute({ task, seed }: StageNode, backbone: StageNode, folder: string, scratch: string): Promise<void> {
    const { spec, prepared, bench } = this;
    switch (task.kind) {
      case "backbone":
        // Another seed's model would be there beside the one that is trained now.
        if (prepared.language !== undefined) this.close();
        return await makeBackbone(spec, prepared, bench, seed, folder, scratch);
      case "represented": {
        const windows = windowsOf(prepared, task.windows);
        const { encode } = await this.context(backbone);
        return await writeVectors(join(folder, VECTORS), windows.count, prepared.backbone.width, encode(windows));
      }
      case "adapted":
        await this.#adapt(task, backbone, folder, scratch);
        // To a GPU every compiled step is reckoned to bring weights of its own; on the CPU all share the model's.
        if (prepared.language !== undefined && bench.engine.device !== "cpu") this.#seed?.context.release();
        return;
      case "ranks":
        return await this.#rank(await this.state(task.method ?? untouched(spec), task.state, backbone), folder);
      case "regions": {
        const { regions } = await this.state(task.method, task.state, backbone);
        if (regions === undefined) throw new TypeError(`${task.method.label} says it edits regions and keeps none`);
        const summary = await summariseRegions(regions, prepared, await this.context(backbone));
        const routes = Object.entries(summary.routes).map(([slice, values]) =>
          [slice, { shape: [values.length], values }] as const
        );
        await writeColumns(join(folder, ROUTES), Object.fromEntries(routes));
        return await Deno.writeTextFile(join(folder, REGIONS), JSON.stringify(summary.regions));
      }
    }
  }

  async #adapt(
    { method, slice, previous, yardstick }: StageTask & { kind: "adapted" },
    backbone: StageNode,
    folder: string,
    scratch: string,
  ): Promise<void> {
    const before = previous === undefined ? undefined : await this.state(method, previous, backbone);
    const context = (await this.context(backbone)).method(method.label);
    const budget = yardstick && await this.#budget(yardstick, backbone);
    const checkpoints = stageCheckpoints(scratch, this.bench.checkpointEvery, (line) => this.bench.progress.say(line));
    const made = await createMethod(method).adapt(before, slice, {
      ...context,
      checkpoints,
      budget,
    });
    await made.save(folder);
  }

  /** What the yardstick took on the slice; its adapters are not kept. */
  async #budget({ method, state }: YardstickState, backbone: StageNode): Promise<Budget> {
    const { folder } = await this.#stored(state.stage, state.identity);
    const context = (await this.context(backbone)).method(method.label);
    const { cost: { steps, setupRows, finetuneRows } } = await createMethod(method).load(folder, context);
    const rows = setupRows + finetuneRows;
    return { steps, rows, setupShare: setupRows / Math.max(1, rows) };
  }

  /** Ranks the windows of all slices with one state: one stage, one graph. */
  async #rank(state: Adapted, folder: string): Promise<void> {
    const { engine, progress } = this.bench;
    const { ranked } = this.prepared;
    const { batch, cutoffs } = this.spec.evaluation;
    const held = blocksHeld(scoreMemory(this.spec));
    const scorer = await state.scorer(ranked);
    try {
      const onBatch = (done: number, total: number) => progress.tick("windows", done, total);
      const ranks = await rankWindows(engine, scorer, ranked, { batch, top: Math.max(...cutoffs), held, onBatch });
      await writeRanks(join(folder, RANKS), ranks);
    } finally {
      scorer.dispose();
    }
  }

  /** A result that must be there already. */
  async #stored(stage: string, identity: StageIdentity): Promise<StageResult> {
    return await this.bench.store.stage(identity, () => {
      throw new TypeError(`${stage} is read before it was computed`);
    });
  }

  /** Opens what a stage of representations holds. */
  async #vectors(backbone: StageNode, which: RepresentedWindows): Promise<VectorsFile> {
    const { spec, prepared, bench } = this;
    const identity = representedStage(spec, backbone.key, which, engineId(bench.engine));
    const { folder } = await this.#stored(`backbone: represent ${which} windows`, identity);
    return await openVectors(join(folder, VECTORS), windowsOf(prepared, which).count, prepared.backbone.width);
  }
}

const windowsOf = ({ ranked, data }: Prepared, which: RepresentedWindows): Windows =>
  which === "dense" ? data.setupDense : ranked;

/** The backbone as a method: what ranks of stage "S" are by. */
const untouched = (spec: ResolvedSpec): MethodSpec => ({ ...spec.methods[0]!, kind: "base", label: "base" });
