/**
 * The inner kernel of matrix products: tiles of up to 6 rows and 8 columns held in registers.
 *
 * Twelve sums, two vectors of columns and one factor fill the 15 vector registers V8 gives out on x86-64.
 * @module
 */
import { assemble, type Code, type KernelFunction, op } from "./assembler.ts";

/** Rows of a full tile. */
export const TILE_ROWS = 6;

/** Columns of a full tile. */
export const TILE_COLUMNS = 8;

/**
 * Adds up tiles: c[i, 0..8) = (accumulate ? c[i, 0..8) : 0) + sum over k of a[i, k] * b[k, 0..8), for `tiles` tiles of rows.
 * Addresses and strides in bytes; `b` is packed, 32 bytes for each k. `aStride` leads from row to row of a, or, where a lies
 * transposed, from k to k.
 */
export type Tiles = (
  a: number,
  b: number,
  c: number,
  tiles: number,
  depth: number,
  aStride: number,
  aTile: number,
  cStride: number,
  accumulate: number,
) => void;

/** Parameters of a function, by local index. */
const A = 0, B = 1, C = 2, TILES = 3, DEPTH = 4, A_STRIDE = 5, A_TILE = 6, C_STRIDE = 7, ACCUMULATE = 8;
const PARAMETERS = 9;
/** Integer locals: what is left of the depth, where b and c are read, and one address for each row of a. */
const LEFT = 9, B_AT = 10, C_AT = 11, ROW_AT = 12;
const INTEGERS = 3 + TILE_ROWS;
const VECTORS = 2 * TILE_ROWS + 3;
const LEFT_COLUMNS = PARAMETERS + INTEGERS + 2 * TILE_ROWS, FACTOR = LEFT_COLUMNS + 2;
/** Steps of k in one turn of the inner loop. */
const UNROLL = 4;

const sum = (row: number, half: number): number => PARAMETERS + INTEGERS + 2 * row + half;
const rows = (count: number, code: (row: number) => Code): Code =>
  Array.from({ length: count }, (_, row) => code(row)).flat();
const advance = (local: number, by: Code): Code => [...op.get(local), ...by, ...op.add, ...op.set(local)];

/** The function for tiles of `height` rows, named "plain6", "transposed6", ... */
function tilesFunction(height: number, transposed: boolean, fused: boolean): KernelFunction {
  const addresses = transposed ? 1 : height;
  const multiplyAdd = (row: number, half: number, factor: Code): Code =>
    fused
      ? [
        ...factor,
        ...op.get(LEFT_COLUMNS + half),
        ...op.get(sum(row, half)),
        ...op.multiplyAdd,
        ...op.set(sum(row, half)),
      ]
      : [
        ...[...factor, ...op.get(LEFT_COLUMNS + half), ...op.vectorMultiply],
        ...[...op.get(sum(row, half)), ...op.vectorAdd, ...op.set(sum(row, half))],
      ];
  /** One k: both halves of b's row, times one element of each row of a. */
  const step = (k: number): Code => [
    ...[...op.get(B_AT), ...op.load(32 * k), ...op.set(LEFT_COLUMNS)],
    ...[...op.get(B_AT), ...op.load(32 * k + 16), ...op.set(LEFT_COLUMNS + 1)],
    ...rows(height, (row) => {
      const factor = transposed
        ? [...op.get(ROW_AT), ...op.splat(4 * row)]
        : [...op.get(ROW_AT + row), ...op.splat(4 * k)];
      return [...multiplyAdd(row, 0, [...factor, ...op.tee(FACTOR)]), ...multiplyAdd(row, 1, op.get(FACTOR))];
    }),
    ...(transposed ? advance(ROW_AT, op.get(A_STRIDE)) : []),
  ];
  const turn = (steps: number): Code => [
    ...Array.from({ length: steps }, (_, k) => step(k)).flat(),
    ...advance(B_AT, op.constant(32 * steps)),
    ...(transposed ? [] : rows(addresses, (row) => advance(ROW_AT + row, op.constant(4 * steps)))),
    ...[...op.get(LEFT), ...op.constant(1), ...op.subtract, ...op.tee(LEFT), ...op.againIf],
  ];
  const turns = (steps: number, count: Code): Code => [
    ...[...count, ...op.tee(LEFT)],
    ...op.when(op.loop(turn(steps))),
  ];
  const eachSum = (code: (row: number, half: number) => Code): Code => [
    ...[...op.get(C), ...op.set(C_AT)],
    ...rows(height, (row) => [...code(row, 0), ...code(row, 1), ...advance(C_AT, op.get(C_STRIDE))]),
  ];
  const tile: Code = [
    ...[...op.get(A), ...op.set(ROW_AT), ...op.get(B), ...op.set(B_AT)],
    ...rows(
      addresses - 1,
      (row) => [...op.get(ROW_AT + row), ...op.get(A_STRIDE), ...op.add, ...op.set(ROW_AT + row + 1)],
    ),
    ...op.get(ACCUMULATE),
    ...op.when(
      eachSum((row, half) => [...op.get(C_AT), ...op.load(16 * half), ...op.set(sum(row, half))]),
      rows(height, (row) => [...op.zeros, ...op.set(sum(row, 0)), ...op.zeros, ...op.set(sum(row, 1))]),
    ),
    ...turns(UNROLL, [...op.get(DEPTH), ...op.constant(2), ...op.shiftRight]),
    ...turns(1, [...op.get(DEPTH), ...op.constant(UNROLL - 1), ...op.and]),
    ...eachSum((row, half) => [...op.get(C_AT), ...op.get(sum(row, half)), ...op.store(16 * half)]),
    ...advance(A, op.get(A_TILE)),
    ...advance(C, [...op.get(C_STRIDE), ...op.constant(height), ...op.multiply]),
    ...[...op.get(TILES), ...op.constant(1), ...op.subtract, ...op.tee(TILES), ...op.againIf],
  ];
  return {
    name: `${transposed ? "transposed" : "plain"}${height}`,
    parameters: PARAMETERS,
    integers: INTEGERS,
    vectors: VECTORS,
    body: op.loop(tile),
  };
}

/** The kernel's functions by the height of their tiles (1 to 6; index 0 is unused). */
export interface ProductKernel {
  readonly plain: readonly Tiles[];
  readonly transposed: readonly Tiles[];
  /** Whether products are fused with sums (relaxed SIMD). */
  readonly fused: boolean;
}

/** Compiles the kernel for a memory, with fused multiply-add where this V8 and CPU have it. */
export function productKernel(memory: WebAssembly.Memory): ProductKernel {
  const heights = Array.from({ length: TILE_ROWS }, (_, row) => row + 1);
  const bytes = (fused: boolean) =>
    assemble(heights.flatMap((height) => [tilesFunction(height, false, fused), tilesFunction(height, true, fused)]));
  const fused = WebAssembly.validate(bytes(true));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes(fused)), { env: { memory } });
  const named = (name: string) => exports[name] as unknown as Tiles;
  return {
    plain: [named("plain1"), ...heights.map((height) => named(`plain${height}`))],
    transposed: [named("transposed1"), ...heights.map((height) => named(`transposed${height}`))],
    fused,
  };
}
