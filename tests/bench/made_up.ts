/**
 * Made-up windows and sizes for the bench: values do not matter to a step's time.
 * @module
 */
import { sasrec } from "../../src/backbones/sasrec.ts";
import type { Backbone } from "../../src/backbones/types.ts";
import type { Windows } from "../../src/data/types.ts";
import { stream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Tensor } from "../../src/engine/types.ts";
import { windowsOf } from "../../src/data/window_rows.ts";

/** Random windows over a catalogue. */
export function randomWindows(count: number, context: number, items: number, seed = 1): Windows {
  const draw = stream(seed, "bench windows");
  const width = context + 1;
  return windowsOf({
    context,
    users: Int32Array.from({ length: count }, (_, row) => row),
    items: Int32Array.from({ length: count * width }, () => 1 + draw.integer(items)),
    times: Float64Array.from({ length: count * width }, (_, at) => at),
  });
}

/** The SASRec all bench scripts measure: d=128, 2 blocks, 2 heads, ffn 512. */
export const benchModel = (items: number, maxLength: number): Backbone =>
  sasrec({ items, maxLength, hidden: 128, blocks: 2, heads: 2, ffn: 512, layerNormEps: 1e-6 });

/** Its fresh parameters on the device; the caller disposes them. */
export const benchParameters = (backbone: Backbone): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(backbone.initialise(1)).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
  );
