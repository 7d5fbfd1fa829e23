/**
 * Presets: what `paper` and `official` say where a spec is silent. The defaults written in the schema are those of `paper`.
 * @module
 */
import type { JsonRecord } from "./json.ts";
import type { PresetName } from "./types.ts";

/** Sections of a spec that a preset lays under what the spec says. */
export interface Preset {
  readonly windows: JsonRecord;
  readonly backbone: JsonRecord;
  readonly lora: JsonRecord;
  readonly regions: JsonRecord;
  /** Options of methods' own, by kind. */
  readonly methods: Readonly<Record<string, JsonRecord>>;
}

const PAPER: Preset = { windows: {}, backbone: {}, lora: {}, regions: {}, methods: {} };

/**
 * What the authors' code does (github fengaogao/RAIE), switch by switch; named even where the paper's text says the same. It
 * shares item rows among regions too, which makes results depend on the regions' order: a spec has to ask for that itself
 * (`lora.itemRows: "shared"`).
 */
const OFFICIAL: Preset = {
  windows: { context: 10, stride: 5 },
  backbone: {
    kind: "sasrec",
    hidden: 128,
    blocks: 2,
    heads: 2,
    dropout: 0.2,
    layerNormEps: 1e-6,
    training: {
      loss: { kind: "bce", negatives: 1 },
      epochs: 100,
      batch: 128,
      learningRate: 5e-4,
      weightDecay: 0,
      clip: 1,
      warmup: 0,
      rows: "user-tail",
      minPositives: 5,
      negativesOutside: "user",
    },
  },
  lora: {
    rank: 8,
    alpha: 16,
    dropout: 0.05,
    init: "kaiming",
    itemRows: "finetune-targets",
    anchor: 1e-4,
    itemRate: 1,
    training: {
      loss: { kind: "bce", negatives: 1 },
      epochs: 3,
      batch: 256,
      learningRate: 5e-4,
      weightDecay: 0.01,
      clip: 1,
      warmup: 0,
      positions: "last",
    },
  },
  regions: {
    k: 3,
    stride: 1,
    gate: { kind: "posterior", beta: 8, deltaMin: 0.05, lambdaNew: -1, a0: 0.5, a1: 0.1 },
    merge: true,
    mergeAngle: 12,
    poolMin: 200,
    replay: 2.33,
    replayFrom: "members",
    pass: "sequential",
    softCopies: "rounded",
    routing: "hard",
    defaultAdapter: { weightDecay: 0, itemRate: 0.4 },
    training: { clip: null },
  },
  methods: {
    replay: { ratio: 0.3, rows: "backbone" },
    lwf: { temperature: 2, alpha: 0.5, candidates: "two" },
    ewc: { lambda: 5 },
    lsat: { alpha: 0.6, longEpochs: 1, shortEpochs: 3, rows: "backbone" },
    mole: { experts: 3, gateHidden: 128, temperature: 0.7, balance: 0.01 },
    ebpr: { steps: 20, learningRate: 3e-4, mine: "evaluated" },
  },
};

/** The layer a preset puts under a spec. @throws {RangeError} for "tuned", which a spec cannot name in this version. */
export function presetLayer(name: PresetName): Preset {
  if (name === "paper") return PAPER;
  if (name === "official") return OFFICIAL;
  throw new RangeError(`Cannot lay out the preset "${name}": it is not available in this version`);
}
