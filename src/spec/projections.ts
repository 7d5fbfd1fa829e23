/**
 * The linear maps of each backbone that an adapter may sit on, by the names its Python original gives them.
 * @module
 */
import type { BackboneSpec } from "./types.ts";

/** Where a block stands, and its projections in the order they run. */
interface Layout {
  readonly block: string;
  readonly names: readonly string[];
  /** What a target says to mean all of them. */
  readonly targets: readonly string[];
}

const LAYOUTS: Readonly<Record<BackboneSpec["kind"], Layout>> = {
  sasrec: {
    block: "blocks",
    names: ["q_proj", "k_proj", "v_proj", "out_proj", "linear1", "linear2"],
    targets: ["q_proj", "k_proj", "v_proj", "out_proj", "linear1", "linear2"],
  },
  bert4rec: {
    block: "bert.encoder.layer",
    names: [
      ...["query", "key", "value"].map((name) => `attention.self.${name}`),
      ...["attention.output", "intermediate", "output"].map((name) => `${name}.dense`),
    ],
    targets: ["query", "key", "value", "dense"],
  },
  tisasrec: {
    block: "layers",
    names: ["Wq", "Wk", "Wv", "Wo", "ffn.0", "ffn.3"],
    targets: ["Wq", "Wk", "Wv", "Wo", "ffn.0", "ffn.3"],
  },
  llama: {
    block: "model.layers",
    names: [
      ...["q_proj", "k_proj", "v_proj", "o_proj"].map((name) => `self_attn.${name}`),
      ...["gate_proj", "up_proj", "down_proj"].map((name) => `mlp.${name}`),
    ],
    targets: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
  },
};

/** Targets that name every projection of a backbone. */
export function allTargets(kind: BackboneSpec["kind"]): readonly string[] {
  return LAYOUTS[kind].targets;
}

/**
 * Full names of a backbone's projections.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { projectionNames } from "./projections.ts";
 * assert.equal(projectionNames("tisasrec", 2).at(-1), "layers.1.ffn.3");
 * ```
 */
export function projectionNames(kind: BackboneSpec["kind"], blocks: number): string[] {
  const { block, names } = LAYOUTS[kind];
  return Array.from({ length: blocks }, (_, index) => names.map((name) => `${block}.${index}.${name}`)).flat();
}

/**
 * Everything a target may say, as PEFT matches: a projection's name, or an end of it behind a dot.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { possibleTargets } from "./projections.ts";
 * const targets = possibleTargets("tisasrec", 2);
 * assert.equal(targets.has("ffn.0") && targets.has("1.ffn.0"), true);
 * assert.equal(targets.has("fn.0"), false);
 * ```
 */
export function possibleTargets(kind: BackboneSpec["kind"], blocks: number): ReadonlySet<string> {
  return new Set(
    projectionNames(kind, blocks).flatMap((name) => {
      const parts = name.split(".");
      return parts.map((_, start) => parts.slice(start).join("."));
    }),
  );
}

/** Blocks that a checkpoint in a folder is taken to have at most: how many it has, the spec does not say. */
const MOST_BLOCKS = 1000;
let ofFolders: ReadonlySet<string> | undefined;

/**
 * Everything a target may say of a spec's backbone. Of a checkpoint in a folder the blocks 0 to 999 count: whoever reads it refuses what it
 * lacks.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSpec } from "./parse.ts";
 * import { backboneTargets } from "./projections.ts";
 * const targets = (backbone: unknown) => {
 *   const text = JSON.stringify({ name: "a", dataset: "b", backbone, methods: ["base"] });
 *   return backboneTargets(parseSpec(text, "a.json").resolved.backbone);
 * };
 * assert.equal(targets({ kind: "llama", checkpoint: "Llama-2-7b-hf" }).has("layers.31.mlp.up_proj"), true);
 * assert.equal(targets({ kind: "llama", checkpoint: { layers: 2 } }).has("layers.31.mlp.up_proj"), false);
 * ```
 */
export function backboneTargets(backbone: BackboneSpec): ReadonlySet<string> {
  if (backbone.kind !== "llama") return possibleTargets(backbone.kind, backbone.blocks);
  const { checkpoint } = backbone;
  if (typeof checkpoint !== "string") return possibleTargets("llama", checkpoint.layers);
  return ofFolders ??= possibleTargets("llama", MOST_BLOCKS);
}
