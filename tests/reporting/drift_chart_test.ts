import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { regionChanges } from "../../src/reporting/charts/region_changes.ts";
import { reportCharts } from "../../src/reporting/charts/report_charts.ts";
import { renderReport } from "../../src/reporting/report.ts";
import type { RegionResult, Results } from "../../src/reporting/types.ts";
import { mergedRegions, withRegions } from "./made_regions.ts";
import { assertApart, draw, type WrittenText } from "./picture.ts";
import { madeResults } from "./results_fixture.ts";

const region = (name: string): RegionResult => ({ name, size: 1, radius: .5, kappa: 1, pi: .2, moved: 0 });

describe("regionChanges()", () => {
  const changes = (before: readonly string[], after: readonly string[]) =>
    regionChanges({ before: before.map(region), after: after.map(region) })
      .map(({ name, kind, place, from }) => [name, kind, place, from]);

  it("tells what is kept, new, merged and gone, colours by the order after editing", () => {
    assert.deepEqual(changes(["R1", "R2", "R3", "R4"], ["R1+R3", "R2", "R5"]), [
      ["R1+R3", "merged", 0, [0, 2]],
      ["R2", "kept", 1, [1]],
      ["R5", "new", 2, []],
      ["R4", "gone", 3, [3]],
    ]);
  });

  it("knows a region on S that took in a new one, and new ones that became one, as merged", () => {
    assert.deepEqual(changes(["R1"], ["R1+R2", "R3+R4"]), [
      ["R1+R2", "merged", 0, [0]],
      ["R3+R4", "merged", 1, []],
    ]);
  });
});

describe("the chart of drift", () => {
  const chartOf = (results: Results) => reportCharts(results).find(({ file }) => file === "regions_drift.png")!.chart;
  const data = (results: Results, label: string) =>
    chartOf(results).configuration.data.datasets.find((dataset) => dataset.label === label)!.data as unknown[];
  const written = async (results: Results) => (await draw(chartOf(results))).texts;
  const words = (texts: readonly WrittenText[]) => texts.map(({ text }) => text);
  const rounded = (values: readonly unknown[]) => values.map((value) => Number(Number(value).toFixed(1)));

  it("shows shares in per cent, radii and movements in degrees", () => {
    const results = madeResults();
    assert.deepEqual(rounded(data(results, "share before")), [42.5, 29.4, 22.9, 0]);
    assert.deepEqual(rounded(data(results, "share after")), [42.5, 29.4, 22.9, 5.2]);
    // .031, .012 and .118 radians; the fourth is new.
    assert.deepEqual(rounded(data(results, "moved")), [1.8, .7, 6.8, 0]);
    // .67 and .71 radians, .62 and .66, .79 and .83; .58.
    assert.deepEqual(data(results, "radius").map((ends) => rounded(ends as number[])), [
      [38.4, 40.7],
      [35.5, 37.8],
      [45.3, 47.6],
      [33.2, 33.2],
    ]);
  });

  it("writes degrees of the smallest drift, too, and says which regions are new", async () => {
    const texts = words(await written(madeResults()));
    for (const text of ["1.8°", "0.7°", "6.8°", "new", "R1  1.8°", "R2  0.7°", "R4  new", "38.4 to 40.7°"]) {
      assert.ok(texts.includes(text), text);
    }
  });

  it("shows merged regions as one that comes from both, and what is gone", async () => {
    const results = withRegions(madeResults(), mergedRegions);
    assert.deepEqual(rounded(data(results, "share before")), [71.9, 0, 22.9]);
    const texts = words(await written(results));
    for (const text of ["R1+R2  merged", "merged", "R4  new", "gone", "22.9 to none"]) {
      assert.ok(texts.includes(text), text);
    }
  });

  it("stands above a table that says the same of each region", () => {
    const report = renderReport(withRegions(madeResults(), mergedRegions), { describe: [] });
    const table = report.slice(
      report.indexOf("](charts/regions_drift.png)"),
      report.indexOf("Members are the windows"),
    );
    const ends = table.split("\n").filter((row) => row.startsWith("| R")).map((row) => row.split(" | "));
    assert.deepEqual(ends.slice(1).map((row) => [row[0], row.at(-1)]), [
      ["| R1", "now in R1+R2 |"],
      ["| R2", "now in R1+R2 |"],
      ["| R3", "gone |"],
      ["| R1+R2", "merged |"],
      ["| R4", "new |"],
    ]);
  });

  it("is drawn without maps, and without a word of them, for results that do not know where centres lie", async () => {
    const old = withRegions(madeResults(), ({ map: { before: _before, centres: _centres, ...map }, ...regions }) => ({
      ...regions,
      map,
    }));
    assert.ok(chartOf(old).height < chartOf(madeResults()).height);
    const texts = words(await written(old));
    assert.ok(texts.includes("0.7°") && !texts.some((text) => text.includes("UMAP") || text === "R2  0.7°"));
    assert.doesNotMatch(renderReport(old, { describe: [] }), /On the maps a centre stands/);
    assert.match(renderReport(madeResults(), { describe: [] }), /regions_drift\.png\)\n\nOn the maps a centre stands/);
  });

  it("keeps its texts off each other", async () => {
    for (const slices of [["S", "F1", "T"], ["S", "F1", "F2", "F3", "T"]]) {
      assertApart(await written(madeResults({ slices })));
    }
  });
});
