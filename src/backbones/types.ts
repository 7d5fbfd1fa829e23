/**
 * The interface every sequence model offers, a Llama as well as a SASRec, and what an adapter looks like from inside one.
 * @module
 */
import type { ItemRange, LowRank } from "../engine/nn/mod.ts";
import type { Tensor, TensorMap } from "../engine/types.ts";
import type { DropoutNoise } from "../engine/dropout.ts";

/** A linear map LoRA may adapt. */
export interface Projection {
  /** Module path as in the Python original, e.g. "blocks.0.q_proj". */
  readonly name: string;
  /** Width of what it reads: columns of its weight. */
  readonly inputs: number;
  /** Width of what it gives: rows of its weight. */
  readonly outputs: number;
}

/** What adapters add to a frozen backbone while it runs; see src/adapters/bank.ts. */
export interface AdapterHook {
  /** The low-rank terms for `x`, [rows, inputs] with the same number of rows for each sequence; undefined: the projection is not adapted. */
  lowRank(projections: readonly string[], x: Tensor): readonly (LowRank | undefined)[];
  /** What item rows add to the embeddings of the batch's sequence, [batch, time, width]; undefined without item rows. */
  embeddingDelta(): Tensor | undefined;
  /** Whether all sequences have the same low-rank terms, so that `x` may have any number of rows. */
  readonly uniform: boolean;
  /** Everything that trains in the low-rank terms of these projections, and the hook made anew of such tensors: for layers that are computed twice. */
  taken(projections: readonly string[]): {
    readonly tensors: readonly Tensor[];
    with(tensors: readonly Tensor[], noise?: DropoutNoise): Pick<AdapterHook, "lowRank" | "uniform">;
  };
}

/** How a forward pass runs: adapters on or off, dropout on (training) or off. */
export interface Forward {
  /** Left out: the frozen backbone alone. */
  readonly adapters?: AdapterHook;
  /** Left out: no dropout, as in evaluation. */
  readonly noise?: DropoutNoise;
  /** Dropout rate of the backbone itself; 0 when only adapters train in evaluation mode. */
  readonly dropout?: number;
  /** Layers whose states are in the batch, as {@linkcode ConstantStates} gives them; left out: none. */
  readonly from?: number;
}

/** What of a model is the same whatever its adapters hold. */
export interface ConstantStates {
  /** Layers below the first that has one of these projections. */
  layers(projections: readonly Projection[]): number;
  /** States behind the first `layers` layers, without adapters: [batch, places, width], which a batch has as `below`. */
  states(parameters: Parameters, batch: Batch, layers: number): Tensor;
}

/** Where items are scored by other rows than they are read by. */
export interface ScoreTable {
  /** Name among the parameters, [offset + items + 1, width]. */
  readonly name: string;
  /** Item i has row i + offset. */
  readonly offset: number;
  /** Module path in the Python original. */
  readonly module: string;
}

/** A batch as the model reads it: `sequence` [batch, time] int32, catalogue indices left padded with 0, and more for models that need times. */
export type Batch = TensorMap & { readonly sequence: Tensor };

/** Item sequences as plain numbers: what a batch is made from. */
export interface Sequences {
  /** Sequences, at least 1. */
  readonly rows: number;
  /** Places of each. */
  readonly time: number;
  /** [rows], whose sequences they are: numbers from 0 in the order of the data. */
  readonly users: Int32Array;
  /** [rows, time], catalogue indices 1..items, 0 padding on the left; {@linkcode Backbone.items} + 1 is a hidden item (cloze training). */
  readonly items: Int32Array;
  /** [rows, time], seconds since 1970; 0 at padding. */
  readonly times: Float64Array;
}

/** Parameters by their name in the Python original. */
export type Parameters = TensorMap;

/** A sequence model as pure functions of its parameters. */
export interface Backbone {
  /** As in the spec, e.g. "sasrec". */
  readonly kind: string;
  /** Items of the catalogue; model index 1..items, 0 is padding. */
  readonly items: number;
  /** Length of a hidden state and of an item's row. */
  readonly width: number;
  /** Positions the model has; of longer contexts it reads the latest. */
  readonly maxLength: number;
  /** Every linear map LoRA may adapt, in the order they run. */
  readonly projections: readonly Projection[];
  /** Name of the item table among the parameters, [itemOffset + items + 1, width]. */
  readonly itemTable: string;
  /** Item i has row i + itemOffset of the table: 0 where only padding stands before the items, 3 behind BERT's special tokens. */
  readonly itemOffset: number;
  /** The rows that items are scored by; left out: those of the item table. */
  readonly scoreTable?: ScoreTable;
  /** Name of what is added to every row's score, [itemOffset + items + 1]; left out: nothing is. */
  readonly itemBias?: string;
  /**
   * How it learns from sequences: every position predicts the item after it; hidden items are predicted from both sides; or a sequence's next item
   * is predicted at the end of a prompt, and nothing anywhere else.
   */
  readonly learns: "next" | "cloze" | "answer";
  /** Left out by models too small to gain by it. */
  readonly constant?: ConstantStates;
  /** What Python's peft takes the model for; left out: no language model. */
  readonly peftTask?: "CAUSAL_LM";
  /** Shape of every parameter, by its name in the Python original. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Fresh parameters for a seed. */
  initialise(seed: number): Record<string, { shape: readonly number[]; values: Float32Array }>;
  /** Tensors of sequences whose next item is asked for; of longer ones than {@linkcode maxLength} the latest items. The caller disposes them. */
  batch(sequences: Sequences): Batch;
  /** Tensors of sequences with hidden items, of up to maxLength + 1, with nothing behind the last; left out by models that learn otherwise. */
  cloze?(sequences: Sequences): Batch;
  /** Every place's last hidden state, [batch, places, width]: a place for each item, in a cloze model [CLS] before and [MASK] behind them too. */
  hidden(parameters: Parameters, batch: Batch, forward?: Forward): Tensor;
  /** What is compared with item rows, made from hidden states [rows, width]; left out: the hidden states themselves. */
  readonly head?: (parameters: Parameters, states: Tensor, forward?: Forward) => Tensor;
  /** What is compared with item rows at the scoring position, {@linkcode head} included, [batch, width]; computes no more than that needs. */
  last(parameters: Parameters, batch: Batch, forward?: Forward): Tensor;
  /** Mean over real positions of the last hidden state, unit length, [batch, width]; adapters off (method.md 3). */
  representation(parameters: Parameters, batch: Batch): Tensor;
}

/** A pure scoring function and the tensors it needs: what evaluation compiles together with counting ranks. */
export interface Scorer {
  /** Tensors that stay the same over batches; owned by the scorer. */
  readonly frozen: TensorMap;
  /** Tensors for the given rows of the windows the scorer was made for; the caller disposes them. */
  collate(rows: Int32Array): TensorMap;
  /** Items of the catalogue. */
  readonly items: number;
  /** What scores are made of, [batch, some] each: no more than the scores of a few items. */
  states(inputs: TensorMap, frozen: TensorMap): TensorMap;
  /** Scores of a range of items from the states, [batch, size]; item 1 is in the first column. */
  scores(states: TensorMap, frozen: TensorMap, range: ItemRange): Tensor;
  /** Frees what the scorer itself put on the device; the backbone's parameters stay. */
  dispose(): void;
}
