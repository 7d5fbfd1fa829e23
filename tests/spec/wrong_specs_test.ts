import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { parseSpec } from "../../src/spec/parse.ts";
import { issuesOf, specText } from "./specs.ts";
import { eachIsNamed, type Wrong } from "./wrong.ts";

const WRONG: readonly Wrong[] = [
  ["an unknown field", { windws: 1 }, "/windws", ['has no field "windws"', 'Did you mean "windows"?']],
  ["an unknown nested field", { windows: { contxt: 3 } }, "/windows/contxt", ['Did you mean "context"?']],
  ["an unknown field of a method", { methods: [{ kind: "raie", region: {} }] }, "/methods/0/region", ['"regions"']],
  ["an option of another kind", { methods: [{ kind: "base", lora: {} }] }, "/methods/0/lora", ['no field "lora"']],
  ["the options of another gate", { regions: { gate: { kind: "posterior", tLow: 0.5 } } }, "/regions/gate/tLow", [
    '"beta"',
  ]],
  ["a missing kind", { backbone: { hidden: 8 } }, "/backbone", ['needs the field "kind"', '"sasrec"']],
  ["a typo in a kind", { backbone: { kind: "sasrek" } }, "/backbone/kind", [
    'found "sasrek"',
    'Did you mean "sasrec"?',
  ]],
  ["a typo in a method", { methods: ["lroa"] }, "/methods/0", ['Did you mean "lora"?']],
  ["text for a number", { minRating: "4" }, "/minRating", ["must be a number", 'found "4"']],
  ["a fraction for a count", { windows: { context: 2.5 } }, "/windows/context", ["a whole number", "found 2.5"]],
  ["a count that is too small", { windows: { stride: 0 } }, "/windows/stride", ["from 1 to", "found 0"]],
  ["a share above one", { lora: { dropout: 1 } }, "/lora/dropout", ["at least 0 and below 1", "found 1"]],
  ["a number for a switch", { regions: { add: 1 } }, "/regions/add", ["true or false", "found 1"]],
  ["null where nothing may be null", { seeds: null }, "/seeds", ["a list of whole numbers", "found null"]],
  ["no method", { methods: [] }, "/methods", ["at least one entry", "an empty list"]],
  ["a seed twice", { seeds: [1, 2, 1] }, "/seeds/2", ["found 1 again"]],
  ["a negative seed", { seeds: [-1] }, "/seeds/0", ["found -1"]],
  ["a number for a data set", { dataset: 3 }, "/dataset", ["or an object", "found 3"]],
  ["a data set with neither id nor format", { dataset: { path: "x" } }, "/dataset", ['"format"', 'or "id"']],
  ["a csv without a path", { dataset: { format: "csv" } }, "/dataset", ['needs the field "path"']],
  ["a typo in a format", { dataset: { format: "cvs", path: "x" } }, "/dataset/format", ['Did you mean "csv"?']],
  ["a name that leaves its folder", { name: "../x" }, "/name", ["a name of letters, digits"]],
  ["a measure that is none", { report: { measure: "Recal@10" } }, "/report/measure", ['"Recall@10"']],
  ["no clip and no null", { backbone: { kind: "sasrec", training: { clip: 0 } } }, "/backbone/training/clip", [
    "or null",
  ]],

  ["fractions that do not add up", { slices: { setup: 0.5, finetune: 0.3, test: 0.3 } }, "/slices", [
    "add up to 1",
    "0.5 + 0.3 + 0.3 = 1.1",
  ]],
  ["fractions of several slices", { slices: { setup: 0.5, finetune: [0.1, 0.1], test: 0.2 } }, "/slices", ["= 0.9"]],
  ["dates out of order", { slices: { finetune: "2002-01-01", test: "2001-01-01" } }, "/slices/test", [
    "2001-01-01 is not after 2002-01-01",
  ]],
  [
    "dates out of order in a list",
    { slices: { finetune: ["2001-01-01", "2000-01-01"], test: "2003-01-01" } },
    "/slices/finetune/1",
    ["later"],
  ],
  ["a day that is not", { slices: { finetune: "2001-02-30", test: "2002-01-01" } }, "/slices/finetune", [
    "a day of the calendar",
    "2001-02-30",
  ]],
  ["a date in words", { slices: { finetune: "May 2001", test: "2002-01-01" } }, "/slices/finetune", [
    "an ISO date",
    '"May 2001"',
  ]],
  ["a border beside fractions", { slices: { setup: 0.5, finetune: 0.3, test: "2002-01-01" } }, "/slices/setup", [
    'no field "setup"',
  ]],
  ["heads that do not divide", { backbone: { kind: "sasrec", hidden: 10, heads: 3 } }, "/backbone/heads", [
    "multiple",
    "10 and 3",
  ]],
  ["a context the model cannot see", { backbone: { kind: "sasrec", maxLength: 9 } }, "/windows/context", [
    "at most backbone.maxLength",
    "10 and 9",
  ]],
  [
    "a setting nothing reads",
    { backbone: { kind: "sasrec", training: { minPositives: 3 } } },
    "/backbone/training/minPositives",
    ['"user-tail"'],
  ],
  ["an angle nothing merges at", { regions: { mergeAngle: 20 } }, "/regions/mergeAngle", [
    "counts only while regions merge",
    "set regions.merge to true",
  ]],
  [
    "a method's own angle",
    { preset: "official", methods: [{ kind: "raie", regions: { merge: false, mergeAngle: 20 } }] },
    "/methods/0/regions/mergeAngle",
    ["methods.0.regions.mergeAngle counts only"],
  ],
  ["an anchor without rows", { lora: { itemRows: "none", anchor: 0.1 } }, "/lora/anchor", [
    'found lora.itemRows "none"',
  ]],
  ["a rate without rows", { lora: { itemRows: "none", itemRate: 0.1 } }, "/lora/itemRate", ["leave it out"]],
  ["bad lines where there are no lines", { dataset: { format: "synthetic", badLines: "skip" } }, "/dataset/badLines", [
    "made-up data has no lines",
  ]],
  [
    "a published figure without a spread over windows",
    {
      report: {
        published: [{ source: "x", label: "RAIE", slice: "T", measure: "coverage@10", value: 0.1, windows: 3 }],
      },
    },
    "/report/published/0/measure",
    ['found "coverage@10"', "no spread over windows", '"Recall@10"'],
  ],
  ["equal labels", { methods: [{ kind: "lora", label: "A" }, { kind: "raie", label: "A" }] }, "/methods/1/label", [
    "methods.0 too",
  ]],
  ["thresholds the wrong way round", { regions: { gate: { kind: "confidence", tLow: 0.95 } } }, "/regions/gate/tLow", [
    "0.95 and 0.9",
  ]],
  [
    "a method's own thresholds",
    { methods: [{ kind: "raie", regions: { gate: { kind: "confidence", tHigh: 0.1 } } }] },
    "/methods/0/regions/gate/tHigh",
    ["0.7 and 0.1"],
  ],
  ["a projection that is none", { lora: { targets: ["q_proj", "v_prj"] } }, "/lora/targets/1", [
    'Did you mean "v_proj"?',
  ]],
  ["a reference that is none", { report: { reference: "RAI" } }, "/report/reference", [
    'Did you mean "RAIE"?',
    '"base", "lora", "RAIE" or "RAIE K=1"',
  ]],
  [
    "a measure without its cut-off",
    { evaluation: { cutoffs: [5] }, report: { measure: "Recall@10" } },
    "/report/measure",
    ['"Recall@5"'],
  ],
  ["too few resamples for any difference to be found", { evaluation: { resamples: 110 } }, "/evaluation/resamples", [
    // lora, RAIE and its control to base, and RAIE to its control, on S, F1 and T: p is at least 1 in 241 with 240 draws.
    "at least 240 for 12 differences",
  ]],
  [
    "a test of what users have no share in",
    { evaluation: { test: "wilcoxon" }, report: { measure: "coverage@10" } },
    "/evaluation/test",
    ['"coverage@10"', "leave it out"],
  ],
  ["a test of one method", { methods: ["lora"], evaluation: { test: "wilcoxon" } }, "/evaluation/test", ["one method"]],
  [
    "a published figure for nobody",
    { report: { published: [{ source: "x", label: "SAS", slice: "F2", measure: "MRR", value: 0.1, windows: 3 }] } },
    "/report/published/0/label",
    ['found "SAS"'],
  ],
  ["one pass over shared rows", { lora: { itemRows: "shared" }, regions: { pass: "together" } }, "/regions/pass", [
    "one after the other",
  ]],
  ["more merging than regions", { dataset: { format: "synthetic", regions: 3, merging: 2 } }, "/dataset/merging", [
    "half",
  ]],

  [
    "a target of another backbone",
    { backbone: { kind: "tisasrec" }, lora: { targets: ["q_proj"] } },
    "/lora/targets/0",
    [
      'projections of tisasrec, "Wq", "Wk", "Wv", "Wo", "ffn.0" and "ffn.3"',
      'found "q_proj"',
    ],
  ],
  [
    "a target that ends within a name",
    { backbone: { kind: "bert4rec" }, lora: { targets: ["ense"] } },
    "/lora/targets/0",
    [
      'Did you mean "dense"?',
    ],
  ],
  ["a block the backbone has not", { lora: { targets: ["blocks.2.q_proj"] } }, "/lora/targets/0", [
    'found "blocks.2.q_proj"',
  ]],
  ["a cloze model that hides nothing", { backbone: { kind: "bert4rec", mask: 0 } }, "/backbone/mask", [
    "above 0 and at most 1: found 0",
  ]],
  ["buckets of a backbone without times", { backbone: { kind: "sasrec", timeBuckets: 8 } }, "/backbone/timeBuckets", [
    'no field "timeBuckets"',
  ]],
  ["heads of another backbone", { backbone: { kind: "tisasrec", hidden: 30 } }, "/backbone/hidden", ["30 and 4"]],
  [
    "a loss at every position of a cloze model",
    { backbone: { kind: "bert4rec" }, lora: { training: { positions: "all" } } },
    "/lora/training/positions",
    ["[MASK]", 'found "all"'],
  ],
  [
    "the same in full fine-tuning",
    { backbone: { kind: "bert4rec" }, methods: [{ kind: "full", training: { positions: "all" } }] },
    "/methods/0/training/positions",
    ['must be "last" with bert4rec'],
  ],
  [
    "the same in one method",
    { backbone: { kind: "bert4rec" }, methods: [{ kind: "ewc", lora: { training: { positions: "all" } } }] },
    "/methods/0/lora/training/positions",
    ["methods.0.lora.training.positions"],
  ],
  [
    "cloze rows where next items are predicted",
    { backbone: { kind: "bert4rec" }, methods: [{ kind: "replay", rows: "backbone" }] },
    "/methods/0/rows",
    ['must be "windows" with bert4rec'],
  ],
  [
    "cloze rows for a long adapter",
    { backbone: { kind: "bert4rec" }, methods: [{ kind: "lsat", rows: "backbone" }] },
    "/methods/0/rows",
    ['found "backbone"'],
  ],
  ["mining in evaluated rows", { methods: [{ kind: "ebpr", mine: "evaluated" }] }, "/methods/0/mine", [
    'for the preset "official" alone',
    'found the preset "paper"; use "finetune"',
  ]],
  ["a budget with nobody to match", { budget: "matched", regions: {}, methods: ["base", "lora"] }, "/budget", [
    'needs a method of the kind "raie"',
    'use "paper"',
  ]],
  ["an option of another method", { methods: [{ kind: "lwf", ratio: 0.5 }] }, "/methods/0/ratio", [
    'no field "ratio"',
    '"temperature"',
  ]],
  ["a share that is none", { methods: [{ kind: "replay", ratio: 1.5 }] }, "/methods/0/ratio", ["from 0 to 1"]],
  ["adapters for what trains none", { methods: [{ kind: "ebpr", lora: {} }] }, "/methods/0/lora", ['no field "lora"']],
  ["a preset that is none", { preset: "tunde" }, "/preset", [
    '"paper", "official" or "tuned"',
    'Did you mean "tuned"?',
  ]],
  ["a sweep, which is no one experiment", { sweep: { "regions.k": [1, 2] } }, "/sweep", ["parseExperiment()"]],
  ["a search of nothing", { search: { trials: 3 } }, "/search", ["must name settings", 'use the preset "tuned"']],
];

describe("parseSpec() on a wrong spec", () => {
  eachIsNamed(WRONG);

  it("finds all problems at once, in the order of the text", () => {
    const fields = {
      minRating: "x",
      backbone: { kind: "sasrec", hidden: 9 },
      slices: { setup: 0.9, finetune: 0.3, test: 0.2 },
      preset: "best",
    };
    const pointers = issuesOf(specText(fields)).map(({ pointer }) => pointer);
    assert.deepEqual(pointers, ["/minRating", "/slices", "/backbone/hidden", "/preset"]);
  });

  it("says what a value is wrong by itself, not what follows from it", () => {
    const pointers = issuesOf(specText({ methods: ["bse", "lora"], report: { reference: "base" } })).map((
      { pointer },
    ) => pointer);
    assert.deepEqual(pointers, ["/methods/0"]);
  });

  it("shows file, line, column, the lines around and a caret", () => {
    const text =
      '{\n  "name": "a",\n  "dataset": "b",\n  "backbone": { "kind": "sasrek" },\n  "methods": ["base"]\n}\n';
    assert.throws(() => parseSpec(text, "exp/a.json"), {
      name: "SpecError",
      message: [
        "Cannot use exp/a.json: one problem.",
        "",
        "exp/a.json:4:25 at /backbone/kind",
        '  backbone.kind must be "sasrec", "bert4rec", "tisasrec" or "llama": found "sasrek". Did you mean "sasrec"?',
        '  2 |   "name": "a",',
        '  3 |   "dataset": "b",',
        '  4 |   "backbone": { "kind": "sasrek" },',
        "    |                         ^^^^^^^^",
        '  5 |   "methods": ["base"]',
      ].join("\n"),
    });
  });

  it("refuses what is no object", () => {
    for (const text of ["[]", "3", '"x"', "null"]) {
      assert.match(issuesOf(text)[0]?.message ?? "", /the spec must be an object/);
    }
  });
});
