/**
 * The state RAIE carries from slice to slice: regions, the default adapter, one adapter for each region.
 * @module
 */
import { join } from "node:path";
import type { AdapterValues, BankConfig } from "../adapters/bank.ts";
import { readColumns, writeColumns } from "../adapters/columns_file.ts";
import { bankScorer, type Routing } from "../adapters/scorer.ts";
import type { LossCurve } from "../adapters/train.ts";
import type { Windows } from "../data/types.ts";
import {
  type EditReport,
  type RegionArrays,
  type Regions,
  regionsFromArrays,
  regionsToArrays,
  routeAll,
  routeTopTwo,
} from "../regions/mod.ts";
import type { MethodSpec } from "../spec/types.ts";
import { bankConfig, loadNamed, readState, type SavedState, saveState } from "./adapter_kit.ts";
import type { Adapted, Cost, MethodContext } from "./types.ts";

/** What {@linkcode raieAdapted} needs. */
export interface RaieState {
  /** Layout of the default adapter and of all regions' adapters. */
  readonly bank: BankConfig;
  /** What sequences are routed by. */
  readonly regions: Regions;
  /** The regions before any editing: what the report compares with. */
  readonly built: Regions;
  /** Trained on all of F: where a new slice's default training goes on from. */
  readonly defaultAdapter: AdapterValues;
  /** [regions], or the one adapter of all regions. */
  readonly adapters: readonly AdapterValues[];
  /** [S dense windows], the region each window was put in by k-means, followed through merges. */
  readonly members: Int32Array;
  /** One entry for each F slice, in time order. */
  readonly edits: readonly (EditReport & { readonly slice: string })[];
  /** Sentences for the report. */
  readonly notes: readonly string[];
  /** Of the last slice. */
  readonly cost: Cost;
  /** Of the last slice's trainings. */
  readonly curves: readonly LossCurve[];
}

/** RAIE's state as a method's result. */
export interface RaieAdapted extends Adapted {
  /** What the next slice starts from. */
  readonly state: RaieState;
}

interface SavedRaie extends SavedState {
  readonly edits: RaieState["edits"];
  readonly notes: readonly string[];
  readonly regions: RegionArrays;
  readonly built: RegionArrays;
}

const DEFAULT = "default";
/** The regions of S windows: a number for each, which no JSON should have to hold. */
const MEMBERS = "members.safetensors";
const adapterNames = ({ regions: { adapters } }: MethodSpec, regions: Regions): string[] =>
  adapters === "one" ? ["all-regions"] : regions.names.map((_, region) => `region-${region + 1}`);

/** Scores by routing each sequence's frozen representation to its region, hard or to the two best; one adapter of all regions scores by itself. */
export function raieAdapted(spec: MethodSpec, context: MethodContext, state: RaieState): RaieAdapted {
  const route = async (windows: Windows) => await routeAll(state.regions, await context.represent(windows));
  const names = adapterNames(spec, state.regions);
  const routing = async (windows: Windows): Promise<Routing> => {
    if (spec.regions.adapters === "one") return { first: new Int32Array(windows.count) };
    if (spec.regions.routing === "hard") return { first: await route(windows) };
    const { first, second, weight } = await routeTopTwo(state.regions, await context.represent(windows));
    return { first, second, share: weight };
  };
  return {
    state,
    cost: state.cost,
    curves: state.curves,
    regions: { before: state.built, after: state.regions, edits: state.edits, notes: state.notes, route },
    scorer: async (windows) =>
      bankScorer(
        context.constant.under(state.bank),
        context.parameters,
        state.bank,
        state.adapters,
        windows,
        await routing(windows),
      ),
    save: async (folder) => {
      const adapters = new Map([[DEFAULT, state.defaultAdapter]]);
      state.adapters.forEach((adapter, region) => adapters.set(names[region]!, adapter));
      await saveState<SavedRaie>(folder, state.bank, adapters, context, {
        itemRows: [...state.bank.itemRows],
        cost: state.cost,
        curves: state.curves,
        edits: state.edits,
        notes: state.notes,
        regions: regionsToArrays(state.regions),
        built: regionsToArrays(state.built),
      });
      await writeColumns(join(folder, MEMBERS), {
        members: { shape: [state.members.length], values: state.members },
      });
    },
  };
}

/** Reads what `save` wrote. */
export async function loadRaie(spec: MethodSpec, folder: string, context: MethodContext): Promise<RaieAdapted> {
  const saved = await readState<SavedRaie>(folder);
  const bank = bankConfig(spec.lora, context, Int32Array.from(saved.itemRows));
  const regions = regionsFromArrays(saved.regions);
  const adapters: AdapterValues[] = [];
  for (const name of adapterNames(spec, regions)) adapters.push(await loadNamed(folder, name, bank, context));
  return raieAdapted(spec, context, {
    bank,
    regions,
    built: regionsFromArrays(saved.built),
    defaultAdapter: await loadNamed(folder, DEFAULT, bank, context),
    adapters,
    members: readColumns(join(folder, MEMBERS)).members!.values as Int32Array,
    edits: saved.edits,
    notes: saved.notes,
    cost: saved.cost,
    curves: saved.curves,
  });
}
