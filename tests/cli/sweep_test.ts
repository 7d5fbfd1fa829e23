import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import type { Results } from "../../src/reporting/types.ts";
import { task } from "./task.ts";
import { TINY } from "./tiny_spec.ts";

const SWEEP = { ...TINY, name: "swept", sweep: { "regions.k": [1, 2], "lora.rank": [2, 4] } };
const CELLS = [
  "regions.k-1_lora.rank-2",
  "regions.k-1_lora.rank-4",
  "regions.k-2_lora.rank-2",
  "regions.k-2_lora.rank-4",
];

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

describe("a sweep on the command line", () => {
  let folder: string, file: string, printed: { code: number; out: string; err: string };
  const out = (...path: string[]) => join(folder, "reports", "swept", ...path);
  const call = (words: readonly string[], store = "store") => task(words, { RAIE_STORE: join(folder, store) });
  const run = (more: readonly string[] = [], spec = file, store?: string) =>
    call(["run", spec, "--out", join(folder, "reports"), "--engine", "wasm", ...more], store);
  const check = (more: readonly string[] = []) =>
    call(["check", file, "--reports", join(folder, "reports"), "--engine", "wasm", "--quiet", ...more]);
  const written = (spec: unknown, name: string) => {
    const path = join(folder, name);
    Deno.writeTextFileSync(path, JSON.stringify(spec, null, 2));
    return path;
  };
  const resultsOf = (cell: string): Results => JSON.parse(Deno.readTextFileSync(out("cells", cell, "results.json")));

  beforeAll(async () => {
    folder = Deno.makeTempDirSync();
    file = written(SWEEP, "swept.json");
    printed = await run();
  });
  afterAll(() => Deno.removeSync(folder, { recursive: true }));

  it("runs every cell, a line for each, and ends with the path of one report and 0", () => {
    const { code, out: text, err } = printed;
    assert.equal(code, 0, err);
    assert.equal(text, `${out("report.md")}\n`);
    assert.match(err, /^cell 3 of 4: regions\.k = 2, lora\.rank = 2$/m);
    assert.deepEqual([...Deno.readDirSync(out("cells"))].map(({ name }) => name).sort(), CELLS);
    for (const cell of CELLS) {
      for (const name of ["results.json", "report.md", "charts/methods.png", "artifacts/per_user.ndjson"]) {
        assert.ok(Deno.statSync(out("cells", cell, name)).size > 0);
      }
    }
    const { name, spec, $schema } = resultsOf(CELLS[3]!);
    assert.deepEqual([name, spec.title], [`swept/cells/${CELLS[3]}`, "swept: regions.k = 2, lora.rank = 4"]);
    assert.deepEqual(spec.methods.map(({ lora, regions }) => [lora.rank, regions.k]), [[4, 2], [4, 2], [4, 2]]);
    assert.equal(
      new URL($schema, "file:///a/reports/swept/cells/x/results.json").pathname,
      "/a/src/reporting/results.schema.json",
    );
  });

  it("computes what cells share once: the backbone, the base, and lora for each rank", () => {
    const computed = (stage: string) =>
      printed.err.split("\n").filter((line) => line.startsWith(stage) && !line.includes("from the store"));
    assert.equal(computed("backbone: train").length, 1);
    assert.equal(computed("base: rank").length, 1);
    assert.equal(computed("lora: adapt").length, 2);
    assert.equal(computed("RAIE: adapt").length, 4);
  });

  it("says in sweep.json what was swept and where the cells lie, and in the report what came of it", () => {
    const sweep = JSON.parse(Deno.readTextFileSync(out("sweep.json")));
    assert.deepEqual(sweep.sweep, [{ path: "regions.k", values: [1, 2] }, { path: "lora.rank", values: [2, 4] }]);
    assert.deepEqual(sweep.cells.map((cell: { folder: string }) => cell.folder), CELLS.map((cell) => `cells/${cell}`));
    assert.deepEqual(sweep.cells[1].settings, { "regions.k": 1, "lora.rank": 4 });
    const text = Deno.readTextFileSync(out("report.md"));
    const figure = resultsOf(CELLS[2]!).runs.find(({ label }) => label === "RAIE")!.measures.T!["Recall@10"]!;
    assert.match(text, new RegExp(`^\\| 2 \\| 2 \\| RAIE \\|.*\\| ${figure.toFixed(4)}<br>`, "m"));
    assert.match(text, /^\| any \| any \| base \|/m);
    assert.match(text, /^\| any \| 4 \| lora \|/m);
    assert.doesNotMatch(text, /20\d\d-\d\d-\d\d|undefined|NaN/);
    for (const [, picture] of text.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)) {
      assert.ok(Deno.statSync(out(picture!)).size > 1000);
    }
  });

  it("writes the same bytes again: from the store, and by report from what is committed alone", async () => {
    const kept = [
      "report.md",
      "sweep.json",
      "charts/effect_lora.rank-2.png",
      `cells/${CELLS[0]}/results.json`,
      `cells/${CELLS[0]}/report.md`,
    ];
    const bytes = () => kept.map((name) => Deno.readFileSync(out(name)));
    const before = bytes();
    assert.equal((await run(["--quiet"])).code, 0);
    assert.deepEqual(bytes(), before);
    for (
      const name of [
        "report.md",
        "charts",
        ...CELLS.flatMap((cell) => [`cells/${cell}/report.md`, `cells/${cell}/charts`]),
      ]
    ) {
      Deno.removeSync(out(name), { recursive: true });
    }
    const { code, out: text, err } = await call(["report", out()]);
    assert.deepEqual([code, text], [0, `${out("report.md")}\n`], err);
    assert.deepEqual(bytes(), before);
  });

  it("computes the same with worker processes, and prints one JSON line", async () => {
    const { code, out: text, err } = await call(
      ["run", file, "--out", join(folder, "jobs"), "--engine", "wasm", "--jobs", "2", "--json"],
      "store of jobs",
    );
    assert.equal(code, 0, err);
    const { name, report, cells } = JSON.parse(text);
    assert.deepEqual([name, report], ["swept", join(folder, "jobs", "swept", "report.md")]);
    assert.deepEqual(cells.map(({ cell, settings }: { cell: string; settings: unknown }) => [cell, settings])[2], [
      `cells/${CELLS[2]}`,
      { "regions.k": 2, "lora.rank": 2 },
    ]);
    const own: Results = JSON.parse(Deno.readTextFileSync(cells[2].results));
    assert.deepEqual(
      own.runs.map(({ measures }) => measures),
      resultsOf(CELLS[2]!).runs.map(({ measures }) => measures),
    );
  });

  it("plans the cells, and counts once what they share", async () => {
    const { code, out: text } = await call(["plan", file, "--engine", "wasm"]);
    assert.equal(code, 0);
    // A backbone, two kinds of windows it represents, the base's ranks, two of lora with ranks, four of RAIE with ranks and maps.
    assert.match(text, /^Stages: 20, of which 20 are in the store \(36 if cells shared none\)$/m);
    assert.match(
      text,
      /^Cell 4 of 4: regions\.k = 2, lora\.rank = 4 \(cells\/.*\): 3 of 9 stages are its own, 6 are those of cells before it$/m,
    );
    const json = JSON.parse((await call(["plan", file, "--engine", "wasm", "--json"], "empty")).out);
    assert.deepEqual(json.stages, { distinct: 20, stored: 0 });
    assert.deepEqual(json.cells[3].stages.map(({ shared }: { shared: boolean }) => shared).filter(Boolean).length, 6);
  });

  it("checks each cell, names the one in which a figure moved, and refuses another sweep", async () => {
    const same = await check();
    assert.equal(same.code, 0, same.err);
    const fresh = await check(["--out", join(folder, "fresh")]);
    assert.equal(fresh.code, 0, fresh.err);
    assert.equal(
      Deno.readTextFileSync(join(folder, "fresh", "swept", "report.md")),
      Deno.readTextFileSync(out("report.md")),
    );
    assert.match(same.out, /^swept: nothing moved in 4 cells; \d{4,} figures are as in .*swept, held exactly/);
    const path = out("cells", CELLS[1]!, "results.json");
    const before = Deno.readTextFileSync(path);
    const changed = JSON.parse(before);
    changed.runs[2].measures.T["Recall@10"] += .05;
    Deno.writeTextFileSync(path, JSON.stringify(changed));
    const moved = await check();
    const json = JSON.parse((await check(["--json"])).out);
    Deno.writeTextFileSync(path, before);
    assert.equal(moved.code, 1, moved.err);
    assert.match(moved.out, /^swept: 1 of \d+ figures moved from .*swept, in 1 of 4 cells/);
    assert.match(
      moved.out,
      /^ {2}regions\.k = 1, lora\.rank = 4: runs\[RAIE, seed 1\]\.measures\.T\.Recall@10 .*−0\.050000/m,
    );
    assert.deepEqual(json.cells.map(({ outcome }: { outcome: string }) => outcome), ["same", "moved", "same", "same"]);
    const other = await check(["--set", 'sweep={"regions.k":[1,3]}']);
    assert.equal(other.code, 3, other.out);
    assert.match(other.err, /^Cannot hold swept to .*another sweep[^]*sweep\.regions\.k +\[1,2\] +\[1,3\]/);
    const none = await call(["check", file, "--reports", join(folder, "none"), "--engine", "wasm", "--quiet"]);
    assert.equal(none.code, 3, none.out);
    assert.match(none.err, /There is no committed sweep to hold to/);
  });

  it("compares cells, and refuses a whole sweep", async () => {
    const cells = await call(["compare", ...CELLS.slice(1, 3).map((cell) => out("cells", cell))]);
    assert.equal(cells.code, 0, cells.err);
    assert.match(cells.out, /\| `lora\.rank` \| `4` \| `2` \|/);
    const whole = await call(["compare", out(), out("cells", CELLS[0]!)]);
    assert.equal(whole.code, 2);
    assert.match(
      whole.err,
      /it is a sweep of 4 cells, which its own report compares; name cells, such as .*regions\.k-1_lora\.rank-2/,
    );
  });

  it("can be watched, and its results refer to its cells", async () => {
    const { code, out: text } = await call(["watch", out(), "--once"]);
    assert.equal(code, 0);
    assert.ok(text.includes(`swept/cells/${CELLS[3]}`) && text.includes(out("report.md")), text);
    const list = await call(["store", "list"]);
    const backbone = list.out.split("\n").find((line) => line.startsWith("backbone/"))!;
    for (const cell of CELLS) assert.ok(backbone.includes(`swept/cells/${cell}`), backbone);
  });

  it("goes on after a cell that fails, says so in the report, and ends with 1", async () => {
    const spec = written({ ...SWEEP, name: "half", sweep: { "regions.k": [4000, 2, 3] } }, "half.json");
    const { code, out: text, err } = await run(["--quiet"], spec);
    assert.equal(code, 1, err);
    assert.match(err, /half\/cells\/regions\.k-4000: .*regions\.k is 4000, wanted at most/);
    const report = Deno.readTextFileSync(text.trim());
    assert.match(report, /Not finished: regions\.k = 4000\./);
    assert.match(report, /## What failed\?[^]*\| 4000 \| .*wanted at most/);
    const lost = written({ ...SWEEP, name: "lost", sweep: { "regions.k": [4000] } }, "lost.json");
    const none = await run(["--quiet"], lost);
    assert.deepEqual([none.code, none.out], [2, ""]);
    assert.match(none.err, /No cell of lost was finished: no report was written\./);
  });

  it("takes the place of an experiment of the same name, and the other way round, and says so", async () => {
    const dir = (...path: string[]) => join(folder, "reports", "half", ...path);
    const alone = written({ ...TINY, name: "half" }, "alone.json");
    const single = await run([], alone);
    assert.equal(single.code, 0, single.err);
    assert.match(single.err, /half held a sweep of this name: its report is replaced, its cells stay/);
    assert.deepEqual([exists(dir("sweep.json")), exists(dir("results.json"))], [false, true]);
    const again = await run([], written({ ...SWEEP, name: "half", sweep: { "regions.k": [2] } }, "half.json"));
    assert.equal(again.code, 0, again.err);
    assert.match(again.err, /half held the results of a spec of this name that was no sweep: they are replaced/);
    assert.match(again.err, /no cell of this sweep: regions\.k-3(, regions\.k-4000)?; the report leaves it out/);
    assert.deepEqual([exists(dir("sweep.json")), exists(dir("results.json"))], [true, false]);
  });

  it("names the place of a wrong value and ends with 2 before anything is computed", async () => {
    const { code, err } = await run(["--set", 'sweep={"regions.k":[1,0]}'], file, "unused");
    assert.equal(code, 2);
    assert.match(err, /--set sweep=.* at \/sweep\/regions\.k\/1\n {2}regions\.k must be a whole number/);
    assert.throws(() => Deno.statSync(join(folder, "unused")), Deno.errors.NotFound);
  });
});
