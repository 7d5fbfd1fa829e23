/**
 * JSON from files of others, read so that no two readers can take it for different things.
 * @module
 */

/** Files of weights and their settings nest three deep; the limit bounds what a parser holds. */
const DEEPEST = 8;

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const OPENING = [0x7b, 0x5b];
const CLOSING = [0x7d, 0x5d];

/**
 * The value of a JSON text in which no object gives a name twice.
 *
 * @throws SyntaxError whose message goes on after the text's name, e.g. `names "w" twice`
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * assert.deepEqual(strictJson(bytes(`{"w": [1, 2]}`)), { w: [1, 2] });
 * assert.throws(() => strictJson(bytes(`{"w": 1, "\\u0077": 2}`)), /names "w" twice/);
 * ```
 */
export function strictJson(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const flaw = flawOf(text);
    if (flaw === undefined) return JSON.parse(text);
    throw new SyntaxError(flaw);
  } catch (cause) {
    if (cause instanceof TypeError) throw new SyntaxError("is not UTF-8", { cause });
    if (cause instanceof SyntaxError && !FLAW.test(cause.message)) throw new SyntaxError("is not JSON", { cause });
    throw cause;
  }
}

const FLAW = /^(names|is nested) /;

/** What a parser would pass over, or choke on: a name given twice, deep nesting. The text need not be JSON. */
function flawOf(text: string): string | undefined {
  const open: Set<string>[] = [];
  let latest = "";
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const from = at++;
      while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
      latest = text.slice(from, at + 1);
    } else if (OPENING.includes(code)) {
      if (open.push(new Set()) > DEEPEST) return `is nested more than ${DEEPEST} deep`;
    } else if (CLOSING.includes(code)) {
      open.pop();
    } else if (code === COLON) {
      const name: unknown = JSON.parse(latest);
      const names = open.at(-1);
      if (names?.has(String(name))) return `names ${JSON.stringify(name)} twice`;
      names?.add(String(name));
    }
  }
  return undefined;
}
