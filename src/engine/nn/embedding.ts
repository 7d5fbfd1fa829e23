/**
 * Looking rows up in a table.
 * @module
 */
import { definePrimitive } from "../primitive.ts";
import { type Tensor, type Tensor1D, tf } from "../tfjs.ts";

/**
 * Rows `ids` (int32, any shape) of `table` [rows, width]: [...ids, width]. The table's gradient sums over repeated ids.
 *
 * An id outside the table is an error on the tensorflow rung's CPU; elsewhere its row is undefined.
 */
export function embed(table: Tensor, ids: Tensor): Tensor {
  const rows = lookUp({ table, ids: tf.reshape(ids, [ids.size]) }, { rows: table.shape[0]! });
  return tf.reshape(rows, [...ids.shape, table.shape[1]!]);
}

const lookUp = definePrimitive<{ table: Tensor; ids: Tensor }, { rows: number }>({
  name: "EmbeddingRows",
  forward: ({ table, ids }) => [tf.gather(table, ids as Tensor1D)],
  saveInputs: ["ids"],
  gradient: (dy, [ids], { rows }) => ({
    table: () => tf.unsortedSegmentSum(dy, ids as Tensor1D, rows),
    ids: () => tf.zerosLike(ids!),
  }),
});
