/**
 * Representations of windows by a frozen backbone, in batches.
 * @module
 */
import type { Windows } from "../data/types.ts";
import { tf } from "../engine/tfjs.ts";
import type { Engine, TensorMap } from "../engine/types.ts";
import type { Backbone, Batch } from "./types.ts";

/** Row-major unit vectors, [windows.count, backbone.width]. */
export async function representWindows(
  engine: Engine,
  backbone: Backbone,
  parameters: TensorMap,
  windows: Windows,
  batch = 512,
): Promise<Float32Array> {
  const size = Math.min(batch, Math.max(1, windows.count));
  const vectors = new Float32Array(windows.count * backbone.width);
  const step = engine.compile(
    (inputs: TensorMap, _state: TensorMap, frozen: TensorMap) => ({
      outputs: { vectors: backbone.representation(frozen, inputs as Batch) },
    }),
    { name: `represent ${backbone.kind}`, frozen: parameters },
  );
  try {
    for (let from = 0; from < windows.count; from += size) {
      const rows = Int32Array.from({ length: size }, (_, i) => Math.min(from + i, windows.count - 1));
      const inputs = backbone.collate(windows, rows);
      const outputs = step.run(inputs);
      const values = await outputs.vectors.data() as Float32Array;
      tf.dispose([Object.values(inputs), Object.values(outputs)]);
      vectors.set(values.subarray(0, Math.min(size, windows.count - from) * backbone.width), from * backbone.width);
    }
  } finally {
    step.dispose();
  }
  return vectors;
}
