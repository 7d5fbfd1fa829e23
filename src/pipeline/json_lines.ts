/**
 * JSON lines that arrive in pieces: from a process, or from a file that is still being written.
 * @module
 */

const NEWLINE = 10;

/**
 * Puts pieces of bytes together to lines, and gives the values of whole ones; a line that is no JSON, as a killed process leaves it, is passed over.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const lines = new JsonLines();
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * assert.deepEqual(lines.take(bytes('{"step":1}\n{"step')), [{ step: 1 }]);
 * assert.deepEqual(lines.take(bytes('":2}\n{"st\nnull\n')), [{ step: 2 }, null]);
 * ```
 */
export class JsonLines {
  readonly #decoder = new TextDecoder();
  #pieces: Uint8Array[] = [];

  /** The values of the lines that these bytes end, in order. */
  take(bytes: Uint8Array): unknown[] {
    const values: unknown[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      this.#pieces.push(bytes.slice(from, end));
      values.push(...parsed(this.#line()));
      from = end + 1;
    }
    if (from < bytes.length) this.#pieces.push(bytes.slice(from));
    return values;
  }

  #line(): string {
    const text = this.#pieces.map((piece) => this.#decoder.decode(piece, { stream: true })).join("");
    this.#pieces = [];
    return text + this.#decoder.decode();
  }
}

function parsed(line: string): unknown[] {
  try {
    return [JSON.parse(line)];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
