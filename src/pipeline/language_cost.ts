/**
 * What stages of a language model take, reckoned from its config.json before anything is loaded: memory at the peak, floating point operations, and
 * what would make a stage fit that does not.
 * @module
 */
import { selectProjections } from "../adapters/bank.ts";
import { COPIES as FISHER_COPIES } from "../adapters/fisher.ts";
import { advice, WASM_MOST } from "../backbones/llama/advice.ts";
import {
  type Footprint,
  rankingFootprint,
  representFootprint,
  trainingFootprint,
  type TrainingSizes,
} from "../backbones/llama/footprint.ts";
import { forwardFlops, type PromptSizes, trainingFlops, weightNumbers } from "../backbones/llama/sizes.ts";
import type { Slice } from "../data/types.ts";
import { blocksHeld } from "../engine/nn/score_blocks.ts";
import type { Rung } from "../engine/types.ts";
import { targetItems } from "../methods/adapter_kit.ts";
import { scoreMemory } from "../spec/score_memory.ts";
import { ownOptions } from "../spec/method_types.ts";
import type { LlamaSpec, LoraSpec, MethodSpec, ResolvedSpec } from "../spec/types.ts";
import type { StageTask } from "./graph.ts";
import type { LanguageModel } from "./language_model.ts";
import type { Prepared } from "./prepare.ts";
import { dataBytes } from "./stage_memory.ts";
import type { RepresentedWindows } from "./stages.ts";

/** What a stage takes. */
export interface LanguageCost {
  /** At its peak, by what it is for. */
  readonly footprint: Footprint;
  /** Floating point operations in all, of training and of reading. */
  readonly flops: { readonly training: number; readonly reading: number };
  /** Bytes the rung has at most, however much the machine has; left out: no less than that. */
  readonly most?: number;
  /** Needed and available memory, and what would make it fit; undefined where it fits. */
  remedy(available: number): string | undefined;
}

/** Bytes of a number. */
const NUMBER = 4;
/** Copies of every number where the whole model trains: as of the backbones that train from scratch (`stage_memory.ts`). */
const WHOLE = 24;

/** Bytes of the program beside one step: data structures, charts, graphs of steps before. By measurement of whole runs, on tensorflow and wasm. */
const PROGRAM = 200e6;

/** Bytes that a process computing the stage takes at its peak. */
export const languageMemory = ({ footprint }: LanguageCost, prepared: Prepared): number =>
  footprint.total + PROGRAM + dataBytes(prepared);

/** @param steps Optimiser steps, as far as they are known. */
export function languageCost(
  spec: ResolvedSpec,
  prepared: Prepared & { readonly language: LanguageModel },
  task: StageTask,
  steps: number,
  engine: string,
): LanguageCost {
  const reckoning = new Reckoning(spec, prepared, engine);
  switch (task.kind) {
    case "backbone":
      return reckoning.teaching(steps);
    case "represented":
      return reckoning.representing(task.windows);
    case "adapted":
      return reckoning.adapting(task.method, task.slice, steps);
    case "ranks":
      return reckoning.ranking(task.method);
    case "regions":
      // The model is there, and nothing is asked of it.
      return reckoning.representing("evaluated", 0);
  }
}

class Reckoning {
  readonly #language: LanguageModel;
  readonly #llama: LlamaSpec;
  readonly #place: { readonly rung: Rung; readonly gpu: boolean };

  constructor(
    readonly spec: ResolvedSpec,
    readonly prepared: Prepared & { readonly language: LanguageModel },
    engine: string,
  ) {
    this.#language = prepared.language;
    this.#llama = spec.backbone as LlamaSpec;
    this.#place = placeOf(engine);
  }

  teaching(steps: number): LanguageCost {
    const { lora, training } = this.#llama;
    return this.#training(this.#sizes(lora, training.batch, this.prepared.data.catalogue.size), steps);
  }

  adapting(method: MethodSpec, slice: Slice, steps: number): LanguageCost {
    const { kind, lora, regions } = method;
    const rows = lora.itemRows === "none" ? 0 : targetItems(slice).length;
    const sizes = this.#sizes(lora, lora.training.batch, rows);
    switch (kind) {
      case "full":
        return this.#whole(ownOptions("full", method).training.batch, steps);
      case "ebpr": {
        const batch = this.#part(Math.min(ownOptions("ebpr", method).batch, slice.windows.count));
        const edited = { ...sizes, batch, adapted: [], itemRows: this.prepared.data.catalogue.size };
        return together(this.#training(edited, steps), this.#reading(slice.windows.count, 0, 1));
      }
      case "replay":
        // Rows of S beside those of F.
        return this.#training({ ...sizes, batch: 2 * sizes.batch }, steps);
      case "lwf":
        return this.#taught(sizes, steps);
      case "ewc": {
        // A window for each copy of the adapter; with item rows of its own, one at a time.
        const windows = { ...sizes, batch: rows > 0 ? 1 : FISHER_COPIES, shared: 0 };
        const samples = Math.min(ownOptions("ewc", method).samples, slice.windows.count);
        return together(this.#training(sizes, steps), this.#training(windows, samples / windows.batch, 1));
      }
      case "mole":
        return this.#training({ ...sizes, adapters: ownOptions("mole", method).experts, shared: 0 }, steps);
      case "raie": {
        const atOnce = regions.pass === "sequential" ? 1 : regions.k;
        const batch = Math.max(sizes.batch, atOnce * this.#part(regions.training.batch));
        const trained = { ...sizes, batch, adapters: atOnce, ...(atOnce > 1 && { shared: 0 }) };
        return this.#training(trained, steps);
      }
      default:
        return this.#training(sizes, steps);
    }
  }

  ranking(method: MethodSpec | undefined): LanguageCost {
    const { count } = this.prepared.ranked;
    if (method === undefined) return this.#reading(count, 0, 1);
    const { kind } = method;
    const rows = method.lora.itemRows !== "none";
    if (kind === "lsat") return this.#reading(2 * count, rows ? 2 : 0, 1);
    const adapters = kind === "raie" ? method.regions.k : kind === "mole" ? ownOptions("mole", method).experts : 1;
    return this.#reading(count, rows ? (kind === "mole" ? 1 : adapters) : 0, adapters);
  }

  /** Windows that regions are built on and routed: every layer, everywhere. */
  representing(which: RepresentedWindows, windows = this.#windowsOf(which)): LanguageCost {
    const { batch } = this.spec.evaluation;
    const prompts = this.#prompts(batch);
    const of = (batch: number) => representFootprint(this.#language.config, { ...prompts, ...this.#place, batch });
    return this.#read(of, windows / batch * forwardFlops(this.#language.config, prompts, true));
  }

  #windowsOf(which: RepresentedWindows): number {
    const { ranked, data } = this.prepared;
    return which === "dense" ? data.setupDense.count : ranked.count;
  }

  #reading(windows: number, tables: number, adapters: number): LanguageCost {
    const { batch } = this.spec.evaluation;
    // Several adapters: prompts begin alike, but their states are not.
    const prompts = { ...this.#prompts(batch), ...(adapters > 1 && { shared: 0 }) };
    const of = (batch: number) =>
      rankingFootprint(this.#language.config, { ...prompts, ...this.#place, batch, tables });
    return this.#read(of, windows / batch * forwardFlops(this.#language.config, prompts));
  }

  #read(of: (batch: number) => Footprint, reading: number): LanguageCost {
    const footprint = of(this.spec.evaluation.batch);
    const { most } = this.#limit();
    const remedy = (available: number) => {
      const said = beyond(footprint, available);
      if (said === undefined) return undefined;
      return of(1).total <= available
        ? `${said}; a smaller evaluation.batch would make it fit`
        : `${said}; no evaluation.batch would make it fit`;
    };
    return { footprint, flops: { training: 0, reading }, ...(most && { most }), remedy };
  }

  #training(sizes: TrainingSizes, steps: number, parts = this.#llama.accumulation): LanguageCost {
    const { config } = this.#language;
    const footprint = trainingFootprint(config, sizes);
    return {
      footprint,
      flops: { training: steps * parts * trainingFlops(config, sizes), reading: 0 },
      ...this.#limit(),
      remedy: (available) => advice(config, footprint, available, sizes),
    };
  }

  /** With a pass of the frozen model beside each that trains. */
  #taught(sizes: TrainingSizes, steps: number): LanguageCost {
    const { config } = this.#language;
    const cost = this.#training(sizes, steps);
    const { activations, scores } = rankingFootprint(config, sizes);
    const footprint = {
      ...cost.footprint,
      activations: cost.footprint.activations + activations,
      scores: cost.footprint.scores + scores,
      total: cost.footprint.total + activations + scores,
    };
    const reading = steps * this.#llama.accumulation * forwardFlops(config, sizes);
    const remedy = (available: number) => advice(config, footprint, available, sizes);
    return { ...cost, footprint, flops: { ...cost.flops, reading }, remedy };
  }

  /** Every parameter trains, a whole batch at a time. */
  #whole(batch: number, steps: number): LanguageCost {
    const sizes = { ...this.#sizes(this.spec.methods[0]!.lora, batch, 0), batch };
    const cost = this.#training(sizes, steps, 1);
    const trained = NUMBER * WHOLE * weightNumbers(this.#language.config, sizes.items);
    const footprint = {
      ...cost.footprint,
      trained,
      total: cost.footprint.total - cost.footprint.trained + trained,
    };
    return { ...cost, footprint, remedy: (available) => beyond(footprint, available) };
  }

  #limit(): { readonly most?: number } {
    return this.#place.rung === "wasm" ? { most: WASM_MOST } : {};
  }

  #sizes(lora: Pick<LoraSpec, "rank" | "targets">, batch: number, itemRows: number): TrainingSizes {
    const { backbone } = this.#language;
    return {
      ...this.#prompts(this.#part(batch)),
      ...this.#place,
      rank: lora.rank,
      adapted: selectProjections(backbone.projections, lora.targets),
      itemRows,
      checkpointing: this.#llama.checkpointing,
    };
  }

  #prompts(batch: number): PromptSizes {
    const { places, shared } = this.#language.prompt;
    const blocks = blocksHeld(scoreMemory(this.spec));
    return { batch, places, shared, items: this.prepared.data.catalogue.size, blocks };
  }

  #part(batch: number): number {
    return Math.ceil(batch / this.#llama.accumulation);
  }
}

/** One after the other: the memory of the largest, the work of all. */
function together(...costs: readonly LanguageCost[]): LanguageCost {
  const largest = costs.toSorted((a, b) => b.footprint.total - a.footprint.total)[0]!;
  const sum = (what: "training" | "reading") => costs.reduce((all, { flops }) => all + flops[what], 0);
  return { ...largest, flops: { training: sum("training"), reading: sum("reading") } };
}

/** The rung of an engine's id, and whether it computes on a GPU of its own memory. */
function placeOf(engine: string): { readonly rung: Rung; readonly gpu: boolean } {
  const [rung] = engine.split(" ") as [Rung];
  return { rung, gpu: rung === "webgpu" || (rung === "tensorflow" && !/ cpu \d+$/.test(engine)) };
}

function beyond({ total }: Footprint, available: number): string | undefined {
  if (total <= available) return undefined;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  return `needs about ${gigabytes(total)} and ${gigabytes(available)} are there`;
}
