/**
 * Scoring with a frozen backbone and a bank of adapters, each row by its own adapter or mixture of two.
 * @module
 */
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import type { Backbone, Batch, Scorer } from "../backbones/types.ts";
import type { Windows } from "../data/types.ts";
import { tf } from "../engine/tfjs.ts";
import type { TensorMap } from "../engine/types.ts";
import { adapterHook, type AdapterValues, type BankConfig, bankLayout, rowPlaces, stackRows } from "./bank.ts";

/** Which adapter each window uses: `first`, and with `second` a mixture in which `first` has `share`. */
export interface Routing {
  /** [windows], the adapter with `share`, or the only one. */
  readonly first: Int32Array;
  /** [windows], the adapter with the rest; left out: hard routing. */
  readonly second?: Int32Array;
  /** [windows], in 0..1. */
  readonly share?: Float32Array;
}

/** Scores of all items from states, [batch, width] x [items + 1, width] -> [batch, items]; item 1 first. */
function itemScores(states: Tensor, table: Tensor): Tensor {
  const [rows, width] = table.shape as [number, number];
  return tf.matMul(states as Tensor2D, tf.slice(table as Tensor2D, [1, 0], [rows - 1, width]), false, true);
}

/** The frozen backbone by itself. */
export function frozenScorer(backbone: Backbone, parameters: TensorMap, windows: Windows): Scorer {
  return {
    frozen: parameters,
    collate: (rows) => backbone.collate(windows, rows),
    scores: (inputs, frozen) => itemScores(backbone.last(frozen, inputs as Batch), frozen[backbone.itemTable]!),
    // The parameters belong to whoever loaded them.
    dispose: () => {},
  };
}

/**
 * The backbone with adapters.
 *
 * Item rows count on both sides: they embed the context's items and score the catalogue, per adapter. A mixture of two adapters mixes low-rank
 * terms, row deltas and scores in the same shares.
 */
export function bankScorer(
  backbone: Backbone,
  parameters: TensorMap,
  bank: BankConfig,
  adapters: readonly AdapterValues[],
  windows: Windows,
  routing: Routing,
): Scorer {
  const layout = bankLayout(bank);
  const own = bankTensors(backbone, parameters, bank, adapters);
  const frozen = { ...parameters, ...own };
  return {
    frozen,
    collate: (rows) => ({
      ...backbone.collate(windows, rows),
      ...membershipTensors(backbone, bank, adapters.length, windows, rows, routing, layout),
    }),
    scores: (inputs, tensors) => {
      const batch = inputs as Batch;
      const membership = { weights: inputs.membership!, sequenceRows: sequenceRows(inputs) };
      const hook = adapterHook(bank, layout, tensors.lora!, tensors.stacked, membership);
      const states = backbone.last(tensors, batch, { adapters: hook });
      if (tensors.tables === undefined) return itemScores(states, tensors[backbone.itemTable]!);
      return itemScores(adapters.length === 1 ? states : spread(states, inputs.membership!), tensors.tables);
    },
    dispose: () => tf.dispose(own),
  };
}

/** [batch, width] states into [batch, adapters * width], weighted by membership, so that one product scores all adapters' tables. */
function spread(states: Tensor, membership: Tensor): Tensor {
  const [rows, adapters] = membership.shape as [number, number];
  return tf.reshape(tf.mul(tf.expandDims(states, 1), tf.expandDims(membership, 2)), [
    rows,
    adapters * states.shape[1]!,
  ]);
}

const sequenceRows = (inputs: TensorMap) =>
  ["first", "second"].flatMap((which) => {
    const places = inputs[`${which}Places`];
    const share = inputs[`${which}Share`];
    return places === undefined ? [] : [share === undefined ? { places } : { places, share }];
  });

/** The bank on the device; `tables`: every adapter's item table side by side, [items + 1, adapters * width]. */
function bankTensors(
  backbone: Backbone,
  parameters: TensorMap,
  bank: BankConfig,
  adapters: readonly AdapterValues[],
): Record<string, Tensor> {
  return tf.tidy(() => {
    const lora = tf.stack(adapters.map((adapter) => tf.tensor1d(adapter.lora)));
    if (bank.itemRows.length === 0) return { lora };
    const table = parameters[backbone.itemTable]!;
    const rows = tf.stack(adapters.map((adapter) => tf.tensor1d(adapter.rows)));
    const rowOf = tf.tensor1d(bankLayout(bank).rowOf, "int32");
    const tables = adapters.map((adapter) =>
      tf.add(table, tf.gather(stackRows(tf.tensor1d(adapter.rows), bank.width), rowOf))
    );
    return { lora, stacked: stackRows(rows, bank.width), tables: tf.concat(tables, 1) };
  });
}

function membershipTensors(
  backbone: Backbone,
  bank: BankConfig,
  adapters: number,
  windows: Windows,
  rows: Int32Array,
  { first, second, share }: Routing,
  layout: ReturnType<typeof bankLayout>,
): Record<string, Tensor> {
  const weights = new Float32Array(rows.length * adapters);
  const shares = Float32Array.from(rows, (row) => second === undefined ? 1 : share?.[row] ?? 1);
  rows.forEach((row, r) => {
    weights[r * adapters + first[row]!]! += shares[r]!;
    if (second !== undefined) weights[r * adapters + second[row]!]! += 1 - shares[r]!;
  });
  const tensors: Record<string, Tensor> = { membership: tf.tensor2d(weights, [rows.length, adapters]) };
  if (bank.itemRows.length === 0) return tensors;
  const time = Math.min(windows.context, backbone.maxLength);
  const ids = new Int32Array(rows.length * time);
  rows.forEach((row, r) => {
    const end = row * (windows.context + 1) + windows.context;
    ids.set(windows.items.subarray(end - time, end), r * time);
  });
  const places = (choice: Int32Array) =>
    tf.tensor2d(rowPlaces(layout, bank.itemRows.length, ids, (index) => choice[rows[Math.floor(index / time)]!]!), [
      rows.length,
      time,
    ], "int32");
  tensors.firstPlaces = places(first);
  if (second !== undefined) {
    tensors.firstShare = tf.tensor1d(shares);
    tensors.secondPlaces = places(second);
    tensors.secondShare = tf.tensor1d(shares.map((value) => 1 - value));
  }
  return tensors;
}
