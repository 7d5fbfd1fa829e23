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
import { plainValues } from "../engine/on_device.ts";
import { tf } from "../engine/tfjs.ts";
import type { Curve } from "../engine/training_loop.ts";
import { rankWindows } from "../evaluation/rank_windows.ts";
import type { MethodContext } from "../methods/types.ts";
import type { UnitVectors } from "../regions/types.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { readBackbone, readCurve } from "./backbone_stage.ts";
import type { Workbench } from "./experiment.ts";
import { kept } from "./kept.ts";
import type { Prepared } from "./prepare.ts";

/** The backbone of one seed. */
export interface SeedContext {
  /** What methods draw from, and the backbone where it was trained. */
  readonly seed: number;
  /** Pretraining loss by optimiser step; undefined where the weights were read from a file. */
  readonly curve: Curve | undefined;
  /** Numbers the backbone has, the item table included. */
  readonly parameterCount: number;
  /** Unit representations by the frozen backbone, kept for as long as the context is open. */
  represent(windows: Windows): Promise<UnitVectors>;
  /** What a method with this label may use. */
  method(label: string): MethodContext;
  /** Frees compiled training steps; the next training compiles its own. */
  release(): void;
  /** Frees the parameters; what was asked for earlier stays usable only as plain numbers. */
  close(): void;
}

/** Puts the backbone that lies in `folder` on the device. */
export async function openContext(
  spec: ResolvedSpec,
  prepared: Prepared,
  { engine, progress }: Workbench,
  seed: number,
  folder: string,
): Promise<SeedContext> {
  const { backbone } = prepared;
  const parameters = await readBackbone(spec, prepared, seed, folder);
  const steps: StepCache = new Map();
  const constant = new ConstantLayers(engine, backbone, parameters);
  const width = backbone.width;
  // A language model's states are large: as many windows at a time as are ranked.
  const rows = prepared.language === undefined ? undefined : spec.evaluation.batch;
  const represent = kept(async (windows: Windows): Promise<UnitVectors> => {
    const slice = prepared.evaluated.find((each) => each.windows === windows);
    if (slice === undefined) {
      return {
        count: windows.count,
        width,
        values: await representWindows(engine, backbone, parameters, windows, rows),
      };
    }
    // A slice's windows are rows of `ranked`, which are represented together.
    const { values } = await represent(prepared.ranked);
    return {
      count: windows.count,
      width,
      values: values.subarray(slice.from * width, (slice.from + windows.count) * width),
    };
  });
  const top = kept(async (windows: Windows, count: number): Promise<Int32Array> => {
    const scorer = frozenScorer(backbone, parameters, windows);
    try {
      const ranks = await rankWindows(engine, scorer, windows, {
        batch: spec.evaluation.batch,
        top: count,
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
    represent,
    method: (label) => ({
      engine,
      backbone,
      constant,
      parameters,
      values: (names) => plainValues(parameters, names),
      backboneDropout: spec.backbone.kind === "llama" ? 0 : spec.backbone.dropout,
      accumulation: spec.backbone.kind === "llama" ? spec.backbone.accumulation : 1,
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
      constant.dispose();
      tf.dispose(Object.values(parameters));
    },
  };
}
