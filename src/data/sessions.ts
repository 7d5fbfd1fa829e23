/**
 * When made-up users are there.
 * @module
 */
import type { RandomStream } from "../engine/random.ts";

/** Mean number of ratings in one sitting. */
const SITTING = 50;
/** No sitting is longer, so that none lasts a day. */
const LONGEST_SITTING = 2000;
/** Most seconds between two ratings of a sitting. */
const PAUSE = 40;
const DAY = 86_400;

/**
 * Fills `times` with one user's seconds, ascending and all different. A user comes once, at any time of the `span`, rates much in that sitting, and
 * comes back for later sittings, most of them soon: from the span that is left, the cube of a uniform draw is taken.
 *
 * @param times [ratings], seconds from the span's beginning.
 * @param span Seconds; more than a day.
 */
export function drawSessions(times: Float64Array, span: number, random: RandomStream): void {
  const latest = span - DAY;
  const arrival = Math.floor(random.float() * latest);
  for (let at = 0, start = arrival; at < times.length;) {
    const length = Math.min(LONGEST_SITTING, 1 - Math.floor(SITTING * Math.log(1 - random.float())));
    const end = Math.min(times.length, at + length);
    for (let clock = start; at < end; at++) {
      times[at] = clock;
      clock += 1 + random.integer(PAUSE);
    }
    start = arrival + Math.floor((latest - arrival) * random.float() ** 3);
  }
  times.sort();
  // Sittings that begin together overlap; one thing a second keeps a user's order independent of the file's.
  for (let at = 1; at < times.length; at++) times[at] = Math.max(times[at]!, times[at - 1]! + 1);
}
