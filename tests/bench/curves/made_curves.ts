/** Made-up figures of curves, by power laws that are known. */
import type { Curves, Facts, PointRecord, StageRecord } from "./records.ts";
import { MOVIELENS_10M } from "./axes.ts";

const MACHINE = { cores: 2, memory: 24, engine: "tensorflow 9 cpu 2", deno: "9.9.9", raie: "8.8.8" };

/** What a stage of the made-up machine costs: seconds and megabytes beyond those that it takes for nothing. */
export interface MadeStage {
  readonly stage: string;
  readonly seconds: (size: number) => number;
  readonly megabytes: (size: number) => number;
}

const NOTHING = { seconds: 2, megabytes: 400 };

/** Twice as much for twice the interactions, but for one stage, whose time grows with the power 1.5. */
export const MADE: readonly MadeStage[] = [
  { stage: "data", seconds: (n) => 2e-6 * n, megabytes: (n) => 1e-4 * n },
  { stage: "backbone: train", seconds: (n) => 4e-5 * n, megabytes: (n) => 2e-4 * n },
  { stage: "base: rank", seconds: (n) => 3e-5 * n, megabytes: () => 10 },
  { stage: "lora: adapt", seconds: (n) => 2e-5 * n, megabytes: (n) => 1.5e-4 * n },
  { stage: "RAIE: adapt", seconds: (n) => 1e-7 * n ** 1.5, megabytes: (n) => 3e-4 * n },
  { stage: "RAIE: describe", seconds: () => .1, megabytes: (n) => 1e-4 * n },
  { stage: "report", seconds: (n) => 1e-5 * n, megabytes: (n) => 1e-4 * n },
];

const facts = (changed: Partial<Facts>): Facts => ({
  ...{ interactions: 300_000, users: 1300, items: 9900, windows: { S: 12_000, F: 7000, T: 5000 }, context: 10, k: 5 },
  ...changed,
});

const record = ({ stage, seconds, megabytes }: MadeStage, size: number, at = size): StageRecord => ({
  ...{ stage, key: `${stage} ${at}`, size: `${size} windows` },
  seconds: NOTHING.seconds + seconds(size),
  megabytes: NOTHING.megabytes + megabytes(size),
});

const fixed: PointRecord = {
  at: 0,
  facts: facts({ interactions: 2000, users: 20, items: 100 }),
  stages: MADE.map(({ stage }) => ({ stage, key: stage, size: "", ...NOTHING })),
  done: true,
};

/** Two curves, the one over K with stages that are the same for every K. */
export const madeCurves = (
  interactions: readonly number[] = [1e5, 1e6, MOVIELENS_10M],
  made: readonly MadeStage[] = MADE,
): Curves => ({
  machine: MACHINE,
  fixed,
  curves: {
    interactions: interactions.map((at) => ({
      at,
      facts: facts({ interactions: at }),
      stages: made.map((stage) => record(stage, at)),
      done: true,
    })),
    k: [1, 4, 16].map((k, i) => ({
      at: k,
      facts: facts({ k }),
      stages: made.filter(({ stage }) => i === 0 || stage.startsWith("RAIE") || stage === "data")
        .map((stage) => record(stage, stage.stage.startsWith("RAIE") ? 3e5 * k : 3e5, k)),
      done: true,
    })),
  },
});
