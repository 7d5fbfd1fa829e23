import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { renderReport, writeReport } from "../../src/reporting/report.ts";
import { readResults, writeResults } from "../../src/reporting/results_file.ts";
import type { Results } from "../../src/reporting/types.ts";
import { madeResults, METHODS, withoutEvidence } from "./results_fixture.ts";

const WORDS = ["The data set is made up.", "A sentence with | and <b>."];
const report = (results: Results) => renderReport(results, { describe: WORDS });

/** Files of a folder and its folders, by path, as bytes. */
function filesOf(dir: string, under = ""): Map<string, string> {
  const files = new Map<string, string>();
  for (const { name, isDirectory } of Deno.readDirSync(dir)) {
    if (isDirectory) {
      for (const [path, bytes] of filesOf(join(dir, name), `${under}${name}/`)) files.set(path, bytes);
    } else files.set(under + name, Deno.readFileSync(join(dir, name)).join());
  }
  return files;
}

describe("renderReport()", () => {
  it("opens with the title and the verdict, then answers each question under a heading that asks it", () => {
    const text = report(madeResults({ change: { comparisons: [COMPARISON] } }));
    const headings = [...text.matchAll(/^#+ .*$/gm)].map(([heading]) => heading);
    assert.deepEqual(headings, [
      "# RAIE on MovieLens 100K",
      "## What was asked?",
      "## Which method adapts best, and which keeps most?",
      "## Is what was learnt paid for with what was known?",
      "## What did it cost?",
      "## How does it compare with published figures?",
      "## How were the regions edited?",
      "## What drifted?",
      "## Where do the sequences lie?",
      "## Where do sequences go from S to F to T?",
      "## Did training settle?",
      "## How was it made?",
      "## How long did it take?",
      "## Everything measured",
    ]);
    assert.match(
      text.split("\n\n")[1] ?? "",
      /^No method adapts significantly to what comes next; \*\*RAIE\*\* comes nearest/,
    );
  });

  it("shows the best of each column in bold, its interval over users, and the mean and standard error over seeds", () => {
    assert.match(
      report(madeResults()),
      /^\| lora \| \*\*0\.1566\*\*<br>\[0\.1461, 0\.1671\] \| \*\*0\.1523\*\*<br>\[\S+ \S+\] \| 0\.0753<br>/m,
    );
    // Three seeds at .1, .11 and .12: mean .11, standard deviation .01, standard error .01 / sqrt(3) = .0058.
    const runs = [.1, .11, .12].flatMap((value, i) =>
      madeResults({ seeds: [i + 1], methods: [{ kind: "base", measures: { S: value, T: value } }] }).runs
    );
    const fixed = runs.map((run, i) => ({
      ...run,
      measures: { ...run.measures, T: { "Recall@10": [.1, .11, .12][i]!, "NDCG@10": .05 } },
    }));
    assert.match(report({ ...madeResults({ seeds: [1, 2, 3] }), runs: fixed }), /0\.1100 ± 0\.0058/);
  });

  it("shows differences to the method of the experiment and to the base, significant ones in bold, and how they were made", () => {
    const text = report(madeResults({ p: (label, _to, slice) => label === "lora" && slice === "F1" ? .003 : .4 }));
    // .0753 - .0912 = -.0159, give or take 2 sqrt(.0753 .9247 / 1820 + .0912 .9088 / 1820) = .0183.
    assert.match(text, /^\| Less RAIE \| Recall@10<br>S \| Recall@10<br>F1 \| Recall@10<br>T \|$/m);
    assert.match(
      text,
      /^\| lora \| .* \| \*\*\+0\.0121\*\*<br>.*<br>p = 0\.0030 \| −0\.0159<br>\[−0\.0342, \+0\.0024\]<br>p = 0\.40 \|$/m,
    );
    assert.match(text, /^\| Less base \|/m);
    assert.match(
      text,
      /the middle 95\u202f% of 10\u202f000 resamples of the users \(943 of S, 633 of F1 and 323 of T\), each drawn with all its windows/,
    );
  });

  it("renders results of a version without intervals and tests, and says that they have none", () => {
    const text = report(withoutEvidence());
    assert.match(text, /^\| lora \| \*\*0\.1566\*\* \| \*\*0\.1523\*\* \| 0\.0753 \|/m);
    assert.match(text, /There are no intervals: these results are of a version without them/);
    assert.doesNotMatch(text, /\| Less|over users\]/);
  });

  it("counts edits, and tells a region's size, radius in degrees and way before and after", () => {
    const text = report(madeResults());
    assert.match(text, /^\| RAIE \| 1 \| F1 \| 1\u202f874 \| 402 \| 453 \| 1 \| 2 \| 191 \| 0 \|$/m);
    // .67 and .71 radians are 38.4 and 40.7 degrees; .031 radians are 1.8.
    assert.match(
      text,
      /^\| R1 \| 1\u202f790 \| 2\u202f140 \| 38\.4° \| 40\.7° \| 52\.4 \| 52\.4 \| 43\u202f% \| 43\u202f% \| 1\.8° \|$/m,
    );
    assert.match(text, /^\| R4 \| – \| 262\.3 \| – \| 33\.2° \| .* new \|$/m);
    assert.match(text, /posterior gate: Expand cannot fire/);
  });

  it("lists every switch that differs from the paper preset, or says that none does", () => {
    assert.match(report(madeResults()), /^\| `regions\.gate\.kind` \| `"confidence"` \| `"posterior"` \|$/m);
    assert.match(report(madeResults({ change: { differences: [] } })), /Every switch is as in the preset `paper`\./);
  });

  it("shows sequences whose operation is switched off only where there are some", () => {
    const results = madeResults();
    assert.doesNotMatch(report(results), /Withheld/);
    const runs = results.runs.map(({ regions, ...run }) =>
      regions === undefined
        ? run
        : { ...run, regions: { ...regions, edits: regions.edits.map((edit) => ({ ...edit, add: 0, withheld: 453 })) } }
    );
    const text = report({ ...results, runs });
    assert.match(text, /\| Add \| Withheld<br>\(switched off\) \| New regions/);
    assert.match(text, /^\| RAIE \| 1 \| F1 \| 1\u202f874 \| 402 \| 0 \| 453 \| 1 \| 2 \| 191 \| 0 \|$/m);
  });

  it("says how many windows a catalogue of seen items leaves out, if any", () => {
    const { data } = madeResults();
    const slices = (droppedWindows: number) =>
      data.slices.map((slice) => slice.name === "T" ? { ...slice, droppedWindows } : slice);
    const text = report(madeResults({ change: { data: { ...data, slices: slices(180) } } }));
    assert.match(
      text,
      /180 of 2\u202f000 windows of T are left out: their target, or all of their context, is new there\./,
    );
    assert.doesNotMatch(report(madeResults({ change: { data: { ...data, slices: slices(0) } } })), /left out/);
  });

  it("names the seeds of what was found about regions, where it was not found with all of them", () => {
    const made = madeResults({ seeds: [1, 2, 3] });
    const runs = made.runs.map((run) =>
      run.regions === undefined || run.seed !== 2
        ? run
        : { ...run, regions: { ...run.regions, notes: [...run.regions.notes, "no sequence is routed to R2"] } }
    );
    const text = report({ ...made, runs });
    assert.match(
      text,
      /^- RAIE: posterior gate: Expand cannot fire with these constants\n- RAIE \(seed 2\): no sequence/m,
    );
  });

  it("lists what was decided about the data, if anything was", () => {
    const { data } = madeResults();
    const notes = ["2 of 9 positives repeat an earlier one.", "All windows of T are of one user."];
    const text = report(madeResults({ change: { data: { ...data, notes } } }));
    assert.match(
      text,
      /can be recommended\.\n\n- 2 of 9 positives repeat an earlier one\.\n- All windows of T are of one user\.\n/,
    );
    assert.doesNotMatch(report(madeResults()), /can be recommended\.\n\n-/);
  });

  it("names where official differs from the authors' code, for that preset alone", () => {
    const results = madeResults();
    assert.match(
      report(results),
      /knowingly differs from the authors' code:\n\n- Projections of one input .*\n- AdamW's decay/,
    );
    assert.doesNotMatch(report({ ...results, spec: { ...results.spec, preset: "paper" } }), /knowingly/);
  });

  it("leaves regions out where no method keeps any", () => {
    assert.doesNotMatch(report(madeResults({ methods: METHODS.slice(0, 2) })), /## How were the regions|drifted/);
  });

  it("keeps every table rectangular and every picture's file known, whatever names hold", () => {
    const hostile =
      "x|y\n# h <script>alert(1)</script> ![p](http://e.x/p.png) `c` $m$ **b** \u202e\u0000 &amp; www.e.x";
    const results = madeResults({
      methods: METHODS.map((method, i) => ({ ...method, label: `${hostile}${i}` })),
      change: {
        comparisons: [{ ...COMPARISON, label: hostile, source: hostile }],
        durations: [{ stage: hostile, seconds: 1 }],
        differences: [{ path: hostile, paper: hostile, value: [hostile] }],
        data: {
          ...madeResults().data,
          title: hostile,
          dataset: hostile,
          files: [{ name: hostile, bytes: 1, sha256: "0".repeat(64) }],
        },
      },
    });
    const text = renderReport({ ...results, spec: { ...results.spec, title: hostile, description: hostile } }, {
      describe: [hostile],
    });
    for (const block of text.split("\n\n").filter((block) => block.startsWith("|"))) {
      const widths = block.split("\n").map((row) => row.replaceAll("\\|", "").split("|").length);
      assert.deepEqual([...new Set(widths)].length, 1, block);
    }
    const outsideCode = text.replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, "");
    assert.doesNotMatch(outsideCode, /(?<!\\)<(?!br>|\/?details>|\/?summary>)/);
    assert.doesNotMatch(outsideCode, /(?<!\\)!\[(?!.*\]\(charts\/)/);
    assert.doesNotMatch(outsideCode, /https?:\/\/|(?<!\\)\$|www\.e/);
    assert.equal([...text.matchAll(/^# /gm)].length, 1);
    assert.ok(!text.includes("\u0000") && !text.includes("\u202e"));
  });
});

const COMPARISON = {
  label: "base",
  slice: "T",
  measure: "Recall@10",
  ours: .0881,
  seeds: 3,
  theirs: .0879,
  z: .03,
  source: "the authors",
};

describe("writeReport()", () => {
  it("writes the same bytes from results.json as from the run itself, and removes charts that are no more", async () => {
    const dir = await Deno.makeTempDir();
    try {
      const results = madeResults({ seeds: [1, 2] });
      await writeResults(dir, results);
      await writeReport(dir, results, WORDS);
      const first = filesOf(dir);
      await writeReport(dir, await readResults(dir), WORDS);
      assert.deepEqual(filesOf(dir), first);
      const pictures = [...(await Deno.readTextFile(join(dir, "report.md"))).matchAll(/\]\((charts\/[a-z_]+\.png)\)/g)]
        .map(([, file]) => file);
      assert.deepEqual(pictures.sort(), [...first.keys()].filter((file) => file.startsWith("charts/")).sort());
      await writeReport(dir, madeResults({ methods: METHODS.slice(0, 2) }), WORDS);
      assert.ok(!filesOf(dir).has("charts/regions.png"));
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });
});
