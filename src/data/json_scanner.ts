/**
 * Finds the values of a few keys in one JSON object per line, without parsing the rest.
 * @module
 */

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const COMMA = 44;
const COLON = 58;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Scans the top level of a JSON object for wanted keys. Values that are strings are given without quotes and with their escapes undone
 * in place; numbers, booleans and null as written; objects and arrays whole. The last of several equal keys wins, as in JSON.parse.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { JsonScanner } from "./json_scanner.ts";
 *
 * const text = '{"text":"a \\"b\\"","stars":4.0}';
 * const bytes = new TextEncoder().encode(text);
 * const scanner = new JsonScanner(["stars"]);
 * assert.equal(scanner.scan(bytes, 0, bytes.length), true);
 * assert.equal(text.slice(scanner.starts[0], scanner.ends[0]), "4.0");
 * ```
 */
export class JsonScanner {
  /** Where each wanted key's value lies; start -1 when the key is missing. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly #keys: readonly Uint8Array[];

  constructor(keys: readonly string[]) {
    this.#keys = keys.map((key) => encoder.encode(key));
    this.starts = new Int32Array(keys.length);
    this.ends = new Int32Array(keys.length);
  }

  /** Scans `bytes[start, end)`; false when it is not one JSON object. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.starts.fill(-1);
    const line = bytes.subarray(0, end);
    let at = skipSpace(line, start);
    if (line[at] !== OPEN) return false;
    at = skipSpace(line, at + 1);
    if (line[at] === CLOSE) return skipSpace(line, at + 1) === end;
    for (;;) {
      if (line[at] !== QUOTE) return false;
      const keyEnd = stringEnd(line, at);
      if (keyEnd < 0) return false;
      const wanted = this.#wanted(line, at + 1, keyEnd - 1);
      at = skipSpace(line, keyEnd);
      if (line[at] !== COLON) return false;
      at = skipSpace(line, at + 1);
      const valueEnd = skipValue(line, at);
      if (valueEnd <= at) return false;
      if (wanted >= 0) this.#keep(wanted, line, at, valueEnd);
      at = skipSpace(line, valueEnd);
      if (line[at] === CLOSE) return skipSpace(line, at + 1) === end;
      if (line[at] !== COMMA) return false;
      at = skipSpace(line, at + 1);
    }
  }

  #wanted(bytes: Uint8Array, start: number, end: number): number {
    for (let key = 0; key < this.#keys.length; key++) {
      const name = this.#keys[key]!;
      if (name.length !== end - start) continue;
      let at = 0;
      while (at < name.length && name[at] === bytes[start + at]) at++;
      if (at === name.length) return key;
    }
    return -1;
  }

  #keep(key: number, bytes: Uint8Array, start: number, end: number): void {
    if (bytes[start] !== QUOTE) {
      this.starts[key] = start;
      this.ends[key] = end;
      return;
    }
    this.starts[key] = start + 1;
    this.ends[key] = end - 1;
    const escape = bytes.subarray(0, end).indexOf(BACKSLASH, start);
    if (escape < 0) return;
    const text = parseString(bytes.subarray(start, end));
    // An escape is never shorter than the bytes it stands for, so the plain text fits in its place.
    if (text === undefined) this.starts[key] = -1;
    else this.ends[key] = start + 1 + encoder.encodeInto(text, bytes.subarray(start + 1, end)).written;
  }
}

/** Undefined for a bad escape, half a surrogate pair or bad UTF-8: the caller sees the key as missing and names the line. */
function parseString(bytes: Uint8Array): string | undefined {
  try {
    const text = String(JSON.parse(decoder.decode(bytes)));
    return text.isWellFormed() ? text : undefined;
  } catch {
    return undefined;
  }
}

function skipSpace(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && (bytes[at] === 32 || bytes[at] === 9 || bytes[at] === 13 || bytes[at] === 10)) at++;
  return at;
}

/** Position after the closing quote of the string that opens at `at`, or -1. */
function stringEnd(bytes: Uint8Array, at: number): number {
  for (let quote = bytes.indexOf(QUOTE, at + 1); quote >= 0; quote = bytes.indexOf(QUOTE, quote + 1)) {
    let slashes = 0;
    while (bytes[quote - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  return -1;
}

/** Position after the value that begins at `at`; -1 if it never ends. */
function skipValue(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first === QUOTE) return stringEnd(bytes, at);
  if (first === OPEN || first === OPEN_LIST) return skipNested(bytes, at);
  let end = at;
  for (; end < bytes.length; end++) {
    const byte = bytes[end]!;
    if (byte === COMMA || byte === CLOSE || byte <= 32) break;
    if (byte === QUOTE || byte === COLON || byte === OPEN || byte === OPEN_LIST || byte === CLOSE_LIST) return -1;
  }
  return end;
}

function skipNested(bytes: Uint8Array, start: number): number {
  let depth = 0;
  for (let at = start; at >= 0 && at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const end = stringEnd(bytes, at);
      if (end < 0) return -1;
      at = end - 1;
    } else if (byte === OPEN || byte === OPEN_LIST) depth++;
    else if ((byte === CLOSE || byte === CLOSE_LIST) && --depth === 0) return at + 1;
  }
  return -1;
}
