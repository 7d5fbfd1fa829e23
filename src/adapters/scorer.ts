/**
 * Scoring with a frozen backbone and a bank of adapters, each row by its own adapter or mixture of two.
 * @module
 */
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import { contexts } from "../backbones/examples.ts";
import { itemBias, scoreRange, scoreTable } from "../backbones/item_rows.ts";
import type { Backbone, Batch, Scorer } from "../backbones/types.ts";
import type { Windows } from "../data/types.ts";
import type { ItemRange } from "../engine/nn/mod.ts";
import { tf } from "../engine/tfjs.ts";
import type { TensorMap } from "../engine/types.ts";
import type { Mixing } from "./gate.ts";
import { meanEmbedding } from "./train_step.ts";
import {
  adapterHook,
  type AdapterValues,
  type BankConfig,
  bankLayout,
  rowPlaces,
  rowWidth,
  scorePart,
  stackRows,
} from "./bank.ts";

/** Which adapter each window uses: `first`, and with `second` a mixture in which `first` has `share`; or shares by a gate. */
export type Routing = WindowRouting | GateRouting;

/** Shares that a gate gives for every sequence; the item rows are those of the first adapter, which all of them have. */
export interface GateRouting {
  readonly mixing: Mixing;
  /** [size] */
  readonly gate: Float32Array;
}

/** Adapters chosen for each window beforehand. */
export interface WindowRouting {
  /** [windows], the adapter with `share`, or the only one. */
  readonly first: Int32Array;
  /** [windows], the adapter with the rest; left out: hard routing. */
  readonly second?: Int32Array;
  /** [windows], in 0..1. */
  readonly share?: Float32Array;
}

/** Scores of a range of items from states, [batch, width] x [size, width] (+ some of [items + 1]) -> [batch, size]. */
function itemScores(states: Tensor, rows: Tensor, bias: Tensor | undefined, { from, size }: ItemRange): Tensor {
  const scores = tf.matMul(states as Tensor2D, rows as Tensor2D, false, true);
  return bias === undefined ? scores : tf.add(scores, tf.slice(bias, [1 + from], [size]));
}

/** The frozen backbone by itself. */
export function frozenScorer(backbone: Backbone, parameters: TensorMap, windows: Windows): Scorer {
  return {
    items: backbone.items,
    frozen: parameters,
    collate: (rows) => backbone.batch(contexts(windows, rows, backbone.maxLength)),
    states: (inputs, frozen) => ({ last: backbone.last(frozen, inputs as Batch) }),
    scores: ({ last }, frozen, range) =>
      itemScores(last!, scoreRange(backbone, frozen, range), itemBias(backbone, frozen), range),
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
  const gated = "mixing" in routing ? routing.mixing : undefined;
  const tables = gated === undefined ? adapters : adapters.slice(0, 1);
  const own = bankTensors(backbone, parameters, bank, adapters, tables);
  if ("mixing" in routing) own.gate = tf.tensor2d(routing.gate, [1, routing.gate.length]);
  const places: WindowRouting = "mixing" in routing ? { first: new Int32Array(windows.count) } : routing;
  const frozen = { ...parameters, ...own };
  return {
    items: backbone.items,
    frozen,
    collate: (rows) => ({
      ...backbone.batch(contexts(windows, rows, backbone.maxLength)),
      ...membershipTensors(backbone, bank, tables.length, windows, rows, places, layout),
    }),
    states: (inputs, tensors) => {
      const batch = inputs as Batch;
      const weights = gated === undefined
        ? inputs.membership!
        : gated.weights(tensors.gate!, meanEmbedding(backbone, tensors, batch.sequence));
      const hook = adapterHook(bank, layout, tensors.lora!, tensors.stacked, {
        weights,
        sequenceRows: sequenceRows(inputs),
      });
      const last = backbone.last(tensors, batch, { adapters: hook });
      const several = tensors.tables !== undefined && tables.length > 1;
      return { last: several ? spread(last, inputs.membership!) : last };
    },
    scores: ({ last }, tensors, range) => {
      const { tables } = tensors;
      const rows = tables === undefined
        ? scoreRange(backbone, tensors, range)
        : tf.slice(tables, [1 + range.from, 0], [range.size, tables.shape[1]!]);
      return itemScores(last!, rows, itemBias(backbone, tensors), range);
    },
    dispose: () => tf.dispose(own),
  };
}

/**
 * Scores of several models of one backbone, summed in fixed shares: both see the same windows.
 *
 * @param parts each with its share of the score.
 */
export function blendedScorer(parts: readonly { readonly scorer: Scorer; readonly share: number }[]): Scorer {
  const own = (place: number, tensors: TensorMap): TensorMap =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([name, tensor]) =>
        name.startsWith(`${place} `) ? [[name.slice(`${place} `.length), tensor]] : []
      ),
    );
  const named = (place: number, tensors: TensorMap) =>
    Object.entries(tensors).map(([name, tensor]) => [`${place} ${name}`, tensor] as const);
  return {
    items: parts[0]!.scorer.items,
    frozen: Object.fromEntries(parts.flatMap(({ scorer }, place) => named(place, scorer.frozen))),
    collate: (rows) => Object.fromEntries(parts.flatMap(({ scorer }, place) => named(place, scorer.collate(rows)))),
    states: (inputs, frozen) =>
      Object.fromEntries(
        parts.flatMap(({ scorer }, place) => named(place, scorer.states(own(place, inputs), own(place, frozen)))),
      ),
    scores: (states, frozen, range) =>
      parts.map(({ scorer, share }, place) =>
        tf.mul(scorer.scores(own(place, states), own(place, frozen), range), share)
      ).reduce((sum, scores) => tf.add(sum, scores)),
    dispose: () => parts.forEach(({ scorer }) => scorer.dispose()),
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

/** The bank on the device; `tables`: the item tables of those adapters side by side, [items + 1, adapters * width]. */
function bankTensors(
  backbone: Backbone,
  parameters: TensorMap,
  bank: BankConfig,
  adapters: readonly AdapterValues[],
  withTable: readonly AdapterValues[],
): Record<string, Tensor> {
  return tf.tidy(() => {
    const lora = tf.stack(adapters.map((adapter) => tf.tensor1d(adapter.lora)));
    if (bank.itemRows.length === 0) return { lora };
    const table = scoreTable(backbone, parameters);
    const rows = tf.stack(withTable.map((adapter) => tf.tensor1d(adapter.rows)));
    const rowOf = tf.tensor1d(bankLayout(bank).rowOf, "int32");
    const tables = withTable.map((adapter) =>
      tf.add(table, tf.gather(scorePart(bank, stackRows(tf.tensor1d(adapter.rows), rowWidth(bank))), rowOf))
    );
    return { lora, stacked: stackRows(rows, rowWidth(bank)), tables: tf.concat(tables, 1) };
  });
}

function membershipTensors(
  backbone: Backbone,
  bank: BankConfig,
  adapters: number,
  windows: Windows,
  rows: Int32Array,
  { first, second, share }: WindowRouting,
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
  const { time, items: ids } = contexts(windows, rows, backbone.maxLength);
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
