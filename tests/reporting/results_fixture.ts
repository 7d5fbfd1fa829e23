/**
 * Made-up results, realistic in every part: what tests of the reporting room draw and tell.
 */
import { madeEvidence, type MadeP } from "./made_evidence.ts";
import { madeRegions, noise } from "./made_regions.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import type { MethodSpec } from "../../src/spec/types.ts";
import type { Results, RunResult } from "../../src/reporting/types.ts";

/** A method of the made-up experiment: its measures on S, F1 and T before noise. */
export interface MadeMethod {
  readonly kind: string;
  readonly label?: string;
  readonly measures: Readonly<Record<string, number>>;
  readonly steps?: number;
  readonly setupRows?: number;
  readonly parameters?: number;
  /** Options of the kind's own. */
  readonly own?: MethodSpec["own"];
  /** Regions it begins with; one more is added. */
  readonly regions?: number;
  /** The raie whose K=1 control it is. */
  readonly control?: string;
}

/** What a made-up experiment can vary. */
export interface MadeExperiment {
  readonly methods?: readonly MadeMethod[];
  readonly seeds?: readonly number[];
  /** Largest difference between a seed's measure and the method's. */
  readonly spread?: number;
  readonly windows?: number;
  readonly slices?: readonly string[];
  readonly change?: Partial<Results>;
  /** Corrected p of a difference: by default .01 beyond two binomial standard errors, else .5. */
  readonly p?: MadeP;
}

/** Figures near those of the authors' code on MovieLens-100K. */
export const METHODS: readonly MadeMethod[] = [
  { kind: "base", measures: { S: .1409, F1: .0921, T: .0879 }, steps: 0 },
  { kind: "lora", measures: { S: .1566, F1: .1523, T: .0753 } },
  {
    kind: "raie",
    label: "RAIE",
    measures: { S: .1512, F1: .1402, T: .0912 },
    steps: 214,
    setupRows: 19_080,
    regions: 3,
  },
];

const CUTOFFS = [5, 10, 20];

/** Builds results; the same arguments give the same numbers. */
export function madeResults(made: MadeExperiment = {}): Results {
  const results = withoutEvidence(made);
  return { ...results, evidence: madeEvidence(results, made.p), ...made.change };
}

/** As an earlier version wrote them: without intervals and tests. */
export function withoutEvidence(made: MadeExperiment = {}): Results {
  const { methods = METHODS, seeds = [1], spread = .002, windows = 1820, slices = ["S", "F1", "T"], change = {} } =
    made;
  const labels = methods.map(({ kind, label }) => label ?? kind);
  const runs = seeds.flatMap((seed) => methods.map((method) => madeRun(method, seed, spread, slices)));
  return {
    $schema: "../../src/reporting/results.schema.json",
    version: 1,
    name: "made-up",
    spec: madeSpec(methods, seeds, slices.length - 2),
    differences: [
      { path: "regions.gate.kind", paper: "confidence", value: "posterior" },
      { path: "[RAIE].regions.k", paper: 3, value: 4 },
    ],
    data: {
      dataset: "movielens-100k",
      title: "MovieLens 100K",
      files: [{ name: "u.data", bytes: 1_979_173, sha256: "0".repeat(64) }],
      interactions: 100_000,
      positives: 55_375,
      skippedLines: 0,
      items: 1447,
      users: 943,
      borders: [883_390_000, 888_200_000],
      retention: "training",
      slices: slices.map((name, i) => ({
        name,
        users: 943 - 310 * Math.min(i, 2),
        items: 1349 - 60 * i,
        interactions: i === 0 ? 27_687 : 11_075,
        windows: name === "S" ? 4775 : name === "T" ? windows : 2729,
      })),
    },
    backbone: {
      parameters: 595_712,
      loss: seeds.map((seed) => ({ seed, ...curve(seed, 120, 700, 1.39, .38) })),
    },
    runs,
    provenance: {
      engine: { rung: "tensorflow", version: "tfjs 4.22.0, TensorFlow 2.21.0", device: "cpu", threads: 2 },
      raie: "0.1.0",
      deno: "2.9.6",
      specSha256: "ab".repeat(32),
    },
    durations: [
      { stage: "data", seconds: .41 },
      { stage: "backbone, seed 1", seconds: 18.2 },
      ...labels.map((label, i) => ({ stage: `${label}, seed 1`, seconds: 2.5 * i })),
    ],
    ...change,
  };
}

function madeSpec(methods: readonly MadeMethod[], seeds: readonly number[], finetune: number): Results["spec"] {
  const { resolved } = parseSpec(
    JSON.stringify({
      name: "made-up",
      title: "RAIE on MovieLens 100K",
      description: "Does region-wise adaptation keep what the backbone knew while it learns what is new?",
      preset: "official",
      dataset: "movielens-100k",
      slices: { setup: .5, finetune: finetune === 1 ? .3 : new Array(finetune).fill(.3 / finetune), test: .2 },
      backbone: { kind: "sasrec" },
      methods: ["base", "lora", { kind: "raie", label: "RAIE" }],
      seeds: [1],
      evaluation: { cutoffs: CUTOFFS },
    }),
    "made-up.json",
  );
  // Methods that the made-up experiment has and this version does not are dressed up as others.
  const entries = methods.map(({ kind, label = kind, own = {}, control }) => {
    const like = resolved.methods.find((method) => method.kind === kind) ?? resolved.methods[1]!;
    return { ...like, kind, label, own, ...(control !== undefined && { control }) };
  });
  return {
    ...resolved,
    methods: entries,
    seeds,
    report: { ...resolved.report, reference: "RAIE", measure: "Recall@10" },
  };
}

function madeRun(method: MadeMethod, seed: number, spread: number, slices: readonly string[]): RunResult {
  const { kind, label = kind, steps = 99, setupRows = 0, regions } = method;
  const { parameters = kind === "base" ? 0 : regions === undefined ? 67_840 : 67_840 * (regions + 1) } = method;
  const tags = slices.slice(1, -1);
  const value = (slice: string) =>
    Math.min(
      1,
      Math.max(
        0,
        (method.measures[slice] ?? method.measures.F1 ?? 0) +
          (seed === 1 ? 0 : spread * noise(`${label} ${slice} ${seed}`)),
      ),
    );
  const names = tags.flatMap((slice) =>
    kind === "base"
      ? []
      : regions !== undefined
      ? [`default ${slice}`, ...Array.from({ length: regions + 1 }, (_, k) => `region ${k + 1} ${slice}`)]
      : [`${kind} ${slice}`]
  );
  return {
    method: kind,
    label,
    seed,
    options: {},
    measures: Object.fromEntries(slices.map((slice) => [slice, measuresFrom(value(slice))])),
    matrix: [
      { stage: "S", measures: { S: .1409, F1: .0921, T: .0879 } },
      ...tags.map((stage) => ({ stage, measures: Object.fromEntries(slices.map((slice) => [slice, value(slice)])) })),
    ],
    continual: { average: .5 * (value("S") + value("F1")), backwardTransfer: value("S") - .1409, forwardTransfer: .01 },
    forgetting: value("S") - .1409,
    cost: {
      steps,
      finetuneRows: kind === "base" ? 0 : 8187,
      setupRows,
      parameters,
      seconds: steps * .07,
    },
    loss: names.map((name, i) => ({
      name,
      ...curve(seed + i, 40, Math.max(1, Math.round(steps / (1 + i))), .93 + .06 * i, .55 + .03 * i),
    })),
    ...(regions === undefined ? {} : { regions: madeRegions(slices, seed, regions) }),
  };
}

const measuresFrom = (recall: number): Record<string, number> => ({
  ...Object.fromEntries(CUTOFFS.flatMap((k) => [
    [`Recall@${k}`, Math.min(1, recall * (k / 10) ** .8)],
    [`NDCG@${k}`, Math.min(1, recall * .46 * (k / 10) ** .35)],
  ])),
  MRR: recall * .4,
  "coverage@10": Math.min(1, .42 + recall),
});

function curve(
  seed: number,
  points: number,
  steps: number,
  from: number,
  to: number,
): { steps: number[]; values: number[] } {
  const count = Math.min(points, steps);
  const at = Array.from({ length: count }, (_, i) => 1 + Math.floor(i * (steps - 1) / Math.max(1, count - 1)));
  return {
    steps: at,
    values: at.map((step) => to + (from - to) * Math.exp(-4 * step / steps) + .02 * noise(`loss ${seed} ${step}`)),
  };
}
