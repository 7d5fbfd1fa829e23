/**
 * How a language model's step grows: time and memory over layers, width, context and batch, and whether memory is reckoned right at each size.
 * @module
 */
import type { Row } from "./rows.ts";
import { type Measured, script } from "./scripts.ts";

interface Grown extends Measured {
  /** Bytes at the peak, beyond the process before the model; and what its sizes alone say. */
  readonly peak: number;
  readonly reckonedPeak: number;
}

/** Sizes that stay where another one grows. */
const USUAL = { layers: 4, hidden: 256, context: 10, batch: 32 };
/** Three of each, and both ways of keeping activations for the layers, which tell them apart. */
const GROWTH: readonly (readonly [keyof typeof USUAL, readonly number[], "yes" | "no"])[] = [
  ["layers", [2, 4, 8], "no"],
  ["layers", [2, 4, 8], "yes"],
  ["hidden", [256, 512, 1024], "yes"],
  ["context", [5, 10, 20, 40], "yes"],
  ["batch", [8, 16, 32], "yes"],
];
const WORDS = { layers: "layers", hidden: "width", context: "context", batch: "batch" };

/** A row for each. */
export const GROWTH_ROWS: readonly Row[] = GROWTH.map(([what, values, checkpointing]) => ({
  what: `language model step over ${WORDS[what]}${
    checkpointing === "yes" ? ", layers computed again" : ""
  }, tensorflow`,
  bar: "memory reckoned within 25 %",
  async measure() {
    const said: string[] = [];
    let worst = 0;
    for (const value of values) {
      const sizes = Object.entries({ ...USUAL, [what]: value }).flatMap(([name, size]) => [`--${name}`, `${size}`]);
      const args = [...sizes, "--checkpointing", checkpointing, "--steps", "5"];
      const { milliseconds, peak, reckonedPeak } = await script<Grown>("llama_step.ts", ...args);
      worst = Math.max(worst, Math.abs(reckonedPeak / peak - 1));
      said.push(`${value}: ${milliseconds.toFixed(0)} ms, ${(peak / 1e6).toFixed(0)} MB`);
    }
    return { measured: `${said.join("; ")}; off by ${Math.round(100 * worst)} % at most`, met: worst <= 0.25 };
  },
}));
