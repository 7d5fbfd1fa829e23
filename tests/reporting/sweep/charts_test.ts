import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { assertSnapshot } from "@std/testing/snapshot";
import { settingAxis } from "../../../src/reporting/charts/setting_axis.ts";
import { axisPath, isSweepChart, MOST_CHARTED, sweepCharts } from "../../../src/reporting/sweep/charts.ts";
import type { SweepResults } from "../../../src/reporting/sweep/types.ts";
import { TWELVE } from "../many_methods.ts";
import { draw, inkedPixels } from "../picture.ts";
import { madeSweep, QUIET, raie } from "./made_sweep.ts";

const K = [1, 2, 3, 5, 8];
const CONTROL = {
  kind: "raie",
  label: "RAIE K=1",
  measures: { S: .149, F1: .14, T: .084 },
  regions: 1,
};
const overK = madeSweep({
  cells: K.map((k, i) => ({
    settings: [k],
    methods: [...QUIET, raie(.15 + .001 * i, .085 + .002 * i), CONTROL],
    p: (label) => label === "RAIE K=1" && k > 3 ? .001 : .5,
  })),
  controls: { "RAIE K=1": "RAIE" },
  seeds: [1, 2],
});
const over = (path: string, values: readonly (string | number | Record<string, string>)[]) =>
  madeSweep({
    paths: [path],
    cells: values.map((value, i) => ({ settings: [value], methods: [...QUIET, raie(.15 - .002 * i, .08 + .003 * i)] })),
  });
const WIDE = "W".repeat(60);

const CASES: readonly (readonly [string, SweepResults])[] = [
  ["five numbers of regions, with a control", overK],
  ["learning rates over four powers of ten", over("lora.training.learningRate", [1e-5, 1e-4, 1e-3, 1e-2])],
  ["many close numbers", over("regions.k", Array.from({ length: 40 }, (_, i) => 1000 + i))],
  ["one value", over("regions.k", [3])],
  ["short categories", over("regions.routing", ["hard", "soft"])],
  [
    "long categories",
    over("backbone.training.loss", ["bce", "gbce", "cross-entropy"].map((kind) => ({ kind, more: WIDE }))),
  ],
  ["hostile values", over("dataset", [`${WIDE}\u202e<b>|`, "\n\n", "é".repeat(90)])],
  [
    "two settings",
    madeSweep({
      paths: ["regions.routing", "regions.k"],
      cells: ["hard", "soft"].flatMap((routing, r) =>
        [1, 3, 5].map((k, i) => ({
          settings: [routing, k],
          methods: [...QUIET, raie(.15 + .001 * i - .004 * r, .085 + .002 * i + .005 * r)],
        }))
      ),
    }),
  ],
  [
    "twelve methods that all change",
    madeSweep({
      paths: ["lora.rank"],
      cells: [2, 4, 8].map((rank, i) => ({
        settings: [rank],
        methods: TWELVE.map((method, j) => ({
          ...method,
          measures: Object.fromEntries(
            Object.entries(method.measures).map(([slice, value]) => [slice, value + .001 * i * (j % 3)]),
          ),
        })),
      })),
    }),
  ],
  [
    "wide names",
    madeSweep({
      cells: [1, 2].map((k, i) => ({
        settings: [k],
        methods: [...QUIET, { ...raie(.15, .08 + .01 * i), label: `${WIDE}\u202e<b>|` }],
      })),
    }),
  ],
  [
    "measures of zero, without intervals",
    madeSweep({
      cells: [1, 2].map((k) => ({ settings: [k], methods: [...QUIET, raie(0, 0)] })),
      tested: false,
    }),
  ],
];

for (const { file, chart } of sweepCharts(overK)) {
  Deno.test(`the configuration of ${file} is as it was reviewed`, async (context) => {
    await assertSnapshot(context, JSON.parse(JSON.stringify(chart.configuration, rounded)));
  });
}

/** Functions are named; the last bits may differ between machines. */
function rounded(_: string, value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(6));
  return typeof value === "function" ? "[function]" : value;
}

for (const [name, sweep] of CASES) {
  describe(`charts of ${name}`, () => {
    for (const { file, chart } of sweepCharts(sweep)) {
      it(`${file} is 1600 pixels wide, has something on it, and no text outside of it or across another`, async () => {
        const { png, texts } = await draw(chart);
        const picture = await inkedPixels(png);
        assert.deepEqual([picture.width, picture.height], [1600, 2 * chart.height]);
        assert.ok(picture.inked > .01 * picture.width * picture.height, `only ${picture.inked} pixels are inked`);
        for (const { text, left, right, top, bottom } of texts) {
          const inside = left >= 0 && top >= 0 && right <= picture.width && bottom <= picture.height;
          assert.ok(inside, `"${text}" stands at ${[left, top, right, bottom].map(Math.round)}`);
        }
        for (const [i, a] of texts.entries()) {
          for (const b of texts.slice(i + 1)) {
            const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
            assert.ok(apart, `"${a.text}" and "${b.text}" cover each other`);
          }
        }
        for (const title of ["S: what was known", "T: what comes next"]) {
          assert.ok(texts.some(({ text }) => text === title), title);
        }
      });
    }
  });
}

const datasets = (sweep: SweepResults, file: string) =>
  sweepCharts(sweep).find((chart) => chart.file === file)!.chart.configuration.data.datasets as unknown as readonly {
    readonly label: string;
    readonly data: readonly { readonly x: number; readonly y: number }[];
    readonly borderDash: readonly number[];
    readonly borderColor: string;
    readonly pointBackgroundColor: readonly string[];
  }[];

describe("the chart of figures over a setting", () => {
  it("places numbers in proportion, and has a quiet line of one point for whom the setting does not concern", () => {
    const lines = datasets(overK, "effect.png");
    const own = lines.find(({ label }) => label === "RAIE, T: what comes next")!;
    // From .07 to .93 of the width; 1 to 8 in proportion.
    assert.deepEqual(own.data.map(({ x }) => x.toFixed(4)), K.map((k) => (.07 + .86 * (k - 1) / 7).toFixed(4)));
    assert.deepEqual(own.data.map(({ y }) => Number(y.toFixed(4))), [.085, .087, .089, .091, .093]);
    const base = lines.find(({ label }) => label.startsWith("base, T"))!;
    assert.equal(base.data.length, 1);
    assert.ok(base.borderDash.length > 0 && own.borderDash.length === 0);
    assert.deepEqual([base.borderColor, own.borderColor], ["#666666", "#d55e00"]);
  });

  it("draws a control dashed and with whiskers beside its raie's band: two bands of one colour would be one", async () => {
    const moving = madeSweep({
      cells: K.map((k, i) => {
        const control = { ...CONTROL, measures: { S: .149, F1: .14, T: .084 - .001 * i } };
        return { settings: [k], methods: [...QUIET, raie(.15 + .001 * i, .085 + .002 * i), control] };
      }),
      controls: { "RAIE K=1": "RAIE" },
    });
    const [own, control] = ["RAIE", "RAIE K=1"].map((label) =>
      datasets(moving, "effect.png").find((line) => line.label === `${label}, T: what comes next`)!
    );
    assert.equal(control!.borderColor, own!.borderColor);
    assert.ok(control!.borderDash.length > 0 && own!.borderDash.length === 0);
    const { texts } = await draw(sweepCharts(moving).find(({ shows }) => shows === "effect")!.chart);
    assert.ok(texts.some(({ text }) => text.includes("bands and whiskers: 95 % intervals over users")));
  });

  it("draws one for each combination of the settings that do not stand along the axis, which is that of numbers", () => {
    const sweep = CASES.find(([name]) => name === "two settings")![1];
    assert.equal(axisPath(sweep.file), "regions.k");
    assert.deepEqual(sweepCharts(sweep).map(({ file }) => file), [
      "effect_regions.routing-hard.png",
      "difference_regions.routing-hard.png",
      "effect_regions.routing-soft.png",
      "difference_regions.routing-soft.png",
    ]);
    assert.ok(sweepCharts(sweep).every(({ file }) => isSweepChart(file)));
  });

  it("leaves it at a dozen combinations", () => {
    const sweep = madeSweep({
      paths: ["lora.alpha", "regions.k"],
      cells: Array.from({ length: 14 }, (_, i) =>
        [1, 2].map((k) => ({
          settings: [k, i],
          methods: [...QUIET, raie(.15, .08 + .001 * i)],
        }))).flat(),
    });
    const files = sweepCharts(sweep).filter(({ shows }) => shows === "effect");
    assert.equal(files.length, MOST_CHARTED);
  });
});

describe("the chart of what regions add", () => {
  it("has each difference to the control, filled where it is significant", async () => {
    const own = datasets(overK, "difference.png").find(({ label }) => label === "RAIE, T: what comes next")!;
    assert.deepEqual(own.data.map(({ y }) => Number(y.toFixed(4))), [.001, .003, .005, .007, .009]);
    assert.deepEqual(own.pointBackgroundColor, ["hollow", "hollow", "hollow", "#d55e00", "#d55e00"]);
    const { texts } = await draw(sweepCharts(overK).find(({ shows }) => shows === "difference")!.chart);
    assert.ok(texts.some(({ text }) => text === "What regions add: RAIE less RAIE K=1"));
    assert.ok(texts.some(({ text }) => text.endsWith("filled: significant (Holm-corrected p < 0.05)")));
  });
});

describe("settingAxis()", () => {
  it("says that a scale is logarithmic", () => {
    assert.match(settingAxis("rate", [1e-5, 1]).title, /logarithmic/);
    assert.doesNotMatch(settingAxis("rate", [0, 1]).title, /logarithmic/);
    assert.deepEqual(settingAxis("rate", [-1, 0, 1]).ticks.map(({ at }) => at.toFixed(3)), ["0.070", "0.500", "0.930"]);
  });
});
