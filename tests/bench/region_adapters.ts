/**
 * Times training K regions' adapters against training one on all their rows, every step compiled on the way: context 10, 2 blocks, LoRA r=8 on all
 * projections, 3,400 items: `region_adapters.ts [--adapters 16] [--sizes equal|falling] [--loss bce|cross-entropy] [--hidden 64] [--item-rows yes] [--rounds 3]`. Falling sizes
 * are as 1, 1/2, 1/3 and so on. Prints medians over rounds of the processor time that K adapters take in one pass, and one after the other, to what
 * one takes.
 * @module
 */
import { initialAdapter } from "../../src/adapters/bank.ts";
import type { TrainingSet } from "../../src/adapters/batches.ts";
import { type AdapterTraining, trainAdapters } from "../../src/adapters/train.ts";
import { sasrec } from "../../src/backbones/sasrec.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Rung } from "../../src/engine/types.ts";
import { benchBank } from "./adapter_trainer.ts";
import { benchParameters, randomWindows } from "./made_up.ts";
import { argument, computingSeconds, median } from "./measure.ts";

const ITEMS = 3400;
const CONTEXT = 10;
const ROWS = 2 ** 15;
const EPOCHS = 3;

const engine = await openEngine(argument("rung", "tensorflow") as Rung);
const adapters = Number(argument("adapters", "16"));
const sizes = argument("sizes", "equal");
const hidden = Number(argument("hidden", "64"));
const backbone = sasrec({
  items: ITEMS,
  maxLength: CONTEXT,
  hidden,
  blocks: 2,
  heads: 2,
  ffn: 4 * hidden,
  layerNormEps: 1e-6,
});
const parameters = benchParameters(backbone);
const bank = benchBank(backbone, hidden, argument("item-rows", "yes") === "yes" ? ITEMS : 0);
const settings: Omit<AdapterTraining, "steps"> = {
  engine,
  backbone,
  parameters,
  bank,
  training: {
    loss: argument("loss", "bce") === "bce" ? { kind: "bce", negatives: 1 } : { kind: "cross-entropy" },
    epochs: EPOCHS,
    batch: 256,
    learningRate: 5e-4,
    weightDecay: 0.01,
    clip: 1,
    warmup: 0,
  },
  positions: "last",
  itemRate: 1,
  anchor: 1e-4,
  backboneDropout: 0.2,
  seed: 1,
};

const parts = Array.from({ length: adapters }, (_, k) => sizes === "falling" ? 1 / (k + 1) : 1);
const whole = parts.reduce((sum, part) => sum + part);
const setOf = (rows: number, k: number): TrainingSet => ({
  purpose: `bench ${k}`,
  windows: randomWindows(rows, CONTEXT, ITEMS, k),
});
const each = parts.map((part, k) => setOf(Math.round(ROWS * part / whole), k));
const one = [setOf(each.reduce((sum, { windows }) => sum + windows.count, 0), adapters)];

/** Processor time of one training. */
async function taken(sets: readonly TrainingSet[], together: boolean): Promise<number> {
  const steps = new Map();
  const begun = computingSeconds();
  await trainAdapters({ ...settings, steps }, sets, sets.map((_, seed) => initialAdapter(bank, seed)), together);
  const seconds = computingSeconds() - begun;
  for (const step of steps.values()) step.dispose();
  return seconds;
}

await taken(one, false);
const ratios: { readonly together: number; readonly apart: number }[] = [];
for (let round = Number(argument("rounds", "3")); round > 0; round--) {
  const alone = await taken(one, false);
  ratios.push({ together: await taken(each, true) / alone, apart: await taken(each, false) / alone });
}
const rounded = (values: readonly number[]) => Math.round(1000 * median(values)) / 1000;
console.log(JSON.stringify({
  what: `${adapters} adapters, ${sizes} sizes, d=${hidden}`,
  ratio: rounded(ratios.map(({ together }) => together)),
  apart: rounded(ratios.map(({ apart }) => apart)),
  threads: engine.threads,
  device: engine.device,
}));
tf.dispose(parameters);
engine.close();
