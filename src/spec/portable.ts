/**
 * A resolved spec without what differs from machine to machine: what is saved, and what a digest is taken of.
 * @module
 */
import type { ResolvedSpec } from "./types.ts";

/**
 * The same spec with an inline data set's path cut down to its file name. What lies in the file is named by its checksum.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSpec } from "./parse.ts";
 * import { portableSpec } from "./portable.ts";
 * const dataset = '{"format":"csv","path":"rows/x.csv","columns":{"user":"u","item":"i","time":"t"}}';
 * const text = `{"name":"a","dataset":${dataset},"backbone":{"kind":"sasrec"},"methods":["base"]}`;
 * assert.equal(portableSpec(parseSpec(text, "specs/a.json").resolved).dataset.path, "x.csv");
 * ```
 */
export function portableSpec(spec: ResolvedSpec): ResolvedSpec {
  const { path } = spec.dataset;
  if (path === undefined) return spec;
  return {
    ...spec,
    dataset: { ...spec.dataset, path: path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1) },
  };
}
