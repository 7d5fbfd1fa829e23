/**
 * Where the preset `official` knowingly does something else than the authors' code.
 * @module
 */
import { ADAPTING, ownOptions } from "./method_types.ts";
import type { BackboneSpec, MethodSpec, ResolvedSpec } from "./types.ts";

interface KnownDifference {
  /** What it is about, as the schema's description of the preset names it. */
  readonly subject: string;
  readonly sentence: string;
  /** Whether a spec meets it. */
  readonly applies: (spec: ResolvedSpec) => boolean;
}

const some = (spec: ResolvedSpec, of: (method: MethodSpec) => boolean): boolean => spec.methods.some(of);
const has = (...kinds: readonly string[]) => (spec: ResolvedSpec): boolean =>
  some(spec, ({ kind }) => kinds.includes(kind));
const on = (...kinds: readonly BackboneSpec["kind"][]) => ({ backbone }: ResolvedSpec): boolean =>
  kinds.includes(backbone.kind);
const ROWS_LEFT: ReadonlySet<string> = new Set(["lora", "replay", "lwf", "lsat", "mole"]);
const trained = ({ backbone }: ResolvedSpec): boolean => backbone.weights === undefined;

/** All of them; the schema's description of `preset` names each by its subject. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    subject: "dropout masks of adapters",
    sentence:
      "Projections of one input (q, k and v) share one dropout mask of their adapters; there each projection draws its own, as PEFT does.",
    applies: (spec) => some(spec, ({ kind, lora }) => ADAPTING.has(kind) && lora.dropout > 0),
  },
  {
    subject: "weight decay of item rows",
    sentence:
      "AdamW's decay pulls item rows towards the shared table, since it acts on their differences to it; there it pulls the rows themselves towards zero.",
    applies: (spec) =>
      some(spec, ({ kind, lora, regions }) => {
        if (!ADAPTING.has(kind) || lora.itemRows === "none") return false;
        const decays = [lora.training, ...(kind === "raie" ? [regions.training, regions.defaultAdapter] : [])];
        return decays.some(({ weightDecay }) => weightDecay > 0);
      }),
  },
  {
    subject: "item rows of regions",
    sentence:
      'Item rows belong to each region; there all regions change one table, one after the other (lora.itemRows "shared" does the same).',
    applies: (spec) =>
      on("sasrec")(spec) && some(spec, ({ kind, lora }) => kind === "raie" && lora.itemRows === "finetune-targets"),
  },
  {
    subject: "fixed negatives",
    sentence: "Negatives of F windows are drawn anew in every epoch; there each window keeps the one drawn first.",
    applies: (spec) =>
      on("sasrec")(spec) &&
      some(spec, ({ kind, lora }) => ADAPTING.has(kind) && lora.training.loss.kind !== "cross-entropy"),
  },
  {
    subject: "experts of mole",
    sentence:
      "All experts of mole train beside their gate, which mixes their terms in every layer, and item rows train with them; there they stay frozen while it trains, so that its results are the base's to the last digit (and last hidden states are mixed, and no item rows train).",
    applies: (spec) => on("sasrec")(spec) && has("mole")(spec),
  },
  {
    subject: "experts of mole",
    sentence:
      "All experts of mole train beside their gate, which mixes their terms in every layer, and item rows train with them; there the gate mixes the scores of whole models, one for each expert, and trains alone: the experts stay at zero, so that its results are the base's.",
    applies: (spec) => on("bert4rec")(spec) && has("mole")(spec),
  },
  {
    subject: "experts of mole",
    sentence:
      "All experts of mole train beside their gate, which mixes their terms in every layer, with the adapters' weight decay; there the gate mixes the scores of whole models, one for each expert, the last expert alone trains with it, and nothing decays.",
    applies: (spec) => on("tisasrec")(spec) && has("mole")(spec),
  },
  {
    subject: "wrong items of ebpr",
    sentence:
      "ebpr takes each window's first recommendation where it is wrong, the context's items left out as in rankings; there two of the first ten are taken, and items of the context count as wrong too.",
    applies: has("ebpr"),
  },
  {
    subject: "negatives of ebpr",
    sentence:
      "ebpr draws its negatives outside the context; there they come from the whole catalogue but the wrong item, whatever the context holds.",
    applies: has("ebpr"),
  },
  {
    subject: "evaluated rows of ebpr",
    sentence:
      "ebpr learns from T's windows (\"evaluated\") and is judged on all slices; there, as it is stored, it learns from S's windows and is judged on them alone.",
    applies: (spec) =>
      some(spec, (method) => method.kind === "ebpr" && ownOptions("ebpr", method).mine === "evaluated"),
  },
  {
    subject: "scoring of lsat",
    sentence:
      "lsat is scored as every method is; there dropout stays on while it is scored, alone of all methods, and the context's last item may be recommended: both cost it hits.",
    applies: (spec) => on("sasrec")(spec) && has("lsat")(spec),
  },
  {
    subject: "scoring of lsat",
    sentence: "lsat is scored as every method is; there dropout stays on while it is scored, alone of all methods.",
    applies: (spec) => on("bert4rec", "tisasrec")(spec) && has("lsat")(spec),
  },
  {
    subject: "rows of lsat's long adapter",
    sentence:
      "lsat's long adapter takes batches as large as the short one's and scores with the table as it is; there its batches are the backbone's, and the rows that the short one trained count for it too (lora.itemRows \"shared\" does that).",
    applies: (spec) => on("sasrec")(spec) && has("lsat")(spec),
  },
  {
    subject: "batches of lsat's long adapter",
    sentence: "lsat's long adapter takes batches as large as the short one's; there its batches are the backbone's.",
    applies: (spec) =>
      on("tisasrec")(spec) &&
      some(spec, ({ kind, lora }) => kind === "lsat" && lora.training.batch !== spec.backbone.training.batch),
  },
  {
    subject: "Fisher information of ewc",
    sentence:
      "ewc averages the squared gradients of single S windows; there, in a branch that no mode runs, gradients are averaged over a batch before they are squared.",
    applies: has("ewc"),
  },
  {
    subject: "full and proximal, which they do not have",
    sentence: "full and proximal have no counterpart there.",
    applies: has("full", "proximal"),
  },
  {
    subject: "the learning rate of bert4rec",
    sentence: "The learning rate stays what it is after the warm-up; there it falls to zero in a line.",
    applies: (spec) => on("bert4rec")(spec) && (trained(spec) || some(spec, ({ kind }) => kind !== "base")),
  },
  {
    subject: "cloze rows of bert4rec in replay and lsat",
    sentence:
      "replay and lsat take S windows and predict their last item; there they take the backbone's rows and predict hidden items.",
    applies: (spec) => on("bert4rec")(spec) && has("replay", "lsat")(spec),
  },
  {
    subject: "item rows of bert4rec",
    sentence:
      "lora, replay, lwf, lsat and mole train the rows of F's targets with their adapters, as with SASRec; there raie's default adapter alone trains rows of this backbone.",
    applies: (spec) =>
      on("bert4rec")(spec) && some(spec, ({ kind, lora }) => ROWS_LEFT.has(kind) && lora.itemRows !== "none"),
  },
  {
    subject: "context items of bert4rec and tisasrec",
    sentence:
      "Items of the context are left out of every ranking but the target's own, as with SASRec; there this backbone's rankings hold them.",
    applies: on("bert4rec", "tisasrec"),
  },
  {
    subject: "vectors of regions of bert4rec and tisasrec",
    sentence:
      "Regions are built, edited and routed to with the frozen backbone's vectors, [MASK] behind the items among the tokens averaged; there sequences are encoded without [MASK], by the model with its default adapter.",
    applies: (spec) => on("bert4rec")(spec) && has("raie")(spec),
  },
  {
    subject: "vectors of regions of bert4rec and tisasrec",
    sentence:
      "Regions are built, edited and routed to with the frozen backbone's vectors; there with those of the model with its default adapter, and test windows are routed with the adapter that was used last.",
    applies: (spec) => on("tisasrec")(spec) && has("raie")(spec),
  },
  {
    subject: "training rows of bert4rec and tisasrec",
    sentence:
      "BERT4Rec is trained on the last maxLength + 1 items of each user, since training needs no place for [MASK] behind them; there on the last 20.",
    applies: (spec) => on("bert4rec")(spec) && trained(spec),
  },
  {
    subject: "training rows of bert4rec and tisasrec",
    sentence:
      "TiSASRec is trained on S's windows with the loss at every position; there on every beginning of a user's sequence, of which it sees the last 20 items, with the loss at its end.",
    applies: (spec) => on("tisasrec")(spec) && trained(spec),
  },
  {
    subject: "times in tisasrec",
    sentence:
      "All windows keep their timestamps; there the backbone's training alone sees them, and adaptation and evaluation take items to be a second apart.",
    applies: on("tisasrec"),
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
