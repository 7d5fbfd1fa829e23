import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { INK, inkOn, lighter, lookOf, methodLook } from "../../src/reporting/charts/palette.ts";
import { reportCharts } from "../../src/reporting/charts/report_charts.ts";
import { methodSummaries } from "../../src/reporting/summary.ts";
import { withRegions } from "./made_regions.ts";
import { ABLATION } from "./many_methods.ts";
import { madeResults, METHODS } from "./results_fixture.ts";

/** Lightness of a colour in grey, 0 to 255 (ITU-R BT.601). */
const grey = (colour: string) =>
  [.299, .587, .114].reduce((sum, share, i) => sum + share * parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16), 0);

/** Luminance of a colour as WCAG has it. */
const luminance = (colour: string) =>
  [.2126, .7152, .0722].reduce((sum, share, i) => {
    const value = parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
    return sum + share * (value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4);
  }, 0);

const contrast = (a: string, b: string) => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + .05) / (dark! + .05);
};

describe("charts in grey", () => {
  it("tell every operation of an edit from the one beside it", () => {
    const results = withRegions(madeResults(), (regions) => ({
      ...regions,
      edits: regions.edits.map((edit) => ({ ...edit, withheld: 9 })),
    }));
    const { chart } = reportCharts(results).find(({ file }) => file === "edits.png")!;
    const levels = chart.configuration.data.datasets.map(({ backgroundColor }) => grey(backgroundColor as string));
    assert.equal(levels.length, 4);
    levels.slice(1).forEach((level, i) => assert.ok(Math.abs(level - levels[i]!) > 20, `${i}: ${levels}`));
  });

  it("tell a control's bars from its raie's, on S and on T", () => {
    const [own, control] = [
      lookOf({ kind: "raie", variant: 0 }),
      lookOf({ kind: "raie", variant: 0, control: "RAIE" }),
    ];
    for (const shade of [0, .45]) {
      assert.ok(grey(lighter(control.bar, shade)) - grey(lighter(own.bar, shade)) > 35);
    }
    assert.ok(grey(INK.paper) - grey(control.bar) > 25);
  });

  it("have text that stands out from paper and from every colour it is written on", () => {
    for (const ink of [INK.text, INK.quiet]) assert.ok(contrast(ink, INK.paper) >= 4.5);
    for (const file of ["edits.png", "routing.png", "regions.png"]) {
      const { chart } = reportCharts(madeResults()).find((chart) => chart.file === file)!;
      for (const { backgroundColor } of chart.configuration.data.datasets) {
        const colour = backgroundColor as string;
        assert.ok(contrast(colour, inkOn(colour)) >= 3.5, `${file}: ${colour} ${contrast(colour, inkOn(colour))}`);
      }
    }
  });
});

describe("the look of a control", () => {
  const results = madeResults({ methods: [...ABLATION, ...METHODS.slice(1, 2)] });
  const looks = new Map(methodSummaries(results).map((method) => [method.label, lookOf(method)]));

  it("is its raie's colour, a hollow diamond and lighter bars", () => {
    const { colour, bar, hollow, marker } = looks.get("RAIE K=1")!;
    assert.deepEqual({ colour, hollow, marker }, {
      colour: "#d55e00",
      hollow: true,
      marker: { shape: "rectRot", rotation: 0 },
    });
    // Three fifths of white: 213 becomes 238, 94 becomes 191, 0 becomes 153.
    assert.equal(bar, "#eebf99");
  });

  it("takes no other raie's turn: they look as they do without it, wherever the control stands", () => {
    const without = ABLATION.filter(({ control }) => control === undefined);
    const first = [ABLATION[2]!, ...without];
    for (const methods of [without, first]) {
      const others = methodSummaries(madeResults({ methods })).filter(({ control }) => control === undefined);
      for (const method of others) assert.deepEqual(lookOf(method), looks.get(method.label), method.label);
    }
    assert.deepEqual(looks.get("RAIE without editing"), methodLook("raie", 1));
    const [control] = methodSummaries(madeResults({ methods: first }));
    assert.deepEqual(lookOf(control!), looks.get("RAIE K=1"));
  });

  it("is the same in every chart", () => {
    const made = madeResults({ methods: ABLATION });
    const drawn = (file: string) => reportCharts(made).find((chart) => chart.file === file)!.chart.configuration.data;
    const { bar, colour } = looks.get("RAIE K=1")!;
    const bars = drawn("methods.png").datasets.at(-1)!;
    assert.equal((bars.backgroundColor as string[])[2], bar);
    assert.equal((bars.borderColor as string[])[2], colour);
    for (const file of ["retention.png", "cost.png"]) {
      const point = drawn(file).datasets.find(({ label }) => label === "RAIE K=1")!;
      assert.deepEqual([point.borderColor, point.backgroundColor], [colour, INK.paper], file);
    }
    assert.equal((drawn("ablation.png").datasets[1]!.borderColor as string[])[0], colour);
    assert.equal(drawn("loss_adapters.png").datasets.find(({ label }) => label === "RAIE K=1")!.borderColor, colour);
  });
});
