/** The paper's settings, written out by hand. */
import type { LlamaSpec, ResolvedSpec } from "../../src/spec/types.ts";

/** How adapters train, but for the loss. */
export const ADAPTER_TRAINING = {
  epochs: 3,
  batch: 256,
  learningRate: 5e-4,
  weightDecay: 0.01,
  clip: 1,
  warmup: 0,
} as const;
/** The loss of SASRec. */
export const BCE = { kind: "bce", negatives: 1 } as const;
/** The language model (OpenP5) but for where it lies: its prompt, and how an adapter and the items' rows learn S. */
export const LLAMA: Omit<LlamaSpec, "checkpoint"> = {
  kind: "llama",
  maxLength: 512,
  prompt:
    "Here is the purchase history of user_{user}: item {items}. I wonder what is the next recommended item for the user. Answer:",
  checkpointing: false,
  accumulation: 1,
  lora: {
    rank: 8,
    alpha: 16,
    dropout: 0.05,
    targets: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    init: "kaiming",
  },
  training: {
    loss: { kind: "cross-entropy" },
    epochs: 3,
    batch: 32,
    learningRate: 2e-4,
    weightDecay: 0,
    clip: null,
    warmup: 0.05,
    itemRate: 1,
  },
};
/** Adapters. */
export const LORA: ResolvedSpec["methods"][number]["lora"] = {
  rank: 8,
  alpha: 16,
  dropout: 0.05,
  targets: ["q_proj", "k_proj", "v_proj", "out_proj", "linear1", "linear2"],
  init: "kaiming",
  itemRows: "finetune-targets",
  anchor: 1e-4,
  itemRate: 1,
  training: { loss: BCE, ...ADAPTER_TRAINING, positions: "last" },
};
/** Regions. */
export const REGIONS: ResolvedSpec["methods"][number]["regions"] = {
  k: 3,
  kBy: "given",
  centres: "k-means",
  adapters: "each",
  restarts: 10,
  iterations: 100,
  stride: 1,
  radiusQuantile: 0.9,
  priorStrength: 5,
  emaRate: 0.2,
  gate: { kind: "confidence", temperature: 0.05, tHigh: 0.9, tLow: 0.7, gamma: 0.5 },
  update: true,
  expand: true,
  add: true,
  merge: false,
  mergeAngle: 12,
  expandWeight: 0.25,
  poolMin: 120,
  addMax: 2,
  replay: 2.33,
  replayFrom: "routed",
  pass: "sequential",
  softCopies: "gate",
  minWindows: 0,
  routing: "hard",
  defaultAdapter: { weightDecay: 0.01, itemRate: 1 },
  training: { loss: BCE, ...ADAPTER_TRAINING, itemRate: 1 },
};

/** The paper's settings (RAIE section 4.1, SASRec), written out by hand: every field that a resolved spec has. */
export const PAPER: ResolvedSpec = {
  name: "ml100k",
  title: "ml100k",
  description: "",
  preset: "paper",
  dataset: { id: "movielens-100k", badLines: "stop" },
  minRating: 4,
  windows: { context: 10, stride: 5 },
  slices: { kind: "fractions", setup: 0.5, finetune: [0.3], test: 0.2 },
  catalogue: "all",
  retention: "training",
  backbone: {
    kind: "sasrec",
    maxLength: 10,
    hidden: 128,
    blocks: 2,
    heads: 2,
    ffn: 512,
    dropout: 0.2,
    layerNormEps: 1e-6,
    training: {
      loss: BCE,
      epochs: 5,
      batch: 128,
      learningRate: 5e-4,
      weightDecay: 0,
      clip: 1,
      warmup: 0,
      rows: "windows",
      minPositives: 5,
      negativesOutside: "row",
    },
  },
  budget: "paper",
  control: true,
  methods: [
    { kind: "base", label: "base", lora: LORA, regions: REGIONS, own: {}, options: {} },
    { kind: "lora", label: "lora", lora: LORA, regions: REGIONS, own: {}, options: {} },
    { kind: "raie", label: "RAIE", lora: LORA, regions: REGIONS, own: {}, options: {} },
    {
      kind: "raie",
      label: "RAIE K=1",
      lora: LORA,
      regions: { ...REGIONS, k: 1, add: false },
      own: {},
      options: { regions: { k: 1, add: false } },
      control: "RAIE",
    },
  ],
  seeds: [1],
  evaluation: { cutoffs: [5, 10, 20], ties: "mean", batch: 512, resamples: 10_000, test: "permutation" },
  report: { reference: "base", measure: "Recall@10" },
  engine: "auto",
};
