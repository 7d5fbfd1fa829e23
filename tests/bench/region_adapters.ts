/**
 * Times training K adapters on the same rows as one: steps of one adapter with 256 rows and of K adapters with 256 rows each, in turn, context 10,
 * 2 blocks, LoRA r=8 on all projections, 3,400 items: `region_adapters.ts [--adapters 16] [--hidden 64] [--item-rows yes] [--rounds 10]`. Prints the
 * median over rounds of the processor time that all rows take in one pass to what they take by one adapter.
 * @module
 */
import { type BankConfig, bankLayout, initialAdapter } from "../../src/adapters/bank.ts";
import { startState } from "../../src/adapters/bank_state.ts";
import { bankBatch } from "../../src/adapters/batches.ts";
import { type BankBatch, type BankState, bankStep } from "../../src/adapters/train_step.ts";
import { sasrec } from "../../src/backbones/sasrec.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Rung } from "../../src/engine/types.ts";
import { benchParameters, randomWindows } from "./made_up.ts";
import { argument, computingSeconds, median, timed } from "./measure.ts";

const ITEMS = 3400;
const BATCH = 256;
const CONTEXT = 10;

const engine = await openEngine(argument("rung", "tensorflow") as Rung);
const adapters = Number(argument("adapters", "16"));
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
const bank: BankConfig = {
  rank: 8,
  alpha: 16,
  dropout: 0.05,
  init: "kaiming",
  projections: backbone.projections,
  width: hidden,
  itemRows: Int32Array.from({ length: argument("item-rows", "yes") === "yes" ? ITEMS : 0 }, (_, item) => item + 1),
  items: ITEMS,
};
const rounds = Number(argument("rounds", "10"));
const [one, all] = [trainer(1), trainer(adapters)];
await timed(one.step, 1, 1);
await timed(all.step, 1, 0);
const ratios: number[] = [];
const ones: number[] = [];
for (let round = 0; round < rounds; round++) {
  const begun = computingSeconds();
  ones.push(...await timed(one.step, adapters, 0));
  const between = computingSeconds();
  await timed(all.step, 1, 0);
  ratios.push((computingSeconds() - between) / (between - begun));
}
console.log(JSON.stringify({
  what: `${adapters} adapters, d=${hidden}`,
  ratio: Math.round(1000 * median(ratios)) / 1000,
  milliseconds: Math.round(10 * median(ones)) / 10,
  threads: engine.threads,
  device: engine.device,
}));
one.dispose();
all.dispose();
tf.dispose(parameters);
engine.close();

/** Steps of so many adapters, each with a batch of rows of its own. */
function trainer(count: number) {
  const state = startState(Array.from({ length: count }, (_, seed) => initialAdapter(bank, seed)));
  const step = engine.compile(
    bankStep({
      backbone,
      bank,
      adapters: count,
      loss: { kind: "bce", negatives: 1 },
      lossWeight: 1,
      terms: [],
      positions: "last",
      anchor: 1e-4,
      backboneDropout: 0.2,
    }),
    { name: `bench ${count} adapters`, state: state as BankState, frozen: parameters },
  );
  tf.dispose(state);
  const layout = bankLayout(bank);
  const settings = { backbone, bank, layout, batch: BATCH, negatives: 1, positions: "last" as const, seed: 1 };
  const rows = Int32Array.from({ length: BATCH }, (_, row) => row);
  const shares = Array.from({ length: count }, (_, adapter) => ({
    set: { purpose: `bench ${adapter}`, windows: randomWindows(BATCH, CONTEXT, ITEMS, adapter) },
    rows,
  }));
  let index = 0;
  return {
    async step() {
      index++;
      const batch = {
        ...bankBatch(settings, shares.map((share) => ({ ...share, step: index }))),
        learningRate: tf.tensor2d(new Float32Array(count).fill(5e-4), [count, 1]),
        clip: tf.scalar(1),
        weightDecay: tf.scalar(0.01),
        itemRate: tf.scalar(1),
        noise: tf.tensor1d([1, index], "int32"),
      } as BankBatch;
      const { loss } = step.run(batch);
      await loss.data();
      tf.dispose([loss, ...Object.values(batch)]);
    },
    dispose: () => step.dispose(),
  };
}
