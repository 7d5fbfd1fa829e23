/**
 * A bank of LoRA adapters over one frozen backbone (LoRA, arXiv 2106.09685): y = W x + b + (alpha / r) B A x, and item rows that belong to each
 * adapter (method.md 4).
 *
 * All adapters of a bank sit side by side in one matrix [adapters, size], so that a batch may mix them: with memberships w [batch, adapters]
 * the low-rank term is sum_k w_k B_k A_k x, computed as two dense products with the columns of other adapters masked out. One-hot rows are hard
 * routing, other rows a soft mixture of adapters. Where rows stand in groups, one for each adapter, nothing needs masking: each group is multiplied
 * with its own factors, so that many adapters cost what one does.
 * @module
 */
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import type { AdapterHook, Projection } from "../backbones/types.ts";
import type { DropoutNoise } from "../engine/dropout.ts";
import { embed } from "../engine/nn/mod.ts";
import { stream } from "../engine/random.ts";
import { tf } from "../engine/tfjs.ts";
import { type Factors, lowRankTerms, splitSegments } from "./low_rank.ts";

/** What an adapter looks like: the same for all adapters of a bank. */
export interface BankConfig {
  /** r: rows of A, and of B kept transposed. */
  readonly rank: number;
  /** The low-rank term is scaled by alpha / rank. */
  readonly alpha: number;
  /** Rate in [0, 1) on the input of A while training. */
  readonly dropout: number;
  /** How A is drawn; B starts at zero either way, so a fresh adapter changes nothing. */
  readonly init: "kaiming" | "gaussian";
  /** The adapted projections. */
  readonly projections: readonly Projection[];
  /** Whether the backbone has projections of the same names in layers that are not adapted. */
  readonly someLayers?: boolean;
  /** Width of the item table. */
  readonly width: number;
  /** 2: items are scored by other rows than they are read by, and a trained item has a delta to each; left out: 1. */
  readonly tables?: 1 | 2;
  /** Catalogue indices whose rows every adapter trains, ascending; empty: none. */
  readonly itemRows: Int32Array;
  /** Items of the catalogue. */
  readonly items: number;
  /** Item i has row i + itemOffset of the item table; left out: 0. */
  readonly itemOffset?: number;
}

/** Where a projection's A [rank, inputs] and B, kept transposed as [rank, outputs], lie in an adapter's vector. */
export interface Segment {
  /** The linear map it adapts. */
  readonly projection: Projection;
  /** Offset of A's first number. */
  readonly a: number;
  /** Offset of B's first number. */
  readonly b: number;
}

/** Sizes and places of a bank's numbers. */
export interface BankLayout {
  /** In the order of the projections, without gaps. */
  readonly segments: readonly Segment[];
  /** Numbers in A and B of one adapter. */
  readonly loraSize: number;
  /** Numbers in the item rows of one adapter. */
  readonly rowsSize: number;
  /** [items + 1]: place of an item among `itemRows` plus one; 0: it has no row. */
  readonly rowOf: Int32Array;
}

/** One adapter's numbers: A and B of every projection, and item-row deltas against the shared table. */
export interface AdapterValues {
  /** [loraSize], laid out by {@linkcode bankLayout}. */
  readonly lora: Float32Array;
  /** [itemRows, rowWidth]; all 0 for an adapter that leaves the tables as they are. */
  readonly rows: Float32Array;
}

/** Numbers in an item's row delta: where it is read, and behind that where it is scored if those rows are others. */
export const rowWidth = ({ width, tables = 1 }: Pick<BankConfig, "width" | "tables">): number => width * tables;

/** The part of row deltas [..., rowWidth] that is added where items are read, [..., width]. */
export const readPart = (bank: BankConfig, deltas: Tensor): Tensor => partOf(bank, deltas, 0);

/** The part that is added where items are scored. */
export const scorePart = (bank: BankConfig, deltas: Tensor): Tensor => partOf(bank, deltas, bank.width);

function partOf({ width, tables = 1 }: BankConfig, deltas: Tensor, from: number): Tensor {
  if (tables === 1) return deltas;
  const last = deltas.rank - 1;
  const begin = new Array<number>(deltas.rank).fill(0);
  begin[last] = from;
  return tf.slice(deltas, begin, [...deltas.shape.slice(0, last), width]);
}

/**
 * Projections that `targets` name, in the backbone's order. As in PEFT a target is a whole name, or its end behind a dot.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { selectProjections } from "./bank.ts";
 * const all = ["blocks.0.q_proj", "blocks.0.linear1"].map((name) => ({ name, inputs: 8, outputs: 8 }));
 * assert.deepEqual(selectProjections(all, ["q_proj"]), [all[0]]);
 * ```
 */
export function selectProjections(projections: readonly Projection[], targets: readonly string[]): Projection[] {
  return projections.filter(({ name }) => targets.some((target) => name === target || name.endsWith(`.${target}`)));
}

/**
 * Lays out an adapter's numbers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { bankLayout } from "./bank.ts";
 * const projections = [{ name: "blocks.0.linear1", inputs: 8, outputs: 32 }];
 * const bank = { rank: 2, alpha: 4, dropout: 0, init: "kaiming" as const, projections, width: 8, items: 4 };
 * const { loraSize, rowsSize, rowOf } = bankLayout({ ...bank, itemRows: Int32Array.of(2, 4) });
 * assert.deepEqual([loraSize, rowsSize], [2 * 8 + 2 * 32, 2 * 8]);
 * assert.deepEqual([...rowOf], [0, 0, 1, 0, 2]);
 * ```
 */
export function bankLayout(config: BankConfig): BankLayout {
  let at = 0;
  const segments = config.projections.map((projection) => {
    const a = at;
    const b = a + config.rank * projection.inputs;
    at = b + config.rank * projection.outputs;
    return { projection, a, b };
  });
  const rowOf = new Int32Array(config.items + 1);
  config.itemRows.forEach((item, index) => rowOf[item] = index + 1);
  return { segments, loraSize: at, rowsSize: config.itemRows.length * rowWidth(config), rowOf };
}

/**
 * A fresh adapter: A drawn (Kaiming-uniform with a = sqrt 5, bound 1/sqrt(inputs), as PEFT; or Gaussian of std 1/rank), B and row deltas zero.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { bankLayout, initialAdapter } from "./bank.ts";
 * const projections = [{ name: "blocks.0.q_proj", inputs: 4, outputs: 4 }];
 * const itemRows = new Int32Array(0);
 * const bank = { rank: 1, alpha: 2, dropout: 0, init: "kaiming" as const, projections, width: 4, itemRows, items: 9 };
 * const { lora } = initialAdapter(bank, 1);
 * const { b } = bankLayout(bank).segments[0]!;
 * assert.ok(lora.subarray(0, b).every((value) => value !== 0 && Math.abs(value) <= 1 / 2));
 * assert.ok(lora.subarray(b).every((value) => value === 0));
 * ```
 */
export function initialAdapter(config: BankConfig, seed: number): AdapterValues {
  const layout = bankLayout(config);
  const lora = new Float32Array(layout.loraSize);
  for (const { projection, a, b } of layout.segments) {
    const draw = stream(seed, `adapter ${projection.name}`);
    const bound = 1 / Math.sqrt(projection.inputs);
    for (let i = a; i < b; i++) {
      lora[i] = config.init === "kaiming" ? bound * (2 * draw.float() - 1) : draw.normal() / config.rank;
    }
  }
  return { lora, rows: new Float32Array(layout.rowsSize) };
}

/** How the rows of a batch use the bank. */
export interface Membership {
  /** [batch, adapters]; each row sums to 1. Undefined: the batch is as many groups of equal size as there are adapters, group k by adapter k alone. */
  readonly weights: Tensor | undefined;
  /**
   * Places of the batch's sequence items in the stacked row deltas, one [batch, time] per adapter that a row can use, each with its share
   * [batch]; see {@linkcode rowPlaces}. Empty without item rows.
   */
  readonly sequenceRows: readonly { readonly places: Tensor; readonly share?: Tensor }[];
}

/**
 * Places of items in the stacked deltas [1 + adapters * rows, width] of {@linkcode stackRows}: 0 for an item without a row, else
 * 1 + adapter * rows + index.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { bankLayout, rowPlaces } from "./bank.ts";
 * const itemRows = Int32Array.of(2, 4);
 * const bank = { rank: 1, alpha: 2, dropout: 0, init: "kaiming" as const, projections: [], width: 4, itemRows, items: 4 };
 * // The second adapter's rows stand behind the two of the first; item 3 has none.
 * assert.deepEqual([...rowPlaces(bankLayout(bank), 2, Int32Array.of(2, 3, 4), () => 1)], [3, 0, 4]);
 * ```
 */
export function rowPlaces(
  layout: BankLayout,
  itemRows: number,
  items: Int32Array,
  adapter: (index: number) => number,
): Int32Array {
  const places = new Int32Array(items.length);
  for (let i = 0; i < items.length; i++) {
    const row = layout.rowOf[items[i]!]!;
    if (row > 0) places[i] = adapter(i) * itemRows + row;
  }
  return places;
}

/** All adapters' row deltas under one zero row: [adapters, rows * width] -> [1 + adapters * rows, width]. */
export function stackRows(rows: Tensor, width: number): Tensor2D {
  return tf.concat([tf.zeros([1, width]), tf.reshape(rows, [rows.size / width, width])], 0) as Tensor2D;
}

/**
 * The bank as the backbone sees it in one forward pass. Projections of one input see one dropout mask (PEFT draws one for each).
 *
 * `lora` is [adapters, loraSize], `stacked` from {@linkcode stackRows}.
 */
export function adapterHook(
  config: BankConfig,
  layout: BankLayout,
  lora: Tensor,
  stacked: Tensor | undefined,
  membership: Membership,
  noise?: DropoutNoise,
): AdapterHook {
  const parts = splitSegments(config, layout, lora);
  const adapters = lora.shape[0]!;
  const mixed = adapters > 1 ? membership.weights : undefined;
  const terms = (factors: ReadonlyMap<string, Factors>, weights?: Tensor, noise?: DropoutNoise) => ({
    uniform: adapters === 1,
    lowRank: lowRankTerms(config, adapters, factors, weights, noise),
  });
  return {
    ...terms(parts, mixed, noise),
    taken(names) {
      const chosen = names.filter((name) => parts.has(name));
      const tensors = chosen.flatMap((name) => [parts.get(name)!.a, parts.get(name)!.b]);
      if (mixed !== undefined) tensors.push(mixed);
      return {
        tensors,
        with: (given, noise) => {
          const own = new Map(chosen.map((name, k) => [name, { a: given[2 * k]!, b: given[2 * k + 1]! }]));
          return terms(own, given[2 * chosen.length], noise);
        },
      };
    },
    embeddingDelta() {
      if (stacked === undefined) return undefined;
      const terms = membership.sequenceRows.map(({ places, share }) => {
        const delta = readPart(config, embed(stacked, places));
        return share === undefined ? delta : tf.mul(delta, tf.reshape(share, [share.shape[0]!, 1, 1]));
      });
      return terms.length === 0 ? undefined : terms.reduce((sum, term) => tf.add(sum, term));
    },
  };
}
