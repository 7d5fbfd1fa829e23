/**
 * One backbone on the device, and what methods see of it.
 * @module
 */
import { ConstantLayers } from "../adapters/constant_layers.ts";
import { frozenScorer } from "../adapters/scorer.ts";
import type { StepCache } from "../adapters/train.ts";
import { representWindows } from "../backbones/represent.ts";
import { trainingRows } from "../backbones/training_rows.ts";
import type { Windows } from "../data/types.ts";
import { blocksHeld } from "../engine/nn/score_blocks.ts";
import { plainValues } from "../engine/on_device.ts";
import { tf } from "../engine/tfjs.ts";
import type { Curve } from "../engine/training_loop.ts";
import { rankWindows } from "../evaluation/rank_windows.ts";
import type { MethodContext } from "../methods/types.ts";
import { rowRange, type VectorRows } from "../regions/mod.ts";
import { scoreMemory } from "../spec/score_memory.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { readBackbone, readCurve } from "./backbone_stage.ts";
import type { Workbench } from "./experiment.ts";
import { kept } from "./kept.ts";
import type { Prepared } from "./prepare.ts";
import { representedAtOnce, type RepresentedWindows } from "./stages.ts";
import type { VectorsFile } from "./vectors_file.ts";

/** The backbone of one seed. */
export interface SeedContext {
  /** What methods draw from, and the backbone where it was trained. */
  readonly seed: number;
  /** Pretraining loss by optimiser step; undefined where the weights were read from a file. */
  readonly curve: Curve | undefined;
  /** Numbers the backbone has, the item table included. */
  readonly parameterCount: number;
  /** Unit representations by the frozen backbone, computed now: batches in order, [rows, width] each. */
  encode(windows: Windows): AsyncIterable<Float32Array>;
  /** The same of a slice that is evaluated on, of all of them, or of S as dense as regions need it, read from the store. */
  represent(windows: Windows): Promise<VectorRows>;
  /** What a method with this label may use. */
  method(label: string): MethodContext;
  /** Frees compiled training steps; the next training compiles its own. */
  release(): void;
  /** Frees the parameters; what was asked for earlier stays usable only as plain numbers. */
  close(): void;
}

/** Puts the backbone that lies in `folder` on the device; `vectors` opens what it made of windows. */
export async function openContext(
  spec: ResolvedSpec,
  prepared: Prepared,
  { engine, progress }: Workbench,
  seed: number,
  folder: string,
  vectors: (which: RepresentedWindows) => Promise<VectorsFile>,
): Promise<SeedContext> {
  const { backbone } = prepared;
  const parameters = await readBackbone(spec, prepared, seed, folder);
  const steps: StepCache = new Map();
  const constant = new ConstantLayers(engine, backbone, parameters);
  const held = blocksHeld(scoreMemory(spec));
  const files = new Map<RepresentedWindows, Promise<VectorsFile>>();
  const opened = (which: RepresentedWindows): Promise<VectorsFile> => {
    const file = files.get(which) ?? vectors(which);
    files.set(which, file);
    // Whoever waits hears of a failure; here it is but forgotten.
    file.catch(() => files.delete(which));
    return file;
  };
  const represent = async (windows: Windows): Promise<VectorRows> => {
    const { evaluated, ranked, data: { setupDense } } = prepared;
    // A slice's windows are rows of `ranked`, which are represented together.
    const slice = evaluated.find((each) => each.windows === windows);
    if (slice !== undefined) return rowRange(await opened("evaluated"), slice.from, windows.count);
    if (windows === ranked) return await opened("evaluated");
    if (windows === setupDense) return await opened("dense");
    throw new TypeError("Cannot represent windows that are neither evaluated on nor S's dense ones");
  };
  async function* encode(windows: Windows): AsyncGenerator<Float32Array> {
    let done = 0;
    for await (const batch of representWindows(engine, backbone, parameters, windows, representedAtOnce(spec))) {
      done += batch.length / backbone.width;
      await progress.tick("windows", done, windows.count);
      yield batch;
    }
  }
  const top = kept(async (windows: Windows, count: number): Promise<Int32Array> => {
    const scorer = frozenScorer(backbone, parameters, windows);
    try {
      const ranks = await rankWindows(engine, scorer, windows, {
        batch: spec.evaluation.batch,
        top: count,
        held,
        onBatch: (done, total) => progress.tick("windows", done, total),
      });
      return ranks.top;
    } finally {
      scorer.dispose();
    }
  });
  const setupRows = kept((data: Prepared["data"]) => trainingRows(data, spec.backbone));
  const release = () => {
    for (const step of steps.values()) step.dispose();
    steps.clear();
  };
  return {
    seed,
    curve: await readCurve(folder),
    parameterCount: Object.values(parameters).reduce((sum, { size }) => sum + size, 0),
    encode,
    represent,
    method: (label) => ({
      engine,
      backbone,
      constant,
      parameters,
      values: (names) => plainValues(parameters, names),
      backboneDropout: spec.backbone.kind === "llama" ? 0 : spec.backbone.dropout,
      accumulation: spec.backbone.kind === "llama" ? spec.backbone.accumulation : 1,
      held,
      steps,
      data: prepared.data,
      seed,
      setupRows: () => setupRows(prepared.data),
      top,
      represent,
      progress: (what, done, total, loss) => progress.tick(what === label ? "steps" : what, done, total, loss),
    }),
    release,
    close: () => {
      release();
      for (const file of files.values()) void file.then((file) => file.close());
      constant.dispose();
      tf.dispose(Object.values(parameters));
    },
  };
}
