/** Specs that the tests of this room share. */
import { type ParsedSpec, parseSpec } from "../../src/spec/parse.ts";
import type { LlamaSpec, ResolvedSpec, TransformerSpec } from "../../src/spec/types.ts";
import { SpecError, type SpecIssue } from "../../src/spec/issue.ts";

/** The smallest useful form. */
export const SMALLEST = {
  name: "ml100k",
  dataset: "movielens-100k",
  minRating: 4,
  windows: { context: 10, stride: 5 },
  slices: { setup: 0.5, finetune: 0.3, test: 0.2 },
  backbone: { kind: "sasrec", hidden: 128 },
  regions: { k: 3 },
  methods: ["base", "lora", { kind: "raie", label: "RAIE" }],
  seeds: [1],
};

/** One of each kind of field, by dates, with methods that say things of their own. */
export const RICH = {
  ...SMALLEST,
  dataset: {
    format: "csv",
    path: "x.csv",
    columns: { user: "u", item: "i", time: "t", rating: "r" },
    badLines: "skip",
  },
  slices: { finetune: ["2001-01-01", "2002-01-01T06:00+01:00"], test: "2003-01-01" },
  backbone: { kind: "sasrec", hidden: 16, heads: 2, training: { loss: { kind: "gbce", t: 0.5 }, clip: null } },
  lora: { rank: 4, targets: ["q_proj"], training: { positions: "all" } },
  regions: { k: 2, gate: { kind: "posterior", beta: 3 }, training: { epochs: 1 } },
  methods: ["base", { kind: "lora", label: "L", lora: { rank: 2 } }, {
    kind: "raie",
    label: "R",
    regions: { add: false },
  }],
  report: {
    reference: "L",
    published: [{ source: "s", label: "R", slice: "F2", measure: "MRR", value: 0.1, windows: 9 }],
  },
};

const LOSS = { kind: "sampled-softmax", negatives: 7 };
const TRAINING = { epochs: 2, batch: 32, learningRate: 0.01, weightDecay: 0.1, clip: 2.5, warmup: 0.25 };

/** Every field that a spec may have in this version, most with another value than its default. */
export const FULL = {
  $schema: "../src/spec/experiment.schema.json",
  name: "full.spec_1",
  title: "Everything",
  description: "Line one.\nLine two.",
  preset: "official",
  dataset: {
    format: "synthetic",
    users: 90,
    items: 70,
    regions: 6,
    interactionsPerUser: 33.5,
    drift: 1.25,
    overlap: 0.25,
    rules: "shared",
    turning: 0.75,
    together: true,
    switching: 0.35,
    emerging: 2,
    merging: 3,
    popularity: 1.5,
    seed: 4294967295,
  },
  windows: { context: 7, stride: 3 },
  slices: { setup: 0.4, finetune: [0.2, 0.2], test: 0.2 },
  catalogue: "seen",
  retention: "held-out",
  backbone: {
    kind: "sasrec",
    maxLength: 9,
    hidden: 24,
    blocks: 1,
    heads: 3,
    ffn: 48,
    dropout: 0.125,
    layerNormEps: 1e-5,
    training: { loss: LOSS, ...TRAINING, rows: "user-tail", minPositives: 4, negativesOutside: "row" },
  },
  lora: {
    rank: 3,
    alpha: 6.5,
    dropout: 0.375,
    targets: ["linear1", "v_proj"],
    init: "gaussian",
    itemRows: "finetune-targets",
    anchor: 0.5,
    itemRate: 3,
    training: { loss: LOSS, ...TRAINING, positions: "all" },
  },
  regions: {
    k: 5,
    kBy: "given",
    centres: "random",
    adapters: "each",
    restarts: 4,
    iterations: 20,
    seedSample: 5000,
    stride: 2,
    radiusQuantile: 0.75,
    priorStrength: 2.5,
    emaRate: 0.625,
    gate: { kind: "posterior", beta: 4, deltaMin: 0.1, lambdaNew: -2, a0: 0.25, a1: 0.5 },
    update: true,
    expand: true,
    add: true,
    merge: true,
    mergeAngle: 15,
    expandWeight: 0.5,
    poolMin: 40,
    addMax: 3,
    replay: 1.5,
    replayFrom: "members",
    pass: "sequential",
    softCopies: "none",
    minWindows: 12,
    routing: "soft",
    defaultAdapter: { weightDecay: 0.3, itemRate: 0.6 },
    training: { loss: { kind: "gbce", negatives: 5, t: 0.2 }, ...TRAINING, epochs: 9, itemRate: 0.8 },
  },
  methods: [
    { kind: "base", label: "before" },
    "lora",
    { kind: "lora", label: "wide", lora: { rank: 30, training: { loss: { kind: "cross-entropy" } } } },
    { kind: "full", label: "everything", training: { loss: LOSS, ...TRAINING, positions: "all" } },
    { kind: "replay", label: "mixed", lora: { rank: 5 }, ratio: 0.4, rows: "windows" },
    { kind: "lwf", label: "kept", lora: { alpha: 3 }, temperature: 1.5, alpha: 0.75, candidates: "all" },
    { kind: "ewc", label: "stiff", lora: { anchor: 0.25 }, lambda: 2.5, samples: 64 },
    { kind: "lsat", label: "long", lora: { itemRate: 2 }, alpha: 0.3, longEpochs: 2, shortEpochs: 4, rows: "windows" },
    {
      kind: "mole",
      label: "experts",
      lora: { init: "kaiming" },
      experts: 5,
      gateHidden: 16,
      temperature: 0.6,
      balance: 0.02,
    },
    { kind: "ebpr", label: "edited", steps: 30, learningRate: 0.002, batch: 48, negatives: 3, mine: "finetune" },
    { kind: "proximal", label: "near", lora: { rank: 6 }, lambda: 0.5 },
    "raie",
    {
      kind: "raie",
      label: "RAIE, sure",
      lora: { dropout: 0 },
      regions: {
        adapters: "one",
        gate: { kind: "confidence", temperature: 0.1, tHigh: 0.8, tLow: 0.6, gamma: 0.7 },
        update: false,
      },
    },
  ],
  budget: "paper",
  control: false,
  seeds: [0, 7, 4294967295],
  evaluation: { cutoffs: [50, 5, 1, 8], ties: "pessimistic", batch: 64, resamples: 5000, test: "wilcoxon" },
  report: {
    reference: "wide",
    measure: "NDCG@50",
    published: [
      { source: "table 3", label: "before", slice: "S", measure: "Recall@5", value: 0.25, windows: 100 },
      {
        source: "table 4",
        label: "raie",
        slice: "F2",
        measure: "MRR",
        value: 0,
        windows: 1,
        explanation: "it drew others",
      },
    ],
  },
  memory: { scores: 200 },
  reproduce: { tolerance: 0.005 },
  engine: "cpu",
};

const SIZES = { maxLength: 8, hidden: 24, blocks: 3, heads: 3, ffn: 40, dropout: 0.25, layerNormEps: 1e-4 };
const ROWS = { rows: "user-tail", minPositives: 3, negativesOutside: "user" };

/** Every field of the other backbones, in a spec by itself. */
export const BACKBONES = {
  bert4rec: {
    ...SMALLEST,
    backbone: {
      kind: "bert4rec",
      ...SIZES,
      mask: 0.3,
      specialTokens: 5,
      training: { loss: LOSS, ...TRAINING, ...ROWS },
    },
    windows: { context: 8 },
    lora: { targets: ["query", "intermediate.dense"] },
  },
  tisasrec: {
    ...SMALLEST,
    backbone: {
      kind: "tisasrec",
      ...SIZES,
      timeBuckets: 32,
      maxGapDays: 7.5,
      content: "own",
      specialTokens: 5,
      training: { loss: LOSS, ...TRAINING, ...ROWS },
    },
    windows: { context: 8 },
    lora: { targets: ["Wq", "1.ffn.0"] },
  },
  llama: {
    ...SMALLEST,
    backbone: {
      kind: "llama",
      checkpoint: { hidden: 48, layers: 3, heads: 6, kvHeads: 3, ffn: 100, tied: true, seed: 4294967295 },
      maxLength: 96,
      prompt: "{user} bought {items},\nand then",
      checkpointing: true,
      accumulation: 4,
      lora: { rank: 3, alpha: 4.5, dropout: 0.25, targets: ["v_proj", "model.layers.2.mlp.up_proj"], init: "gaussian" },
      training: { loss: LOSS, ...TRAINING, itemRate: 2.5 },
    },
    lora: { targets: ["q_proj", "layers.1.self_attn.o_proj"] },
  },
} as const;

/** Specs that say what no other here can say beside the rest: weights from a file, a checkpoint in a folder, a matched budget. */
export const APART: readonly Record<string, unknown>[] = [
  { ...SMALLEST, backbone: { kind: "tisasrec", weights: "weights/tisasrec.safetensors", dropout: 0.5 } },
  { ...SMALLEST, backbone: { kind: "llama", checkpoint: "../checkpoints/Llama-2-7b-hf", training: { clip: null } } },
  { ...SMALLEST, budget: "matched", methods: ["base", "full", "ebpr", { kind: "raie", label: "RAIE" }] },
];

/** Data sets of the other forms. */
export const DATASETS = [
  "movielens-100k",
  { id: "yelp-2019a", badLines: "skip" },
  { format: "tsv", path: "../rows/a.tsv", columns: { rating: "stars" }, separator: ";" },
  { format: "ndjson", path: "/rows/a.ndjson.gz", columns: { user: "who", item: "what", time: "when", rating: "r" } },
  { format: "movielens-dat", path: "ratings.dat", badLines: "skip" },
  { format: "yelp-ndjson", path: "reviews.ndjson" },
  {
    format: "synthetic-marginals",
    users: 60,
    items: 50,
    interactions: 1200,
    popularityExponent: 1.5,
    popularityShift: 3,
    perUserLeast: 6,
    perUserMost: 40,
    perUserDeviation: 0.5,
    regions: 3,
    loyalty: 0.6,
    drift: 0.25,
    years: 2.5,
    seed: 7,
  },
] as const;

/** A spec of the smallest form with other fields. */
export function specText(fields: Record<string, unknown>): string {
  return JSON.stringify({ ...SMALLEST, ...fields });
}

/** The parsed smallest spec with other fields. */
export function parsed(fields: Record<string, unknown> = {}, set: readonly string[] = []): ParsedSpec {
  return parseSpec(specText(fields), "specs/a.json", { set });
}

/** The transformer over items that a spec has; fails where it is another model. */
export function transformer({ backbone }: ResolvedSpec): TransformerSpec {
  if (backbone.kind === "llama") throw new TypeError("Cannot look at a transformer: the backbone is a llama");
  return backbone;
}

/** The language model that a spec has; fails where it is another model. */
export function llama({ backbone }: ResolvedSpec): LlamaSpec {
  if (backbone.kind !== "llama") throw new TypeError(`Cannot look at a llama: the backbone is ${backbone.kind}`);
  return backbone;
}

/** The problems of a spec's text; fails when there is none. */
export function issuesOf(text: string, set: readonly string[] = []): readonly SpecIssue[] {
  try {
    parseSpec(text, "a.json", { set });
  } catch (error) {
    if (error instanceof SpecError) return error.issues;
    throw error;
  }
  throw new TypeError(`Cannot show problems: the spec was accepted: ${text}`);
}
