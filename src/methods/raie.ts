/**
 * `raie`: preference regions edited as new sequences arrive, one adapter for each (RAIE, arXiv 2603.00638; method.md 5 to 7).
 * @module
 */
import { type AdapterValues, type BankConfig, initialAdapter } from "../adapters/bank.ts";
import { stepsOf } from "../adapters/batches.ts";
import { trainAdapters } from "../adapters/train.ts";
import { stream } from "../engine/random.ts";
import { type RowProducts, rowProducts } from "../engine/row_products.ts";
import type { Slice } from "../data/types.ts";
import {
  buildRegions,
  chooseK,
  editOptions,
  editRegions,
  type EditResult,
  randomCentres,
  type Regions,
  sphericalKMeans,
} from "../regions/mod.ts";
import { SEED_SAMPLE } from "../spec/region_types.ts";
import type { LoraSpec, MethodSpec } from "../spec/types.ts";
import { bankConfig, targetItems, trainingSettings, unionOf, widenRows } from "./adapter_kit.ts";
import { ablationNotes, choiceNote, editNotes, thinNotes } from "./raie_notes.ts";
import { loadRaie, type RaieAdapted, raieAdapted } from "./raie_state.ts";
import { trainRegions } from "./raie_training.ts";
import type { Budget, Method, MethodContext } from "./types.ts";

/** Regions on S, before anything is edited. */
interface Ground {
  readonly regions: Regions;
  readonly members: Int32Array;
  /** Sentences for the report. */
  readonly notes: readonly string[];
}

/**
 * Region-aware incremental editing. Over a list of F slices, regions and their adapters go on from where the slice before left them; a region that
 * a later slice adds starts from its nearest region's adapter, and a region that got no row of the slice keeps the adapter it began it with.
 *
 * The paper's ablations are specs, and the report's notes say which of them a method is. What a switched-off operation does instead is said at
 * {@linkcode editRegions}.
 *
 * - no regions: `k: 1, add: false`. One adapter on all of F with as much replay from all of S; `k: 1` alone lets Add make regions.
 * - no editing: `update`, `expand` and `add` all false. Regions stay as built on S; F windows train the region they are routed to.
 * - without Update, Expand or Add: one of the three false.
 * - random regions: `centres: "random"`, see {@linkcode randomCentres}.
 * - one adapter: `adapters: "one"`. Regions are built, edited and routed to as ever, and every region's set is what it would be, with its own
 *   replay; but one adapter trains on all the sets' rows, for as many epochs, and scores whatever region a sequence is routed to. Its steps are
 *   those of the separate adapters less the short last batches that joining saves.
 *
 * Under `budget: "matched"` a raie that is not the yardstick trains its default adapter as ever, and its regions' adapters for the rest of the
 * yardstick's steps ({@linkcode shareSteps}). Its replay is its own: how much of S a region sees is part of what is compared.
 *
 * A K=1 control (`control` in its spec) takes the steps of its raie under any budget, and S in the share of its rows.
 */
export const raie = (spec: MethodSpec): Method => ({
  kind: "raie",
  settings: {
    lora: spec.lora,
    regions: spec.regions,
    ...(spec.control !== undefined && { control: true }),
  },
  editsRegions: true,
  async adapt(previous, slice, context) {
    const before = (previous as RaieAdapted | undefined)?.state;
    const ground: Ground = before === undefined ? await buildGround(spec, context) : before;
    const items = targetItems(slice);
    const bank = bankConfig(spec.lora, context, before === undefined ? items : unionOf(before.bank.itemRows, items));
    const carry = (adapter: AdapterValues) => before === undefined ? adapter : widenRows(adapter, before.bank, bank);

    // The default adapter is what regions start from; once they have started they go on from their own, and it stays as it is.
    const general = before === undefined
      ? await trainDefault(spec, bank, slice, initialAdapter(bank, context.seed), context)
      : { adapter: carry(before.defaultAdapter), steps: 0, rows: 0, curves: [] };
    const edit = await editSlice(spec, ground.regions, slice, context);
    const members = ground.members.map((region) => region < 0 ? -1 : edit.successor[region]!);

    // With the first slice every adapter starts from the default one; later from its own (a new region's from its nearest region's).
    const parents = spec.regions.adapters === "one" ? [0] : [...edit.parents];
    const starts = parents.map((parent) => before === undefined ? general.adapter : carry(before.adapters[parent]!));
    const replaying = { ...spec, regions: { ...spec.regions, replay: replayOf(spec, context.budget, general.rows) } };
    const regional = await trainRegions(replaying, context, {
      bank,
      slice,
      edit,
      members,
      starts,
      first: before === undefined,
      ...(context.budget === undefined ? {} : { steps: context.budget.steps - general.steps }),
    });
    return raieAdapted(spec, context, {
      bank,
      regions: edit.regions,
      built: before?.built ?? ground.regions,
      defaultAdapter: general.adapter,
      adapters: regional.adapters,
      members,
      edits: [...before?.edits ?? [], { slice: slice.name, ...edit.counts }],
      notes: [
        ...before?.notes ?? [...ablationNotes(spec.regions), ...ground.notes],
        ...editNotes(edit, slice.name),
        ...regional.notes,
      ],
      cost: {
        steps: general.steps + regional.steps,
        finetuneRows: general.rows + regional.finetuneRows,
        setupRows: regional.setupRows,
        parameters: regional.adapters.length * (general.adapter.lora.length + general.adapter.rows.length),
      },
      curves: [...general.curves, ...regional.curves],
    });
  },
  load: (folder, context) => loadRaie(spec, folder, context),
  estimate: ({ windows, later = false }) => ({ steps: estimatedSteps(spec, windows, later), exact: false }),
});

/**
 * Every F window once for the default adapter, which a later slice trains no more, and once in its region, `replay` S windows beside it, in regions
 * of one size. Soft copies come on top, new regions' short batches too, and S may have too few windows for so much replay.
 */
function estimatedSteps({ lora, regions }: MethodSpec, windows: number, later: boolean): number {
  const sets = regions.adapters === "one" ? 1 : Math.max(1, Math.min(regions.k, windows));
  const general = later ? 0 : stepsOf(windows, lora.training);
  return general + sets * stepsOf(windows * (1 + regions.replay) / sets, regions.training);
}

/**
 * S windows for each F window of a region. A control's make its region's rows hold S in the share that its raie's regional rows do: the rest of the
 * raie's rows, and none of S, are the default adapter's.
 */
function replayOf({ control, regions }: MethodSpec, budget: Budget | undefined, defaultRows: number): number {
  if (control === undefined || budget === undefined) return regions.replay;
  const regional = budget.rows - defaultRows;
  const setup = budget.rows * budget.setupShare;
  return regional > setup ? setup / (regional - setup) : 0;
}

async function buildGround({ regions: spec }: MethodSpec, context: MethodContext): Promise<Ground> {
  const vectors = await context.represent(context.data.setupDense);
  return await onEngine(context, async (products) => {
    const { k, restarts, iterations, seedSample = SEED_SAMPLE } = spec;
    if (spec.kBy === "bic" && spec.centres === "k-means") {
      const drawn = (k: number) => stream(context.seed, "regions", k);
      const choice = await chooseK(vectors, k, { ...spec, seedSample, products, stream: drawn });
      const { regions, clustering: { labels } } = choice;
      return { regions, members: labels, notes: [choiceNote(choice), ...thinNotes(regions)] };
    }
    const drawn = stream(context.seed, "regions");
    const clustering = spec.centres === "random"
      ? await randomCentres(vectors, k, stream(context.seed, "random regions"), products)
      : await sphericalKMeans(vectors, k, { restarts, iterations, seedSample, products, stream: drawn });
    const regions = await buildRegions(vectors, clustering, spec);
    return { regions, members: clustering.labels, notes: thinNotes(regions) };
  });
}

async function trainDefault(
  spec: MethodSpec,
  bank: BankConfig,
  slice: Slice,
  start: AdapterValues,
  context: MethodContext,
) {
  const { weightDecay, itemRate } = spec.regions.defaultAdapter;
  const own: LoraSpec = { ...spec.lora, itemRate, training: { ...spec.lora.training, weightDecay } };
  const set = { purpose: `default ${slice.name}`, windows: slice.windows };
  const trained = await trainAdapters(trainingSettings(own, bank, context, "default adapter"), [set], [start]);
  return { ...trained, adapter: trained.adapters[0]! };
}

async function editSlice(
  { regions: spec }: MethodSpec,
  regions: Regions,
  slice: Slice,
  context: MethodContext,
): Promise<EditResult> {
  const vectors = await context.represent(slice.windows);
  const drawn = stream(context.seed, `edit ${slice.name}`);
  return await onEngine(context, (products) => editRegions(regions, vectors, editOptions(spec, drawn, products)));
}

/** With products of the engine, for as long as they are needed. */
async function onEngine<T>({ engine }: MethodContext, act: (products: RowProducts) => Promise<T>): Promise<T> {
  const products = rowProducts(engine);
  try {
    return await act(products);
  } finally {
    products.dispose();
  }
}
