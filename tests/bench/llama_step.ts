/**
 * Times a Llama of given sizes, and says how much memory the process held at its peak beyond what it held before the model:
 * `llama_step.ts [--what train|rank|represent] [--rung tensorflow] [--layers 4] [--hidden 256] [--heads 4] [--kvHeads 4] [--ffn 704]
 * [--vocabulary 512] [--tied no] [--items 1000] [--context 10] [--batch 8] [--checkpointing no] [--rank 8] [--steps 8]`. Prints one line of JSON.
 *
 * Training is trainAdapters' own: LoRA on all seven projections, rows of all items, cross-entropy at the prompt's end.
 * @module
 */
import { initialAdapter } from "../../src/adapters/bank.ts";
import { frozenScorer } from "../../src/adapters/scorer.ts";
import { trainAdapters } from "../../src/adapters/train.ts";
import {
  engineBytes,
  rankingFootprint,
  representFootprint,
  trainingFootprint,
} from "../../src/backbones/llama/footprint.ts";
import { probeRate, secondsOf } from "../../src/backbones/llama/rate.ts";
import { forwardFlops, stateRows, trainingFlops } from "../../src/backbones/llama/sizes.ts";
import { representWindows } from "../../src/backbones/represent.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Rung, TensorMap } from "../../src/engine/types.ts";
import { rankWindows } from "../../src/evaluation/rank_windows.ts";
import { randomWindows } from "./made_up.ts";
import { llamaWeights, type MadeUpLlama, madeUpLlama, userOf } from "./made_up_llama.ts";
import { argument, median, peakBytes } from "./measure.ts";

const number = (name: string, otherwise: number) => Number(argument(name, `${otherwise}`));
const yes = (name: string) => argument(name, "no") === "yes";
const [hidden, heads, items, context] = [
  number("hidden", 256),
  number("heads", 4),
  number("items", 1000),
  number("context", 10),
];
const [batch, rank, steps] = [number("batch", 8), number("rank", 8), number("steps", 8)];
const what = argument("what", "train");
const WARM_UP = 2;

const engine = await openEngine(argument("rung", "tensorflow") as Rung);
const before = peakBytes();
const model = madeUpLlama({
  ...{
    layers: number("layers", 4),
    hidden,
    heads,
    kvHeads: number("kvHeads", heads),
    ffn: number("ffn", hidden * 11 / 4),
  },
  ...{ vocabulary: number("vocabulary", 512), tied: yes("tied"), items, context, checkpointing: yes("checkpointing") },
});
const weights = llamaWeights(model.backbone);
const held = peakBytes();
const times = what === "train" ? await training(model, weights) : await reading(model, weights);
const peak = peakBytes() - before;
const rows = stateRows({ batch, items, ...model });
const rate = await probeRate(model.config, rows, 1000);
console.log(JSON.stringify({
  what: `Llama, ${what}, ${engine.rung} rung (${engine.version})`,
  milliseconds: Math.round(10 * median(times.slice(WARM_UP))) / 10,
  fastest: Math.round(10 * Math.min(...times.slice(WARM_UP))) / 10,
  ...{ places: model.places, shared: model.shared, before, weights: held - before, peak },
  ...{ threads: engine.threads, device: engine.device, rate: Math.round(rate / 1e6) / 1e3, ...reckoned(model, rate) },
}));
tf.dispose(weights);
engine.close();

function windowsOf(count: number) {
  return {
    ...randomWindows(count, context, items),
    users: Int32Array.from({ length: count }, (_, row) => userOf(row)),
  };
}

/** What sizes alone say: bytes at the peak, beyond those of the engine; milliseconds. */
function reckoned({ config, backbone, places, shared }: MadeUpLlama, rate: number) {
  const sizes = { batch, places, shared, items, rung: engine.rung, gpu: engine.device !== "cpu" };
  const trained = { rank, adapted: backbone.projections, itemRows: items, checkpointing: yes("checkpointing") };
  const { total } = what === "train"
    ? trainingFootprint(config, { ...sizes, ...trained })
    : what === "rank"
    ? rankingFootprint(config, sizes)
    : representFootprint(config, sizes);
  const flops = what === "train"
    ? trainingFlops(config, { ...sizes, ...trained })
    : forwardFlops(config, sizes, what === "represent");
  const seconds = secondsOf(flops, rate, config, what === "train" ? "training" : "reading");
  return {
    reckonedPeak: Math.round(total - engineBytes(engine.rung)),
    reckonedMilliseconds: Math.round(10_000 * seconds) / 10,
  };
}

/** Milliseconds from step to step. */
async function training({ backbone }: MadeUpLlama, parameters: TensorMap): Promise<number[]> {
  const { projections, width, scoreTable, itemOffset } = backbone;
  const bank = {
    ...{
      rank,
      alpha: 2 * rank,
      dropout: number("dropout", 0.05),
      init: "kaiming" as const,
      projections,
      width,
      items,
      itemOffset,
    },
    ...(scoreTable === undefined ? {} : { tables: 2 as const }),
    itemRows: Int32Array.from({ length: items }, (_, item) => item + 1),
  };
  const adapter = initialAdapter(bank, 1);
  const taken: number[] = [];
  let last = performance.now();
  const cache = new Map();
  await trainAdapters(
    {
      ...{
        engine,
        backbone,
        parameters,
        bank,
        steps: cache,
        seed: 1,
        positions: "last",
        itemRate: 1,
        anchor: 0,
        backboneDropout: 0,
      },
      training: {
        ...{
          loss: { kind: "cross-entropy" },
          epochs: 1,
          batch,
          learningRate: 1e-4,
          weightDecay: 0,
          clip: 1,
          warmup: 0,
        },
      },
      onStep() {
        taken.push(performance.now() - last);
        last = performance.now();
      },
    },
    [{ purpose: "bench", windows: windowsOf(4 * batch), steps: steps + WARM_UP }],
    [adapter],
  );
  for (const step of cache.values()) step.dispose();
  return taken;
}

/** Milliseconds from batch to batch of ranking, or each batch's share of all representations. */
async function reading({ backbone }: MadeUpLlama, parameters: TensorMap): Promise<number[]> {
  const windows = windowsOf(batch * (steps + WARM_UP));
  const taken: number[] = [];
  let last = performance.now();
  if (what === "represent") {
    await Array.fromAsync(representWindows(engine, backbone, parameters, windows, batch));
    return windows.users.subarray(0, steps + WARM_UP).reduce(
      (all) => [...all, (performance.now() - last) / (steps + WARM_UP)],
      [] as number[],
    );
  }
  await rankWindows(engine, frozenScorer(backbone, parameters, windows), windows, {
    ...{ batch, top: 10 },
    onBatch() {
      taken.push(performance.now() - last);
      last = performance.now();
    },
  });
  return taken;
}
