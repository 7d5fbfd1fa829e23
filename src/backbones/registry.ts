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
 */
export function createBackbone(spec: BackboneSpec, items: number): Backbone {
  if (spec.kind !== "sasrec") throw new RangeError(`Cannot build backbone "${spec.kind}": built is sasrec`);
  const { maxLength, hidden, blocks, heads, ffn, layerNormEps } = spec;
  return sasrec({ items, maxLength, hidden, blocks, heads, ffn, layerNormEps });
}
