/**
 * Columnar interactions, slices and windows.
 * @module
 */

/** Interactions in file order, as columns. Ids are dense indices in order of first appearance. */
export interface Interactions {
  /** Rows read; 0 is allowed here and refused when slicing. */
  readonly count: number;
  /** [count], index into `userIds`. */
  readonly users: Int32Array;
  /** [count], index into `itemIds` (0-based; not the catalogue's index). */
  readonly items: Int32Array;
  /** [count], seconds since 1970 UTC. */
  readonly times: Float64Array;
  /** [count], or undefined when the data set has no ratings (then every row is a positive). */
  readonly ratings?: Float32Array;
  /** [users], ids as the file writes them. */
  readonly userIds: readonly string[];
  /** [items], ids as the file writes them. */
  readonly itemIds: readonly string[];
  /** Lines left out under `badLines: "skip"`. */
  readonly skippedLines: number;
  /** What was decided where a file leaves a doubt, a sentence each: for terminal and report. */
  readonly notes: readonly string[];
  /** The files read, with their SHA-256: provenance. Names are without the folder they lie in. */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

/** Items that can be recommended: model index 1..size; 0 is padding. */
export interface Catalogue {
  /** Items; tables of a backbone have one row more, for padding. */
  readonly size: number;
  /** [size + 1]; raw id of a model index; entry 0 is "". */
  readonly ids: readonly string[];
}

/** Items with their times that windows are places of; every item once, however many windows hold it. */
export interface WindowPool {
  /** Catalogue indices, users' positives one after the other; 0 is padding. */
  readonly items: Int32Array;
  /** [items], seconds since 1970. */
  readonly times: Float64Array;
}

/**
 * Windows of one slice: each is context + 1 neighbouring places of the pool, the last of them the target. They take eight bytes each, whatever their
 * context is; `window_rows.ts` looks up what they hold.
 */
export interface Windows {
  /** Windows; 0 is allowed. */
  readonly count: number;
  /** Items before the target. */
  readonly context: number;
  /** [count], user index of Interactions. */
  readonly users: Int32Array;
  /** [count], a window's first place in the pool. */
  readonly starts: Int32Array;
  /** What the windows are places of. */
  readonly pool: WindowPool;
}

/** A user's positives inside one slice, in time order, as ragged rows. */
export interface UserSequences {
  /** [users], user index of Interactions, ascending. */
  readonly users: Int32Array;
  /** [users + 1], row borders in `items` and `times`. */
  readonly offsets: Int32Array;
  /** Catalogue indices; items outside the catalogue are left out. */
  readonly items: Int32Array;
  /** Seconds since 1970 UTC, one for each entry of `items`. */
  readonly times: Float64Array;
}

/** One time slice: "S", "F1".."Fn" or "T". */
export interface Slice {
  /** What reports and the store call it. */
  readonly name: string;
  /** First second that belongs to the slice; -Infinity for S. */
  readonly from: number;
  /** First second that no longer belongs to it; Infinity for T. */
  readonly to: number;
  /** Users with a positive in the slice. */
  readonly users: number;
  /** Different items among its positives. */
  readonly items: number;
  /** Its positives, whether or not a window holds them. */
  readonly interactions: number;
  /** Windows at the spec's stride: trained on (S, F) and evaluated. */
  readonly windows: Windows;
  /** All positives of each user in the slice. Under held-out retention those of S stop before the held-out window's target. */
  readonly sequences: UserSequences;
  /** T only: windows left out because their target (or all of their context) is outside a catalogue of kind "seen". */
  readonly droppedWindows?: number;
}

/** A data set under the time-sliced protocol (RAIE section 4.1; method.md 2). */
export interface SlicedData {
  /** One numbering of items for all slices, so that one backbone serves them all. */
  readonly catalogue: Catalogue;
  /** [users], ids as the file writes them; `Windows.users` points in here. */
  readonly userIds: readonly string[];
  /** S: what the backbone is trained on. */
  readonly setup: Slice;
  /** F1..Fn in time order, at least one: what methods adapt to. */
  readonly finetune: readonly Slice[];
  /** T: never seen in training. */
  readonly test: Slice;
  /** S windows at the regions' own stride (1 in both presets). */
  readonly setupDense: Windows;
  /** Held-out retention: the last S window of each user, kept out of `setup` and `setupDense`; undefined when retention is "training". */
  readonly heldOut?: Windows;
  /** Borders in seconds: [t0, ..., tn]. */
  readonly borders: readonly number[];
  /** Positives of all slices together. */
  readonly positives: number;
  /** What was decided about them, a sentence each: for terminal and report. */
  readonly notes: readonly string[];
}
