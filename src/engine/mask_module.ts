/**
 * A WebAssembly module that fills memory with a dropout mask: Philox4x32-10 on four counters at a time with 128-bit instructions, many
 * times faster than plain JavaScript.
 *
 * It is assembled here, byte by byte, so that there is no binary to trust and nothing to build.
 * @module
 */
import type { MaskRule } from "./mask_rule.ts";
import type { WordStream } from "./stateless_words.ts";

/** Entries written per pass of the loop: four blocks of four words of two halves. */
const CHUNK = 32;
const PAGE_BYTES = 65536;

type Code = number[];

/** Encodings of the instructions used (WebAssembly core specification, section 5.4). */
const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const constant = (value: number): Code => [0x41, ...signed(value | 0)];
const splat = simd(0x11);
const XOR = simd(0x51);
const AND = simd(0x4e);
const ADD = simd(0xae);
const SPLAT_HALVES = simd(0x10);
const HALVES_GREATER_EQUAL = simd(0x35);
const WIDEN_LOW = simd(0xa7);
const WIDEN_HIGH = simd(0xa8);
const PRODUCT_LOW = simd(0xde);
const PRODUCT_HIGH = simd(0xdf);
const I32_ADD: Code = [0x6a];
const I32_LESS_UNSIGNED: Code = [0x49];
/** Picks four 32-bit lanes of two vectors; lanes 0 to 3 are the first's. */
const shuffle = (
  ...lanes: number[]
): Code => [...simd(0x0d), ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte))];

function unsigned(value: number): Code {
  return value < 128 ? [value] : [value % 128 + 128, ...unsigned(Math.floor(value / 128))];
}

function signed(value: number): Code {
  const low = value & 127;
  const rest = value >> 7;
  const done = (rest === 0 && low < 64) || (rest === -1 && low >= 64);
  return done ? [low] : [low + 128, ...signed(rest)];
}

const section = (id: number, body: Code): Code => [id, ...unsigned(body.length), ...body];

/** Parameters of `fill`, in order, all i32: where it ends (bytes), the stream, and what decides and fills the mask. */
const [END, KEY_0, KEY_1, COUNTER_2, COUNTER_3, THRESHOLD, SCALE_BITS] = [0, 1, 2, 3, 4, 5, 6] as const;
/** Locals: i32 first, then vectors. */
const [AT, BLOCK] = [7, 8] as const;
const [C0, C1, C2, C3, P0_LOW, P0_HIGH, P1_LOW, P1_HIGH] = [9, 10, 11, 12, 13, 14, 15, 16] as const;

function round(index: number): Code {
  const multiply = (counter: number, multiplier: number, low: number, high: number): Code => [
    ...[...get(counter), ...constant(multiplier), ...splat, ...PRODUCT_LOW, ...set(low)],
    ...[...get(counter), ...constant(multiplier), ...splat, ...PRODUCT_HIGH, ...set(high)],
  ];
  const key = (local: number, weyl: number): Code => [
    ...get(local),
    ...constant(Math.imul(weyl, index)),
    ...I32_ADD,
    ...splat,
  ];
  const highs = shuffle(1, 3, 5, 7);
  const lows = shuffle(0, 2, 4, 6);
  return [
    ...multiply(C0, 0xd2511f53, P0_LOW, P0_HIGH),
    ...multiply(C2, 0xcd9e8d57, P1_LOW, P1_HIGH),
    ...[...get(P1_LOW), ...get(P1_HIGH), ...highs, ...get(C1), ...XOR, ...key(KEY_0, 0x9e3779b9), ...XOR, ...set(C0)],
    ...[...get(P1_LOW), ...get(P1_HIGH), ...lows, ...set(C1)],
    ...[...get(P0_LOW), ...get(P0_HIGH), ...highs, ...get(C3), ...XOR, ...key(KEY_1, 0xbb67ae85), ...XOR, ...set(C2)],
    ...[...get(P0_LOW), ...get(P0_HIGH), ...lows, ...set(C3)],
  ];
}

/** Four blocks, word by word in C0 to C3, put in order and written as mask entries. */
function store(): Code {
  const pairs: Code = [
    ...[...get(C0), ...get(C1), ...shuffle(0, 4, 1, 5), ...set(P0_LOW)],
    ...[...get(C0), ...get(C1), ...shuffle(2, 6, 3, 7), ...set(P0_HIGH)],
    ...[...get(C2), ...get(C3), ...shuffle(0, 4, 1, 5), ...set(P1_LOW)],
    ...[...get(C2), ...get(C3), ...shuffle(2, 6, 3, 7), ...set(P1_HIGH)],
  ];
  const entries = (block: number): Code => {
    const [first, second] = block < 2 ? [P0_LOW, P1_LOW] : [P0_HIGH, P1_HIGH];
    const words = block % 2 === 0 ? shuffle(0, 1, 4, 5) : shuffle(2, 3, 6, 7);
    const write = (widen: Code, offset: number): Code => [
      ...[...get(AT), ...get(C0), ...widen, ...get(SCALE_BITS), ...splat, ...AND],
      ...[...simd(0x0b), 4, ...unsigned(offset)],
    ];
    return [
      ...[
        ...get(first),
        ...get(second),
        ...words,
        ...get(THRESHOLD),
        ...SPLAT_HALVES,
        ...HALVES_GREATER_EQUAL,
        ...set(C0),
      ],
      ...[...write(WIDEN_LOW, 32 * block), ...write(WIDEN_HIGH, 32 * block + 16)],
    ];
  };
  return [...pairs, ...[0, 1, 2, 3].flatMap(entries)];
}

function assemble(): Uint8Array<ArrayBuffer> {
  const I32 = 0x7f;
  const V128 = 0x7b;
  const loop: Code = [
    ...[...get(BLOCK), ...splat, ...simd(0x0c), ...[0, 1, 2, 3].flatMap((lane) => [lane, 0, 0, 0]), ...ADD, ...set(C0)],
    ...[...constant(0), ...splat, ...set(C1)],
    ...[...get(COUNTER_2), ...splat, ...set(C2), ...get(COUNTER_3), ...splat, ...set(C3)],
    ...Array.from({ length: 10 }, (_, index) => round(index)).flat(),
    ...store(),
    ...[...get(BLOCK), ...constant(4), ...I32_ADD, ...set(BLOCK)],
    ...[...get(AT), ...constant(4 * CHUNK), ...I32_ADD, ...set(AT)],
    ...[...get(AT), ...get(END), ...I32_LESS_UNSIGNED, 0x0d, 0],
  ];
  const body: Code = [2, 2, I32, 8, V128, 0x03, 0x40, ...loop, 0x0b, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 7, ...Array<number>(7).fill(I32), 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, 1, 0x66, 0, 0, 1, 0x6d, 2, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

interface MaskModule {
  readonly f: (...parameters: number[]) => void;
  readonly m: WebAssembly.Memory;
}

let instance: MaskModule | undefined;

/** `size` entries of the mask that a rule makes of a stream's words: each 0, or one over the share that is kept. */
export function maskValues(
  { key, counter }: WordStream,
  size: number,
  { threshold, scale }: MaskRule,
): Float32Array<ArrayBuffer> {
  instance ??= new WebAssembly.Instance(new WebAssembly.Module(assemble())).exports as unknown as MaskModule;
  const bytes = 4 * CHUNK * Math.ceil(size / CHUNK);
  const missing = bytes - instance.m.buffer.byteLength;
  if (missing > 0) instance.m.grow(Math.ceil(missing / PAGE_BYTES));
  const scaleBits = new Int32Array(Float32Array.of(scale).buffer)[0]!;
  if (size > 0) instance.f(bytes, key[0]!, key[1]!, counter[2]!, counter[3]!, threshold, scaleBits);
  return new Float32Array(instance.m.buffer, 0, size).slice();
}
