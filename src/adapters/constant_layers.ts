/**
 * What adapters never change is computed once: the states of a sequence below the first layer that has an adapter are the same in every epoch, for
 * every method, and in ranking. They are kept as plain numbers, by sequence.
 * @module
 */
import type { Backbone, Batch, Parameters, Sequences } from "../backbones/types.ts";
import { tf } from "../engine/tfjs.ts";
import type { CompiledStep, Engine, Tensor, TensorMap } from "../engine/types.ts";
import type { BankConfig } from "./bank.ts";

/** Bytes kept at most; states of further sequences are computed whenever they are asked for. */
const LIMIT = 1e9;

/** Constant states of one frozen backbone. */
export class ConstantLayers {
  readonly #kept = new Map<number, Below>();

  /** Nothing is computed yet; `limit` is the bytes kept at most for each number of layers. */
  constructor(
    readonly engine: Engine,
    readonly backbone: Backbone,
    readonly parameters: Parameters,
    readonly limit = LIMIT,
  ) {}

  /**
   * The backbone with its constant layers looked up, for adapters of this layout: the same numbers with less work. Where item rows train, or the
   * lowest layer has an adapter, nothing is constant, and it is the backbone itself.
   */
  under({ projections, itemRows }: Pick<BankConfig, "projections" | "itemRows">): Backbone {
    const { backbone } = this;
    const layers = itemRows.length > 0 ? 0 : backbone.constant?.layers(projections) ?? 0;
    if (layers === 0) return backbone;
    const below = this.#kept.get(layers) ?? new Below(this, layers);
    this.#kept.set(layers, below);
    return {
      ...backbone,
      batch: (sequences) => ({ ...backbone.batch(sequences), below: below.of(sequences) }),
      last: (parameters, batch, forward) => backbone.last(parameters, batch, { ...forward, from: layers }),
    };
  }

  /** Sequences whose states are kept. */
  get size(): number {
    return [...this.#kept.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Frees what it put on the device. */
  dispose(): void {
    for (const below of this.#kept.values()) below.dispose();
    this.#kept.clear();
  }
}

/** States at the entrance of one layer. */
class Below {
  readonly #states = new Map<string, Float32Array>();
  readonly #step: CompiledStep<Batch, TensorMap, { states: Tensor }>;
  #bytes = 0;

  constructor(readonly owner: ConstantLayers, layers: number) {
    const { engine, backbone, parameters } = owner;
    this.#step = engine.compile(
      (batch: Batch, _state: TensorMap, frozen: TensorMap) => ({
        outputs: { states: backbone.constant!.states(frozen, batch, layers) },
      }),
      { name: `constant layers of ${backbone.kind}`, frozen: parameters },
    );
  }

  get size(): number {
    return this.#states.size;
  }

  /** [rows, places, width] */
  of(sequences: Sequences): Tensor {
    const { rows } = sequences;
    const names = Array.from({ length: rows }, (_, row) => nameOf(sequences, row));
    const fresh = names.some((name) => !this.#states.has(name)) ? this.#compute(sequences) : undefined;
    const { width } = this.owner.backbone;
    const size = fresh === undefined ? this.#states.get(names[0]!)!.length : fresh.length / rows;
    const all = new Float32Array(rows * size);
    names.forEach((name, row) => {
      const states = this.#states.get(name) ?? fresh!.slice(row * size, (row + 1) * size);
      this.#keep(name, states);
      all.set(states, row * size);
    });
    return tf.tensor3d(all, [rows, size / width, width]);
  }

  dispose(): void {
    this.#step.dispose();
    this.#states.clear();
  }

  /** Of all rows: a batch has the shape that the step was compiled for. */
  #compute(sequences: Sequences): Float32Array {
    const batch = this.owner.backbone.batch(sequences);
    const { states } = this.#step.run(batch);
    const values = states.dataSync() as Float32Array;
    tf.dispose([states, Object.values(batch)]);
    return values;
  }

  #keep(name: string, states: Float32Array): void {
    if (this.#states.has(name) || this.#bytes + states.byteLength > this.owner.limit) return;
    this.#states.set(name, states);
    this.#bytes += states.byteLength;
  }
}

/** Whose sequence of which items: all that a prompt says. */
const nameOf = ({ time, users, items }: Sequences, row: number): string =>
  `${users[row]}:${items.subarray(row * time, (row + 1) * time)}`;
