/**
 * Where the time slices begin.
 * @module
 */
import type { SlicesSpec } from "../spec/types.ts";
import { DataError } from "./errors.ts";

/**
 * A quantile with linear interpolation between the two nearest values, rounded as NumPy's default does it.
 *
 * @param sorted Ascending, at least one value.
 * @param share In [0, 1].
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { quantile } from "./borders.ts";
 *
 * assert.equal(quantile(Float64Array.of(10, 20, 40), 0.75), 30);
 * ```
 */
export function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const low = Math.floor(position);
  const weight = position - low;
  const below = sorted[low]!;
  const above = sorted[Math.min(low + 1, sorted.length - 1)]!;
  // From the nearer end, so that a border between equal times is exactly that time.
  return weight < 0.5 ? below + (above - below) * weight : above - (above - below) * (1 - weight);
}

/**
 * Borders [t0, ..., tn] in seconds: F1 begins at t0, T at tn. Fractions are quantiles of all positives' times, truncated to an integer
 * (RAIE section 4.1); dates are taken as they are.
 *
 * @param times [positives], in any order.
 * @throws {DataError} when borders do not rise or do not lie inside the data.
 */
export function sliceBorders(times: Float64Array, slices: SlicesSpec): number[] {
  const borders = slices.kind === "dates" ? [...slices.borders] : fractionBorders(times, slices);
  for (let index = 0; index < borders.length; index++) {
    const border = borders[index]!;
    if (!Number.isFinite(border)) throw new DataError(`Cannot slice interactions: border ${index + 1} is ${border}`);
    if (index > 0 && !(border > borders[index - 1]!)) {
      const before = borders[index - 1]!;
      throw new DataError(
        `Cannot slice interactions: F${index} ends where or before it starts (${shownTime(before)} to ${
          shownTime(border)
        }); ` +
          `the times are too coarse or the slices too thin`,
      );
    }
  }
  return borders;
}

/**
 * The borders of a search: the last share of the last F slice's positives takes T's place, and what comes after it, T itself, is left out. The new
 * border is the quantile of the slice's times at 1 - share, truncated to an integer as those of slices are.
 *
 * @param times [positives], in any order.
 * @param borders of {@linkcode sliceBorders}.
 * @returns borders, and the second before which everything lies.
 * @throws {DataError} when the tail or what is left of the slice would be empty.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { validationBorders } from "./borders.ts";
 *
 * const times = Float64Array.of(0, 10, 20, 30, 40, 50, 60);
 * assert.deepEqual(validationBorders(times, [10, 60], 0.25), { borders: [10, 40], end: 60 });
 * ```
 */
export function validationBorders(
  times: Float64Array,
  borders: readonly number[],
  share: number,
): { readonly borders: number[]; readonly end: number } {
  const [from, end] = borders.slice(-2) as [number, number];
  const own = times.filter((time) => time >= from && time < end).sort();
  const tail = own.length === 0 ? end : Math.trunc(quantile(own, 1 - share));
  if (!(tail > from && tail < end && tail <= own.at(-1)!)) {
    throw new DataError(
      `Cannot hold out the end of F${borders.length - 1} for a search: its ${own.length} positives from ${
        shownTime(from)
      } to ${shownTime(end)} do not divide at ${share}; choose another search.validation`,
    );
  }
  return { borders: [...borders.slice(0, -1), tail], end };
}

function fractionBorders(times: Float64Array, slices: Extract<SlicesSpec, { kind: "fractions" }>): number[] {
  const sorted = times.slice().sort();
  if (sorted.length > 1 && sorted[0] === sorted.at(-1)) {
    throw new DataError(
      `Cannot slice interactions: all ${sorted.length} positives have the time ${
        shownTime(sorted[0]!)
      }, wanted times that differ; is it the right column?`,
    );
  }
  const borders: number[] = [];
  let share = slices.setup;
  for (const fraction of [...slices.finetune, slices.test]) {
    if (!(share > 0 && share < 1)) {
      throw new DataError(
        `Cannot slice interactions: a border at ${share} of the positives, wanted one between 0 and 1`,
      );
    }
    borders.push(Math.trunc(quantile(sorted, share)));
    // Sums of decimal fractions miss the decimal by a last bit; a quantile must not.
    share = Math.round((share + fraction) * 1e12) / 1e12;
  }
  return borders;
}

/** A time for messages: ISO date in UTC. */
export function shownTime(seconds: number): string {
  return Number.isFinite(seconds) ? new Date(seconds * 1000).toISOString().replace(".000Z", "Z") : String(seconds);
}
