import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { costAxis, isLogarithmic, logTicks } from "../../src/reporting/charts/cost_axis.ts";
import { reportCharts } from "../../src/reporting/charts/report_charts.ts";
import { TWELVE } from "./many_methods.ts";
import { draw } from "./picture.ts";
import { type MadeMethod, madeResults, METHODS } from "./results_fixture.ts";

const chartOf = (methods: readonly MadeMethod[], seeds: readonly number[] = [1]) =>
  reportCharts(madeResults({ methods, seeds })).find(({ file }) => file === "cost.png")?.chart;

interface Point {
  readonly x: number;
  readonly y: number;
  readonly endsY: readonly number[];
  readonly way?: readonly number[];
}

/** The points of a panel, by method. */
const points = (chart: ReturnType<typeof chartOf>, axis: string) =>
  chart!.configuration.data.datasets.filter((dataset) => (dataset as { xAxisID?: string }).xAxisID === axis)
    .map(({ label, data }) => ({ label, ...data[0] as unknown as Point }));

describe("the chart of costs", () => {
  it("sets T against seconds and against trained numbers, with intervals over users; the base is no point", () => {
    const made = madeResults();
    const of = (label: string) => made.evidence!.figures.find((each) => each.label === label && each.slice === "T")!;
    const chart = chartOf(METHODS);
    // 99 and 214 steps of .07 seconds; 67,840 numbers, and as many for each of RAIE's four regions.
    const seconds = points(chart, "xSeconds").map(({ label, x, y }) => [label, Number(x.toFixed(2)), y]);
    assert.deepEqual(seconds, [["lora", 6.93, .0753], ["RAIE", 14.98, .0912]]);
    assert.deepEqual(points(chart, "xParameters").map(({ x }) => x), [67_840, 271_360]);
    for (const { label, endsY } of [...points(chart, "xSeconds"), ...points(chart, "xParameters")]) {
      assert.deepEqual(endsY, of(label!).intervals["Recall@10"]);
    }
  });

  it("says what its axes and lines are, with units", async () => {
    const texts = (await draw(chartOf(METHODS)!)).texts.map(({ text }) => text);
    for (const words of ["time of adapting (seconds)", "trained numbers kept", "adaptation: Recall@10 on T"]) {
      assert.ok(texts.includes(words), words);
    }
    assert.ok(texts.some((text) => text.startsWith("dashed: the backbone as it was")));
  });

  it("names many methods once, in a legend", async () => {
    const { texts } = await draw(chartOf(TWELVE)!);
    for (const { kind, label = kind } of TWELVE.slice(1)) {
      assert.equal(texts.filter(({ text }) => text === label).length, 1, label);
    }
  });

  it("shows a method far off on T at the border of both panels, at its own cost", () => {
    const chart = chartOf([...TWELVE.slice(0, 8), { kind: "ebpr", measures: { S: .1, F1: 0, T: .4 }, steps: 20 }]);
    for (const axis of ["xSeconds", "xParameters"]) {
      assert.deepEqual(points(chart, axis).find(({ label }) => label === "ebpr (0.40)")!.way, [0, 1]);
    }
    assert.equal(Number(points(chart, "xSeconds").at(-1)!.x.toFixed(1)), 1.4);
  });

  it("is not drawn where nothing adapts", () => {
    assert.equal(chartOf(METHODS.slice(0, 1)), undefined);
  });
});

describe("costAxis()", () => {
  it("is logarithmic for costs of several sizes, and begins at 0 for others and where something costs nothing", () => {
    assert.deepEqual([[1, 5.9], [1, 6], [0, 100], [3, 3]].map(isLogarithmic), [false, true, false, false]);
    assert.equal(costAxis("seconds", [1, 50]).type, "logarithmic");
    assert.equal(costAxis("seconds", [1, 50]).title.text, "seconds, logarithmic");
    const { type, min, title } = costAxis("seconds", [0, 50]);
    assert.deepEqual([type, min, title.text], ["linear", 0, "seconds"]);
    assert.equal(costAxis("seconds", [0]).max, 1);
  });

  it("has ticks that its figures find room for", () => {
    assert.deepEqual(logTicks(1.5, 25), [2, 5, 10, 20]);
    assert.deepEqual(logTicks(60_000, 800_000), [100_000, 200_000, 500_000]);
    assert.deepEqual(logTicks(.05, 3000), [.1, 1, 10, 100, 1000]);
  });
});
