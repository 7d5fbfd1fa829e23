/**
 * Editing: how regions follow the sequences of a new slice.
 * @module
 */
import { reestimate } from "./build_regions.ts";
import type { EditOptions } from "./edit_options.ts";
import { decideAll, expandCanFire } from "./gate.ts";
import { mergeRegions } from "./merge.ts";
import { judgePool, nearestRegion } from "./pool.ts";
import { routeAll } from "./routing.ts";
import { type Action, ACTIONS, type Decisions, type EditReport, type Regions, type VectorRows } from "./types.ts";
import { addRow } from "./unit_vectors.ts";
import { rowBlocks, selectRows } from "./vector_rows.ts";

/** What happened beyond single sequences, in order. */
export type EditEvent =
  | { readonly kind: "note"; readonly text: string }
  /** What the gate chose for so many sequences and what is switched off. */
  | { readonly kind: "withheld"; readonly action: Action; readonly size: number }
  | { readonly kind: "pool too small"; readonly size: number; readonly poolMin: number }
  | {
    readonly kind: "pool judged";
    readonly size: number;
    readonly bicBefore: number;
    /** With 1, 2, ... new regions. */
    readonly bicProposed: readonly number[];
    /** Names of the new regions; none when refused. */
    readonly added: readonly string[];
  }
  | { readonly kind: "merged"; readonly names: readonly [string, string]; readonly angle: number };

/** Regions after a slice. */
export interface EditResult {
  /** After all of the slice, merging included. */
  readonly regions: Regions;
  /** The gate's word on every sequence, against the regions before editing; also where the operation is switched off. */
  readonly decisions: Decisions;
  /** Sequences per operation, and what became of the pool. */
  readonly counts: EditReport;
  /** What a report tells beside the counts, in the order it happened. */
  readonly log: readonly EditEvent[];
  /** [K after], the region before editing whose adapter each starts from: itself, a merged region's largest part, a new region's nearest. */
  readonly parents: Int32Array;
  /** [K after], 1 for a region that a pool made. */
  readonly isNew: Uint8Array;
  /** [K before], the region after editing that holds each (merging may join two). */
  readonly successor: Int32Array;
  /** [count], the region of every sequence after editing, by routing score. */
  readonly membership: Int32Array;
}

/**
 * Edits regions with all sequences of one slice (RAIE section 3.3).
 *
 * The slice is one batch: every decision is taken against the regions as they were before it (posterior centres, radii), and only then
 * is everything applied, so the order of sequences does not matter. In this order:
 *
 * 1. Update adds x to S and 1 to n of its region; Expand adds `expandWeight` times that and, under the confidence gate, the radius grows to
 *    cover x. Parameters are then estimated once, kappa by EMA.
 * 2. Add sequences form a pool. From `poolMin` on, new regions are proposed and judged ({@linkcode judgePool}); otherwise, and when
 *    refused, the pool's sequences join their nearest regions for training and leave the statistics alone.
 * 3. Merge, if a `mergeAngle` is given.
 * 4. Every sequence is routed to the final regions.
 *
 * An operation that is switched off (the paper's ablations) does not turn into another one. The gate decides as ever, since it knows nothing of
 * switches, and the sequence is only routed: it trains the region of highest routing score and leaves all statistics alone. So
 *
 * - without Update no S and n grow by what a region knows already; centres, shares and kappa move by Expand alone;
 * - without Expand no radius grows, nothing counts for `expandWeight`, and no window trains a second region as the gate's soft copy;
 * - without Add there is no pool, hence no new region: it is as if every pool were too small;
 * - without all three the regions are returned as they were given, to the bit, unless a `mergeAngle` joins some.
 *
 * @param vectors the slice's sequences; none leaves the regions as they are
 * @throws RangeError when the widths differ
 * @example
 * ```ts
 * import { buildRegions } from "./build_regions.ts";
 * import { EDIT_DEFAULTS } from "./edit_options.ts";
 * import { editRegions } from "./edit_regions.ts";
 * import { sphericalKMeans } from "./spherical_k_means.ts";
 * import { unitVectors } from "./unit_vectors.ts";
 * import assert from "node:assert/strict";
 *
 * const setup = unitVectors([1, 0, 0, 1, 1, 0.2, 0.2, 1], 2);
 * const before = await buildRegions(setup, await sphericalKMeans(setup, 2, { seeds: [1, 0, 0, 1] }));
 * const stream = { float: Math.random, integer: () => 0 };
 * const { counts, regions } = await editRegions(before, unitVectors([1, 0.1], 2), { ...EDIT_DEFAULTS, stream });
 * assert.equal(counts.update, 1);
 * assert.deepEqual([...regions.counts], [3, 2]);
 * ```
 */
export async function editRegions(
  before: Regions,
  vectors: VectorRows,
  options: EditOptions,
): Promise<EditResult> {
  const log: EditEvent[] = [];
  if (options.expand && !expandCanFire(options.gate, before)) {
    log.push({ kind: "note", text: `${options.gate.kind} gate: Expand cannot fire with these constants` });
  }
  const decisions = await decideAll(options.gate, before, vectors);
  const chosen = countOf(decisions);
  const withheld = ACTIONS.filter((action) => !options[action] && chosen[action] > 0);
  for (const action of withheld) log.push({ kind: "withheld", action, size: chosen[action] });
  const moved = await applyStatistics(before, vectors, decisions, options);
  const { regions: grown, size, fellBack } = await applyPool(moved, vectors, decisions, options, log);
  const accepted = grown.count - before.count;
  const { regions, successor, heir, merged } = mergeRegions(grown, options.mergeAngle ?? 0);
  for (const pair of merged) log.push({ kind: "merged", ...pair });

  return {
    regions,
    decisions,
    counts: {
      update: options.update ? chosen.update : 0,
      expand: options.expand ? chosen.expand : 0,
      add: size,
      withheld: withheld.reduce((sum, action) => sum + chosen[action], 0),
      merged: merged.length,
      accepted,
      refused: size >= options.poolMin && size > 0 && accepted === 0 ? 1 : 0,
      fellBack,
    },
    log,
    parents: heir.map((k) => k < before.count ? k : nearestRegion(grown, k, before.count)),
    isNew: Uint8Array.from(heir, (k) => k < before.count ? 0 : 1),
    successor: successor.slice(0, before.count),
    membership: await routeAll(regions, vectors),
  };
}

/** Sequences by what the gate chose for them. */
function countOf({ actions }: Decisions): Record<Action, number> {
  const counts = { update: 0, expand: 0, add: 0 };
  for (const action of actions) counts[ACTIONS[action]!]++;
  return counts;
}

/** Step 1: statistics and radii. */
async function applyStatistics(
  before: Regions,
  vectors: VectorRows,
  { actions, first, angle }: Decisions,
  options: EditOptions,
): Promise<Regions> {
  const sums = before.sums.slice();
  const counts = before.counts.slice();
  const radii = before.radii.slice();
  let changed = false;
  for await (const { from, count, values } of rowBlocks(vectors)) {
    for (let place = 0; place < count; place++) {
      const row = from + place;
      const action = ACTIONS[actions[row]!]!;
      if (action === "add" || !options[action]) continue;
      const region = first[row]!;
      const weight = action === "update" ? 1 : options.expandWeight;
      addRow(sums, region, values, place, before.width, weight);
      counts[region] = counts[region]! + weight;
      if (action === "expand" && options.gate.kind === "confidence") {
        radii[region] = Math.max(radii[region]!, angle[row]!);
      }
      changed = true;
    }
  }
  // Without a change there is no new evidence, and the EMA must not move kappa.
  return changed ? reestimate(before, sums, counts, radii) : before;
}

/** Step 2: the pool. */
async function applyPool(
  regions: Regions,
  vectors: VectorRows,
  { actions }: Decisions,
  options: EditOptions,
  log: EditEvent[],
): Promise<{ regions: Regions; size: number; fellBack: number }> {
  const add = ACTIONS.indexOf("add");
  const places = new Int32Array(actions.length).map((_, row) => row);
  const rows = options.add ? places.filter((row) => actions[row] === add) : new Int32Array(0);
  const size = rows.length;
  if (size === 0) return { regions, size, fellBack: 0 };
  if (size < options.poolMin) {
    log.push({ kind: "pool too small", size, poolMin: options.poolMin });
    return { regions, size, fellBack: size };
  }
  const verdict = await judgePool(regions, await selectRows(vectors, rows), vectors, options);
  const { bicBefore, bicProposed } = verdict;
  const added = verdict.regions.names.slice(regions.count);
  log.push({ kind: "pool judged", size, bicBefore, bicProposed, added });
  return { regions: verdict.regions, size, fellBack: added.length === 0 ? size : 0 };
}
