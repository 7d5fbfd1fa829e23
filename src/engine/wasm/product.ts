/**
 * Matrix products over the WebAssembly heap, transposed or not, batched or not, at one speed.
 *
 * tfjs's own kernel leaves the fast path for transposes and batches. Here b is packed in panels of 8 columns, which takes care
 * of its transpose, and the inner kernel reads a in either direction.
 * @module
 */
import { floats, type WasmBackend } from "./heap.ts";
import { type ProductKernel, productKernel, TILE_COLUMNS, TILE_ROWS, type Tiles } from "./product_kernel.ts";

/** One product c = op(a) op(b): addresses in bytes, c is [rows, columns], the inner dimension is `depth`. */
export interface Product {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** A panel of this depth (8 KB) stays in a core's first cache. */
const BLOCK_DEPTH = 256;
/** This many rows of a, to that depth (96 KB), stay in its second. */
const BLOCK_ROWS = 16 * TILE_ROWS;
const FLOAT = 4;

/** Computes products over one backend's heap; keeps a packing buffer there. */
export interface Multiplier {
  multiply(product: Product): void;
  /** Room for packed columns; call it before addresses are turned into views, as it may grow the heap. */
  reserve(columns: number, depth: number): void;
}

/** A multiplier over the heap of `backend`. */
export function multiplierFor(backend: WasmBackend): Multiplier {
  const kernel: ProductKernel = productKernel(backend.wasm.asm.memory);
  let room = 0;
  let packed = 0;
  let edge = 0;
  return {
    reserve(columns, depth) {
      const panels = Math.ceil(columns / TILE_COLUMNS);
      const needed = panels * TILE_COLUMNS * Math.min(depth, BLOCK_DEPTH) * FLOAT;
      if (needed <= room) return;
      if (room > 0) backend.wasm._free(packed);
      // The last panel may be narrower than a tile: its sums go through a tile of their own after the panels.
      const edgeBytes = BLOCK_ROWS * TILE_COLUMNS * FLOAT;
      packed = backend.wasm._malloc(needed + edgeBytes) >>> 0;
      edge = packed + needed;
      room = needed;
    },
    multiply(product) {
      const heap = floats(backend);
      for (let start = 0; start < product.depth; start += BLOCK_DEPTH) {
        const depth = Math.min(BLOCK_DEPTH, product.depth - start);
        pack(heap, product, start, depth, packed / FLOAT);
        for (let row = 0; row < product.rows; row += BLOCK_ROWS) {
          multiplyRows(heap, kernel, product, { start, depth, row, packed, edge });
        }
      }
      if (product.depth === 0) heap.fill(0, product.c / FLOAT, product.c / FLOAT + product.rows * product.columns);
    },
  };
}

/** Where in a product a block lies, and where its packed columns are. */
interface Block {
  readonly start: number;
  readonly depth: number;
  readonly row: number;
  readonly packed: number;
  readonly edge: number;
}

/** All columns of up to BLOCK_ROWS rows, for one block of the depth. */
function multiplyRows(heap: Float32Array, kernel: ProductKernel, product: Product, block: Block): void {
  const { transposeA, columns } = product;
  const rows = Math.min(BLOCK_ROWS, product.rows - block.row);
  const tiles = Math.floor(rows / TILE_ROWS);
  const rest = rows - tiles * TILE_ROWS;
  const byHeight: readonly Tiles[] = transposeA ? kernel.transposed : kernel.plain;
  const [aRow, aDepth] = transposeA ? [FLOAT, product.rows * FLOAT] : [product.depth * FLOAT, FLOAT];
  const a = product.a + block.row * aRow + block.start * aDepth;
  const aStride = transposeA ? aDepth : aRow;
  const accumulate = block.start > 0 ? 1 : 0;
  for (let column = 0; column < columns; column += TILE_COLUMNS) {
    const width = Math.min(TILE_COLUMNS, columns - column);
    const b = block.packed + column * block.depth * FLOAT;
    const target = product.c + (block.row * columns + column) * FLOAT;
    const whole = width === TILE_COLUMNS;
    const c = whole ? target : block.edge;
    const cStride = (whole ? columns : TILE_COLUMNS) * FLOAT;
    if (!whole && accumulate) copyColumns(heap, target / FLOAT, columns, block.edge / FLOAT, TILE_COLUMNS, rows, width);
    if (tiles > 0) byHeight[TILE_ROWS]!(a, b, c, tiles, block.depth, aStride, TILE_ROWS * aRow, cStride, accumulate);
    if (rest > 0) {
      const done = tiles * TILE_ROWS;
      byHeight[rest]!(a + done * aRow, b, c + done * cStride, 1, block.depth, aStride, 0, cStride, accumulate);
    }
    if (!whole) copyColumns(heap, block.edge / FLOAT, TILE_COLUMNS, target / FLOAT, columns, rows, width);
  }
}

/** Lays b's rows [start, start + depth) out in panels of 8 columns: panel by panel, and row by row in a panel. */
function pack(heap: Float32Array, product: Product, start: number, depth: number, to: number): void {
  const { columns, transposeB } = product;
  const from = product.b / FLOAT;
  const [rowStep, columnStep] = transposeB ? [1, product.depth] : [columns, 1];
  for (let column = 0; column < columns; column += TILE_COLUMNS) {
    const width = Math.min(TILE_COLUMNS, columns - column);
    let target = to + column * depth;
    let source = from + start * rowStep + column * columnStep;
    if (width < TILE_COLUMNS) {
      // What the tile computes beyond the last column is thrown away, but must not be slow denormal numbers.
      heap.fill(0, target, target + depth * TILE_COLUMNS);
      for (let k = 0; k < depth; k++, source += rowStep, target += TILE_COLUMNS) {
        for (let j = 0; j < width; j++) heap[target + j] = heap[source + j * columnStep]!;
      }
      continue;
    }
    for (let k = 0; k < depth; k++, source += rowStep, target += TILE_COLUMNS) {
      heap[target] = heap[source]!;
      heap[target + 1] = heap[source + columnStep]!;
      heap[target + 2] = heap[source + 2 * columnStep]!;
      heap[target + 3] = heap[source + 3 * columnStep]!;
      heap[target + 4] = heap[source + 4 * columnStep]!;
      heap[target + 5] = heap[source + 5 * columnStep]!;
      heap[target + 6] = heap[source + 6 * columnStep]!;
      heap[target + 7] = heap[source + 7 * columnStep]!;
    }
  }
}

/** Copies `width` columns of `rows` rows between matrices of different widths; positions in floats. */
function copyColumns(
  heap: Float32Array,
  from: number,
  fromWidth: number,
  to: number,
  toWidth: number,
  rows: number,
  width: number,
): void {
  for (let row = 0; row < rows; row++, from += fromWidth, to += toWidth) {
    for (let j = 0; j < width; j++) heap[to + j] = heap[from + j]!;
  }
}
