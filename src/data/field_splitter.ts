/**
 * Cuts a line into fields by a separator.
 * @module
 */

const QUOTE = 34;

/** How fields are separated. */
export interface Separator {
  /** The separator's byte. */
  readonly byte: number;
  /** 2 when the byte stands twice, as in `::`. */
  readonly repeat: 1 | 2;
  /** Whether double quotes enclose fields (CSV). */
  readonly quoted: boolean;
}

/**
 * Finds the fields of a line. Their borders are in `starts` and `ends` after {@linkcode FieldSplitter.split}; fields past `capacity` are
 * counted but not kept.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { FieldSplitter } from "./field_splitter.ts";
 *
 * const bytes = new TextEncoder().encode("1::1193::5");
 * const splitter = new FieldSplitter({ byte: 58, repeat: 2, quoted: false }, 4);
 * assert.equal(splitter.split(bytes, 0, bytes.length), 3);
 * assert.deepEqual([splitter.starts[1], splitter.ends[1]], [3, 7]);
 * ```
 */
export class FieldSplitter {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly #separator: Separator;

  constructor(separator: Separator, capacity: number) {
    this.#separator = separator;
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
  }

  /**
   * Splits `bytes[start, end)` and returns the number of fields, or -1 when text follows a closing quote. Doubled quotes inside a quoted
   * field are undone in place, so the buffer changes.
   */
  split(bytes: Uint8Array, start: number, end: number): number {
    const { byte, repeat, quoted } = this.#separator;
    let count = 0;
    let from = start;
    if (repeat === 1 && !quoted) {
      for (let at = start; at < end; at++) {
        if (bytes[at] !== byte) continue;
        this.#keep(count++, from, at);
        from = at + 1;
      }
    } else if (repeat === 2) {
      for (let at = start; at < end - 1; at++) {
        if (bytes[at] !== byte || bytes[at + 1] !== byte) continue;
        this.#keep(count++, from, at++);
        from = at + 1;
      }
    } else {
      return this.#splitQuoted(bytes, start, end, byte);
    }
    this.#keep(count++, from, end);
    return count;
  }

  #splitQuoted(bytes: Uint8Array, start: number, end: number, byte: number): number {
    let count = 0;
    let at = start;
    for (;;) {
      const from = at;
      if (bytes[at] === QUOTE && at < end) {
        let to = ++at;
        for (; at < end; at++) {
          if (bytes[at] === QUOTE && (at + 1 === end || bytes[at + 1] !== QUOTE)) break;
          if (bytes[at] === QUOTE) at++;
          bytes[to++] = bytes[at]!;
        }
        this.#keep(count++, from + 1, to);
        at++;
        if (at < end && bytes[at] !== byte) return -1;
      } else {
        while (at < end && bytes[at] !== byte) at++;
        this.#keep(count++, from, at);
      }
      if (at >= end) return count;
      at++;
    }
  }

  #keep(field: number, start: number, end: number): void {
    if (field >= this.starts.length) return;
    this.starts[field] = start;
    this.ends[field] = end;
  }
}
