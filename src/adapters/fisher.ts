/**
 * How much an adapter's numbers matter for what it is to keep: the diagonal of the Fisher information (EWC, Kirkpatrick et al., 1612.00796).
 * @module
 */
import { negativesOf, sequenceLoss } from "../backbones/losses.ts";
import { valueAndGrads } from "../engine/gradients.ts";
import { tf } from "../engine/tfjs.ts";
import type { Tensor, TensorMap } from "../engine/types.ts";
import { type AdapterValues, bankLayout } from "./bank.ts";
import { bankBatch, type TrainingSet } from "./batches.ts";
import type { AdapterTraining } from "./train.ts";
import { adapted, type ExampleTensors } from "./train_step.ts";

/** Gradients held at a time: 16 MiB of float32, beside a few tensors of the same size. */
const NUMBERS_AT_ONCE = 2 ** 22;
/** More copies would multiply each window's low-rank terms by more A's than it needs. */
export const COPIES = 32;

/** What Fisher information is computed with, and who is told of it. */
export type FisherSettings =
  & Pick<AdapterTraining, "engine" | "backbone" | "parameters" | "bank" | "training" | "positions" | "seed">
  & {
    /** Windows done so far and in all; may throw to stop. */
    readonly onWindows?: (done: number, total: number) => void | Promise<void>;
  };

/**
 * F_i: the mean over the set's windows of the squared gradient, by number i of the adapter, of that window's own training loss, without dropout
 * and penalties; the empirical Fisher information, since the targets are the data's. Zeros for an empty set.
 *
 * Gradients of single windows come from a bank of copies of the adapter, a window for each copy.
 */
export async function fisherInformation(
  settings: FisherSettings,
  adapter: AdapterValues,
  set: TrainingSet,
): Promise<AdapterValues> {
  const { engine, backbone, parameters, bank, training: { loss }, positions, seed, onWindows } = settings;
  const layout = bankLayout(bank);
  const { count } = set.windows;
  const copies = copiesAtOnce(settings, count);
  const batchSettings = { backbone, bank, layout, batch: 1, negatives: negativesOf(loss), positions, seed };
  const own = {
    "fisher lora": tf.tensor2d(adapter.lora, [1, layout.loraSize]),
    ...(layout.rowsSize === 0 ? {} : { "fisher rows": tf.tensor2d(adapter.rows, [1, layout.rowsSize]) }),
  };
  const names = layout.rowsSize === 0 ? ["lora"] : ["lora", "rows"];
  const zeros = Object.fromEntries(names.map((name) => [name, tf.zerosLike(named(own, name))]));
  const step = engine.compile((batch: TensorMap, state: TensorMap, frozen: TensorMap) => {
    const { value, grads } = valueAndGrads(
      (values: TensorMap) => {
        const rows = batch as ExampleTensors;
        const settings = { backbone, bank, weights: tf.eye(copies), backboneDropout: 0 };
        return sequenceLoss(loss, adapted(settings, rows, positions, frozen, values).inputs);
      },
      Object.fromEntries(names.map((name) => [name, tf.tile(named(frozen, name), [copies, 1])])),
    );
    const squares = (name: string) => tf.sum(tf.square(grads[name]!), 0, true);
    const next = Object.fromEntries(names.map((name) => [name, tf.add(state[name]!, squares(name))]));
    return { outputs: { loss: value }, next };
  }, { name: `fisher ${backbone.kind}`, state: zeros, frozen: { ...parameters, ...own } });
  tf.dispose(zeros);
  try {
    for (let from = 0; from < count; from += copies) {
      const inputs = bankBatch(
        batchSettings,
        Array.from({ length: copies }, (_, copy) => {
          const row = from + copy;
          return { set, rows: row < count ? Int32Array.of(row) : new Int32Array(0), step: row };
        }),
      );
      tf.dispose([Object.values(step.run(inputs)), Object.values(inputs)]);
      await onWindows?.(Math.min(from + copies, count), count);
    }
    const sums = step.readState();
    const mean = async (name: string) => {
      if (sums[name] === undefined) return new Float32Array(0);
      const values = await sums[name].data() as Float32Array;
      return values.map((sum) => sum / Math.max(1, count));
    };
    const information = { lora: await mean("lora"), rows: await mean("rows") };
    tf.dispose(Object.values(sums));
    return information;
  } finally {
    step.dispose();
    tf.dispose(own);
  }
}

const named = (tensors: TensorMap, name: string): Tensor => tensors[`fisher ${name}`]!;

function copiesAtOnce({ bank, training: { loss } }: FisherSettings, windows: number): number {
  const { loraSize, rowsSize } = bankLayout(bank);
  // The catalogue that cross-entropy scores has the item rows of one adapter.
  if (loss.kind === "cross-entropy" && rowsSize > 0) return 1;
  return Math.max(1, Math.min(windows, COPIES, Math.floor(NUMBERS_AT_ONCE / (loraSize + rowsSize))));
}
