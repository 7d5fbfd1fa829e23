/** Every reader fed with every fault: a clear error, or rows that add up and decisions that are stated. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import fc, { type GeneratorValue } from "fast-check";
import { gzipSync } from "fflate";
import { DataError } from "../../src/data/errors.ts";
import type { SliceOptions } from "../../src/data/slices.ts";
import { withFolder } from "../data/files.ts";
import { type Fault, FAULTS } from "./table_damage.ts";
import { type Cells, goodRows, linesOf, type Reader, READERS } from "./table_files.ts";
import { judge, judgeIntact, judgeSlices } from "./table_judge.ts";

const SEED = Number(Deno.env.get("RAIE_FUZZ_SEED") ?? "1");
/** Times each pair of reader and fault is tried. */
const RUNS = 6;
/** No file here is larger than a few MiB: a reader that takes this long hangs, or its time is not linear. */
const SECONDS = 10;

/** Slicing of a kind that few rows can bear. */
const slicing = fc.record<SliceOptions>({
  minRating: fc.constantFrom(1, 4),
  slices: fc.constantFrom<SliceOptions["slices"]>(
    { kind: "fractions", setup: 0.5, finetune: [0.3], test: 0.2 },
    { kind: "fractions", setup: 0.4, finetune: [0.2, 0.2], test: 0.2 },
    { kind: "dates", borders: [876_000_000, 880_000_000] },
  ),
  windows: fc.record({ context: fc.integer({ min: 1, max: 3 }), stride: fc.integer({ min: 1, max: 2 }) }),
  denseStride: fc.constant(1),
  catalogue: fc.constantFrom("all", "seen"),
  retention: fc.constantFrom("training", "held-out"),
});

/** A file with a fault: its bytes, the rows it was made from, and those before anything was wrong with them. */
function faulty(
  reader: Reader,
  fault: Fault,
  draw: GeneratorValue,
): { bytes: Uint8Array; rows: number; good: readonly Cells[] } {
  const good = draw(() => goodRows);
  const rows = fault.rows?.(good, draw) ?? good;
  const lines = fault.lines?.(linesOf(reader, rows), draw, reader) ?? linesOf(reader, rows);
  const end = fault.end ?? "\n";
  const bytes = new TextEncoder().encode(lines.map((line) => line + end).join(""));
  return { bytes: fault.bytes?.(bytes, draw) ?? bytes, rows: rows.length, good };
}

describe(`readers of interactions, seed ${SEED} (RAIE_FUZZ_SEED)`, () => {
  let tried = 0, refused = 0, slowest = 0;

  async function tryFile(reader: Reader, fault: Fault, folder: string, draw: GeneratorValue): Promise<void> {
    const { bytes, rows, good } = faulty(reader, fault, draw);
    const packed = draw(fc.boolean);
    const path = join(folder, packed ? "file.gz" : "file");
    await Deno.writeFile(path, packed ? gzipSync(bytes) : bytes);
    const start = performance.now();
    const { strict: found, lenient } = await judge(reader, { path, bytes });
    if (!(found instanceof DataError)) judgeSlices(found, draw(() => slicing));
    // A quote that does not close swallows the lines after it; elsewhere each line stands for itself.
    if (!(lenient instanceof DataError) && !reader.quoted) judgeIntact(reader, { path, bytes }, good, lenient);
    const seconds = (performance.now() - start) / 1000;
    assert(seconds < SECONDS, `${seconds} s`);
    tried++;
    slowest = Math.max(slowest, seconds);
    if (found instanceof DataError) {
      refused++;
      assert.notEqual(fault.must, "kept", found.message);
      if (fault.must === "refused" && fault.says) assert.match(found.message, fault.says);
      return;
    }
    assert.notEqual(fault.must, "refused");
    if (fault.must === "kept") {
      assert.equal(found.count, rows);
      if (fault.says) assert.match(found.notes.join("\n"), fault.says);
    }
  }

  for (const reader of READERS) {
    it(`${reader.name} stands every fault`, async () => {
      await withFolder(async (folder) => {
        for (const fault of FAULTS) {
          const property = fc.asyncProperty(fc.gen(), (draw) => tryFile(reader, fault, folder, draw));
          try {
            await fc.assert(property, { seed: SEED, numRuns: RUNS, includeErrorInReport: true });
          } catch (error) {
            throw new assert.AssertionError({
              message: `${reader.name}, ${fault.name}: ${error instanceof Error ? error.message : error}`,
            });
          }
        }
      });
    });
  }

  it("tried as many files as it says", () => {
    console.log(`files tried: ${tried}, of which ${refused} were refused; the slowest took ${slowest.toFixed(2)} s`);
    assert(tried >= READERS.length * FAULTS.length * RUNS);
  });
});
