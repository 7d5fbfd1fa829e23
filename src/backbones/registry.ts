/**
 * Every backbone by its kind.
 * @module
 */
import type { BackboneSpec } from "../spec/types.ts";
import { sasrec } from "./sasrec.ts";
import type { Backbone } from "./types.ts";

/**
 * Makes the backbone a spec names, for a catalogue of `items`.
 *
 * @throws {RangeError} for a kind that is not built.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSpec } from "../spec/parse.ts";
 * import { createBackbone } from "./registry.ts";
 * const text = '{"name":"a","dataset":"movielens-100k","backbone":{"kind":"sasrec","hidden":16},"methods":["base"]}';
 * const backbone = createBackbone(parseSpec(text, "a.json").resolved.backbone, 40);
 * assert.deepEqual(backbone.shapes[backbone.itemTable], [41, 16]);
 * ```
 */
export function createBackbone(spec: BackboneSpec, items: number): Backbone {
  if (spec.kind !== "sasrec") throw new RangeError(`Cannot build backbone "${spec.kind}": built is sasrec`);
  const { maxLength, hidden, blocks, heads, ffn, layerNormEps } = spec;
  return sasrec({ items, maxLength, hidden, blocks, heads, ffn, layerNormEps });
}
