/**
 * Made-up windows and sizes for the bench: values do not matter to a step's time.
 * @module
 */
import type { Windows } from "../../src/data/types.ts";
import { stream } from "../../src/engine/random.ts";

/** Random windows over a catalogue. */
export function randomWindows(count: number, context: number, items: number, seed = 1): Windows {
  const draw = stream(seed, "bench windows");
  const width = context + 1;
  return {
    count,
    context,
    users: Int32Array.from({ length: count }, (_, row) => row),
    items: Int32Array.from({ length: count * width }, () => 1 + draw.integer(items)),
    times: Float64Array.from({ length: count * width }, (_, at) => at),
  };
}
