import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { DataError } from "../../../src/data/errors.ts";
import { writeResults } from "../../../src/reporting/results_file.ts";
import { sweepCharts } from "../../../src/reporting/sweep/charts.ts";
import { sweepMarkdown, writeSweepReport } from "../../../src/reporting/sweep/report.ts";
import { readSweep, sweepFileOf, writeSweepFile } from "../../../src/reporting/sweep/sweep_file.ts";
import type { SweepResults } from "../../../src/reporting/sweep/types.ts";
import { parseExperiment } from "../../../src/spec/sweep.ts";
import { madeSweep, QUIET, raie } from "./made_sweep.ts";

const overK = madeSweep({
  cells: [1, 3, 8].map((k, i) => ({ settings: [k], methods: [...QUIET, raie(.15, .085 + .002 * i, 100 * k)] })),
  seeds: [1, 2],
});
const markdown = (sweep: SweepResults) => sweepMarkdown(sweep, sweepCharts(sweep));

/** Writes a made-up sweep as a run would. */
async function written(dir: string, { file, cells }: SweepResults): Promise<void> {
  await writeSweepFile(dir, file);
  for (const { folder, results } of cells) await writeResults(join(dir, folder), results);
}

async function inFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

describe("the report of a sweep", () => {
  it("has the verdict first, then what was swept, figures, differences, costs and provenance", () => {
    const text = markdown(overK);
    assert.deepEqual(text.match(/^#+ .*$/gm), [
      "# How many regions?",
      "## What was asked?",
      "## What does the setting change?",
      "## Against whom does it count?",
      "## What did it cost?",
      "## How was it made?",
    ]);
    assert.match(text, /^# How many regions\?\n\n\*\*RAIE\*\*'s Recall@10 on T rises with regions\.k/);
    assert.match(text, /^- regions\.k is 1, 3 and 8\.$/m);
    assert.match(text, /^\| 3 \| `cells\/regions\.k-3` \| 4\u202f775 \| 2\u202f729 \| 1\u202f820 \| 1\u202f447 \|/m);
    assert.match(text, /^\| 8 \| RAIE \|.*\| 0\.0890 ± 0\.0000<br>\[0\.07\d\d, 0\.10\d\d\] \|$/m);
    assert.equal(text.match(/^\| any \| base \| 0\.1400/gm)?.length, 1);
    assert.match(text, /^\| 3 \| base \| −0\.0100<br>\[−0\.\d+, \+0\.\d+\]<br>p = 0\.50 \|/m);
    assert.match(text, /^\| 8 \| RAIE \| 800 \|/m);
  });

  it("says where cells differ in data, engine or versions", () => {
    const [first, ...others] = overK.cells;
    const { results } = first!;
    const cell = {
      ...first!,
      results: {
        ...results,
        provenance: { ...results.provenance, raie: "0.0.9" },
        data: { ...results.data, files: [{ name: "other.csv", bytes: 3, sha256: "1".repeat(64) }] },
      },
    };
    const text = markdown({ ...overK, cells: [cell, ...others] });
    assert.match(text, /^\| Versions \| raie 0\.0\.9, Deno 2\.9\.6 \(regions\.k = 1\) \|$/m);
    assert.match(text, /^\| Versions \| raie 0\.1\.0, Deno 2\.9\.6 \(regions\.k = 3 and 8\) \|$/m);
    assert.match(text, /^\| regions\.k = 1 \| `other\.csv` \| 3 \|/m);
    assert.match(text, /^\| regions\.k = 3 and 8 \| `u\.data` \|/m);
    assert.equal(markdown(overK).match(/^\| Versions \|/gm)?.length, 1);
  });

  it("takes nothing in a path, a value, a name or a reason for Markdown", () => {
    const hostile = "x|y\n<img src=a> [b](c) `d`";
    const sweep = madeSweep({
      paths: ["methods.1.label"],
      cells: [
        { settings: [hostile], methods: [...QUIET, { ...raie(.15, .08), label: hostile }] },
        { settings: ["plain"], methods: [...QUIET, raie(.15, .09)] },
        { settings: ["lost"], methods: [], failed: hostile },
      ],
    });
    const text = markdown({ ...sweep, file: { ...sweep.file, title: hostile, description: hostile } });
    assert.doesNotMatch(text, /(?<!\\)(<img|\]\(c\))/);
    const rows = text.split("\n").filter((line) => line.startsWith("|"));
    // A bar in a cell would make a row longer than the others of its table.
    for (const [i, row] of rows.entries()) {
      const bars = (line: string) => line.replaceAll("\\|", "").split("|").length;
      if (/^\|[:-]/.test(row)) assert.equal(bars(row), bars(rows[i - 1]!), rows[i - 1]);
      else if (i > 0 && text.includes(`${rows[i - 1]}\n${row}`)) assert.equal(bars(row), bars(rows[i - 1]!), row);
    }
  });

  it("is written from sweep.json and the cells' results alone, and charts of an earlier sweep go", async () => {
    await inFolder(async (dir) => {
      await written(dir, overK);
      await Deno.mkdir(join(dir, "charts"));
      for (const name of ["effect_lora.rank-4.png", "mine.png"]) Deno.writeTextFileSync(join(dir, "charts", name), "");
      const report = await writeSweepReport(dir);
      const first = Deno.readTextFileSync(report);
      assert.equal(first, markdown(await readSweep(dir)));
      assert.deepEqual([...Deno.readDirSync(join(dir, "charts"))].map(({ name }) => name).sort(), [
        "difference.png",
        "effect.png",
        "mine.png",
      ]);
      await writeSweepReport(dir);
      assert.equal(Deno.readTextFileSync(report), first);
    });
  });
});

describe("sweep.json", () => {
  it("says what was swept and where the cells are, and why one has no results", () => {
    const spec = { name: "a", dataset: "movielens-100k", backbone: { kind: "sasrec" }, methods: ["base", "raie"] };
    const text = JSON.stringify({ ...spec, title: "A", sweep: { "regions.k": [2, 3] } });
    const { sweep } = parseExperiment(text, "a.json");
    assert.deepEqual(sweepFileOf(sweep!, new Map([["regions.k-3", "too many"]])), {
      $schema: "../../src/reporting/sweep.schema.json",
      version: 1,
      name: "a",
      title: "A",
      description: "",
      sweep: [{ path: "regions.k", values: [2, 3] }],
      cells: [
        { folder: "cells/regions.k-2", settings: { "regions.k": 2 } },
        { folder: "cells/regions.k-3", settings: { "regions.k": 3 }, failed: "too many" },
      ],
    });
  });

  it("is refused when it does not fit its schema, or leads to what is not the cell's", async () => {
    await inFolder(async (dir) => {
      const refused = async (change: object, message: RegExp) => {
        Deno.writeTextFileSync(join(dir, "sweep.json"), JSON.stringify({ ...overK.file, ...change }));
        await assert.rejects(readSweep(dir), (error) => error instanceof DataError && message.test(error.message));
      };
      await assert.rejects(readSweep(dir), /there is no such file; "run" writes it/);
      await written(dir, overK);
      assert.equal((await readSweep(dir)).cells.length, 3);
      const { cells } = overK.file;
      await refused({ version: 2 }, /this is no sweep of this version:\n {2}\/version/);
      await refused({ cells: [{ ...cells[0], folder: "cells/../../x" }] }, /\/cells\/0\/folder: must match pattern/);
      await refused({ cells: [{ ...cells[0], folder: "cells/gone" }] }, /gone.*there is no such file/);
      await refused(
        { name: "other" },
        /has the results of "made-up\/cells\/regions\.k-1", wanted "other\/cells\/regions\.k-1"/,
      );
      await assert.rejects(writeSweepFile(dir, { ...overK.file, cells: [] }), TypeError);
    });
  });
});
