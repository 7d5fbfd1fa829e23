/** What is committed under reports/: made from the experiments as they stand, and told as the program tells it now. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { fileURLToPath } from "node:url";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { renderReport } from "../../src/reporting/report.ts";
import { readResults } from "../../src/reporting/results_file.ts";
import { specObstacle, unsearchedObstacle } from "../../src/reporting/review/comparable.ts";
import { sweepCharts } from "../../src/reporting/sweep/charts.ts";
import { sweepMarkdown } from "../../src/reporting/sweep/report.ts";
import { isSweep, readSweep } from "../../src/reporting/sweep/sweep_file.ts";
import { describe as inWords } from "../../src/spec/describe.ts";
import { portableSpec } from "../../src/spec/portable.ts";
import { parseExperiment } from "../../src/spec/sweep.ts";
import { EXPERIMENT_FILES, experimentBytes } from "../spec/valid.ts";

const REPORTS = fileURLToPath(new URL("../../reports", import.meta.url));
const experiments = EXPERIMENT_FILES.filter((file) => !file.includes("/"))
  .map((file) => parseExperiment(experimentBytes(file), `experiments/${file}`));
const reported = experiments.filter(({ name }) => existsSync(join(REPORTS, name, "report.md")));

describe("a committed report", () => {
  it("is there for most experiments", () => assert.ok(reported.length >= 14, `${reported.length}`));

  for (const { name, specs } of reported) {
    it(`${name} is what its results give`, async () => {
      const text = await Deno.readTextFile(join(REPORTS, name, "report.md"));
      assert.equal(text, await rendered(join(REPORTS, name)), "deno task report reports/* writes it again");
    });

    it(`${name} is of its experiment as it stands, with every seed and control`, async () => {
      for (const spec of specs) {
        const results = await readResults(join(REPORTS, spec.name));
        const obstacle = spec.search === undefined ? specObstacle : unsearchedObstacle;
        assert.equal(obstacle(results, portableSpec(spec)), undefined, spec.name);
        assert.equal(results.runs.length, results.spec.methods.length * spec.seeds.length);
        assert.ok(spec.seeds.length >= 3 && results.spec.methods.some(({ control }) => control !== undefined));
      }
    });
  }
});

async function rendered(folder: string): Promise<string> {
  if (await isSweep(folder)) {
    const sweep = await readSweep(folder);
    return sweepMarkdown(sweep, sweepCharts(sweep));
  }
  const results = await readResults(folder);
  return renderReport(results, { describe: inWords(results.spec) });
}
