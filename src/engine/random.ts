/**
 * Random streams keyed by what they are for: the same (seed, purpose, counters) gives the same numbers on every rung and platform, in any order of
 * use. Steps take their counters from the step number, so a run resumes from that number alone.
 * @module
 */
import { philox } from "./philox.ts";

/** One stream of draws; it remembers only how far it has been read. */
export interface RandomStream {
  /** Uniform over 0 .. 2^32 - 1. */
  uint32(): number;
  /** Uniform over [0, 1), 24 bits: exact in float32, never 1. */
  float(): number;
  /** Uniform over 0 .. bound - 1, without bias. @throws {RangeError} when `bound` is not a whole number from 1 to 2^32. */
  integer(bound: number): number;
  /** Normal with mean 0 and standard deviation 1 (Box and Muller, 1958). */
  normal(): number;
  /** `count` raw words as signed numbers: what a tensor of seeds holds. */
  int32(count: number): Int32Array<ArrayBuffer>;
  /** Fills with uniform draws over [low, high). */
  fillUniform(out: Float32Array, low?: number, high?: number): void;
  /** Fills with normal draws of mean 0. */
  fillNormal(out: Float32Array, deviation?: number): void;
  /** Puts the entries in a random order, all orders equally likely (Fisher and Yates). */
  shuffle(values: Int32Array): void;
  /** `count` different numbers of 0 .. population - 1 in random order. @throws {RangeError} when there are not that many. */
  sample(count: number, population: number): Int32Array<ArrayBuffer>;
}

const TWO_32 = 0x1_0000_0000;
/** Blocks computed at a time. */
const BLOCKS = 64;

/**
 * The stream of a seed, a purpose and counters such as epoch or step number.
 *
 * @throws {RangeError} when seed or a counter is not a safe integer.
 * @example
 * ```ts
 * import { stream } from "./random.ts";
 * const epoch = 3;
 * const order = Int32Array.from({ length: 10 }, (_, row) => row);
 * stream(1, "shuffle", epoch).shuffle(order);
 * console.assert(new Set(order).size === 10);
 * ```
 */
export function stream(seed: number, purpose: string, ...counters: number[]): RandomStream {
  return new PhiloxStream(identity(seed, purpose, counters));
}

/** Four words that no other seed, purpose and counters share, but by a chance of 2^-128: each word in turn is mixed in by one Philox block. */
function identity(seed: number, purpose: string, counters: readonly number[]): Uint32Array {
  const numbers = [seed, ...counters];
  for (const value of numbers) {
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(`Cannot open random stream "${purpose}": ${value} is not a whole number`);
    }
  }
  const text = new TextEncoder().encode(purpose);
  const words = new Uint32Array(1 + Math.ceil(text.length / 4) + 2 * numbers.length);
  words[0] = text.length;
  text.forEach((byte, i) => words[1 + (i >> 2)]! |= byte << (8 * (i & 3)));
  const at = words.length - 2 * numbers.length;
  numbers.forEach((value, i) => {
    words[at + 2 * i] = value;
    words[at + 2 * i + 1] = Math.floor(value / TWO_32);
  });
  const state = new Uint32Array(4);
  words.forEach((word, index) => {
    state[0]! ^= word;
    philox(state, [index, words.length], state);
  });
  return state;
}

class PhiloxStream implements RandomStream {
  readonly #key: Uint32Array;
  readonly #counter: Uint32Array;
  readonly #words = new Uint32Array(4 * BLOCKS);
  #block = 0;
  #next = 4 * BLOCKS;
  #spareNormal: number | undefined;

  constructor([k0, k1, c2, c3]: Uint32Array) {
    this.#key = Uint32Array.of(k0!, k1!);
    this.#counter = Uint32Array.of(0, 0, c2!, c3!);
  }

  uint32(): number {
    if (this.#next === this.#words.length) this.#refill();
    return this.#words[this.#next++]!;
  }

  float(): number {
    return (this.uint32() >>> 8) * 2 ** -24;
  }

  integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > TWO_32) {
      throw new RangeError(`Cannot draw an integer: the bound is ${bound}, a whole number from 1 to 2^32 is needed`);
    }
    // Draws from the incomplete last stretch would favour small numbers.
    const fair = TWO_32 - TWO_32 % bound;
    let word = this.uint32();
    while (word >= fair) word = this.uint32();
    return word % bound;
  }

  normal(): number {
    const spare = this.#spareNormal;
    this.#spareNormal = undefined;
    if (spare !== undefined) return spare;
    const radius = Math.sqrt(-2 * Math.log((this.uint32() + 1) / TWO_32));
    const angle = 2 * Math.PI * (this.uint32() / TWO_32);
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  int32(count: number): Int32Array<ArrayBuffer> {
    return Int32Array.from({ length: count }, () => this.uint32() | 0);
  }

  fillUniform(out: Float32Array, low = 0, high = 1): void {
    for (let i = 0; i < out.length; i++) out[i] = low + (high - low) * this.float();
  }

  fillNormal(out: Float32Array, deviation = 1): void {
    for (let i = 0; i < out.length; i++) out[i] = deviation * this.normal();
  }

  shuffle(values: Int32Array): void {
    for (let i = values.length - 1; i > 0; i--) {
      const other = this.integer(i + 1);
      const held = values[i]!;
      values[i] = values[other]!;
      values[other] = held;
    }
  }

  sample(count: number, population: number): Int32Array<ArrayBuffer> {
    if (!Number.isInteger(count) || count < 0 || count > population) {
      throw new RangeError(`Cannot draw ${count} different numbers: there are ${population}`);
    }
    // The first steps of a shuffle of 0 .. population - 1, of which only the moved entries are kept.
    const moved = new Map<number, number>();
    return Int32Array.from({ length: count }, (_, i) => {
      const other = i + this.integer(population - i);
      const chosen = moved.get(other) ?? other;
      moved.set(other, moved.get(i) ?? i);
      return chosen;
    });
  }

  #refill(): void {
    for (let i = 0; i < BLOCKS; i++) {
      this.#counter[0] = this.#block;
      this.#counter[1] = Math.floor(this.#block / TWO_32);
      philox(this.#counter, this.#key, this.#words, 4 * i);
      this.#block++;
    }
    this.#next = 0;
  }
}
