/**
 * The processes that measure, and what they leave for each other: drawn data and a store, in a folder that goes when a curve is finished.
 * @module
 */
import { join } from "node:path";
import { isThere, removeIfThere } from "../../../src/files.ts";
import { canonicalJson, sha256 } from "../../../src/spec/canonical.ts";
import { script } from "../scripts.ts";
import { experimentAt, type Point } from "./axes.ts";
import type { Processes } from "./measure_curves.ts";
import type { Cost, DataMeasured } from "./one_stage.ts";

/** Processes that work in `folder`. */
export function processesIn(folder: string): Processes {
  const store = join(folder, "store");
  const specOf = async (point: Point): Promise<string> => {
    const dataset = canonicalJson(point.data);
    const data = join(folder, `${sha256(dataset).slice(0, 12)}.csv`);
    await Deno.mkdir(folder, { recursive: true });
    if (!await isThere(data)) {
      // Renamed once whole: a killed process leaves no half of a file.
      const half = `${data}.half`;
      await script("curves/draw_data.ts", dataset, half);
      await Deno.rename(half, data);
    }
    const spec = join(folder, "spec.json");
    await Deno.writeTextFile(spec, JSON.stringify(experimentAt(point, data)));
    return spec;
  };
  const measured = async <T = Cost>(what: string, point: Point, ...more: string[]) =>
    await script<T>("curves/one_stage.ts", what, await specOf(point), store, ...more);
  return {
    data: (point) => measured<DataMeasured>("data", point),
    stage: (point, key) => measured("stage", point, key),
    report: (point) => measured("report", point, join(folder, "report")),
    tidy: () => removeIfThere(folder),
  };
}
