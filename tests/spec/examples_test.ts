import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { differences } from "../../src/spec/differences.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { parseExperiment } from "../../src/spec/sweep.ts";
import { LLAMA } from "./paper_settings.ts";
import { llama } from "./specs.ts";
import { EXPERIMENT_FILES, experimentBytes } from "./valid.ts";

const resolved = (file: string) => parseSpec(experimentBytes(file), file).resolved;

describe("experiments/", () => {
  for (const file of EXPERIMENT_FILES) {
    it(`holds the valid spec ${file}, named as its file`, () => {
      assert.equal(parseExperiment(experimentBytes(file), file).name, file.replace(/^.*\/|\.json$/g, ""));
    });
  }

  it("holds the sweep over the number of regions, on the paper's data and on those that two cores manage", () => {
    for (const file of ["paper/k-sweep.json", "k-sweep-movielens-100k.json"]) {
      const { sweep, specs } = parseExperiment(experimentBytes(file), file);
      assert.deepEqual(sweep?.paths, [{ path: "regions.k", values: [1, 2, 3, 5, 8] }]);
      assert.deepEqual(specs.map(({ methods }) => methods.find(({ label }) => label === "RAIE")?.regions.k), [
        1,
        2,
        3,
        5,
        8,
      ]);
    }
  });

  it("holds the language model at the paper's settings, worked through four rows at a time", () => {
    for (const data of ["movielens-10m", "yelp"]) {
      const spec = resolved(`paper/openp5-${data}.json`);
      const { checkpoint, checkpointWritten, ...settings } = llama(spec);
      assert.equal(checkpointWritten, "Llama-2-7b-hf");
      assert.match(String(checkpoint), /\/paper\/Llama-2-7b-hf$/);
      assert.deepEqual(settings, { ...LLAMA, checkpointing: true, accumulation: settings.training.batch / 4 });
      assert.deepEqual(differences(spec), []);
      assert.deepEqual([spec.dataset.id, spec.minRating, spec.windows], [data, 4, { context: 10, stride: 5 }]);
      assert.deepEqual(
        spec.methods.map(({ label }) => label),
        ["base", "lora", "replay", "lwf", "lsat", "mole", "ebpr", "RAIE", "RAIE K=1"],
      );
      assert.equal(spec.methods.find(({ label }) => label === "RAIE")?.regions.k, 5);
    }
  });

  it("holds the authors' measured results beside the official settings", () => {
    const { report, preset, seeds } = resolved("movielens-100k-official.json");
    assert.equal(preset, "official");
    assert.deepEqual(seeds, [1, 2, 3]);
    const value = (label: string, slice: string, measure: string) =>
      report.published?.find((one) => one.label === label && one.slice === slice && one.measure === measure)?.value;
    assert.equal(report.published?.length, 28);
    assert.equal(value("base", "S", "Recall@10"), 0.1409);
    assert.equal(value("lora", "T", "NDCG@10"), 0.035);
    assert.equal(value("RAIE", "T", "Recall@10"), 0.0912);
  });
});
