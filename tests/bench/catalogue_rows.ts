/**
 * What 100,000 items take: memory beyond the model's for ranking and for a cross-entropy with both its gradients, by `memory.scores`.
 * @module
 */
import type { Row } from "./rows.ts";
import { type Measured, script } from "./scripts.ts";

interface Taken extends Measured {
  /** Milliseconds of processor time. */
  readonly processor: number;
  /** Bytes beyond the process with the model. */
  readonly peak: number;
}

/** Megabytes at most, at 64 MiB for scores and at 256: tables of 25 and 51 MB and what a graph keeps of them come on top. */
const BARS = { ranking: { 64: 250, 256: 300 }, training: { 64: 400, 256: 700 } };

const row = (what: keyof typeof BARS, said: string): Row => ({
  what: said,
  bar: `at most ${BARS[what][64]} MB at memory.scores 64, ${BARS[what][256]} at 256`,
  async measure() {
    const measured: string[] = [];
    let met = true;
    for (const hidden of ["64", "128"]) {
      for (const scores of [64, 256] as const) {
        const args = ["--what", what, "--hidden", hidden, "--scores", `${scores}`];
        const { milliseconds, peak } = await script<Taken>("catalogue.ts", ...args);
        met &&= peak <= 1e6 * BARS[what][scores];
        measured.push(`width ${hidden} at ${scores}: ${(peak / 1e6).toFixed(0)} MB, ${milliseconds.toFixed(0)} ms`);
      }
    }
    return { measured: measured.join("; "), met };
  },
});

/** A row each. */
export const CATALOGUE_ROWS: readonly Row[] = [
  row("ranking", "2,000 windows ranked over 100,000 items, tensorflow"),
  row("training", "cross-entropy of 1,280 places over 100,000 items, tensorflow"),
];
