/**
 * The preset `official`: what the authors' released programs do (github fengaogao/RAIE, the .py files that its README names), switch by
 * switch; named even where the paper's text says the same. What SASRec's program does is the ground (SASRec_RAIE.py, E-BPR), and the others
 * say where they depart from it:
 *
 * - bert4rec: Bert4Rec_RAIE.py of commit 4b90f73, set for MovieLens 10M. 2a140cb is the same program set for Yelp: its one other number is
 *   the backbone's batch, 256 instead of 32. Both call their regions' editing "RAIE-off": every F window updates the region it is nearest to
 *   and nothing is expanded, added, merged or copied. An earlier file without ending (Bert4Rec_RAIE) edits, with .43 S windows per F
 *   window; it is not what the README names.
 * - tisasrec: TiSASRec_RAIE.py of commit 4cf8b58, set for MovieLens 10M. It never trains item rows.
 *
 * SASRec's regions share item rows too, which makes results depend on the regions' order: a spec has to ask for that itself
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

/** Both programs put these five before the items: PAD, UNK, CLS, SEP, MASK. */
const TABLE = { specialTokens: 5, maxLength: 20 };

/** Where the programs of the other backbones differ from SASRec's. */
const OTHERS: Readonly<Record<string, Partial<Preset>>> = {
  bert4rec: {
    backbone: {
      kind: "bert4rec",
      ...TABLE,
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
        minPositives: 2,
      },
    },
    lora: {
      // Not the head's transform.dense, which "dense" would mean too where Python's peft looks for it.
      targets: ["query", "key", "value", "intermediate.dense", "output.dense", "attention.output.dense"],
      training: { loss: { kind: "cross-entropy" }, batch: 32, warmup: 0.1 },
    },
    regions: {
      // A gate without a threshold: every window updates its nearest region.
      gate: { kind: "posterior", beta: 8, deltaMin: 0, lambdaNew: -1, a0: -100, a1: 0 },
      expand: false,
      add: false,
      merge: false,
      poolMin: 120,
      replayFrom: "routed",
      softCopies: "none",
      defaultAdapter: { weightDecay: 0.01, itemRate: 1 },
      training: { itemRate: 0 },
    },
    methods: { replay: { rows: "windows" }, lsat: { rows: "windows" } },
  },
  tisasrec: {
    backbone: {
      kind: "tisasrec",
      ...TABLE,
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
        batch: 128,
        learningRate: 5e-4,
        weightDecay: 0,
        clip: 1,
        warmup: 0.1,
        rows: "windows",
      },
    },
    lora: { itemRows: "none", training: { loss: { kind: "cross-entropy" }, batch: 512, warmup: 0.1 } },
    regions: {
      poolMin: 120,
      replayFrom: "routed",
      defaultAdapter: { weightDecay: 0.01 },
      training: { epochs: 2, weightDecay: 0 },
    },
  },
};

/** What the authors' program of a backbone does. */
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
