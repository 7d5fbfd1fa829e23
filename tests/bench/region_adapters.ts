/**
 * Times training K adapters on the same rows as one: steps of one adapter with 256 rows and of K adapters with 256 rows each, in turn, context 10,
 * 2 blocks, LoRA r=8 on all projections, 3,400 items: `region_adapters.ts [--adapters 16] [--hidden 64] [--item-rows yes] [--rounds 10]`. Prints the
 * median over rounds of the processor time that all rows take in one pass to what they take by one adapter.
 * @module
 */
import { sasrec } from "../../src/backbones/sasrec.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Rung } from "../../src/engine/types.ts";
import { adapterTrainer, benchBank } from "./adapter_trainer.ts";
import { benchParameters } from "./made_up.ts";
import { argument, computingSeconds, median, timed } from "./measure.ts";

const ITEMS = 3400;
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
const bank = benchBank(backbone, hidden, argument("item-rows", "yes") === "yes" ? ITEMS : 0);
const trained = { engine, backbone, parameters, bank };
const rounds = Number(argument("rounds", "10"));
const [one, all] = [adapterTrainer(trained, 1), adapterTrainer(trained, adapters)];
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
