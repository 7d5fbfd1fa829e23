/** Valid specs that malformed ones are made from. */
import { APART, BACKBONES, DATASETS, FULL, RICH, SMALLEST } from "./specs.ts";

const experiments = new URL("../../experiments/", import.meta.url);

/** Paths of all experiments, seen from their folder. */
export const EXPERIMENT_FILES: readonly string[] = ["", "paper/"].flatMap((folder) =>
  [...Deno.readDirSync(new URL(folder, experiments))].map(({ name }) => folder + name)
).filter((name) => name.endsWith(".json")).sort();

/** The bytes of an experiment's file. */
export const experimentBytes = (file: string): Uint8Array => Deno.readFileSync(new URL(file, experiments));

const EXPERIMENTS: readonly unknown[] = EXPERIMENT_FILES.map((file) =>
  JSON.parse(new TextDecoder().decode(experimentBytes(file)))
);

/** A search reads a spec anew for each value and trial, and takes as many times as long: search_test.ts is about those. */
const searches = (spec: unknown): boolean => (spec as { readonly preset?: unknown }).preset === "tuned";

/** Plain JSON, with nothing undefined in it; the third says everything. */
export const VALID: readonly unknown[] = [
  SMALLEST,
  RICH,
  FULL,
  ...DATASETS.map((dataset) => ({ ...SMALLEST, minRating: undefined, dataset })),
  ...Object.values(BACKBONES),
  ...APART,
  ...EXPERIMENTS.filter((spec) => !searches(spec)),
].map((spec) => JSON.parse(JSON.stringify(spec)));
