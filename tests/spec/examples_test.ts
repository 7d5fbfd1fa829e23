import assert from "node:assert/strict";
import { describe as group, it } from "@std/testing/bdd";
import { describe } from "../../src/spec/describe.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { parsed } from "./specs.ts";

const folder = new URL("../../experiments/", import.meta.url);
const files = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".json")).map(({ name }) => name).sort();
const resolved = (file: string) => parseSpec(Deno.readFileSync(new URL(file, folder)), file).resolved;

group("experiments/", () => {
  for (const file of files) {
    it(`holds the valid spec ${file}, named as its file`, () => {
      assert.equal(resolved(file).name, file.replace(/\.json$/, ""));
    });
  }

  it("holds the authors' measured results beside the official settings", () => {
    const { report, preset, seeds } = resolved("movielens-100k-official.json");
    assert.equal(preset, "official");
    assert.deepEqual(seeds, [1, 2, 3]);
    const value = (label: string, slice: string, measure: string) =>
      report.published?.find((one) => one.label === label && one.slice === slice && one.measure === measure)?.value;
    assert.equal(report.published?.length, 12);
    assert.equal(value("base", "S", "Recall@10"), 0.1409);
    assert.equal(value("lora", "T", "NDCG@10"), 0.035);
    assert.equal(value("RAIE", "T", "Recall@10"), 0.0912);
  });
});

group("describe()", () => {
  it("says data, slices, windows, backbone, methods and seeds in words", () => {
    const words = describe(
      parsed({ slices: { setup: 0.5, finetune: [0.2, 0.1], test: 0.2 }, regions: { k: 1 } }).resolved,
    ).join("\n");
    for (
      const part of [
        "The data set is movielens-100k; interactions rated at least 4",
        "S is the first 50 % of the positives, F1 the next 20 %, F2 the next 10 % and T the last 20 %.",
        "windows of 10 items and the target that follows, at every 5th positive",
        "sasrec (width 128, 2 blocks, 2 heads), trained on all windows of S for 5 epochs with binary cross-entropy on 1 negative",
        "RAIE: 1 preference region found on S, edited by Update, Expand and Add",
        "Each method runs with the seed 1.",
      ]
    ) assert.ok(words.includes(part), `${part}\nis not in\n${words}`);
  });

  it("says dates where slices are cut by dates", () => {
    const words = describe(parsed({ slices: { finetune: "2001-01-01", test: "2002-01-01T06:00:00Z" } }).resolved).join(
      "\n",
    );
    assert.ok(
      words.includes("S is everything before 2001-01-01; then begin F1 on 2001-01-01 and T on 2002-01-01T06:00:00Z."),
      words,
    );
  });
});
