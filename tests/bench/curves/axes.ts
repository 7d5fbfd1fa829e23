/**
 * The curves: what grows, through which sizes, and the experiment at each of them.
 * @module
 */
import experiment from "../../../experiments/scale-movielens-10m.json" with { type: "json" };
import type { Axis } from "./records.ts";

/** The settings of a generator: a spec's `dataset`. Points that agree share one file. */
export type DrawnData = Readonly<Record<string, string | number>>;

/** One size of a curve. */
export interface Point {
  readonly at: number;
  readonly data: DrawnData;
  /** Whether ratings are left unread, if there are any: every interaction is a positive then. */
  readonly unrated?: true;
  /** What is other than in the experiment. */
  readonly windows?: { readonly context?: number; readonly stride?: number };
  readonly regions?: { readonly k?: number; readonly stride?: number; readonly pass?: "together" };
}

/** A curve. */
export interface CurveAxis {
  readonly axis: Axis;
  /** Of the chart's axis, with its unit. */
  readonly title: string;
  /** What there are ten times of, in a sentence. */
  readonly tenTimes: string;
  /** What stays while it grows, for readers. */
  readonly about: string;
  readonly points: readonly Point[];
}

/** Ratings of MovieLens-10M: the curve over interactions ends with the experiment as it is. */
export const MOVIELENS_10M = experiment.dataset.interactions;

/** Of the curves whose interactions stay: few enough for ten minutes on two cores. */
const FEW = 100_000;
const SOME = 300_000;

/** The experiment's data with fewer users, and with as many items as are asked for. */
const fewer = (interactions: number, items = experiment.dataset.items): DrawnData => ({
  ...experiment.dataset,
  interactions,
  items,
  users: Math.round(experiment.dataset.users * interactions / MOVIELENS_10M),
  perUserMost: Math.round(experiment.dataset.perUserMost * Math.min(1, items / experiment.dataset.items)),
});

/** Interactions of a user, in the curve over context: enough for a T window of 200 items. */
const LONG = 2000;

/** More users where windows are longer, since a user has fewer of those. */
function longUsers(context: number): DrawnData {
  const windows = (.3 * LONG - context) / experiment.windows.stride;
  const users = Math.round(2500 / windows);
  return { format: "synthetic", users, items: 2000, interactionsPerUser: LONG };
}

/** Every curve, in the order they are measured. */
export const AXES: readonly CurveAxis[] = [
  {
    axis: "interactions",
    title: "interactions",
    tenTimes: "interactions",
    about:
      "Users, interactions and windows grow together, up to MovieLens-10M's size; 10,677 items, K = 5, context 10. " +
      "Above 262,144 windows of S at stride 1 (below are those of stride 5), from the fourth size on, restarts of k-means " +
      "run on a sample (`regions.seedSample`): " +
      "RAIE: adapt takes less there than a size before.",
    points: [100_000, 316_228, 1_000_000, 3_162_278, MOVIELENS_10M].map((at) => ({ at, data: fewer(at) })),
  },
  {
    axis: "items",
    title: "items in the catalogue",
    tenTimes: "items",
    about: "300,000 interactions of 2,096 users, all of them positives, K = 5, context 10, a window at every 10th.",
    points: [1000, 3162, 10_000, 31_623, 100_000].map((at) => ({
      ...{ at, data: fewer(SOME, at), unrated: true, windows: { stride: 10 }, regions: { stride: 10 } },
    })),
  },
  {
    axis: "k",
    title: "K (regions at the start)",
    tenTimes: "regions",
    about: "100,000 interactions of 699 users, 10,677 items, context 10; data and backbone are the same for all K. " +
      "Adapters are trained in one pass.",
    points: [1, 2, 4, 8, 16, 32, 64].map((k) => ({ at: k, data: fewer(FEW), regions: { k, pass: "together" } })),
  },
  {
    axis: "context",
    title: "context (items of a window before its target)",
    tenTimes: "items of context",
    about:
      "Users of 2,000 interactions each, more of them where windows are longer, so that about as many windows are " +
      "trained on and ranked; 2,000 items, K = 5. Attention compares every item of a window with every other: that part of " +
      "each stage is quadratic in the context.",
    points: [10, 20, 50, 100, 200].map((context) => ({
      ...{ at: context, data: longUsers(context), unrated: true, windows: { context }, regions: { stride: 5 } },
    })),
  },
];

/** Next to no data: what every stage costs however little there is to do. */
export const FIXED: Point = {
  ...{ at: 0, unrated: true, regions: { k: 1 } },
  data: { format: "synthetic", users: 20, items: 100, interactionsPerUser: 100 },
};

/** Columns of the files that data are drawn into; the last one only where there are ratings. */
export const COLUMNS = { user: "user", item: "item", time: "time", rating: "rating" };

/** The experiment at a point, its data read from a file that has been drawn before. */
export function experimentAt({ unrated, windows, regions }: Point, path: string): object {
  const { $schema: _, minRating, ...others } = experiment;
  const { rating, ...columns } = COLUMNS;
  return {
    ...others,
    ...(!unrated && { minRating }),
    dataset: { format: "csv", path, columns: { ...columns, ...(!unrated && { rating }) } },
    windows: { ...experiment.windows, ...windows },
    regions: { ...experiment.regions, ...regions },
    engine: "tensorflow",
  };
}
