/**
 * How fast an engine multiplies matrices of a Llama's sizes, and what that says of the time its steps take.
 * @module
 */
import { multiply } from "../../engine/nn/matrix_product.ts";
import { tf } from "../../engine/tfjs.ts";
import type { LlamaConfig } from "./config.ts";

/** Products of a feed-forward part with its three weights, forward and backward, each with 2 floating point operations for a number of a weight. */
const PRODUCTS = 6;

/** What a layer keeps of its products' rate, by measurement on tensorflow and wasm: most of what stands between them hides behind them. */
const KEPT = 0.95;

/**
 * Floating point operations a second of the open engine in the feed-forward part of one layer, forward and backward, at the model's own widths: its products are most of
 * a model's. Products are run one by one, since a graph is a file and whoever plans may write none. Measured for a fifth of a second, longer where two
 * runs take longer. What else runs on the machine meanwhile makes it less.
 *
 * @param rows places of a step's prompts.
 *
 * @example
 * ```ts
 * import { openEngine } from "../../engine/open.ts";
 * import { probeRate } from "./rate.ts";
 * const engine = await openEngine("cpu");
 * const rate = await probeRate({ hidden: 16, ffn: 32 }, 8);
 * console.assert(rate > 1e3 && Number.isFinite(rate));
 * engine.close();
 * ```
 */
export async function probeRate(
  { hidden, ffn }: Pick<LlamaConfig, "hidden" | "ffn">,
  rows: number,
  milliseconds = 200,
): Promise<number> {
  const [narrow, wide] = [tf.fill([rows, hidden], 1 / hidden), tf.fill([rows, ffn], 1 / ffn)];
  const [gate, down] = [tf.fill([ffn, hidden], 1 / hidden), tf.fill([hidden, ffn], 1 / ffn)];
  const run = async () => {
    const last = tf.tidy(() => {
      const states = [
        ...[gate, gate].map((weight) => multiply(narrow, weight, false, true)),
        ...[down, down].map((weight) => multiply(narrow, weight)),
      ];
      const back = [multiply(wide, down, false, true), multiply(states[0]!, gate)];
      // One number waits for all of them on a GPU too.
      return [...states, ...back].map((each) => tf.slice(each, [0, 0], [1, 1])).reduce((sum, each) =>
        tf.add(sum, each)
      );
    });
    await last.data();
    last.dispose();
  };
  try {
    await run();
    const begin = performance.now();
    let runs = 0;
    while (runs < 2 || performance.now() - begin < milliseconds) {
      await run();
      runs++;
    }
    return KEPT * 1000 * runs * PRODUCTS * 2 * rows * hidden * ffn / (performance.now() - begin);
  } finally {
    tf.dispose([narrow, wide, gate, down]);
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
