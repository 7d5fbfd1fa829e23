/**
 * JSON values, and the few things the spec room does with them: looking, copying, addressing.
 * @module
 */

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonRecord;

/** A JSON object. */
export interface JsonRecord {
  /** Fields by name; one that is not there is undefined, which is no JSON value. */
  readonly [key: string]: Json;
}

/** Whether a value is a JSON object (neither null nor a list). */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether an object has a field of its own; "toString" and "__proto__" are fields like any other. */
export function has(value: unknown, key: string): boolean {
  return isRecord(value) && Object.hasOwn(value, key);
}

/** Builds an object whose fields are its own, "__proto__" included. */
export function recordOf(entries: Iterable<readonly [string, Json]>): JsonRecord {
  const record = {};
  for (const [key, value] of entries) {
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return record;
}

/**
 * JSON pointer (RFC 6901) of a path.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(pointerOf(["methods", 1, "a/b"]), "/methods/1/a~1b");
 * ```
 */
export function pointerOf(path: readonly (string | number)[]): string {
  return path.map((part) => "/" + String(part).replaceAll("~", "~0").replaceAll("/", "~1")).join("");
}

/** The path of a JSON pointer; the inverse of {@linkcode pointerOf}. */
export function pathOf(pointer: string): string[] {
  if (pointer === "") return [];
  return pointer.slice(1).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The value at a path, or undefined when there is none. */
export function valueAt(value: Json, path: readonly string[]): Json | undefined {
  let here: Json | undefined = value;
  for (const part of path) {
    if (Array.isArray(here)) here = /^(0|[1-9]\d*)$/.test(part) ? here[Number(part)] : undefined;
    else here = isRecord(here) && has(here, part) ? here[part] : undefined;
    if (here === undefined) return undefined;
  }
  return here;
}

/** A pointer as people write it: "methods.1.regions.k"; "the spec" for the root. */
export function dotted(pointer: string): string {
  return pointer === "" ? "the spec" : pathOf(pointer).join(".");
}
