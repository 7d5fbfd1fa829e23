import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import type { MeasuredBar } from "../../src/reporting/charts/methods_chart.ts";
import { reportCharts } from "../../src/reporting/charts/report_charts.ts";
import { renderReport } from "../../src/reporting/report.ts";
import { ABLATION, FIFTEEN } from "./many_methods.ts";
import { assertApart, draw } from "./picture.ts";
import { type MadeExperiment, madeResults, withoutEvidence } from "./results_fixture.ts";

const found = (made: MadeExperiment) => reportCharts(madeResults(made)).find(({ file }) => file === "ablation.png");

describe("the chart of an ablation", () => {
  const panel = (made: MadeExperiment, at: number) =>
    found(made)!.chart.configuration.data.datasets[at] as unknown as {
      readonly label: string;
      readonly data: readonly MeasuredBar[];
      readonly backgroundColor: readonly string[];
      readonly borderColor: readonly string[];
    };

  it("shows each variant and the control less the reference on S and on T, as the evidence has it", () => {
    const { evidence } = madeResults({ methods: ABLATION });
    ["S", "T"].forEach((slice, at) => {
      const { label, data } = panel({ methods: ABLATION }, at);
      assert.equal(label, slice);
      assert.deepEqual(data.map(({ y }) => y), ["RAIE K=1", "RAIE without editing", "RAIE with random regions"]);
      for (const { x, y, low, high } of data) {
        const tested = evidence!.differences.find((each) =>
          each.label === y && each.to === "RAIE" && each.slice === slice
        );
        assert.deepEqual([x, low, high], [tested!.values["Recall@10"], ...tested!.intervals["Recall@10"]!]);
      }
    });
  });

  it("fills bars of significant differences alone: the corrected p is below .05", () => {
    const p = (label: string, _to: string, slice: string) =>
      label === "RAIE K=1" ? (slice === "T" ? .049 : .05) : undefined;
    const filled = (at: number) =>
      panel({ methods: ABLATION, p }, at).backgroundColor.map((fill) => fill !== "#ffffff");
    assert.deepEqual([filled(0)[0], filled(1)[0]], [false, true]);
  });

  it("has zero in both panels, one scale, and every figure with its sign", async () => {
    const { chart } = found({ methods: FIFTEEN })!;
    const { xS, xT } = (chart.configuration.options?.scales ?? {}) as Record<string, { min: number; max: number }>;
    assert.deepEqual([xS!.min, xS!.max], [xT!.min, xT!.max]);
    assert.ok(xS!.min < 0 && xS!.max > 0);
    const { texts } = await draw(chart);
    // RAIE K=1 less RAIE: .1571 - .1553 and .0791 - .0872.
    for (const text of ["+0.0018", "−0.0081"]) assert.ok(texts.some((written) => written.text === text), text);
    assertApart(texts);
  });

  it("is drawn for two variants of a raie that is the reference, if they were tested", () => {
    assert.notEqual(found({ methods: ABLATION.slice(0, 4) }), undefined);
    assert.equal(found({ methods: ABLATION.slice(0, 3) }), undefined);
    assert.ok(!reportCharts(withoutEvidence({ methods: ABLATION })).some(({ file }) => file === "ablation.png"));
    const made = madeResults({ methods: ABLATION });
    const other = { ...made, spec: { ...made.spec, report: { ...made.spec.report, reference: "base" } } };
    assert.ok(!reportCharts(other).some(({ file }) => file === "ablation.png"));
  });

  it("stands after the tables of differences, with words for those who cannot see it", () => {
    const report = renderReport(madeResults({ methods: ABLATION }), { describe: [] });
    const picture = report.indexOf("](charts/ablation.png)");
    assert.ok(report.indexOf("| Less base |") < picture && picture < report.indexOf("](charts/methods.png)"));
    assert.match(report, /!\[Bars: what each variant .*filled where significant, with 95 % intervals over users\]/);
  });
});
