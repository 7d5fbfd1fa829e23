/**
 * The preset `tuned`: our best settings, and a search for those that depend on the data. Where the loss is taken, and which, is worth more than all
 * methods of adaptation together (method.md 12), so that they are settled here, for every method alike; the rest is looked for on S and F.
 * @module
 */
import type { Preset } from "./presets.ts";
import type { BackboneSpec } from "./types.ts";

const CROSS_ENTROPY = { kind: "cross-entropy" } as const;

/** Backbones that predict at every position of a sequence. */
const CAUSAL: ReadonlySet<string> = new Set<BackboneSpec["kind"]>(["sasrec", "tisasrec"]);

/** What the search of the preset tries; every method has the same number of trials, over the settings that change something for it. */
const SEARCH = {
  kind: "random",
  trials: 8,
  space: {
    "backbone.training.epochs": [10, 20, 40],
    "lora.rank": [4, 8, 16],
    "lora.training.epochs": [3, 8],
    "lora.training.learningRate": [0.0005, 0.002],
    "replay.ratio": [0.3, 0.6],
    "lwf.alpha": [0.5, 2],
    "ewc.lambda": [5, 500],
    "lsat.alpha": [0.4, 0.6, 0.8],
    "lsat.shortEpochs": [3, 8],
    "mole.experts": [3, 5],
    "ebpr.steps": [20, 100],
    "ebpr.learningRate": [0.0003, 0.002],
    "proximal.lambda": [0.1, 1],
    "regions.k": [3, 6],
    "regions.kBy": ["given", "bic"],
    "regions.minWindows": [0, 100],
    "regions.routing": ["hard", "soft"],
  },
};

/** The layer of a backbone. */
export function tunedLayer(backbone: BackboneSpec["kind"]): Preset {
  const positions = CAUSAL.has(backbone) ? "all" : "last";
  return {
    windows: {},
    backbone: { kind: backbone, training: { loss: CROSS_ENTROPY } },
    lora: { training: { loss: CROSS_ENTROPY, positions } },
    regions: {},
    methods: {},
    search: SEARCH,
  };
}
