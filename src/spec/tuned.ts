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

/**
 * What the search of the preset tries: the same draws of what methods share, and beside them of what each has alone. What is fixed above, and these
 * values, were set after a probe on MovieLens-100K and half of MovieLens-1M that had looked at T (method.md 12); reports say so.
 */
const SEARCH = {
  kind: "random",
  trials: 8,
  validation: 0.4,
  space: {
    "backbone.training.epochs": [10, 20, 40],
    "lora.rank": [4, 8, 16],
    "lora.training.epochs": [3, 8],
    "lora.training.learningRate": [0.0002, 0.0005, 0.001, 0.002],
    "replay.ratio": [0.3, 0.6],
    "lwf.alpha": [0.5, 2],
    "ewc.lambda": [5, 500],
    "lsat.alpha": [0.4, 0.6, 0.8],
    "lsat.shortEpochs": [3, 8],
    "mole.experts": [3, 5],
    "ebpr.steps": [20, 100, 400],
    "ebpr.learningRate": [0.0003, 0.001, 0.003],
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
