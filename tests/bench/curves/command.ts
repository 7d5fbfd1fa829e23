/**
 * `deno task bench --curves`: what it takes from the command line.
 * @module
 */
import { join, resolve } from "node:path";
import { UsageError } from "../../../src/cli/args.ts";
import type { Arguments, CommandOption } from "../../../src/cli/types.ts";
import { cacheFolder } from "../../../src/engine/setup/places.ts";
import { thisSystem } from "../../../src/engine/setup/system.ts";
import { sha256 } from "../../../src/spec/canonical.ts";
import { NotMeasured } from "../scripts.ts";
import { AXES, type CurveAxis } from "./axes.ts";
import { measureCurves } from "./measure_curves.ts";
import { processesIn } from "./processes.ts";
import { type Curves, readCurves, saveCurves } from "./records.ts";
import { writeCurvesReport } from "./report.ts";

const NAMES = AXES.map(({ axis }) => axis).join(", ");

/** Options of the bench that measure how costs grow. */
export const CURVE_OPTIONS: readonly CommandOption[] = [
  {
    name: "curves",
    value: "WHICH",
    summary: `measure time and memory of every stage over ${NAMES} (one of them, or "all"), instead of the rows; an ` +
      "interrupted measuring goes on where it was",
  },
  { name: "out", value: "DIR", summary: "where the curves' figures, charts and text go (reports/scaling)" },
  { name: "most", value: "N", summary: "leave out a curve's sizes above it" },
  { name: "again", summary: "measure the curves anew that were measured already" },
  { name: "render", summary: "write charts and text of the curves again, and measure nothing" },
];

/** Measures or renders, and gives the exit code. @throws {UsageError} for a curve that there is not, and where there is nothing to render. */
export async function runCurves(args: Arguments, most: number): Promise<number> {
  const out = args.text("out") ?? join("reports", "scaling");
  const begun = await readCurves(out);
  if (args.has("render")) {
    if (begun === undefined) {
      throw new UsageError(`--render finds no curves.json in ${out}: nothing was measured`, "bench");
    }
    await writeCurvesReport(out, begun);
    return 0;
  }
  const axes = chosen(args.text("curves") ?? "all", most);
  const before = args.has("again") ? without(begun, axes) : begun;
  // Of its own for each folder of figures: what one measuring has stored, another would not measure.
  const work = join(cacheFolder(thisSystem, ".raie"), "bench", `curves-${sha256(resolve(out)).slice(0, 8)}`);
  const keeper = { save: (curves: Curves) => saveCurves(out, curves), say: (line: string) => console.log(line) };
  try {
    await writeCurvesReport(out, await measureCurves(axes, before, processesIn(work), keeper));
  } catch (error) {
    if (!(error instanceof NotMeasured)) throw error;
    console.error(`Not measured: ${error.message}. What was measured is kept; the same command goes on from there.`);
    return 1;
  }
  console.log(`\n${join(out, "report.md")}`);
  return 0;
}

/** Figures without those of some curves; of all of them, without the fixed costs and the machine too. */
function without(curves: Curves | undefined, axes: readonly CurveAxis[]): Curves | undefined {
  if (curves === undefined || axes.length === AXES.length) return undefined;
  const left = Object.entries(curves.curves).filter(([name]) => !axes.some(({ axis }) => axis === name));
  return { ...curves, curves: Object.fromEntries(left) };
}

function chosen(which: string, most: number): CurveAxis[] {
  const axes = which === "all" ? AXES : AXES.filter(({ axis }) => axis === which);
  if (axes.length === 0) throw new UsageError(`--curves wants ${NAMES} or all: found "${which}"`, "bench");
  return axes.map((each) => ({ ...each, points: each.points.filter(({ at }) => at <= most) }));
}
