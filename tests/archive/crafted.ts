/**
 * Zip archives written field by field, so that any field may lie.
 * @module
 */
import { crc32, deflateRawSync } from "node:zlib";

/** What an entry's two headers say of it. */
export interface Fields {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly packed: number;
  readonly unpacked: number;
}

/** One entry: its bytes, and what is told of them instead of the truth. */
export interface Crafted {
  readonly name: string;
  /** Unpacked. */
  readonly bytes?: Uint8Array;
  /** Packed, where they are not `bytes` deflated, or stored by `method` 0. */
  readonly raw?: Uint8Array;
  readonly method?: number;
  readonly local?: Partial<Fields>;
  readonly directory?: Partial<Fields & { readonly offset: number; readonly mode: number }>;
}

/** What the end record says instead of the truth. */
export interface CraftedEnd {
  readonly disk?: number;
  readonly countHere?: number;
  readonly count?: number;
  readonly length?: number;
  readonly start?: number;
  readonly comment?: string;
}

/** The archive's bytes. */
export function craftZip(entries: readonly Crafted[], end: CraftedEnd = {}): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  const u16 = (value: number) => out.push(value & 255, (value >>> 8) & 255);
  const u32 = (value: number) => [0, 8, 16, 24].forEach((shift) => out.push((value >>> shift) & 255));
  const text = new TextEncoder();
  const add = (bytes: Uint8Array) => bytes.forEach((byte) => out.push(byte));
  /** What an entry's own header and the directory both say of it, in this order. */
  const common = ({ flags, method, crc32, packed, unpacked, name }: Fields) => {
    u16(20);
    u16(flags);
    u16(method);
    u32(0);
    u32(crc32);
    u32(packed);
    u32(unpacked);
    u16(text.encode(name).length);
  };
  const offsets: number[] = [];
  const truths = entries.map((entry) => {
    const bytes = entry.bytes ?? new Uint8Array(0);
    const method = entry.method ?? 8;
    const raw = entry.raw ?? (method === 0 ? bytes : deflateRawSync(bytes));
    return { raw, name: entry.name, flags: 0, method, crc32: crc32(bytes), packed: raw.length, unpacked: bytes.length };
  });
  entries.forEach((entry, index) => {
    const says = { ...truths[index]!, ...entry.local };
    offsets.push(out.length);
    u32(0x04034b50);
    common(says);
    u16(0);
    add(text.encode(says.name));
    add(truths[index]!.raw);
  });
  const start = out.length;
  entries.forEach((entry, index) => {
    const says = { ...truths[index]!, offset: offsets[index]!, mode: 0, ...entry.directory };
    u32(0x02014b50);
    u16(0x0314);
    common(says);
    [0, 0, 0, 0].forEach(u16);
    u32((says.mode << 16) >>> 0);
    u32(says.offset);
    add(text.encode(says.name));
  });
  const length = out.length - start;
  u32(0x06054b50);
  u16(end.disk ?? 0);
  u16(0);
  u16(end.countHere ?? end.count ?? entries.length);
  u16(end.count ?? entries.length);
  u32(end.length ?? length);
  u32(end.start ?? start);
  const comment = text.encode(end.comment ?? "");
  u16(comment.length);
  add(comment);
  return Uint8Array.from(out);
}
