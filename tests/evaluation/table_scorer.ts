/** A scorer whose scores are given. */
import type { Scorer } from "../../src/backbones/types.ts";
import { type Tensor2D, tf } from "../../src/engine/tfjs.ts";

/** A scorer that gives each window its row of a table of scores, [windows][items]. */
export function scorerOf(scores: readonly (readonly number[])[]): Scorer {
  const table = tf.tensor2d(scores.flat(), [scores.length, scores[0]!.length]);
  return {
    items: scores[0]!.length,
    frozen: { table },
    collate: (rows) => ({ rows: tf.tensor1d(rows, "int32") }),
    states: (inputs, { table }) => ({ own: tf.gather(table as Tensor2D, inputs.rows!.as1D()) }),
    scores: ({ own }, _frozen, { from, size }) => tf.slice(own!, [0, from], [own!.shape[0]!, size]),
    dispose: () => table.dispose(),
  };
}
