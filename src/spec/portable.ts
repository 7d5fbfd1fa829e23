/**
 * A resolved spec without what differs from machine to machine: what is saved, and what a digest is taken of.
 * @module
 */
import type { BackboneSpec, ResolvedSpec } from "./types.ts";

/**
 * The same spec with the path of an inline data set cut down to its file name, and that of weights or of a checkpoint to what the spec has
 * written, or to its last part where that is a path of one machine's. What lies in the files is named by checksums.
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
  return {
    ...spec,
    dataset: path === undefined ? spec.dataset : { ...spec.dataset, path: fileName(path) },
    backbone: portableBackbone(spec.backbone),
  };
}

function portableBackbone(spec: BackboneSpec): BackboneSpec {
  if (spec.kind === "llama") {
    const { checkpointWritten, ...backbone } = spec;
    const { checkpoint } = backbone;
    if (typeof checkpoint !== "string") return backbone;
    return { ...backbone, checkpoint: portablePath(checkpoint, checkpointWritten) };
  }
  const { weightsWritten, ...backbone } = spec;
  const { weights } = backbone;
  return weights === undefined ? backbone : { ...backbone, weights: portablePath(weights, weightsWritten) };
}

const portablePath = (path: string, written: string | undefined): string =>
  written ?? (isOfMachine(path) ? fileName(path) : path);

/** Whether a path begins at a root or drive of any system. */
export const isOfMachine = (path: string): boolean => /^([\\/]|[A-Za-z]:)/.test(path);

/** The last part of a path of any system. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
