/**
 * The preset `official`: what the authors' code does (github fengaogao/RAIE), switch by switch; named even where the paper's text says the
 * same. Each backbone has a program of its own there: what SASRec's does is the ground, and the others say where they depart from it.
 *
 * The authors share item rows among regions too, which makes results depend on the regions' order: a spec has to ask for that itself
 * (`lora.itemRows: "shared"`).
 * @module
 */
import { isRecord, type JsonRecord } from "./json.ts";
import type { Preset } from "./presets.ts";
import { overlay } from "./schema.ts";
import type { BackboneSpec } from "./types.ts";

const SASREC: Preset = {
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
    ebpr: { steps: 20, learningRate: 3e-4, batch: 512, negatives: 20, mine: "evaluated" },
  },
};

/** Where the programs of the other backbones differ from SASRec's. */
const OTHERS: Readonly<Record<string, Partial<Preset>>> = {
  bert4rec: {
    backbone: {
      kind: "bert4rec",
      hidden: 256,
      blocks: 4,
      heads: 4,
      dropout: 0.1,
      layerNormEps: 1e-12,
      mask: 0.15,
      training: {
        loss: { kind: "cross-entropy" },
        epochs: 5,
        batch: 32,
        learningRate: 5e-4,
        weightDecay: 0.01,
        clip: 1,
        warmup: 0.1,
        rows: "user-tail",
        minPositives: 1,
      },
    },
    lora: { training: { loss: { kind: "cross-entropy" }, batch: 32, warmup: 0.1 } },
    regions: { poolMin: 120, replay: 0.43 },
    methods: { replay: { rows: "windows" }, lsat: { rows: "windows" }, mole: { experts: 4 } },
  },
  tisasrec: {
    backbone: {
      kind: "tisasrec",
      hidden: 256,
      blocks: 2,
      heads: 4,
      dropout: 0.2,
      layerNormEps: 1e-5,
      timeBuckets: 64,
      maxGapDays: 60,
      content: "own",
      training: {
        loss: { kind: "cross-entropy" },
        epochs: 5,
        batch: 512,
        learningRate: 5e-4,
        weightDecay: 0,
        clip: 1,
        warmup: 0.1,
        rows: "windows",
      },
    },
    lora: { training: { loss: { kind: "cross-entropy" }, batch: 512, warmup: 0.1 } },
    regions: { poolMin: 120, replay: 0.43, training: { epochs: 2 } },
    methods: { mole: { experts: 4 } },
  },
};

/** What the authors' program of a backbone does; SASRec's for a backbone they have no program of. */
export function officialLayer(backbone: BackboneSpec["kind"]): Preset {
  const own = OTHERS[backbone];
  if (own === undefined) return SASREC;
  const over = (section: JsonRecord, other: JsonRecord | undefined): JsonRecord => {
    const laid = overlay(section, other);
    return isRecord(laid) ? laid : {};
  };
  return {
    windows: over(SASREC.windows, own.windows),
    backbone: over(SASREC.backbone, own.backbone),
    lora: over(SASREC.lora, own.lora),
    regions: over(SASREC.regions, own.regions),
    methods: Object.fromEntries(
      Object.entries(SASREC.methods).map(([kind, options]) => [kind, over(options, own.methods?.[kind])]),
    ),
  };
}
