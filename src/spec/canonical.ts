/**
 * One text for one value: canonical JSON and its SHA-256.
 * @module
 */
import { createHash } from "node:crypto";

/**
 * JSON with sorted keys and no spaces: equal values give equal texts. Fields that are undefined are left out.
 *
 * @throws {TypeError} for what JSON cannot hold: NaN, infinities, functions, undefined in a list, bigint.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(canonicalJson({ b: [1, null], a: "x" }), '{"a":"x","b":[1,null]}');
 * ```
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    fields.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
    return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(",")}}`;
  }
  throw new TypeError(
    `Cannot write as JSON: found ${String(value)}, wanted text, a finite number, a list or an object`,
  );
}

/** SHA-256 of a text or of bytes, 64 hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/**
 * SHA-256 of a value's canonical JSON: the name of a spec, or of any part of one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(specDigest({ a: 1, b: 2 }), specDigest({ b: 2, a: 1 }));
 * ```
 */
export function specDigest(value: unknown): string {
  return sha256(canonicalJson(value));
}
