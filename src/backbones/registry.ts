/**
 * Every transformer over items by its kind. What a language model is made of comes from a checkpoint: llama/llama.ts.
 * @module
 */
import type { TransformerSpec } from "../spec/types.ts";
import { bert4rec } from "./bert4rec.ts";
import { sasrec } from "./sasrec.ts";
import { tisasrec } from "./tisasrec.ts";
import type { Backbone } from "./types.ts";

/**
 * Makes the backbone a spec names, for a catalogue of `items`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSpec } from "../spec/parse.ts";
 * import type { TransformerSpec } from "../spec/types.ts";
 * import { createBackbone } from "./registry.ts";
 * const text = '{"name":"a","dataset":"movielens-100k","backbone":{"kind":"sasrec","hidden":16},"methods":["base"]}';
 * const { backbone: spec } = parseSpec(text, "a.json").resolved;
 * const backbone = createBackbone(spec as TransformerSpec, 40);
 * assert.deepEqual(backbone.shapes[backbone.itemTable], [41, 16]);
 * ```
 */
export function createBackbone(spec: TransformerSpec, items: number): Backbone {
  const { maxLength, hidden, blocks, heads, ffn, layerNormEps, specialTokens } = spec;
  const sizes = { items, maxLength, hidden, blocks, heads, ffn, layerNormEps };
  switch (spec.kind) {
    case "sasrec":
      return sasrec(sizes);
    case "bert4rec":
      return bert4rec({ ...sizes, specialTokens });
    case "tisasrec":
      return tisasrec({
        ...sizes,
        specialTokens,
        timeBuckets: spec.timeBuckets!,
        maxGapDays: spec.maxGapDays!,
        content: spec.content,
      });
  }
}
