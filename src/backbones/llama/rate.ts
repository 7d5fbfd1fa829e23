/**
 * How fast an engine multiplies matrices of a Llama's sizes, and what that says of the time its steps take.
 * @module
 */
import { valueAndGrads } from "../../engine/gradients.ts";
import { linear, rmsNorm, swiglu } from "../../engine/nn/mod.ts";
import { tf } from "../../engine/tfjs.ts";
import type { Engine, Tensor } from "../../engine/types.ts";
import type { LlamaConfig } from "./config.ts";

/** Products of a gated unit with its weights: three forward, three backward, each with 2 floating point operations for a number of a weight. */
const PRODUCTS = 6;

/**
 * Floating point operations a second in the feed-forward part of one layer, forward and backward, at the model's own widths: its products are most of
 * a model's, and what stands between products is in its time too. Measured for a fifth of a second, longer where two runs take longer. What else runs
 * on the machine meanwhile makes it less.
 *
 * @param rows places of a step's prompts.
 *
 * @example
 * ```ts
 * import { openEngine } from "../../engine/open.ts";
 * import { probeRate } from "./rate.ts";
 * const engine = await openEngine("cpu");
 * const rate = await probeRate(engine, { hidden: 16, ffn: 32 }, 8);
 * console.assert(rate > 1e3 && Number.isFinite(rate));
 * engine.close();
 * ```
 */
export async function probeRate(
  engine: Engine,
  { hidden, ffn }: Pick<LlamaConfig, "hidden" | "ffn">,
  rows: number,
  milliseconds = 200,
): Promise<number> {
  const inputs = { x: tf.fill([rows, hidden], 1 / hidden) };
  const wide = () => tf.fill([ffn, hidden], 1 / hidden);
  const frozen = { gate: wide(), up: wide(), down: tf.fill([hidden, ffn], 1 / ffn), gain: tf.ones([hidden]) };
  const step = engine.compile(({ x }: { x: Tensor }, _: object, { gate, up, down, gain }: typeof frozen) => {
    const { value, grads } = valueAndGrads(({ x }) => {
      const input = rmsNorm(x, gain, 1e-6);
      return tf.sum(tf.add(x, linear(swiglu(linear(input, gate), linear(input, up)), down)));
    }, { x });
    return { outputs: { value: tf.add(value, tf.sum(grads.x)) } };
  }, { name: "probe", frozen });
  const run = async () => {
    const { value } = step.run(inputs);
    await value.data();
    value.dispose();
  };
  try {
    // A first run makes a graph of the step.
    await run();
    const begin = performance.now();
    let runs = 0;
    while (runs < 2 || performance.now() - begin < milliseconds) {
      await run();
      runs++;
    }
    return 1000 * runs * PRODUCTS * 2 * rows * hidden * ffn / (performance.now() - begin);
  } finally {
    step.dispose();
    tf.dispose([inputs, frozen]);
  }
}

/**
 * What a step takes beside the probed part (attention, adapters, masks, the optimiser), as a multiple of its time: that work grows with the width, products
 * with its square. Measured at widths of 256 to 1,024; within 20 % of the times there, on a machine that other programs used too.
 */
const BESIDE = { training: { base: 1.2, overWidth: 150 }, reading: { base: 1, overWidth: 70 } };

/**
 * Seconds of a step or a batch.
 *
 * @param flops as reckoned from sizes.
 * @param rate as {@linkcode probeRate} found it for as many rows.
 *
 * @example
 * ```ts
 * import { secondsOf } from "./rate.ts";
 * // Products alone would take 10 seconds.
 * console.assert(Math.abs(secondsOf(1e12, 1e11, { hidden: 1500 }, "training") - 13) < 1e-9);
 * ```
 */
export function secondsOf(
  flops: number,
  rate: number,
  { hidden }: Pick<LlamaConfig, "hidden">,
  what: "training" | "reading",
): number {
  const { base, overWidth } = BESIDE[what];
  return (base + overWidth / hidden) * flops / rate;
}
