/**
 * Where the preset `official` knowingly does something else than the authors' code.
 * @module
 */
import type { MethodSpec, ResolvedSpec } from "./types.ts";

interface KnownDifference {
  /** What it is about, as the schema's description of the preset names it. */
  readonly subject: string;
  readonly sentence: string;
  /** Whether a spec meets it. */
  readonly applies: (spec: ResolvedSpec) => boolean;
}

const adapts = ({ kind }: MethodSpec): boolean => kind !== "base";
const some = (spec: ResolvedSpec, of: (method: MethodSpec) => boolean): boolean => spec.methods.some(of);

/** All of them; the schema's description of `preset` names each by its subject. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    subject: "dropout masks of adapters",
    sentence:
      "Projections of one input (q, k and v) share one dropout mask of their adapters; there each projection draws its own, as PEFT does.",
    applies: (spec) => some(spec, (method) => adapts(method) && method.lora.dropout > 0),
  },
  {
    subject: "weight decay of item rows",
    sentence:
      "AdamW's decay pulls item rows towards the shared table, since it acts on their differences to it; there it pulls the rows themselves towards zero.",
    applies: (spec) =>
      some(spec, ({ kind, lora, regions }) => {
        if (kind === "base" || lora.itemRows === "none") return false;
        const decays = [lora.training, ...(kind === "raie" ? [regions.training, regions.defaultAdapter] : [])];
        return decays.some(({ weightDecay }) => weightDecay > 0);
      }),
  },
  {
    subject: "item rows of regions",
    sentence:
      'Item rows belong to each region; there all regions change one table, one after the other (lora.itemRows "shared" does the same).',
    applies: (spec) => some(spec, ({ kind, lora }) => kind === "raie" && lora.itemRows === "finetune-targets"),
  },
  {
    subject: "random streams",
    sentence: "k-means, negatives, shuffles and initial weights are drawn from random streams of our own.",
    applies: () => true,
  },
];

/**
 * What a reader who knows the authors' code must know of a run at its settings, one sentence each; nothing for another preset, and
 * only what the spec's methods meet.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSpec } from "./parse.ts";
 * const spec = '{"name":"a","preset":"official","dataset":"b","backbone":{"kind":"sasrec"},"methods":["base"]}';
 * assert.equal(knownDifferences(parseSpec(spec, "a.json").resolved).length, 1);
 * ```
 */
export function knownDifferences(spec: ResolvedSpec): string[] {
  if (spec.preset !== "official") return [];
  return KNOWN_DIFFERENCES.filter(({ applies }) => applies(spec)).map(({ sentence }) => sentence);
}
