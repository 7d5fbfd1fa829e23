import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { reportCharts } from "../../src/reporting/charts/report_charts.ts";
import type { Results } from "../../src/reporting/types.ts";
import { draw, type WrittenText } from "./picture.ts";
import { madeResults, METHODS } from "./results_fixture.ts";

describe("the loss chart", () => {
  const lines = (results: Results, label: string) =>
    reportCharts(results).find(({ file }) => file === "loss_adapters.png")!.chart.configuration.data.datasets
      .filter((dataset) => dataset.label === label)
      .map((dataset) => {
        const { borderColor, borderDash } = dataset as unknown as { borderColor: string; borderDash: number[] };
        return JSON.stringify([borderColor, borderDash]);
      });
  const raie = (label: string, names: readonly string[]): Results => {
    const made = madeResults({ slices: ["S", "F1", "F2", "T"], methods: [...METHODS.slice(0, 2), METHODS[2]!] });
    const loss = names.map((name) => ({ name, steps: [1, 2], values: [1, .5] }));
    return { ...made, runs: made.runs.map((run) => run.label === label ? { ...run, loss } : run) };
  };
  const FIVE = [3, 1, 5, 2, 4];

  it("gives each region one line, whatever order regions are trained in and whichever slice", () => {
    const names = ["F1", "F2"].flatMap((slice) => FIVE.map((region) => `region ${region} ${slice}`));
    const [first, second] = [lines(raie("RAIE", names), "RAIE"), lines(raie("RAIE", [...names].reverse()), "RAIE")];
    assert.equal(new Set(first).size, 5);
    assert.deepEqual(first.slice(0, 5), first.slice(5));
    assert.deepEqual(second.slice(0, 5), first.slice(0, 5).reverse());
  });

  it("names a panel's lines below it in the order of regions, and adapters trained as one in two words", async () => {
    const names = ["default F1", ...FIVE.map((region) => `region ${region} F1`), "region 3 F2 + region 1 F2"];
    const { chart } = reportCharts(raie("RAIE", names)).find(({ file }) => file === "loss_adapters.png")!;
    const { texts } = await draw(chart);
    const panel = texts.find(({ text }) => text === "RAIE")!;
    // Rows are 36 pixels apart.
    const rowOf = ({ top, bottom }: WrittenText) => Math.round((top + bottom) / 2 / 18);
    const key = texts.filter(({ text, top, left }) =>
      top > panel.bottom && left > panel.left - 100 && /^(default|region.*|[2-9])$/.test(text)
    ).sort((a, b) => rowOf(a) - rowOf(b) || a.left - b.left);
    assert.deepEqual(key.map(({ text }) => text), [
      "default",
      "regions together",
      "region 1",
      "2",
      "3",
      "4",
      "5",
    ]);
    const steps = texts.find(({ text }) => text.startsWith("F1: "))!;
    assert.ok(key.every(({ top }) => top > steps.bottom));
    assert.equal(texts.filter(({ text }) => text === "default").length, 1);
  });

  it("says that points are means only where they are", async () => {
    const subtitleWith = async (count: number) => {
      const made = madeResults();
      const steps = Array.from({ length: count }, (_, index) => index + 1);
      const runs = made.runs.map((run) => ({
        ...run,
        loss: run.loss.map((one) => ({ ...one, steps, values: steps.map((k) => 1 / k) })),
      }));
      const { chart } = reportCharts({ ...made, runs }).find(({ file }) => file === "loss_adapters.png")!;
      return (await draw(chart)).texts.map(({ text }) => text).join("\n");
    };
    assert.match(await subtitleWith(40), /step by step; an epoch's last batch may be small/);
    assert.match(await subtitleWith(41), /means of neighbouring steps, where there are many/);
  });
});
