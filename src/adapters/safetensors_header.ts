/**
 * The header of a safetensors file: which tensors there are, and where their bytes lie.
 * @module
 */
import { strictJson } from "./strict_json.ts";
import { WeightsError } from "./weights_error.ts";

/** A tensor's line in the header, held to the format. */
export interface HeaderEntry<D extends string = Dtype> {
  readonly name: string;
  readonly dtype: D;
  readonly shape: readonly number[];
  /** First byte after the header's end, and the one after its last. */
  readonly from: number;
  readonly to: number;
}

/** The dtypes that are read, each of four bytes. */
export const DTYPES = { F32: Float32Array, I32: Int32Array } as const;

/** Name of a dtype that is read. */
export type Dtype = keyof typeof DTYPES;

/** Bytes of a value, by dtype. */
export type DtypeBytes<D extends string> = Readonly<Record<D, number>>;

const FOUR: DtypeBytes<Dtype> = { F32: 4, I32: 4 };

/** The format's own limit. */
const HEADER_LIMIT = 100_000_000;
/** Where the header's length stands. */
export const LENGTH_BYTES = 8;
const FIELDS = ["dtype", "shape", "data_offsets"];

/**
 * The header's length.
 *
 * @param start The file's first bytes, {@linkcode LENGTH_BYTES} or more.
 * @param size The file's.
 * @throws {WeightsError} when the header cannot be that long.
 */
export function headerLength(start: Uint8Array, size: number, source: string): number {
  if (size < LENGTH_BYTES || start.length < LENGTH_BYTES) {
    throw new WeightsError(`Cannot read ${source}: ${size} bytes are no safetensors file`);
  }
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(HEADER_LIMIT, size - LENGTH_BYTES))) {
    throw new WeightsError(
      `Cannot read ${source}: header of ${length} bytes in a file of ${size}, wanted ${HEADER_LIMIT} at most`,
    );
  }
  return Number(length);
}

/**
 * The tensors of a header, in the order of their bytes.
 *
 * @param header Its JSON.
 * @param size Bytes after the header: all of them must belong to one tensor each.
 * @param anyDtype Names of tensors whose dtype, and what it makes of the shape, are not looked at.
 * @param dtypes Those that others may have; left out: {@linkcode DTYPES}.
 * @throws {WeightsError} naming `source` and the tensor.
 */
export function parseHeader<D extends string = Dtype>(
  header: Uint8Array,
  size: number,
  source: string,
  anyDtype: ReadonlySet<string> = new Set(),
  dtypes: DtypeBytes<D> = FOUR as DtypeBytes<D>,
): HeaderEntry<D>[] {
  const entries: HeaderEntry<D>[] = [];
  for (const [name, value] of Object.entries(headerObject(header, source))) {
    if (name === "__metadata__") checkMetadata(value, source);
    else entries.push(readEntry(name, value, size, source, anyDtype.has(name), dtypes));
  }
  entries.sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { name, from, to } of entries) {
    if (from !== end) {
      const why = from < end ? "they belong to another tensor too" : "those between belong to none";
      throw new WeightsError(
        `Cannot read tensor ${shown(name)} of ${source}: its bytes begin at ${from}, wanted ${end}: ${why}`,
      );
    }
    end = to;
  }
  if (end !== size) {
    throw new WeightsError(`Cannot read ${source}: its tensors end at byte ${end} of ${size}, wanted the last one`);
  }
  return entries;
}

/** The texts of a header. @throws {WeightsError} where they are none. */
export function parseMetadata(header: Uint8Array, source: string): Readonly<Record<string, string>> {
  const { __metadata__: texts = {} } = headerObject(header, source) as { readonly __metadata__?: unknown };
  checkMetadata(texts, source);
  return texts;
}

function headerObject(bytes: Uint8Array, source: string): object {
  const refuse = (why: string, cause?: unknown) =>
    new WeightsError(`Cannot read ${source}: its header ${why}`, cause === undefined ? undefined : { cause });
  let header: unknown;
  try {
    header = strictJson(bytes);
  } catch (cause) {
    throw cause instanceof SyntaxError ? refuse(cause.message, cause) : cause;
  }
  if (!isRecord(header) || bytes[0] !== 0x7b) throw refuse("is not a JSON object");
  if (Object.hasOwn(header, "__proto__")) throw refuse('has a tensor "__proto__", which is no name');
  return header;
}

function checkMetadata(value: unknown, source: string): asserts value is Readonly<Record<string, string>> {
  if (isRecord(value) && Object.values(value).every((text) => typeof text === "string")) return;
  throw new WeightsError(`Cannot read ${source}: its __metadata__ is ${shown(value)}, wanted texts by name`);
}

function readEntry<D extends string>(
  name: string,
  value: unknown,
  size: number,
  source: string,
  anyDtype: boolean,
  dtypes: DtypeBytes<D>,
): HeaderEntry<D> {
  const refuse = (why: string) => new WeightsError(`Cannot read tensor ${shown(name)} of ${source}: ${why}`);
  if (!isRecord(value)) throw refuse(`found ${shown(value)}, wanted ${FIELDS.join(", ")}`);
  const { dtype, shape, data_offsets: range } = value;
  const known = typeof dtype === "string" && Object.hasOwn(dtypes, dtype) ? dtypes[dtype as D] : undefined;
  if (!anyDtype && known === undefined) {
    throw refuse(`dtype ${shown(dtype)}, wanted ${Object.keys(dtypes).join(" or ")}`);
  }
  if (!isWholes(shape)) throw refuse(`shape ${shown(shape)}, wanted a list of whole numbers`);
  if (!isWholes(range) || range.length !== 2) throw refuse(`data_offsets ${shown(range)}, wanted two whole numbers`);
  const other = Object.keys(value).find((field) => !FIELDS.includes(field));
  if (other !== undefined) throw refuse(`found the field ${shown(other)}, wanted ${FIELDS.join(", ")} alone`);
  const [from, to] = range as [number, number];
  // A product too large to be exact is larger than any file.
  const bytes = shape.reduce((product, length) => product * length, 1) * (known ?? 4);
  if (from > to || to > size || (!anyDtype && to - from !== bytes)) {
    throw refuse(`bytes ${from} to ${to} of ${size} for shape ${shown(shape)}, wanted ${bytes} bytes`);
  }
  return { name, dtype: dtype as D, shape, from, to };
}

const isWholes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value for a message, cut to a readable length. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
