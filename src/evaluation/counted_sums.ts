/**
 * Drawing users and adding columns up under how often each was drawn, in WebAssembly: the words of `fast_words.ts`, and sums of two resamples at a
 * time in the order and with the roundings of a plain loop.
 * @module
 */
import { assemble, type Code, type KernelFunction, op, unsigned } from "../engine/wasm/assembler.ts";

/** Resamples counted at a time. */
export const LANES = 4;
/** Columns added up in one pass: so many sums stay in the processor's registers. */
const TOGETHER = 3;

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
/** Instructions on 128 bits (WebAssembly core specification, section 5.4) that no other kernel here needs. */
const LOAD_FOUR_BYTES = [...simd(0x5c), 0, 0];
const LOAD_NUMBER_TWICE = [...simd(0x0a), 3, 0];
const WIDEN_BYTES = simd(0x89);
const WIDEN_HALVES = simd(0xa9);
const TO_DOUBLES = simd(0xff);
const ADD_DOUBLES = simd(0xf0);
const MULTIPLY_DOUBLES = simd(0xf2);
/** The upper half of a vector twice. */
const UPPER = [...simd(0x0d), ...[0, 1].flatMap(() => [8, 9, 10, 11, 12, 13, 14, 15])];
const UNLIKE = [0x47];

/** Parameters, in order: where counts begin and end, the columns, where the sums go. */
const [COUNTS, END, OUT] = [0, 1, 2 + TOGETHER] as const;
const columnAt = (column: number): number => 2 + column;
/** Vectors: four counts, two of them each as doubles, a number of a column twice, and two sums of two lanes for each column. */
const [FOUR, LOW, HIGH, NUMBER, SUMS] = [6, 7, 8, 9, 10] as const;

function adding(): KernelFunction {
  const advance = (local: number, bytes: number): Code => [
    ...[...op.get(local), ...op.constant(bytes), ...op.add, ...op.set(local)],
  ];
  const added = (sum: number, counts: number): Code => [
    ...[...op.get(sum), ...op.get(counts), ...op.get(NUMBER), ...MULTIPLY_DOUBLES, ...ADD_DOUBLES, ...op.set(sum)],
  ];
  const columns = Array.from({ length: TOGETHER }, (_, column) => column);
  const body: Code = [
    ...op.loop([
      ...[...op.get(COUNTS), ...LOAD_FOUR_BYTES, ...WIDEN_BYTES, ...WIDEN_HALVES, ...op.tee(FOUR)],
      ...[...TO_DOUBLES, ...op.set(LOW)],
      ...[...op.get(FOUR), ...op.get(FOUR), ...UPPER, ...TO_DOUBLES, ...op.set(HIGH)],
      ...columns.flatMap((column) => [
        ...[...op.get(columnAt(column)), ...LOAD_NUMBER_TWICE, ...op.set(NUMBER)],
        ...added(SUMS + 2 * column, LOW),
        ...added(SUMS + 2 * column + 1, HIGH),
        ...advance(columnAt(column), 8),
      ]),
      ...advance(COUNTS, LANES),
      ...[...op.get(COUNTS), ...op.get(END), ...UNLIKE, ...op.againIf],
    ]),
    ...Array.from({ length: 2 * TOGETHER }, (_, sum) => sum).flatMap((sum) => [
      ...[...op.get(OUT), ...op.get(SUMS + sum), ...op.store(16 * sum)],
    ]),
  ];
  return { name: "addUp", parameters: 3 + TOGETHER, integers: 0, vectors: 4 + 2 * TOGETHER, body };
}

/** Integer instructions that no other kernel here needs. */
const I32 = { xor: [0x73], shiftLeft: [0x74], rotateLeft: [0x77], loadByte: [0x2d, 0, 0], storeByte: [0x3a, 0, 0] };
const I64 = { fromWord: [0xad], multiply: [0x7e], shiftRight: [0x88], thirtyTwo: [0x42, 32], toWord: [0xa7] };
const loadWord = (offset: number): Code => [0x28, 2, ...unsigned(offset)];
const storeWord = (offset: number): Code => [0x36, 2, ...unsigned(offset)];

/** One resample: parameters are the lane's first count, users, and where the state is; locals what is left to draw, a place, a word, the state. */
function drawing(): KernelFunction {
  const [counts, users, state, left, place, word, s0, s1, s2, s3] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
  const words = [s0, s1, s2, s3];
  const xor = (local: number, other: number): Code => [
    ...[...op.get(local), ...op.get(other), ...I32.xor, ...op.set(local)],
  ];
  const rotated = (bits: number): Code => [...op.constant(bits), ...I32.rotateLeft];
  const body: Code = [
    ...words.flatMap((local, index) => [...op.get(state), ...loadWord(4 * index), ...op.set(local)]),
    ...[...op.get(users), ...op.set(left)],
    ...op.loop([
      ...[...op.get(s1), ...op.constant(5), ...op.multiply, ...rotated(7), ...op.constant(9), ...op.multiply],
      // The word times users over 2^32, times the counts of a user.
      ...[...I64.fromWord, ...op.get(users), ...I64.fromWord, ...I64.multiply, ...I64.thirtyTwo, ...I64.shiftRight],
      ...[...I64.toWord, ...op.constant(LANES), ...op.multiply, ...op.get(counts), ...op.add, ...op.tee(place)],
      ...[...op.get(place), ...I32.loadByte, ...op.constant(1), ...op.add, ...I32.storeByte],
      ...[...op.get(s1), ...op.constant(9), ...I32.shiftLeft, ...op.set(word)],
      ...[...xor(s2, s0), ...xor(s3, s1), ...xor(s1, s2), ...xor(s0, s3), ...xor(s2, word)],
      ...[...op.get(s3), ...rotated(11), ...op.set(s3)],
      ...[...op.get(left), ...op.constant(1), ...op.subtract, ...op.tee(left), ...op.againIf],
    ]),
    ...words.flatMap((local, index) => [...op.get(state), ...op.get(local), ...storeWord(4 * index)]),
  ];
  return { name: "draw", parameters: 3, integers: 7, vectors: 0, body };
}

let compiled: WebAssembly.Module | undefined;

/** Columns in WebAssembly's memory, beside the counts they are added up under. */
export class CountedSums {
  /** [users, LANES]: how often each user is drawn in each of the resamples. */
  readonly counts: Uint8Array;
  readonly #columns: number;
  readonly #users: number;
  readonly #first: number;
  readonly #sums: Float64Array;
  readonly #state: Int32Array;
  readonly #addUp: (...parameters: number[]) => void;
  readonly #draw: (...parameters: number[]) => void;

  /** Copies the columns, [users] each; at least one user. */
  constructor(columns: readonly Float64Array[]) {
    const users = columns[0]!.length;
    const bytes = {
      sums: 8 * LANES * TOGETHER,
      state: 16,
      counts: 8 * Math.ceil(LANES * users / 8),
      column: 8 * users,
    };
    this.#columns = columns.length;
    this.#users = users;
    this.#first = bytes.sums + bytes.state + bytes.counts;
    const pages = Math.ceil((this.#first + columns.length * bytes.column) / 65536);
    const memory = new WebAssembly.Memory({ initial: pages });
    compiled ??= new WebAssembly.Module(assemble([adding(), drawing()]));
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
    this.#addUp = exports.addUp as (...parameters: number[]) => void;
    this.#draw = exports.draw as (...parameters: number[]) => void;
    this.#state = new Int32Array(memory.buffer, bytes.sums, bytes.state / 4);
    this.#sums = new Float64Array(memory.buffer, 0, LANES * TOGETHER);
    this.counts = new Uint8Array(memory.buffer, bytes.sums + bytes.state, LANES * users);
    const all = new Float64Array(memory.buffer, this.#first, columns.length * users);
    columns.forEach((column, index) => all.set(column, index * users));
  }

  /** Counts anew how often users are drawn in {@linkcode LANES} resamples of as many draws as there are users, by words from `state` on. */
  draw(state: Int32Array): void {
    this.counts.fill(0);
    this.#state.set(state);
    for (let lane = 0; lane < LANES; lane++) {
      this.#draw(this.counts.byteOffset + lane, this.#users, this.#state.byteOffset);
    }
  }

  /**
   * Every column's sum over users of count times number, written to `sums`, [LANES] for each column.
   *
   * @example
   * ```ts
   * import { CountedSums } from "./counted_sums.ts";
   * const columns = [Float64Array.of(1, 10), Float64Array.of(0.5, 2)];
   * const counted = new CountedSums(columns);
   * counted.counts.set([2, 1, 0, 0, 0, 1, 2, 0]);
   * const sums = columns.map(() => new Float64Array(4));
   * counted.into(sums);
   * console.assert(sums[0]!.join() === "2,11,20,0" && sums[1]!.join() === "1,2.5,4,0");
   * ```
   */
  into(sums: readonly Float64Array[]): void {
    const { byteOffset } = this.counts;
    const end = byteOffset + LANES * this.#users;
    for (let column = 0; column < this.#columns; column += TOGETHER) {
      const places = Array.from({ length: TOGETHER }, (_, next) => Math.min(column + next, this.#columns - 1));
      this.#addUp(byteOffset, end, ...places.map((place) => this.#first + 8 * this.#users * place), 0);
      places.forEach((place, next) => sums[place]!.set(this.#sums.subarray(LANES * next, LANES * (next + 1))));
    }
  }
}
