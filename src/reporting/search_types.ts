/**
 * What results.json says of a search.
 * @module
 */

/** How the settings of a run were chosen before anything was judged on T. */
export interface SearchResult {
  /** Seed that everything was tried with. */
  readonly seed: number;
  /** What trials were judged by, higher is better. */
  readonly measure: string;
  /** Windows of the end of the last F slice, which trials were judged on. */
  readonly windows: number;
  /** Users they are of. */
  readonly users: number;
  /** Seconds since 1970 at which these windows' slice begins. */
  readonly from: number;
  /** Seconds since 1970 before which it ends: T begins there. */
  readonly to: number;
  /** The backbone first, then methods in the spec's order. */
  readonly choices: readonly SearchChoice[];
}

/** What was tried for the backbone, or for a method. */
export interface SearchChoice {
  /** The method's; absent for the backbone. */
  readonly label?: string;
  /** What the spec itself says first: its settings are empty. */
  readonly trials: readonly {
    /** By path, what differs from the spec's own settings. */
    readonly settings: Readonly<Record<string, unknown>>;
    /** Absent where the trial could not be finished. */
    readonly score?: number;
    /** Standard error of the score over users; absent for coverage, in which no user has a share. */
    readonly error?: number;
    /** Why the trial could not be finished. */
    readonly reason?: string;
  }[];
  /** Number of the trial that was taken, from 0. */
  readonly chosen: number;
}
