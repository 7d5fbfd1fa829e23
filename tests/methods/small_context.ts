/** A small experiment for tests of methods: made-up data, an untrained backbone, the cpu or wasm rung. */
import { ConstantLayers } from "../../src/adapters/constant_layers.ts";
import { frozenScorer } from "../../src/adapters/scorer.ts";
import type { StepCache } from "../../src/adapters/train.ts";
import { representWindows } from "../../src/backbones/represent.ts";
import { createBackbone } from "../../src/backbones/registry.ts";
import { trainingRows } from "../../src/backbones/training_rows.ts";
import type { SlicedData, Windows } from "../../src/data/types.ts";
import { loadDataset } from "../../src/data/load.ts";
import { sliceInteractions } from "../../src/data/slices.ts";
import { tf } from "../../src/engine/tfjs.ts";
import { onDevice, plainValues } from "../../src/engine/on_device.ts";
import type { Engine } from "../../src/engine/types.ts";
import { rankWindows } from "../../src/evaluation/rank_windows.ts";
import type { MethodContext } from "../../src/methods/types.ts";
import { inMemory } from "../../src/regions/mod.ts";
import { openLanguageModel } from "../../src/pipeline/language_model.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import type { ResolvedSpec } from "../../src/spec/types.ts";

/** A spec of the small size; `more` is laid over it, `regions` over its regions. */
export function smallSpec(more: Record<string, unknown> = {}, regions: Record<string, unknown> = {}): ResolvedSpec {
  const spec = {
    name: "small",
    dataset: { format: "synthetic", users: 60, items: 40, interactionsPerUser: 30, regions: 3, drift: 0.9, seed: 5 },
    windows: { context: 5, stride: 2 },
    slices: { setup: 0.5, finetune: [0.15, 0.15], test: 0.2 },
    backbone: { kind: "sasrec", hidden: 8, heads: 2, blocks: 2, training: { epochs: 1 } },
    lora: { rank: 2, training: { epochs: 1, batch: 32 } },
    regions: { k: 3, poolMin: 10, training: { epochs: 1, batch: 32 }, ...regions },
    control: false,
    methods: ["base", "lora", "raie"],
    ...more,
  };
  return parseSpec(JSON.stringify(spec), "small.json").resolved;
}

/** The backbone as it begins, on the device. */
async function untrained({ backbone: spec, windows }: ResolvedSpec, data: SlicedData) {
  if (spec.kind === "llama") {
    const language = await openLanguageModel(spec, data, windows.context, "run");
    return { backbone: language.backbone, parameters: await language.load(1) };
  }
  const backbone = createBackbone(spec, data.catalogue.size);
  const values = Object.entries(backbone.initialise(1));
  return { backbone, parameters: Object.fromEntries(values.map(([name, values]) => [name, onDevice(values)])) };
}

/** What a method sees in an experiment of that spec; dropout is on, as in training. */
export async function smallContext(engine: Engine, spec: ResolvedSpec): Promise<MethodContext & { close(): void }> {
  const data = sliceInteractions(await loadDataset(spec.dataset), {
    minRating: spec.minRating,
    slices: spec.slices,
    windows: spec.windows,
    denseStride: 1,
    catalogue: spec.catalogue,
    retention: spec.retention,
  });
  const { backbone, parameters } = await untrained(spec, data);
  const steps: StepCache = new Map();
  return {
    engine,
    backbone,
    constant: new ConstantLayers(engine, backbone, parameters),
    parameters,
    values: (names) => plainValues(parameters, names),
    backboneDropout: 0.1,
    accumulation: spec.backbone.kind === "llama" ? spec.backbone.accumulation : 1,
    steps,
    data,
    seed: 1,
    represent: async (windows: Windows) => {
      const batches = await Array.fromAsync(representWindows(engine, backbone, parameters, windows));
      return inMemory(Float32Array.from(batches.flatMap((batch) => [...batch])), backbone.width);
    },
    progress: () => {},
    setupRows: () => trainingRows(data, spec.backbone),
    top: async (windows: Windows, count: number) => {
      const scorer = frozenScorer(backbone, parameters, windows);
      const { top } = await rankWindows(engine, scorer, windows, { batch: 64, top: count });
      scorer.dispose();
      return top;
    },
    close: () => {
      for (const step of steps.values()) step.dispose();
      tf.dispose(Object.values(parameters));
    },
  };
}
