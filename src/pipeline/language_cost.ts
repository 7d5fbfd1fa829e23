/**
 * What stages of a language model take, reckoned from its config.json before anything is loaded: memory at the peak, floating point operations, and
 * what would make a stage fit that does not.
 * @module
 */
import { selectProjections } from "../adapters/bank.ts";
import { advice } from "../backbones/llama/advice.ts";
import {
  type Footprint,
  rankingFootprint,
  trainingFootprint,
  type TrainingSizes,
} from "../backbones/llama/footprint.ts";
import { forwardFlops, type PromptSizes, trainingFlops, weightNumbers } from "../backbones/llama/sizes.ts";
import type { Slice } from "../data/types.ts";
import type { Rung } from "../engine/types.ts";
import { targetItems } from "../methods/adapter_kit.ts";
import { ownOptions } from "../spec/method_types.ts";
import type { LlamaSpec, LoraSpec, MethodSpec, ResolvedSpec } from "../spec/types.ts";
import type { StageTask } from "./graph.ts";
import type { LanguageModel } from "./language_model.ts";
import type { Prepared } from "./prepare.ts";

/** What a stage takes. */
export interface LanguageCost {
  /** At its peak, by what it is for. */
  readonly footprint: Footprint;
  /** Floating point operations in all. */
  readonly flops: number;
  /** Whether most of them are of training. */
  readonly what: "training" | "reading";
  /** Needed and available memory, and what would make it fit; undefined where it fits. */
  remedy(available: number): string | undefined;
}

/** Bytes of a number. */
const NUMBER = 4;
/** Copies of every number where the whole model trains: as of the backbones that train from scratch (`stage_memory.ts`). */
const WHOLE = 24;

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
    case "adapted":
      return reckoning.adapting(task.method, task.slice, steps);
    case "ranks":
      return reckoning.ranking(task.method, prepared.ranked.count);
    case "regions":
      return reckoning.ranking(undefined, prepared.ranked.count);
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
      case "ebpr":
        return this.#training({ ...sizes, adapted: [], itemRows: this.prepared.data.catalogue.size }, steps);
      case "replay":
        // Rows of S beside those of F.
        return this.#training({ ...sizes, batch: 2 * sizes.batch }, steps);
      case "mole":
        return this.#training({ ...sizes, adapters: ownOptions("mole", method).experts, shared: 0 }, steps);
      case "raie": {
        const atOnce = regions.pass === "sequential" ? 1 : regions.k;
        const batch = Math.max(sizes.batch, atOnce * this.#part(regions.training.batch));
        const trained = { ...sizes, batch, adapters: atOnce, ...(atOnce > 1 && { shared: 0 }) };
        return this.#plus(this.#training(trained, steps), this.#represented());
      }
      default:
        return this.#training(sizes, steps);
    }
  }

  ranking(method: MethodSpec | undefined, windows: number): LanguageCost {
    const { evaluation } = this.spec;
    const adapters = method === undefined ? 0 : method.kind === "raie" ? 1 + method.regions.k : 1;
    const prompts = { ...this.#prompts(evaluation.batch), ...(adapters > 1 && { shared: 0 }) };
    const tables = method === undefined || method.lora.itemRows === "none" ? 0 : adapters;
    const footprint = rankingFootprint(this.#language.config, { ...prompts, ...this.#place, tables });
    const flops = windows / evaluation.batch * forwardFlops(this.#language.config, prompts);
    return { footprint, flops, what: "reading", remedy: (available) => beyond(footprint, available) };
  }

  #training(sizes: TrainingSizes, steps: number): LanguageCost {
    const { config } = this.#language;
    const footprint = trainingFootprint(config, sizes);
    const flops = steps * this.#llama.accumulation * trainingFlops(config, sizes);
    return { footprint, flops, what: "training", remedy: (available) => advice(config, footprint, available, sizes) };
  }

  /** Every parameter trains, a whole batch at a time. */
  #whole(batch: number, steps: number): LanguageCost {
    const sizes = { ...this.#sizes(this.spec.methods[0]!.lora, batch, 0), batch };
    const { footprint, flops, what } = this.#training(sizes, steps);
    const { config } = this.#language;
    const trained = NUMBER * WHOLE * weightNumbers(config, sizes.items);
    const all = { ...footprint, trained, total: footprint.total - footprint.trained + trained };
    return {
      footprint: all,
      flops: flops / this.#llama.accumulation,
      what,
      remedy: (available) => beyond(all, available),
    };
  }

  /** Windows that regions are built on and routed: every layer, everywhere. */
  #represented(): number {
    const { ranked, data } = this.prepared;
    const { batch } = this.spec.evaluation;
    return (ranked.count + data.setupDense.count) / batch *
      forwardFlops(this.#language.config, this.#prompts(batch), true);
  }

  #plus(cost: LanguageCost, flops: number): LanguageCost {
    return { ...cost, flops: cost.flops + flops };
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
    return { batch, places, shared, items: this.prepared.data.catalogue.size };
  }

  #part(batch: number): number {
    return Math.ceil(batch / this.#llama.accumulation);
  }
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
