/** Valid specs that malformed ones are made from. */
import { DATASETS, FULL, RICH, SMALLEST } from "./specs.ts";

const experiments = new URL("../../experiments/", import.meta.url);
const EXPERIMENTS: readonly unknown[] = [...Deno.readDirSync(experiments)].map(({ name }) => name)
  .filter((name) => name.endsWith(".json")).sort()
  .map((name) => JSON.parse(Deno.readTextFileSync(new URL(name, experiments))));

/** Plain JSON, with nothing undefined in it; the third says everything. */
export const VALID: readonly unknown[] = [
  SMALLEST,
  RICH,
  FULL,
  ...DATASETS.map((dataset) => ({ ...SMALLEST, minRating: undefined, dataset })),
  ...EXPERIMENTS,
].map((spec) => JSON.parse(JSON.stringify(spec)));
