/**
 * Columns of numbers in a safetensors file: written one after the other, and read whole or a range of rows at a time.
 * @module
 */
import { type HeaderEntry, headerLength, LENGTH_BYTES, parseHeader } from "./safetensors_header.ts";
import { WeightsError } from "./weights_error.ts";

/** Whole numbers, or numbers in double precision: row-major, rows along the first axis. */
export interface Column {
  /** Sizes of its axes, one at least. */
  readonly shape: readonly number[];
  /** As many as the shape's product. */
  readonly values: Int32Array | Float64Array;
}

/** Columns by name. */
export type Columns = Readonly<Record<string, Column>>;

/** Rows of the first axis; `to` is the first that is left out. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

type ColumnDtype = "I32" | "F64";
const BYTES = { I32: Int32Array.BYTES_PER_ELEMENT, F64: Float64Array.BYTES_PER_ELEMENT } as const;

/**
 * Writes a file of columns; beside the header, nothing is held that was not there before.
 *
 * @throws RangeError for a column whose values do not fit its shape.
 */
export async function writeColumns(path: string, columns: Columns): Promise<void> {
  // Doubles first: every column then begins at a place its numbers may stand at.
  const dtype = ({ values }: Column): ColumnDtype => values instanceof Int32Array ? "I32" : "F64";
  const entries = Object.entries(columns).sort(([a, { values: first }], [b, { values: second }]) =>
    second.BYTES_PER_ELEMENT - first.BYTES_PER_ELEMENT || (a < b ? -1 : 1)
  );
  let end = 0;
  const header = Object.fromEntries(entries.map(([name, column]) => {
    const { shape, values } = column;
    if (shape.reduce((product, length) => product * length, 1) !== values.length) {
      throw new RangeError(`Cannot write column "${name}": ${values.length} values for shape [${shape}]`);
    }
    return [name, { dtype: dtype(column), shape, data_offsets: [end, end += values.byteLength] }];
  }));
  const json = JSON.stringify(header);
  const bytes = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = new DataView(new ArrayBuffer(LENGTH_BYTES));
  length.setBigUint64(0, BigInt(bytes.length), true);
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  for (const part of [length, bytes, ...entries.map(([, { values }]) => values)]) {
    const left = new Uint8Array(part.buffer as ArrayBuffer, part.byteOffset, part.byteLength);
    for (let done = 0; done < left.length;) done += await file.write(left.subarray(done));
  }
}

/**
 * Reads the named columns of a file, or all of them; of each the given rows alone, where some are given.
 *
 * @throws {WeightsError} for what is no such file, a column that is missing, and rows that are none of a column's.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readColumns, writeColumns } from "./columns_file.ts";
 * const path = Deno.makeTempFileSync();
 * await writeColumns(path, { top: { shape: [3, 2], values: Int32Array.of(1, 2, 3, 4, 5, 6) } });
 * assert.deepEqual(readColumns(path, { rows: { from: 1, to: 2 } }).top, { shape: [1, 2], values: Int32Array.of(3, 4) });
 * Deno.removeSync(path);
 * ```
 */
export function readColumns(
  path: string,
  { names, rows }: { readonly names?: readonly string[]; readonly rows?: RowRange } = {},
): Columns {
  // A pipe would wait for a writer before it could be looked at.
  if (!Deno.statSync(path).isFile) throw new WeightsError(`Cannot read ${path}: it is no file`);
  using file = Deno.openSync(path);
  const { size } = file.statSync();
  const length = headerLength(fill(file, 0, new Uint8Array(Math.min(LENGTH_BYTES, size)), path), size, path);
  const start = LENGTH_BYTES + length;
  const header = fill(file, LENGTH_BYTES, new Uint8Array(length), path);
  const entries = parseHeader<ColumnDtype>(header, size - start, path, new Set(), BYTES);
  const wanted = (names ?? entries.map(({ name }) => name)).map((name) => {
    const entry = entries.find((each) => each.name === name);
    if (entry !== undefined) return entry;
    throw new WeightsError(`Cannot read column ${JSON.stringify(name)} of ${path}: there is none of that name`);
  });
  return Object.fromEntries(wanted.map((entry) => [entry.name, readEntry(file, start, entry, rows, path)]));
}

function readEntry(
  file: Deno.FsFile,
  start: number,
  { name, dtype, shape, from }: HeaderEntry<ColumnDtype>,
  rows: RowRange | undefined,
  path: string,
): Column {
  const [count = 0, ...rest] = shape;
  const width = rest.reduce((product, length) => product * length, 1);
  const range = rows ?? { from: 0, to: count };
  if (!(0 <= range.from && range.from <= range.to && range.to <= count)) {
    throw new WeightsError(
      `Cannot read column ${
        JSON.stringify(name)
      } of ${path}: it has ${count} rows, wanted ${range.from} to ${range.to}`,
    );
  }
  const elements = (range.to - range.from) * width;
  const values = dtype === "I32" ? new Int32Array(elements) : new Float64Array(elements);
  fill(file, start + from + range.from * width * BYTES[dtype], new Uint8Array(values.buffer), path);
  return { shape: [range.to - range.from, ...rest], values };
}

function fill(file: Deno.FsFile, place: number, bytes: Uint8Array<ArrayBuffer>, path: string): Uint8Array<ArrayBuffer> {
  file.seekSync(place, Deno.SeekMode.Start);
  for (let filled = 0; filled < bytes.length;) {
    const count = file.readSync(bytes.subarray(filled));
    if (count === null) throw new WeightsError(`Cannot read ${path}: it has been cut while it was read`);
    filled += count;
  }
  return bytes;
}
