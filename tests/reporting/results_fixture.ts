/**
 * Made-up results, realistic in every part: what tests of the reporting room draw and tell.
 */
import { madeEvidence, type MadeP } from "./made_evidence.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import type { MethodSpec } from "../../src/spec/types.ts";
import type { RegionsResult, Results, RunResult } from "../../src/reporting/types.ts";

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
  const entries = methods.map(({ kind, label = kind, own = {} }) => {
    const like = resolved.methods.find((method) => method.kind === kind) ?? resolved.methods[1]!;
    return { ...like, kind, label, own };
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

function madeRegions(slices: readonly string[], seed: number, built: number): RegionsResult {
  const tags = slices.slice(1, -1);
  const after = Array.from({ length: built + 1 }, (_, k) => ({
    name: `R${k + 1}`,
    size: k === built ? 262.25 : [2140, 1480, 1155.5][k % 3]!,
    radius: k === built ? .58 : [.71, .66, .83][k % 3]!,
    kappa: k === built ? 77.9 : [52.4, 61.2, 40.8][k % 3]!,
    pi: k === built ? .052 : [.425, .294, .229][k % 3]! * 3 / built,
    moved: k === built ? 0 : [.031, .012, .118][k % 3]!,
  })).map((region) => ({ ...region, pi: Math.min(1, region.pi) }));
  const counts = (total: number, shares: readonly number[]) => {
    const sum = shares.reduce((all, share) => all + share, 0);
    return shares.map((share) => Math.round(total * share / sum));
  };
  const shares = slices.map((_, i) => {
    const old = i === 0 ? [.48, .33, .18] : i === slices.length - 1 ? [.33, .29, .22] : [.4, .31, .23];
    const added = i === 0 ? .01 : i === slices.length - 1 ? .16 : .06;
    return after.map((_, k) => k === built ? added * built / 3 : old[k % 3]!);
  });
  const map = madeMap(slices, seed, built);
  const moves = [[61, 7, 9, 4], [5, 44, 3, 6], [4, 2, 27, 5], [0, 0, 1, 3]];
  return {
    before: after.slice(0, built).map((region, k) => ({
      ...region,
      size: [1790, 1320, 880][k % 3]!,
      radius: region.radius - .04,
      moved: 0,
    })),
    after,
    edits: tags.map((slice, i) => {
      // Less is new from slice to slice, and seeds do not agree.
      const shift = 120 * i + (seed === 1 ? 0 : Math.round(90 * noise(`edits ${slice} ${seed}`)));
      return {
        slice,
        update: 1874 + shift,
        expand: 402 + (shift >> 2),
        add: 453 - shift - (shift >> 2),
        withheld: 0,
        merged: i === 2 ? 1 : 0,
        accepted: i === 0 ? 1 : 0,
        refused: 2,
        fellBack: 191,
      };
    }),
    routing: Object.fromEntries(slices.map((slice, i) => [slice, counts(slice === "S" ? 4775 : 2000, shares[i]!)])),
    flows: slices.slice(1).map((to, i) => ({
      from: slices[i]!,
      to,
      counts: after.map((_, a) =>
        after.map((_, b) =>
          moves[a === built ? 3 : a % 3]![b === built ? 3 : b % 3]! / (a === b || built < 4 ? 1 : 2) | 0
        )
      ),
    })),
    map,
    notes: ["posterior gate: Expand cannot fire with these constants"],
  };
}

function madeMap(slices: readonly string[], seed: number, built: number): RegionsResult["map"] {
  const places = Array.from(
    { length: built + 1 },
    (_, k) => [[-.6, .3], [.5, .55], [.1, -.5], [.75, -.35]][k] ?? [.8 * Math.cos(2 * k), .8 * Math.sin(2 * k)],
  );
  const points = slices.flatMap((slice, s) =>
    Array.from({ length: 150 }, (_, i) => {
      const draw = (what: string) => noise(`${what} ${slice} ${i} ${seed}`);
      const bound = s === 0 ? built : built + 1;
      const region = Math.floor((draw("region") + 1) / 2 * bound) % bound;
      const reach = .3 * Math.sqrt(Math.abs(draw("reach")));
      const angle = Math.PI * draw("angle");
      const [x = 0, y = 0] = places[region] ?? [];
      return { slice, region, x: x + reach * Math.cos(angle) + .04 * s, y: y + reach * Math.sin(angle) };
    })
  );
  return {
    x: points.map(({ x }) => x),
    y: points.map(({ y }) => y),
    slice: points.map(({ slice }) => slice),
    region: points.map(({ region }) => region),
    before: points.map(({ region }) => region % built),
    centres: {
      before: places.slice(0, built).map(([x = 0, y = 0]) => ({ x, y })),
      after: places.map(([x = 0, y = 0], k) => ({ x: x + (k === built - 1 ? .02 : k === 0 ? .25 : 0), y })),
    },
  };
}

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

/** A number in [-1, 1) that depends on a text alone (FNV-1a, mixed). */
function noise(text: string): number {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 31 - 1;
}
