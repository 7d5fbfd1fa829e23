/**
 * `raie`: preference regions edited as new sequences arrive, one adapter for each (RAIE, arXiv 2603.00638; method.md 5 to 7).
 * @module
 */
import { type AdapterValues, type BankConfig, initialAdapter } from "../adapters/bank.ts";
import { type LossCurve, stepsOf, trainAdapters } from "../adapters/train.ts";
import { stream } from "../engine/random.ts";
import type { Slice } from "../data/types.ts";
import {
  belongingByDecision,
  belongingByProbability,
  buildRegions,
  type EditEvent,
  editOptions,
  editRegions,
  type EditResult,
  type Regions,
  routeAll,
  sphericalKMeans,
} from "../regions/mod.ts";
import type { LoraSpec, MethodSpec } from "../spec/types.ts";
import { bankConfig, targetItems, trainingSettings, unionOf, widenRows } from "./adapter_kit.ts";
import { regionSets } from "./raie_sets.ts";
import { loadRaie, type RaieAdapted, raieAdapted } from "./raie_state.ts";
import type { Method, MethodContext } from "./types.ts";

/** Regions on S, before anything is edited. */
interface Ground {
  readonly regions: Regions;
  readonly members: Int32Array;
}

/**
 * Region-aware incremental editing. Over a list of F slices, regions and their adapters go on from where the slice before left them; a region that
 * a later slice adds starts from its nearest region's adapter.
 */
export const raie = (spec: MethodSpec): Method => ({
  kind: "raie",
  settings: { lora: spec.lora, regions: spec.regions },
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

    // With the first slice every region starts from the default adapter; later from its own (a new one from its nearest region's).
    const starts = Array.from(
      edit.parents,
      (parent) => before === undefined ? general.adapter : carry(before.adapters[parent]!),
    );
    const regional = await trainRegions(spec, bank, slice, edit, members, starts, context);
    return raieAdapted(spec, context, {
      bank,
      regions: edit.regions,
      built: before?.built ?? ground.regions,
      defaultAdapter: general.adapter,
      adapters: regional.adapters,
      members,
      edits: [...before?.edits ?? [], { slice: slice.name, ...edit.counts }],
      notes: [...before?.notes ?? thinNotes(ground.regions), ...notesOf(edit, slice)],
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
  // Every F window once for the default adapter, once in its region, `replay` S windows beside it; soft copies come on top.
  estimate: ({ windows }) => ({
    steps: stepsOf(windows, spec.lora.training) + stepsOf(windows * (1 + spec.regions.replay), spec.regions.training),
    exact: false,
  }),
});

async function buildGround({ regions: spec }: MethodSpec, context: MethodContext): Promise<Ground> {
  const vectors = await context.represent(context.data.setupDense);
  const clustering = sphericalKMeans(vectors, spec.k, {
    restarts: spec.restarts,
    iterations: spec.iterations,
    stream: stream(context.seed, "regions"),
  });
  return { regions: buildRegions(vectors, clustering, spec), members: clustering.labels };
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
  return editRegions(regions, vectors, editOptions(spec, stream(context.seed, `edit ${slice.name}`)));
}

interface Regional {
  readonly adapters: readonly AdapterValues[];
  readonly curves: readonly LossCurve[];
  readonly steps: number;
  readonly finetuneRows: number;
  readonly setupRows: number;
}

async function trainRegions(
  spec: MethodSpec,
  bank: BankConfig,
  slice: Slice,
  edit: EditResult,
  members: Int32Array,
  starts: readonly AdapterValues[],
  context: MethodContext,
): Promise<Regional> {
  const { regions: options } = spec;
  const setup = context.data.setupDense;
  const belonging = options.softCopies === "rounded"
    ? belongingByProbability(edit.regions, await context.represent(slice.windows), edit.membership, options)
    : belongingByDecision(edit, options);
  const sets = regionSets(options, edit.regions.count, {
    slice,
    belonging,
    setup,
    setupRegion: options.replayFrom === "members" ? members : routeAll(edit.regions, await context.represent(setup)),
    seed: context.seed,
  });
  const own: LoraSpec = {
    ...spec.lora,
    itemRate: options.training.itemRate,
    training: { ...options.training, positions: spec.lora.training.positions },
  };
  const settings = trainingSettings(own, bank, context, "region adapters");
  const adapters = [...starts];
  const shared = spec.lora.itemRows === "shared";
  const groups = shared ? sets.map((set) => [set]) : sets.length === 0 ? [] : [sets];
  const curves: LossCurve[] = [];
  let steps = 0;
  let rows = shared ? starts[0]?.rows : undefined;
  for (const group of groups) {
    const from = group.map(({ region }) =>
      rows === undefined ? adapters[region]! : { lora: adapters[region]!.lora, rows }
    );
    const trained = await trainAdapters(settings, group, from, options.pass === "together");
    group.forEach(({ region }, index) => adapters[region] = trained.adapters[index]!);
    if (shared) rows = trained.adapters[0]!.rows;
    curves.push(...trained.curves);
    steps += trained.steps;
  }
  const { epochs } = options.training;
  return {
    // Shared rows (authors): one table that region after region changed; what is left of it serves all.
    adapters: rows === undefined ? adapters : adapters.map(({ lora }) => ({ lora, rows })),
    curves,
    steps,
    finetuneRows: epochs * sets.reduce((sum, set) => sum + set.finetuneRows, 0),
    setupRows: epochs * sets.reduce((sum, set) => sum + set.setupRows, 0),
  };
}

function notesOf(edit: EditResult, slice: Slice): string[] {
  return [...edit.log.map((event) => noteOf(event, slice)), ...emptyNotes(edit, slice)];
}

/** Regions nobody is sent to are worth a word: their adapters learn nothing, and those that editing made are never used. */
function emptyNotes({ regions, isNew, membership }: EditResult, slice: Slice): string[] {
  const used = new Set(membership);
  const empty = (made: number) => regions.names.filter((_, k) => isNew[k] === made && !used.has(k)).join(", ");
  const why = "the routing score log pi + kappa cos has no normaliser, so regions of high kappa win";
  return [
    ...(empty(0) === "" ? [] : [`${slice.name}: no sequence is routed to ${empty(0)}`]),
    ...(empty(1) === "" ? [] : [`${slice.name}: no sequence is routed to ${empty(1)}, new in it: ${why}`]),
  ];
}

/** A cluster that k-means finds empty is given one sequence, so that the region exists; it stands for no group of users. */
function thinNotes({ names, counts }: Regions): string[] {
  const thin = names.filter((_, k) => counts[k] === 1);
  return thin.length === 0 || names.length === 1
    ? []
    : [`S: built on a single sequence: ${thin.join(", ")}; S holds fewer groups than regions.k`];
}

function noteOf(event: EditEvent, slice: Slice): string {
  switch (event.kind) {
    case "note":
      return `${slice.name}: ${event.text}`;
    case "pool too small":
      return `${slice.name}: ${event.size} sequences in the pool, fewer than the ${event.poolMin} a new region needs`;
    case "pool judged": {
      const best = Math.max(...event.bicProposed);
      const verdict = event.added.length === 0 ? "no new region" : `new: ${event.added.join(", ")}`;
      const bics = `BIC (higher is better) ${event.bicBefore.toFixed(0)} without, ${best.toFixed(0)} with new regions`;
      return `${slice.name}: ${event.size} sequences in the pool; ${bics}: ${verdict}`;
    }
    case "merged": {
      const degrees = (event.angle * 180 / Math.PI).toFixed(1);
      return `${slice.name}: ${event.names.join(" and ")} merged, ${degrees} degrees apart`;
    }
  }
}
