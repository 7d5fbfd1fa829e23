/**
 * Representations of windows by a frozen backbone, in batches.
 * @module
 */
import type { Windows } from "../data/types.ts";
import { tf } from "../engine/tfjs.ts";
import type { Engine, TensorMap } from "../engine/types.ts";
import { contexts } from "./examples.ts";
import type { Backbone, Batch } from "./types.ts";

/**
 * Unit vectors of windows in order, so many at a time as are computed at once: [rows, backbone.width] row-major each, [windows.count, backbone.width]
 * together.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { windowsOf } from "../data/window_rows.ts";
 * import { openEngine } from "../engine/open.ts";
 * import { tf } from "../engine/tfjs.ts";
 * import { representWindows } from "./represent.ts";
 * import { sasrec } from "./sasrec.ts";
 * const engine = await openEngine("cpu");
 * const model = sasrec({ items: 4, maxLength: 2, hidden: 4, blocks: 1, heads: 1, ffn: 4, layerNormEps: 1e-6 });
 * const parameters = Object.fromEntries(
 *   Object.entries(model.initialise(1)).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
 * );
 * const windows = windowsOf({
 *   context: 2,
 *   users: Int32Array.of(0),
 *   items: Int32Array.of(1, 2, 3),
 *   times: Float64Array.of(0, 1, 2),
 * });
 * for await (const vectors of representWindows(engine, model, parameters, windows)) {
 *   assert.ok(Math.abs(Math.hypot(...vectors) - 1) < 1e-6);
 * }
 * engine.close();
 * ```
 */
export async function* representWindows(
  engine: Engine,
  backbone: Backbone,
  parameters: TensorMap,
  windows: Windows,
  batch = 512,
): AsyncGenerator<Float32Array> {
  const size = Math.min(batch, Math.max(1, windows.count));
  const step = engine.compile(
    (inputs: TensorMap, _state: TensorMap, frozen: TensorMap) => ({
      outputs: { vectors: backbone.representation(frozen, inputs as Batch) },
    }),
    { name: `represent ${backbone.kind}`, frozen: parameters },
  );
  try {
    for (let from = 0; from < windows.count; from += size) {
      const rows = Int32Array.from({ length: size }, (_, i) => Math.min(from + i, windows.count - 1));
      const inputs = backbone.batch(contexts(windows, rows, backbone.maxLength));
      const outputs = step.run(inputs);
      const values = await outputs.vectors.data() as Float32Array;
      tf.dispose([Object.values(inputs), Object.values(outputs)]);
      yield values.subarray(0, Math.min(size, windows.count - from) * backbone.width);
    }
  } finally {
    step.dispose();
  }
}
