/**
 * Times the adaptation step (context 10, batch 256, d=128, 2 blocks, LoRA r=8 on six projections, item rows, 3,400 items) on one rung:
 * `adaptation_step.ts [--rung tensorflow] [--steps 30]`. Prints median and fastest as JSON, like its peer in PyTorch and peft.
 * @module
 */
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Rung } from "../../src/engine/types.ts";
import { adapterTrainer, benchBank } from "./adapter_trainer.ts";
import { benchModel, benchParameters } from "./made_up.ts";
import { argument, printTimes, timed } from "./measure.ts";

const ITEMS = 3400;
const CONTEXT = 10;
const WIDTH = 128;

const engine = await openEngine(argument("rung", "tensorflow") as Rung);
printTimes("adaptation step", engine, await adaptationStep(Number(argument("steps", "30"))));
engine.close();

/** Milliseconds of each step, batch making included; dropout on as in training. */
async function adaptationStep(steps: number): Promise<number[]> {
  const backbone = benchModel(ITEMS, CONTEXT);
  const parameters = benchParameters(backbone);
  const trainer = adapterTrainer({ engine, backbone, parameters, bank: benchBank(backbone, WIDTH, ITEMS) });
  try {
    return await timed(trainer.step, steps);
  } finally {
    trainer.dispose();
    tf.dispose(parameters);
  }
}
