/**
 * Reads a file of the size of MovieLens 10M (10,000,054 lines, about 260 MB, made here and removed again) and cuts its slices. Bars: reading
 * takes under 15 s and under 1.5 GB of resident memory on 2 cores.
 *
 * Run: deno run --allow-read --allow-write --allow-env tests/bench/ml10m.ts [folder for the file]
 * @module
 */
import { join } from "node:path";
import { resourceUsage } from "node:process";
import { readInteractions } from "../../src/data/read_interactions.ts";
import { sliceInteractions } from "../../src/data/slices.ts";

const LINES = 10_000_054;
const USERS = 71_567;
const ITEMS = 10_681;
const SECONDS_BAR = 15;
const MEMORY_BAR = 1.5e9;

/** Writes `user::item::rating::time` lines, user by user as MovieLens does, with MovieLens 10M's ranges of values. */
async function makeFile(path: string): Promise<void> {
  const file = await Deno.open(path, { write: true, create: true, truncate: true });
  const bytes = new Uint8Array(1 << 22);
  let at = 0;
  let state = 1;
  // A linear congruential generator (Numerical Recipes' constants): any spread of values will do here.
  const below = (bound: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * bound);
  };
  const digits = (value: number) => {
    const from = at;
    do bytes[at++] = 48 + value % 10; while ((value = Math.floor(value / 10)) > 0);
    bytes.subarray(from, at).reverse();
  };
  const separator = () => {
    bytes[at++] = 58;
    bytes[at++] = 58;
  };
  for (let line = 0; line < LINES; line++) {
    digits(1 + Math.floor(line / LINES * USERS));
    separator();
    // Ids reach 65,133 with gaps, as MovieLens' do.
    digits(1 + Math.floor(below(ITEMS) * 6.098));
    separator();
    const half = 1 + below(10);
    digits(half >> 1);
    if (half % 2 === 1) {
      bytes[at++] = 46;
      bytes[at++] = 53;
    }
    separator();
    digits(789_652_009 + below(441_480_000));
    bytes[at++] = 10;
    if (at > bytes.length - 64 || line === LINES - 1) {
      for (let done = 0; done < at;) done += await file.write(bytes.subarray(done, at));
      at = 0;
    }
  }
  file.close();
}

/** Highest resident memory of this process so far, in bytes. */
function peakMemory(): number {
  return resourceUsage().maxRSS * 1024;
}

const folder = Deno.args[0] ?? await Deno.makeTempDir();
const path = join(folder, "ratings.dat");
try {
  await makeFile(path);
  const megabytes = (await Deno.stat(path)).size / 1e6;
  const start = performance.now();
  const interactions = await readInteractions({ path, format: "movielens-dat" });
  const seconds = (performance.now() - start) / 1000;
  const memory = peakMemory();
  console.log(
    `read ${interactions.count} lines (${megabytes.toFixed(0)} MB) in ${
      seconds.toFixed(2)
    } s (bar ${SECONDS_BAR} s), ` +
      `peak memory ${(memory / 1e9).toFixed(2)} GB (bar ${MEMORY_BAR / 1e9} GB)`,
  );
  const from = performance.now();
  const data = sliceInteractions(interactions, {
    minRating: 4,
    slices: { kind: "fractions", setup: 0.5, finetune: [0.3], test: 0.2 },
    windows: { context: 10, stride: 5 },
    denseStride: 5,
    catalogue: "all",
    retention: "training",
  });
  console.log(
    `cut ${data.setup.windows.count} + ${data.finetune[0]!.windows.count} + ${data.test.windows.count} windows from ` +
      `${data.positives} positives in ${((performance.now() - from) / 1000).toFixed(2)} s, peak memory ${
        (peakMemory() / 1e9).toFixed(2)
      } GB`,
  );
  console.log(JSON.stringify({ seconds: Number(seconds.toFixed(2)), gigabytes: Number((memory / 1e9).toFixed(2)) }));
} finally {
  await Deno.remove(path).catch(() => undefined);
}
