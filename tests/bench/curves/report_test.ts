import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "@std/testing/bdd";
import { assertSnapshot } from "@std/testing/snapshot";
import { assertApart, draw, inkedPixels } from "../../reporting/picture.ts";
import { MOVIELENS_10M } from "./axes.ts";
import { growthsOf, WHOLE } from "./growth.ts";
import { MADE, madeCurves } from "./made_curves.ts";
import { readCurves, saveCurves } from "./records.ts";
import { curveCharts, curvesReport, writeCurvesReport } from "./report.ts";

const COMMITTED = new URL("../../../reports/scaling/", import.meta.url);

const curves = madeCurves();
const growths = (measure: "seconds" | "megabytes") =>
  growthsOf("interactions", curves.curves.interactions!, curves.fixed, measure);

describe("growthsOf()", () => {
  it("takes the fixed cost off before it fits", () => {
    const exponents = growths("seconds").map(({ stage, law }) => [stage, law && Number(law.exponent.toFixed(6))]);
    assert.deepEqual(exponents.slice(0, -1), [
      ["data", 1],
      ["backbone: train", 1],
      ["base: rank", 1],
      ["lora: adapt", 1],
      ["RAIE: adapt", 1.5],
      ["RAIE: describe", undefined],
      ["report", 1],
    ]);
  });

  it("leaves out figures that hardly rise above the fixed cost, and has no law where fewer than two do", () => {
    const [data, ...others] = growths("seconds");
    // Of 2 s, .2 is a tenth: 2e-6 a row are .2 s at 100,000 rows.
    assert.equal(data!.buried, 1);
    const regions = others.find(({ stage }) => stage === "RAIE: describe")!;
    assert.equal(regions.buried, 3);
    assert.equal(regions.law, undefined);
  });

  it("adds up all stages, those that were measured at another size included", () => {
    const whole = growthsOf("k", curves.curves.k!, undefined, "seconds").find(({ stage }) => stage === WHOLE)!;
    const own = (size: number, of: RegExp) =>
      MADE.filter(({ stage }) => of.test(stage)).reduce((sum, { seconds }) => sum + 2 + seconds(size), 0);
    const wanted = [1, 4, 16].map((k) => own(3e5, /^(?!RAIE)/) + own(3e5 * k, /^RAIE/));
    assert.deepEqual(whole.figures.map(({ y }) => y.toFixed(6)), wanted.map((y) => y.toFixed(6)));
  });
});

describe("the report of curves", () => {
  const text = curvesReport(curves);

  it("says first what is steep and whether the bar is met, then what grows fastest and what a tenfold takes", () => {
    const [, first = "", list = ""] = text.split("\n\n");
    const whole = (n: number) => 7 * 2 + .1 + 1.02e-4 * n + 1e-7 * n ** 1.5;
    const ratio = (whole(MOVIELENS_10M) / whole(1e5)).toFixed(0);
    const range = "- From 100\u202f000 to 10\u202f000\u202f054 interactions";
    assert.ok(list.startsWith(`${range} the whole pipeline takes ${ratio} times as long.`));
    // Ten to the power 1.5.
    assert.match(
      list,
      /\*\*RAIE: adapt\*\* grows fastest, with an exponent of 1\.50 ± 0\.00: ten times [^:]* 32 times/,
    );
    assert.match(first, /^Above an exponent of 1\.2: RAIE: adapt in time over interactions \(1\.50 over all sizes/);
    // 400 MB and 3e-4 a row.
    const minutes = (whole(MOVIELENS_10M) / 60).toFixed(1);
    assert.ok(first.includes(`takes ${minutes} minutes, and no process more than 3.40 GB (RAIE: adapt)`));
    assert.ok(first.endsWith("under the bar of 6 GB."));
  });

  it("says so when nothing is steep, and when a bar is missed", () => {
    const linear = madeCurves([1e5, MOVIELENS_10M], MADE.filter(({ stage }) => !stage.startsWith("RAIE")));
    assert.match(curvesReport(linear), /No stage's exponent is above 1\.2, in time or memory/);
    const large = { ...MADE[1]!, megabytes: (n: number) => 5.7e-4 * n };
    // 400 MB and 5.7e-4 a row.
    assert.match(
      curvesReport(madeCurves([1e5, MOVIELENS_10M], [MADE[0]!, large])),
      /6\.10 GB \(backbone: train\): over the bar of 6 GB/,
    );
  });

  it("names what was measured once, and sizes that were not finished", () => {
    assert.match(text, /Measured once, [^:]*: backbone: train, base: rank, lora: adapt and report\./);
    const [last, ...others] = [...curves.curves.interactions!].reverse();
    const cut = { ...curves, curves: { interactions: [...others.reverse(), { ...last!, done: false }] } };
    assert.match(curvesReport(cut), /\*\*Not measured to the end:\*\* interactions 10\u202f000\u202f054\./);
    assert.doesNotMatch(text, /Not measured/);
  });

  it("is the same after its figures were written and read, and names every chart there is", async () => {
    const out = await Deno.makeTempDir();
    try {
      await saveCurves(out, curves);
      await writeCurvesReport(out, (await readCurves(out))!);
      assert.equal(await Deno.readTextFile(join(out, "report.md")), text);
      const files = Array.from(Deno.readDirSync(join(out, "charts")), ({ name }) => name).sort();
      assert.deepEqual(files, ["interactions_memory.png", "interactions_time.png", "k_memory.png", "k_time.png"]);
      assert.deepEqual([...text.matchAll(/\(charts\/([^)]+)\)/g)].map(([, file]) => file).sort(), files);
    } finally {
      await Deno.remove(out, { recursive: true });
    }
  });
});

const committed = await readCurves(fileURLToPath(COMMITTED));
if (committed !== undefined) {
  Deno.test("the committed report of curves is what its figures give", async () => {
    assert.equal(await Deno.readTextFile(new URL("report.md", COMMITTED)), curvesReport(committed));
  });
}

describe("charts of curves", () => {
  for (const { file, chart } of curveCharts(curves)) {
    it(`${file} is 1600 pixels wide, has something on it, and no text outside of it or across another`, async () => {
      const { png, texts } = await draw(chart);
      const { width, height, inked } = await inkedPixels(png);
      assert.deepEqual([width, height], [1600, 2 * chart.height]);
      assert.ok(inked > .01 * width * height, `only ${inked} pixels are inked`);
      for (const { text, left, right, top, bottom } of texts) {
        const inside = left >= 0 && top >= 0 && right <= width && bottom <= height;
        assert.ok(inside, `"${text}" stands at ${[left, top, right, bottom].map(Math.round)}`);
      }
      assertApart(texts);
      assert.ok(texts.some(({ text }) => /^(seconds|megabytes), logarithmic$/.test(text)));
    });
  }
});

for (const { file, chart } of curveCharts(curves).slice(0, 2)) {
  Deno.test(`the configuration of ${file} is as it was reviewed`, async (context) => {
    await assertSnapshot(context, JSON.parse(JSON.stringify(chart.configuration, rounded)));
  });
}

/** Functions are named; the last bits may differ between machines. */
function rounded(_: string, value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(6));
  return typeof value === "function" ? "[function]" : value;
}
