/**
 * The data side of a resolved spec: where interactions come from, and how they are cut.
 * @module
 */

/** Where interactions come from. `id` names a descriptor of datasets/; an inline data set has `format` and `path` instead. */
export interface DatasetSpec {
  /** Id of a descriptor in datasets/. */
  readonly id?: string;
  /** Of an inline data set. */
  readonly format?: "csv" | "tsv" | "movielens-dat" | "yelp-ndjson" | "ndjson" | "synthetic" | "synthetic-marginals";
  /** Absolute after resolution. */
  readonly path?: string;
  /** Names of the columns, or of a record's fields. */
  readonly columns?: { readonly user: string; readonly item: string; readonly time: string; readonly rating?: string };
  /** Between two cells of a csv or tsv file. */
  readonly separator?: string;
  /** What a line that cannot be read does. */
  readonly badLines: "stop" | "skip";
  /** Generator settings of a synthetic data set, passed to src/data/synthetic.ts. */
  readonly synthetic?: SyntheticSpec;
  /** Generator settings of made-up data with stated totals, passed to src/data/synthetic_marginals.ts. */
  readonly marginals?: MarginalsSpec;
}

/** Users with latent preference regions that drift, merge and emerge over time. */
export interface SyntheticSpec {
  /** Users made up. */
  readonly users: number;
  /** Items made up. */
  readonly items: number;
  /** Regions at the start. */
  readonly regions: number;
  /** Mean number of interactions a user has. */
  readonly interactionsPerUser: number;
  /** Rotation of a region's centre from the first to the last interaction, radians. */
  readonly drift: number;
  /** Share of each region's centre that is common to all; undefined: 0. */
  readonly overlap?: number;
  /** Whether regions have rules of their own that lead from item to item, or one for all until it turns; undefined: "own". */
  readonly rules?: "own" | "shared";
  /** Angle by which the rule that leads from item to item turns after the set-up slice, radians; undefined: 0. */
  readonly turning?: number;
  /** Whether all regions' rules turn the same way; undefined: each its own way. */
  readonly together?: boolean;
  /** Share of users whose region changes after the set-up slice. */
  readonly switching: number;
  /** Regions that appear only after the set-up slice. */
  readonly emerging: number;
  /** Pairs of regions that become one. */
  readonly merging: number;
  /** Exponent of item popularity (0: uniform). */
  readonly popularity: number;
  /** Of the generator; it does not change with the run's seed. */
  readonly seed: number;
}

/** Made-up interactions of another data set's size and shape. */
export interface MarginalsSpec {
  /** Users made up. */
  readonly users: number;
  /** Items made up; each is rated. */
  readonly items: number;
  /** Ratings in all, exactly. */
  readonly interactions: number;
  /** How fast an item's ratings fall with its rank r of popularity: as (r + shift)^-exponent. */
  readonly popularityExponent: number;
  /** Ranks added to an item's own: the larger, the less the first stand out; 0 is Zipf's law. */
  readonly popularityShift: number;
  /** Fewest ratings of a user. */
  readonly perUserLeast: number;
  /** Most ratings of a user. */
  readonly perUserMost: number;
  /** Standard deviation of the logarithm of what a user rates beyond the fewest. */
  readonly perUserDeviation: number;
  /** Preference regions of users and items. */
  readonly regions: number;
  /** Share of a user's ratings drawn from its own region's items, the others from all. */
  readonly loyalty: number;
  /** Share of these that come from the next region's items at the end of time, rising from 0. */
  readonly drift: number;
  /** From the first rating to the last. */
  readonly years: number;
  /** Of the generator; it does not change with the run's seed. */
  readonly seed: number;
}

/** How a user's positives are cut into windows. */
export interface WindowsSpec {
  /** Items before the target. */
  readonly context: number;
  /** Positives from one window's end to the next. */
  readonly stride: number;
}

/** Fractions of the positives in time order, or ISO dates as borders. */
export type SlicesSpec =
  & (
    | {
      readonly kind: "fractions";
      readonly setup: number;
      readonly finetune: readonly number[];
      readonly test: number;
    }
    /** `borders`: seconds since 1970 at which F1..Fn and T begin. */
    | { readonly kind: "dates"; readonly borders: readonly number[] }
  )
  & {
    /** Share of the last F slice's positives, at its end, that takes the place of T, whose own are left out; absent outside a search. */
    readonly validation?: number;
  };
