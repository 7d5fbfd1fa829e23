import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { editRows } from "../../src/reporting/charts/edit_rows.ts";
import { reportCharts } from "../../src/reporting/charts/report_charts.ts";
import type { RegionsResult, Results } from "../../src/reporting/types.ts";
import { draw } from "./picture.ts";
import { madeResults, METHODS } from "./results_fixture.ts";

type Edit = RegionsResult["edits"][number];

/** Results in which RAIE's edits of F1 are these, one for each seed. */
function withEdits(edits: readonly Partial<Edit>[]): Results {
  const made = madeResults({ seeds: edits.map((_, i) => i + 1) });
  return {
    ...made,
    runs: made.runs.map((run) => {
      const [edit] = run.regions?.edits ?? [];
      if (run.regions === undefined || edit === undefined) return run;
      return { ...run, regions: { ...run.regions, edits: [{ ...edit, ...edits[run.seed - 1] }] } };
    }),
  };
}

describe("editRows()", () => {
  it("are means over seeds, with the least and the most of where each operation ends", () => {
    const rows = editRows(withEdits([
      { update: 70, expand: 20, add: 10, accepted: 1, merged: 0 },
      { update: 50, expand: 20, add: 30, accepted: 2, merged: 1 },
    ]));
    assert.deepEqual(rows, [{
      label: "RAIE",
      slice: "F1",
      counts: [60, 20, 20, 0],
      borders: [[50, 70], [70, 90], [100, 100], [100, 100]],
      accepted: 1.5,
      merged: .5,
    }]);
  });

  it("go through a method's slices in the order of time, then to the next method", () => {
    const methods = [...METHODS, { ...METHODS[2]!, label: "RAIE, twice" }];
    const rows = editRows(madeResults({ slices: ["S", "F1", "F2", "T"], methods }));
    assert.deepEqual(rows.map(({ label, slice }) => [label, slice]), [
      ["RAIE", "F1"],
      ["RAIE", "F2"],
      ["RAIE, twice", "F1"],
      ["RAIE, twice", "F2"],
    ]);
  });
});

describe("the chart of edits", () => {
  const chartOf = (results: Results) => reportCharts(results).find(({ file }) => file === "edits.png")!.chart;
  const texts = async (results: Results) => (await draw(chartOf(results))).texts.map(({ text }) => text);

  it("names a method at its first slice, and the slices below it", () => {
    const results = madeResults({ slices: ["S", "F1", "F2", "F3", "T"] });
    assert.deepEqual(chartOf(results).configuration.data.labels, ["RAIE  F1", "F2", "F3"]);
  });

  it("says whether its numbers are of one seed or means of several, and what the whiskers are", async () => {
    assert.ok((await texts(madeResults())).some((text) => text.endsWith("; seed 1")));
    const words = (await texts(madeResults({ seeds: [1, 2, 3] }))).join("\n");
    assert.match(words, /means over 3 seeds; whiskers: a border's least and most over seeds/);
  });

  it("writes new and merged regions beside the slice, and says nothing of them where there are none", async () => {
    const changed = await texts(withEdits([{ accepted: 1, merged: 0 }, { accepted: 2, merged: 1 }]));
    assert.ok(changed.includes("1.5 new") && changed.includes("0.5 merged"));
    const same = await texts(withEdits([{ accepted: 0, merged: 0 }]));
    assert.ok(same.every((text) => !/new regions|\d new|\d merged/.test(text)));
  });

  it("shows what an ablation switches off as part of the slice", () => {
    const made = madeResults();
    const runs = made.runs.map((run) =>
      run.regions === undefined ? run : {
        ...run,
        regions: { ...run.regions, edits: run.regions.edits.map((edit) => ({ ...edit, add: 0, withheld: 453 })) },
      }
    );
    const names = (results: Results) =>
      reportCharts(results).find(({ file }) => file === "edits.png")!.chart.configuration.data.datasets.map((
        { label },
      ) => label);
    assert.deepEqual(names(made), ["Update", "Expand", "Add"]);
    assert.deepEqual(names({ ...made, runs }), ["Update", "Expand", "Add", "Switched off"]);
  });
});
