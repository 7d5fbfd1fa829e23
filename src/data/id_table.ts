/**
 * From raw ids in a file to dense indices, without a string per line.
 * @module
 */

/** Integer ids below this are looked up in an array (64 MiB at most), all others by their bytes. */
const DIRECT_LIMIT = 1 << 24;
const ZERO = 48;

/** Ids of more bytes are no ids but text: a quote that does not close, a column of another kind. */
const LONGEST_ID = 1 << 12;
/** The bytes of all ids other than small integers are numbered by Int32. */
const MOST_BYTES = 2 ** 31 - 1;

/** Keeps a byte-order mark, which would otherwise vanish and make two ids one. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Gives every distinct id a dense index in order of first appearance. Integers in plain form ("17", not "017") take an array
 * look-up; anything else is hashed as bytes (FNV-1a, open addressing). Only a new id becomes a string, so that different ids are different
 * strings: what is no UTF-8, or holds a NUL, is refused.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { IdTable } from "./id_table.ts";
 *
 * const table = new IdTable();
 * const bytes = new TextEncoder().encode("17,017,17");
 * assert.equal(table.intern(bytes, 0, 2), 0);
 * assert.equal(table.intern(bytes, 3, 6), 1);
 * assert.equal(table.intern(bytes, 7, 9), 0);
 * assert.deepEqual(table.ids, ["17", "017"]);
 * ```
 */
export class IdTable {
  /** Raw ids in order of first appearance. */
  readonly ids: string[] = [];
  /** [integer id] -> index + 1; 0 means not seen. */
  #direct = new Int32Array(1 << 12);
  /** Open addressing over entries: slot -> entry + 1. */
  #slots = new Int32Array(1 << 10);
  #hashes = new Int32Array(1 << 9);
  /** Entry -> index. */
  #indices = new Int32Array(1 << 9);
  /** Entry e's bytes lie in the arena from offsets[e] to offsets[e + 1]. */
  #offsets = new Int32Array((1 << 9) + 1);
  #arena = new Uint8Array(1 << 13);
  #entries = 0;
  /** What is wrong with the id last refused, as the end of a sentence: "holds a NUL byte, wanted text". */
  problem = "";

  /** The index of the id in `bytes[start, end)`; a new id gets the next one. -1 when it is refused; then nothing changes but `problem`. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const integer = plainInteger(bytes, start, end);
    return integer >= 0 ? this.#internInteger(integer) : this.#internBytes(bytes, start, end);
  }

  #internInteger(integer: number): number {
    if (integer >= this.#direct.length) {
      let length = this.#direct.length;
      while (length <= integer) length *= 2;
      const grown = new Int32Array(length);
      grown.set(this.#direct);
      this.#direct = grown;
    }
    const seen = this.#direct[integer]!;
    if (seen > 0) return seen - 1;
    this.ids.push(String(integer));
    this.#direct[integer] = this.ids.length;
    return this.ids.length - 1;
  }

  #internBytes(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5 | 0;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    // FNV's low bits alone fill a power-of-two table unevenly: fold the high ones in.
    hash ^= hash >>> 15;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let entry = this.#slots[slot]!; entry > 0; entry = this.#slots[slot]!) {
      if (this.#hashes[entry - 1] === hash && this.#same(entry - 1, bytes, start, end)) {
        return this.#indices[entry - 1]!;
      }
      slot = (slot + 1) & mask;
    }
    return this.#add(hash, slot, bytes, start, end);
  }

  #same(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#offsets[entry]!;
    const length = end - start;
    if (this.#offsets[entry + 1]! - from !== length) return false;
    for (let at = 0; at < length; at++) if (this.#arena[from + at] !== bytes[start + at]) return false;
    return true;
  }

  #add(hash: number, slot: number, bytes: Uint8Array, start: number, end: number): number {
    const text = this.#text(bytes, start, end);
    if (text === undefined) return -1;
    const entry = this.#entries++;
    const from = this.#offsets[entry]!;
    const to = from + end - start;
    while (to > this.#arena.length) this.#arena = grown(this.#arena, new Uint8Array(this.#arena.length * 2));
    this.#arena.set(bytes.subarray(start, end), from);
    this.#offsets[entry + 1] = to;
    this.#hashes[entry] = hash;
    this.#indices[entry] = this.ids.length;
    this.#slots[slot] = entry + 1;
    this.ids.push(text);
    if (this.#entries === this.#hashes.length) this.#grow();
    return this.ids.length - 1;
  }

  /** An id as a string, or undefined after setting `problem`. */
  #text(bytes: Uint8Array, start: number, end: number): string | undefined {
    const length = end - start;
    const id = bytes.subarray(start, end);
    if (length <= 0) this.problem = "is empty, wanted an id";
    else if (length > LONGEST_ID) this.problem = `is ${length} bytes long, wanted at most ${LONGEST_ID}`;
    else if (id.includes(0)) this.problem = "holds a NUL byte, wanted text";
    else if (this.#offsets[this.#entries]! + length > MOST_BYTES) {
      this.problem = "does not fit any more: all ids together may have 2 GiB, wanted shorter ones, such as numbers";
    } else {
      try {
        const text = decoder.decode(id);
        if (!text.startsWith("\ufeff")) return text;
        this.problem = "begins with a byte-order mark, wanted one at the file's start only: were files joined?";
      } catch {
        this.problem = "is no UTF-8, wanted the file in UTF-8";
      }
    }
    return undefined;
  }

  /** Doubles the table; it is never more than half full. */
  #grow(): void {
    const capacity = this.#hashes.length * 2;
    this.#hashes = grown(this.#hashes, new Int32Array(capacity));
    this.#indices = grown(this.#indices, new Int32Array(capacity));
    this.#offsets = grown(this.#offsets, new Int32Array(capacity + 1));
    this.#slots = new Int32Array(capacity * 2);
    const mask = this.#slots.length - 1;
    for (let entry = 0; entry < this.#entries; entry++) {
      let slot = this.#hashes[entry]! & mask;
      while (this.#slots[slot]! > 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry + 1;
    }
  }
}

function grown<A extends Int32Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

/** The value of an id written as a plain integer below the direct limit, else -1. */
function plainInteger(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length === 0 || length > 8 || (length > 1 && bytes[start] === ZERO)) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value < DIRECT_LIMIT ? value : -1;
}
