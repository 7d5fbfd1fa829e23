import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { cellNames } from "../../src/spec/cell_names.ts";
import { SpecError, type SpecIssue } from "../../src/spec/issue.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { parseExperiment } from "../../src/spec/sweep.ts";
import { SMALLEST } from "./specs.ts";

const FILE = "specs/a.json";
const textOf = (fields: Record<string, unknown>) => JSON.stringify({ ...SMALLEST, ...fields }, null, 2);
const swept = (sweep: unknown, fields: Record<string, unknown> = {}, set: readonly string[] = []) =>
  parseExperiment(textOf({ ...fields, sweep }), FILE, { set });

function issues(
  sweep: unknown,
  fields: Record<string, unknown> = {},
  set: readonly string[] = [],
): readonly SpecIssue[] {
  try {
    swept(sweep, fields, set);
  } catch (error) {
    if (error instanceof SpecError) return error.issues;
    throw error;
  }
  return assert.fail("the sweep was accepted");
}

describe("parseExperiment()", () => {
  it("gives one run for a spec without sweep, as parseSpec() does", () => {
    const { specs, name, sweep } = parseExperiment(textOf({}), FILE);
    assert.deepEqual([specs, name, sweep], [[parseSpec(textOf({}), FILE).resolved], "ml100k", undefined]);
  });

  it("gives one run for each combination, the first path's values varying slowest", () => {
    const { specs, sweep } = swept({ "regions.k": [2, 1], "lora.rank": [4, 8, 2] });
    assert.deepEqual(specs.map(({ methods }) => [methods[2]?.regions.k, methods[1]?.lora.rank]), [
      [2, 4],
      [2, 8],
      [2, 2],
      [1, 4],
      [1, 8],
      [1, 2],
    ]);
    assert.deepEqual(sweep?.paths, [{ path: "regions.k", values: [2, 1] }, { path: "lora.rank", values: [4, 8, 2] }]);
    assert.deepEqual(sweep?.cells[1]?.settings, [{ path: "regions.k", value: 2 }, { path: "lora.rank", value: 8 }]);
  });

  it("makes each run what the spec without sweep would be with --set, but for its name and title", () => {
    const { specs } = swept({ "methods.1.lora.rank": [4, 16], "backbone.training.loss": [{ kind: "bce" }] });
    const plain = parseSpec(textOf({}), FILE, {
      set: ["methods.1.lora.rank=16", 'backbone.training.loss={"kind":"bce"}'],
    }).resolved;
    const { name, title, ...rest } = specs[1]!;
    assert.deepEqual({ name: "ml100k", title: "ml100k", ...rest }, plain);
    assert.equal(name, "ml100k/cells/methods.1.lora.rank-16_backbone.training.loss-kind-bce");
    assert.equal(title, 'ml100k: methods.1.lora.rank = 16, backbone.training.loss = {"kind":"bce"}');
  });

  it("applies --set first, and takes a sweep from there", () => {
    const { specs } = parseExperiment(textOf({}), FILE, { set: ['sweep={"regions.k":[5,6]}', "windows.context=20"] });
    assert.deepEqual(specs.map(({ windows, methods }) => [windows.context, methods[2]?.regions.k]), [[20, 5], [20, 6]]);
    const [issue] = issues(undefined, {}, ['sweep={"regions.k":[5,0]}']);
    assert.equal(issue?.option, '--set sweep={"regions.k":[5,0]}');
    assert.equal(issue?.pointer, "/sweep/regions.k/1");
  });

  it("takes what is needed from the swept value alone, and a plain text for the object it stands for", () => {
    const { specs } = swept({ "backbone.kind": ["sasrec", "bert4rec"], "dataset.badLines": ["skip"] }, {
      backbone: {},
    });
    assert.deepEqual(specs.map(({ backbone, dataset }) => [backbone.kind, dataset.id, dataset.badLines]), [
      ["sasrec", "movielens-100k", "skip"],
      ["bert4rec", "movielens-100k", "skip"],
    ]);
  });

  it("lets a swept value leave a field of the file idle", () => {
    const regions = { k: 3, merge: true, mergeAngle: 10 };
    assert.equal(swept({ "regions.merge": [true, false] }, { regions }).specs.length, 2);
    assert.match(issues({ "regions.mergeAngle": [5] }, { regions: { merge: false } })[0]!.message, /counts only while/);
  });

  it("shows a problem of a value at that value, once, whatever is combined with it", () => {
    const found = issues({ "regions.k": [1, 0], "lora.rank": [4, "x", 8] });
    assert.deepEqual(found.map(({ pointer }) => pointer), ["/sweep/regions.k/1", "/sweep/lora.rank/1"]);
    assert.match(found[0]!.message, /regions\.k must be a whole number from 1 to 4096: found 0/);
    const lines = textOf({ sweep: { "regions.k": [1, 0], "lora.rank": [4, "x", 8] } }).split("\n");
    assert.equal(lines[found[1]!.line - 1]?.trim(), '"x",');
    assert.match(found[1]!.excerpt.join("\n"), /\^\^\^/);
  });

  it("shows what does not fit the rest of the spec at the swept value, and what is wrong anyway where it stands", () => {
    const [one, ...others] = issues({ "backbone.heads": [2, 5] }, { backbone: { kind: "sasrec", hidden: 64 } });
    assert.deepEqual([one?.pointer, others], ["/sweep/backbone.heads/1", []]);
    assert.match(one!.message, /found 64 and 5/);
    const anyway = issues({ "regions.k": [1, 2] }, { slices: { setup: .9, finetune: .3, test: .2 } });
    assert.deepEqual(anyway.map(({ pointer }) => pointer), ["/slices"]);
  });

  const CASES: readonly (readonly [string, unknown, string, RegExp])[] = [
    ["a field that there is not", { "regions.kk": [1] }, "/sweep/regions.kk", /regions has no field "kk".*"k"/],
    ["a section that there is not", { "nope.k": [1, 2] }, "/sweep/nope.k", /a spec has no field "nope"/],
    ["an unknown field inside a value", { lora: [{ rnk: 1 }] }, "/sweep/lora/0/rnk", /Did you mean "rank"/],
    [
      "an entry that a list lacks",
      { "methods.9.label": ["x"] },
      "/sweep/methods.9.label",
      /^sweep cannot find methods\.9/,
    ],
    [
      "what has no fields",
      { "minRating.x": [1] },
      "/sweep/minRating.x",
      /^sweep cannot reach minRating\.x: minRating is 4/,
    ],
    ["an empty part", { "regions..k": [1] }, "/sweep/regions..k", /wants paths such as regions\.k/],
    ["an empty path", { "": [1] }, "/sweep/", /wants paths such as/],
    ["no path at all", {}, "/sweep", /must name a path and its values/],
    ["a list for the whole", [1], "/sweep", /sweep must be an object/],
    ["a value that is no list", { "regions.k": 3 }, "/sweep/regions.k", /must be a list/],
    ["no values", { "regions.k": [] }, "/sweep/regions.k", /must have at least one entry/],
    ["a value twice", { "regions.k": [3, 1, 3] }, "/sweep/regions.k/2", /must not name a thing twice: found 3 again/],
    [
      "values that come to the same",
      { dataset: ["a", { id: "a" }] },
      "/sweep/dataset/1",
      /comes to the same as value 0/,
    ],
    [
      "one entry under two names",
      { "methods.1.kind": ["lora"], "methods.01.kind": ["lwf"] },
      "/sweep/methods.01.kind",
      /twice/,
    ],
    ["a path inside another", { "regions.k": [1], regions: [{}] }, "/sweep/regions", /one lies inside the other/],
    ["names", { name: ["a", "b"] }, "/sweep/name", /^sweep cannot vary name:/],
    ["titles", { title: ["a"] }, "/sweep/title", /cannot vary title/],
    ["itself", { "sweep.x": [[1]] }, "/sweep/sweep.x", /cannot vary itself/],
    ["a search", { search: [{}] }, "/sweep/search", /cannot vary search/],
    ["seeds", { seeds: [[1], [2]] }, "/sweep/seeds", /every run has all seeds/],
    ["what is reported", { "report.measure": ["MRR"] }, "/sweep/report.measure", /reported alike/],
    ["engines", { engine: ["cpu"] }, "/sweep/engine", /--engine takes another/],
    [
      "several measures",
      { "evaluation.cutoffs": [[5], [10]] },
      "/sweep",
      /judged by one measure: found Recall@5 and Recall@10/,
    ],
  ];
  for (const [what, sweep, pointer, message] of CASES) {
    it(`refuses ${what}`, () => {
      const found = issues(sweep);
      const issue = found.find((one) => one.pointer === pointer);
      assert.ok(issue !== undefined, JSON.stringify(found));
      assert.match(issue.message, message);
      assert.ok(issue.line > 1 && issue.excerpt.length > 0);
    });
  }

  it("refuses what the command line sets and the sweep would undo", () => {
    const [issue] = issues({ "regions.k": [1, 2] }, {}, ["regions.k=4"]);
    assert.match(issue!.message, /sweep varies regions\.k, so that --set regions\.k=4 would be lost/);
    assert.equal(swept({ "regions.k": [1, 2] }, {}, ['regions={"stride":2}']).specs[0]?.methods[2]?.regions.stride, 2);
  });

  it("takes a thousand cells and no more, without computing them", () => {
    const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
    assert.equal(swept({ "regions.k": numbers(40), "lora.rank": numbers(25) }).specs.length, 1000);
    const [issue] = issues({ "regions.k": numbers(91), "lora.rank": numbers(11) });
    assert.match(issue!.message, /at most 1000 combinations: found 1001/);
  });

  it("refuses a long spec that is wrong in every cell without reading it a thousand times", () => {
    const numbers = Array.from({ length: 1000 }, (_, i) => i + 1);
    const methods = Array.from({ length: 900 }, (_, i) => ({ kind: "lora", label: `l${i}`, lora: { rank: 0 } }));
    const start = performance.now();
    assert.equal(issues({ "regions.k": numbers }, { methods }).length, 200);
    assert.ok(performance.now() - start < 20_000);
  });
});

describe("cellNames()", () => {
  const one = (value: Parameters<typeof cellNames>[0][number][number]["value"]) => [{ path: "dataset", value }];

  it("is safe with whatever stands in a value", () => {
    const hostile = [
      "../../etc",
      "a/b\\c",
      ".",
      "..",
      "\u202ea\n",
      "con",
      "a:b*?<>|",
      " x ",
      "",
      "ü",
      "-rf",
      '{"a":1}',
      "a".repeat(400),
    ];
    const names = cellNames([...hostile.map(one), one(null), one(-1.5), one([1, 2]), one({ kind: "bce", t: .5 })]);
    for (const name of names) {
      assert.match(name, /^dataset[A-Za-z0-9.+_-]*$/);
      assert.ok(name.length <= 80 && !name.includes("..") && !/[.-]$/.test(name), name);
    }
    assert.deepEqual(names.slice(-4), ["dataset-null", "dataset--1.5", "dataset-1-2", "dataset-kind-bce-t-0.5"]);
  });

  it("gives no two cells one folder, on file systems without case either", () => {
    const values = ["a b", "a-b", "A-b", "a/b", "a-b-2", "x".repeat(90), `${"x".repeat(90)}y`];
    const names = cellNames(values.map(one)).map((name) => name.toLowerCase());
    assert.equal(new Set(names).size, values.length);
  });
});
