/**
 * A resolved spec without what differs from machine to machine: what is saved, and what a digest is taken of.
 * @module
 */
import type { ResolvedSpec } from "./types.ts";

/**
 * The same spec with the paths of an inline data set and of weights cut down to their file names. What lies in the files is named by checksums.
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
  const { weights } = spec.backbone;
  return {
    ...spec,
    dataset: path === undefined ? spec.dataset : { ...spec.dataset, path: fileName(path) },
    backbone: weights === undefined ? spec.backbone : { ...spec.backbone, weights: fileName(weights) },
  };
}

/** The last part of a path of any system. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
