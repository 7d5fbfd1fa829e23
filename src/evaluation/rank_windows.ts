/**
 * Ranking the target of every window against the whole catalogue, on the device: counts, never a sort (method.md 9).
 * @module
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Scorer } from "../backbones/types.ts";
import type { Windows } from "../data/types.ts";
import { targetOf } from "../data/window_rows.ts";
import { tf } from "../engine/tfjs.ts";
import type { Engine, TensorMap } from "../engine/types.ts";
import { itemBlocks, type ItemRange } from "../engine/nn/score_blocks.ts";
import { countRanks } from "./count_ranks.ts";
import { excludedItems, NOTHING } from "./exclusions.ts";
import { ScoreError } from "./score_error.ts";

/** What ranking counted for each window. */
export interface CountedRanks {
  /** [windows]: items that score higher than the target, the context's items left out. */
  readonly greater: Int32Array;
  /** [windows]: other items with the target's very score, the context's items left out. */
  readonly equal: Int32Array;
  /** [windows, top]: the best-scored catalogue indices outside the context, best first; 0 where fewer are left. */
  readonly top: Int32Array;
}

/** Settings of {@linkcode rankWindows}. */
export interface RankingOptions {
  /** Windows scored at a time: memory, never the result. */
  readonly batch: number;
  /** Length of the recommended lists that coverage needs. */
  readonly top: number;
  /** Blocks of scores held at a time, see `blocksHeld`: memory and speed, never the result; left out: 1. */
  readonly held?: number;
  /** Items of a block; chosen by the batch when left out. */
  readonly blockItems?: number | undefined;
  /** Windows done so far and in all; may throw to stop. */
  readonly onBatch?: (done: number, total: number) => void | Promise<void>;
}

/**
 * Ranks every window's target. The context's items are left out of the count (each once), the target never is, even when the context holds it.
 *
 * Rows are independent of each other; the last batch is filled up with copies of its first row, so a step has one shape.
 *
 * @throws {ScoreError} naming the window and the item whose score is NaN, be it the target, excluded, or any other item; infinite scores have
 * an order
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { windowsOf } from "../data/window_rows.ts";
 * import { openEngine } from "../engine/open.ts";
 * import { tf } from "../engine/tfjs.ts";
 * import { rankWindows } from "./rank_windows.ts";
 * const engine = await openEngine("cpu");
 * const windows = windowsOf({
 *   context: 1,
 *   users: Int32Array.of(0),
 *   items: Int32Array.of(1, 3),
 *   times: Float64Array.of(0, 1),
 * });
 * // Scores of items 1 to 4: item 1 is in the context and does not count, item 4 ties with the target, item 3.
 * const scorer = {
 *   items: 4,
 *   frozen: { all: tf.tensor2d([[0.9, 0.7, 0.5, 0.5]]) },
 *   collate: () => ({}),
 *   states: (_: object, { all }: Readonly<Record<string, tf.Tensor>>) => ({ all: all! }),
 *   scores: ({ all }: Readonly<Record<string, tf.Tensor>>, _: object, range: { from: number; size: number }) =>
 *     tf.slice(all!, [0, range.from], [1, range.size]),
 *   dispose: () => {},
 * };
 * const { greater, equal, top } = await rankWindows(engine, scorer, windows, { batch: 1, top: 2 });
 * assert.deepEqual([[...greater], [...equal], top[0]], [[1], [1], 2]);
 * engine.close();
 * ```
 */
export async function rankWindows(
  engine: Engine,
  scorer: Scorer,
  windows: Windows,
  options: RankingOptions,
): Promise<CountedRanks> {
  const { count, context } = windows;
  const batch = Math.min(options.batch, Math.max(1, count));
  const { held = 1 } = options;
  const blocks = itemBlocks(scorer.items, batch, options.blockItems);
  const greater = new Int32Array(count);
  const equal = new Int32Array(count);
  const top = new Int32Array(count * options.top);
  const step = engine.compile(
    (inputs: TensorMap, _state: TensorMap, frozen: TensorMap) => ({
      outputs: countRanks(
        {
          states: scorer.states(inputs, frozen),
          of: (states, range) => scorer.scores(states, frozen, range),
          blocks,
          held,
        },
        inputs.target!,
        inputs.excluded!,
        options.top + context,
      ),
    }),
    { name: "rank", frozen: scorer.frozen },
  );
  try {
    for (let from = 0; from < count; from += batch) {
      const rows = Int32Array.from({ length: batch }, (_, i) => from + i < count ? from + i : from);
      const { target, excluded, values } = exclusions(windows, rows);
      const inputs = { ...scorer.collate(rows), target, excluded };
      const outputs = step.run(inputs);
      const [above, same, best, sums] = await Promise.all([
        outputs.greater!.data(),
        outputs.equal!.data(),
        outputs.best!.data(),
        outputs.sum!.data(),
      ]);
      tf.dispose([Object.values(inputs), Object.values(outputs)]);
      if (!sums.every(Number.isFinite)) await refuseNaN(engine, scorer, rows, blocks);
      const real = Math.min(batch, count - from);
      greater.set((above as Int32Array).subarray(0, real), from);
      equal.set((same as Int32Array).subarray(0, real), from);
      const width = best.length / batch;
      for (let r = 0; r < real; r++) {
        const seen = values.subarray(r * context, (r + 1) * context);
        recommend(
          (best as Int32Array).subarray(r * width, (r + 1) * width),
          seen,
          top.subarray((from + r) * options.top, (from + r + 1) * options.top),
        );
      }
      await options.onBatch?.(from + real, count);
    }
  } finally {
    step.dispose();
  }
  return { greater, equal, top };
}

/** Looks at every score of windows whose scores have no finite sum: infinite ones may be ranked, NaN may not. */
async function refuseNaN(
  engine: Engine,
  scorer: Scorer,
  rows: Int32Array,
  blocks: readonly ItemRange[],
): Promise<void> {
  const inputs = scorer.collate(rows);
  let least: { readonly row: number; readonly item: number } | undefined;
  try {
    for (const range of blocks) {
      const at = await firstNaN(engine, scorer, inputs, range);
      if (at < 0) continue;
      const row = Math.floor(at / range.size);
      if (least === undefined || row < least.row) least = { row, item: range.from + at % range.size + 1 };
    }
  } finally {
    tf.dispose(Object.values(inputs));
  }
  if (least !== undefined) throw new ScoreError(rows[least.row]!, least.item);
}

/** Place of the first NaN among the scores of a block, row by row; -1 where there is none. */
async function firstNaN(engine: Engine, scorer: Scorer, inputs: TensorMap, range: ItemRange): Promise<number> {
  const step = engine.compile(
    (inputs: TensorMap, _state: TensorMap, frozen: TensorMap) => ({
      outputs: { scores: scorer.scores(scorer.states(inputs, frozen), frozen, range) },
    }),
    { name: "score", frozen: scorer.frozen },
  );
  try {
    const { scores } = step.run(inputs);
    const values = await scores!.data();
    scores!.dispose();
    return values.findIndex(Number.isNaN);
  } finally {
    step.dispose();
  }
}

/** Targets and excluded items as 0-based columns of the scores; excluded ones that must not count are -1. */
function exclusions(windows: Windows, rows: Int32Array): { target: Tensor; excluded: Tensor; values: Int32Array } {
  const { context } = windows;
  const targets = new Int32Array(rows.length);
  const values = new Int32Array(rows.length * context);
  rows.forEach((row, r) => {
    targets[r] = targetOf(windows, row) - 1;
    values.set(excludedItems(windows, row).map((item) => item === NOTHING ? -1 : item - 1), r * context);
  });
  return {
    target: tf.tensor1d(targets, "int32"),
    excluded: tf.tensor2d(values, [rows.length, context], "int32"),
    values,
  };
}

/** Leaves the excluded columns out of a list of best columns and turns the rest into catalogue indices. */
function recommend(best: Int32Array, excluded: Int32Array, out: Int32Array): void {
  const left = new Set(excluded);
  let at = 0;
  for (const column of best) {
    if (at === out.length) return;
    if (!left.has(column)) out[at++] = column + 1;
  }
}
