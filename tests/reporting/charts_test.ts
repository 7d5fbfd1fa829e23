import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "@std/testing/bdd";
import { assertSnapshot } from "@std/testing/snapshot";
import { renderPng } from "../../src/reporting/charts/canvas.ts";
import { reportCharts } from "../../src/reporting/charts/report_charts.ts";
import type { Results } from "../../src/reporting/types.ts";
import { type MadeMethod, madeResults, METHODS, withoutEvidence } from "./results_fixture.ts";
import { mergedRegions, withRegions } from "./made_regions.ts";
import { ABLATION, FIFTEEN, TWELVE } from "./many_methods.ts";
import { assertApart, draw, inkedPixels } from "./picture.ts";

const EIGHT = [
  ...METHODS,
  ...["replay", "lwf", "lsat", "mole"].map((kind, i) => ({
    kind,
    measures: { S: .15 + .004 * i, F1: .1, T: .083 + .002 * i },
  })),
  {
    kind: "raie",
    label: "RAIE with a label that is far too long",
    measures: { S: .15, F1: .12, T: .09 },
    regions: 3,
  },
];

const WIDE = "W".repeat(80);
const wide = (method: MadeMethod, i: number) => ({ ...method, label: `${i}${WIDE}\u202e<b>|` });

const CASES: readonly (readonly [string, Results])[] = [
  ["one seed", madeResults()],
  ["three seeds and eight methods", madeResults({ seeds: [1, 2, 3], methods: EIGHT })],
  ["three F slices", madeResults({ slices: ["S", "F1", "F2", "F3", "T"], methods: EIGHT })],
  ["twelve methods with three seeds", madeResults({ seeds: [1, 2, 3], methods: TWELVE })],
  ["fifteen variants and three F slices", madeResults({ slices: ["S", "F1", "F2", "F3", "T"], methods: FIFTEEN })],
  ["the base alone", madeResults({ methods: METHODS.slice(0, 1) })],
  [
    "wide and hostile names",
    madeResults({ methods: METHODS.map(wide) }),
  ],
  ["an ablation with its control", madeResults({ methods: ABLATION })],
  [
    "an ablation with wide names",
    madeResults({ methods: ABLATION.map((method, i) => method.label === "RAIE" ? method : wide(method, i)) }),
  ],
  ["merged regions", withRegions(madeResults(), mergedRegions)],
  [
    "regions of a version that knows no centres",
    withRegions(madeResults(), ({ map: { before: _before, centres: _centres, ...map }, ...regions }) => ({
      ...regions,
      map,
    })),
  ],
  [
    "measures of zero",
    madeResults({ methods: METHODS.slice(0, 2).map((method) => ({ ...method, measures: { S: 0, F1: 0, T: 0 } })) }),
  ],
  [
    "measures of one",
    madeResults({ methods: METHODS.map((method) => ({ ...method, measures: { S: 1, F1: 1, T: 1 } })) }),
  ],
];

const REVIEWED = [
  ...reportCharts(madeResults({ seeds: [1, 2] })),
  ...reportCharts(madeResults({ methods: ABLATION })).filter(({ file }) => file === "ablation.png"),
];

for (const { file, chart } of REVIEWED) {
  Deno.test(`the configuration of ${file} is as it was reviewed`, async (context) => {
    await assertSnapshot(context, JSON.parse(JSON.stringify(chart.configuration, shorter)));
  });
}

/** Long series say nothing more in a review; functions are named; the last bits of sines may differ between machines. */
function shorter(_: string, value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(6));
  if (typeof value === "function") return "[function]";
  if (!Array.isArray(value) || value.length <= 6) return value;
  return [...value.slice(0, 5), `and ${value.length - 5} more`];
}

for (const [name, results] of CASES) {
  describe(`charts of ${name}`, () => {
    for (const { file, chart } of reportCharts(results)) {
      it(`${file} is 1600 pixels wide, has something on it, and no text outside of it`, async () => {
        const { png, texts } = await draw(chart);
        const picture = await inkedPixels(png);
        assert.equal(picture.width, 1600);
        assert.equal(picture.height, 2 * chart.height);
        assert.ok(picture.inked > .01 * picture.width * picture.height, `only ${picture.inked} pixels are inked`);
        assert.ok(texts.length >= 5, "a chart has a title, a subtitle, axes and figures");
        for (const { text, left, right, top, bottom } of texts) {
          const inside = left >= 0 && top >= 0 && right <= picture.width && bottom <= picture.height;
          assert.ok(inside, `"${text}" stands at ${[left, top, right, bottom].map(Math.round)}`);
        }
      });
    }
  });
}

describe("charts of many methods", () => {
  const many = [madeResults({ methods: TWELVE }), madeResults({ seeds: [1, 2, 3], methods: FIFTEEN })];
  for (const file of ["methods.png", "retention.png", "cost.png", "edits.png", "loss_adapters.png"]) {
    it(`${file} names every method, and no text on it covers another`, async () => {
      for (const results of many) {
        const { texts } = await draw(reportCharts(results).find((chart) => chart.file === file)!.chart);
        assertApart(texts);
        const drawn = results.runs.filter(({ loss, regions }) =>
          file === "loss_adapters.png" || file === "cost.png"
            ? loss.length > 0
            : file !== "edits.png" || regions !== undefined
        );
        for (const { label } of drawn) {
          assert.ok(texts.some(({ text }) => text === label || text.startsWith(`${label}  F`)), label);
        }
      }
    });
  }

  it("list names in the retention chart in the order of their points, the best adapted first", async () => {
    const { chart } = reportCharts(madeResults({ methods: TWELVE })).find(({ file }) => file === "retention.png")!;
    const labels = TWELVE.map(({ kind, label = kind, measures }) => ({ label, T: measures.T! }));
    const written = (await draw(chart)).texts.filter(({ text }) => labels.some(({ label }) => label === text));
    assert.deepEqual(
      written.sort((a, b) => a.top - b.top).map(({ text }) => text),
      labels.sort((a, b) => b.T - a.T).map(({ label }) => label),
    );
  });
});

describe("whiskers", () => {
  const [methods, retention] = ["methods.png", "retention.png"];
  const drawn = async (results: Results, file: string) => {
    const found = reportCharts(results).find((chart) => chart.file === file)!;
    const { texts } = await draw(found.chart);
    const data = found.chart.configuration.data.datasets.at(-1)!.data as unknown as readonly Record<string, unknown>[];
    return { data, words: `${found.alternative}\n${texts.map(({ text }) => text).join("\n")}` };
  };

  it("are the intervals over users, and the pictures say so", async () => {
    const made = madeResults();
    const of = (slice: string) =>
      made.evidence!.figures.find((each) => each.label === "RAIE" && each.slice === slice)!.intervals["Recall@10"]!;
    const bars = await drawn(made, methods!);
    assert.deepEqual([bars.data.at(-1)!.low, bars.data.at(-1)!.high], [...of("T")]);
    const points = await drawn(made, retention!);
    assert.deepEqual([points.data[0]!.endsX, points.data[0]!.endsY], [of("S"), of("T")]);
    for (const { words } of [bars, points]) {
      assert.match(words, /with 95 % intervals over users\n/);
      assert.match(words, /one seed; whiskers: 95 % intervals over users/);
    }
  });

  it("are left out where there are no intervals, and the pictures say so", async () => {
    for (const file of [methods!, retention!]) {
      const { words } = await drawn(withoutEvidence({ seeds: [1, 2] }), file);
      assert.match(words, /means over seeds; no intervals/);
      assert.doesNotMatch(words, /over users/);
    }
  });
});

describe("the retention chart", () => {
  const outlying: MadeMethod = { kind: "lora", label: "lora, mad rate", measures: { S: .02, F1: .02, T: .03 } };
  const chartOf = (methods: readonly MadeMethod[]) =>
    reportCharts(madeResults({ methods })).find(({ file }) => file === "retention.png")!.chart;
  const axes = (methods: readonly MadeMethod[]) => {
    const { x, y } = (chartOf(methods).configuration.options?.scales ?? {}) as Record<
      string,
      { min: number; max: number }
    >;
    return [x!.min, x!.max, y!.min, y!.max];
  };
  const bulk = TWELVE.filter(({ kind }) => kind !== "full");

  it("is fitted to the bulk, and a method far off stands at the border with an arrow and its values", async () => {
    assert.deepEqual(axes([...bulk, outlying]), axes(bulk));
    const [left = 0, right = 0] = axes(bulk);
    const { data: { datasets } } = chartOf([...bulk, outlying]).configuration;
    const point = datasets.at(-1)?.data[0] as unknown as { x: number; way: readonly number[] };
    assert.ok(point.x > left && point.x < left + .1 * (right - left));
    assert.deepEqual(point.way, [-1, -1]);
    const { texts } = await draw(chartOf([...bulk, outlying]));
    assert.ok(texts.some(({ text }) => text === "lora, mad rate (0.02, 0.03)"));
    assert.ok(texts.some(({ text }) => text.endsWith("; arrows: far off")));
  });

  it("shows everybody in place where nobody is far off, and the base in any case", () => {
    for (const methods of [METHODS, TWELVE, FIFTEEN]) {
      const points = chartOf(methods).configuration.data.datasets.map(({ data }) => data[0] as { off?: string });
      assert.ok(points.every(({ off }) => off === undefined));
    }
    const base = { ...METHODS[0]!, measures: { S: .9, F1: .9, T: .9 } };
    const points = chartOf([base, ...bulk.slice(1)]).configuration.data.datasets.map(({ data }) => data[0]);
    assert.equal((points[0] as unknown as { x: number }).x, .9);
  });
});

describe("renderPng()", () => {
  it("gives the same bytes every time and leaves the configuration as it was", async () => {
    const [first] = reportCharts(madeResults());
    assert.ok(first);
    const before = JSON.stringify(first.chart.configuration);
    const bytes = await renderPng(first.chart);
    assert.ok(Buffer.from(bytes).equals(Buffer.from(await renderPng(first.chart))));
    assert.equal(JSON.stringify(first.chart.configuration), before);
  });
});

describe("reportCharts()", () => {
  it("draws no regions where no method keeps any", () => {
    const files = reportCharts(madeResults({ methods: METHODS.slice(0, 2) })).map(({ file }) => file);
    assert.deepEqual(files, ["methods.png", "retention.png", "cost.png", "loss_backbone.png", "loss_adapters.png"]);
  });

  it("draws no loss of a backbone whose weights were read from a file", () => {
    const made = madeResults();
    const weights = { name: "sasrec.safetensors", bytes: 9, sha256: "0".repeat(64) };
    const files = reportCharts({ ...made, backbone: { parameters: 1, weights, loss: [] } }).map(({ file }) => file);
    assert.ok(!files.includes("loss_backbone.png") && files.includes("loss_adapters.png"));
  });

  it("gives a method the same colour in every chart", () => {
    const colours = (file: string) => {
      const found = reportCharts(madeResults()).find((chart) => chart.file === file);
      return found?.chart.configuration.data.datasets ?? [];
    };
    const points = colours("retention.png").map(({ backgroundColor }) => backgroundColor);
    const bars = colours("methods.png").at(-1)?.backgroundColor;
    assert.deepEqual(points, ["#666666", "#0072b2", "#d55e00"]);
    assert.deepEqual(bars, points);
    assert.deepEqual(colours("loss_adapters.png").slice(0, 2).map(({ borderColor }) => borderColor), [
      "#0072b2",
      "#d55e00",
    ]);
  });
});
