import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { issuesOf, parsed, specText } from "./specs.ts";

const pointers = (fields: Record<string, unknown>, set: readonly string[] = []) =>
  issuesOf(specText(fields), set).map(({ pointer }) => pointer);

describe("a field that nothing reads", () => {
  it("is refused only where the spec itself says it: presets never", () => {
    for (const preset of ["paper", "official"]) {
      parsed({ preset });
      parsed({ preset, lora: { itemRows: "none" }, regions: { merge: false } });
      parsed({ preset, regions: {}, methods: ["base", "lora"] });
    }
  });

  it("counts where one method that listens to it reads it", () => {
    const merging = { kind: "raie", label: "merging", regions: { merge: true } };
    parsed({ regions: { mergeAngle: 20 }, methods: [{ kind: "raie" }, merging] });
    parsed({
      lora: { itemRows: "none", anchor: 0.1 },
      methods: ["lora", { ...merging, lora: { itemRows: "shared" } }],
    });
    const deaf = { ...merging, regions: { merge: true, mergeAngle: 8 } };
    assert.deepEqual(pointers({ regions: { mergeAngle: 20 }, methods: [{ kind: "raie" }, deaf] }), [
      "/regions/mergeAngle",
    ]);
  });

  it("is left alone where the command line made it idle, so that ablations need no second file", () => {
    parsed({ regions: { merge: true, mergeAngle: 20 } }, ["regions.merge=false"]);
    parsed({ lora: { anchor: 0.1 } }, ["lora.itemRows=none"]);
    parsed({}, ['methods=["base","lora"]']);
    assert.deepEqual(pointers({}, ["regions.mergeAngle=20"]), ["/regions/mergeAngle"]);
    assert.deepEqual(pointers({ lora: { anchor: 0.1 } }, ["lora.itemRows=none", "lora.itemRate=2"]), [
      "/lora/itemRate",
    ]);
  });

  const vain: [string, Record<string, unknown>, string][] = [
    [
      "epochs of adapters for lsat, which has two kinds of its own",
      { regions: {}, methods: ["base", { kind: "lsat", lora: { training: { epochs: 9 } } }] },
      "/methods/1/lora/training/epochs",
    ],
    ["a pool where none is added", { regions: { add: false, poolMin: 30 } }, "/regions/poolMin"],
    ["new regions where none is added", { regions: { add: false, addMax: 3 } }, "/regions/addMax"],
    ["a weight of what does not expand", { regions: { expand: false, expandWeight: 0.5 } }, "/regions/expandWeight"],
    ["a source of what is not replayed", { regions: { replay: 0, replayFrom: "members" } }, "/regions/replayFrom"],
    [
      "a rate of rows that do not train",
      { lora: { itemRows: "none" }, regions: { training: { itemRate: 2 } } },
      "/regions/training/itemRate",
    ],
    [
      "a rate of the default adapter's rows that do not train",
      { lora: { itemRows: "none" }, regions: { defaultAdapter: { itemRate: 2 } } },
      "/regions/defaultAdapter/itemRate",
    ],
    [
      "a choice of negatives where none are drawn",
      { backbone: { kind: "sasrec", training: { loss: { kind: "cross-entropy" }, negativesOutside: "user" } } },
      "/backbone/training/negativesOutside",
    ],
    ["a way to turn where nothing turns", { dataset: { format: "synthetic", together: true } }, "/dataset/together"],
    ["a rating of made-up data", { dataset: { format: "synthetic" } }, "/minRating"],
    ["a rating of rows without ratings", { dataset: { format: "csv", path: "a.csv" } }, "/minRating"],
    ["regions that the one raie says otherwise", { methods: [{ kind: "raie", regions: { k: 5 } }] }, "/regions/k"],
    [
      "a gate where each raie has one of another kind",
      {
        regions: { gate: { kind: "confidence", gamma: 1 } },
        methods: [{ kind: "raie", regions: { gate: { kind: "posterior" } } }],
      },
      "/regions/gate/kind",
    ],
    [
      "a rank that all adapters say otherwise",
      {
        lora: { rank: 4 },
        methods: ["base", { kind: "lora", lora: { rank: 2 } }, { kind: "raie", lora: { rank: 3 } }],
      },
      "/lora/rank",
    ],
  ];
  const weights = "w.safetensors";
  vain.push(
    [
      "the training of a backbone that is not trained",
      { backbone: { kind: "sasrec", weights, training: { epochs: 3 } } },
      "/backbone/training/epochs",
    ],
    [
      "rows nobody trains on",
      { backbone: { kind: "sasrec", weights, training: { rows: "user-tail" } } },
      "/backbone/training/rows",
    ],
    ["a mask of weights from a file", { backbone: { kind: "bert4rec", weights, mask: 0.2 } }, "/backbone/mask"],
    [
      "users too short for rows that are windows",
      { backbone: { kind: "tisasrec", training: { minPositives: 3 } } },
      "/backbone/training/minPositives",
    ],
    [
      "a choice of negatives where the backbone's own loss draws none",
      { backbone: { kind: "bert4rec", training: { negativesOutside: "user" } } },
      "/backbone/training/negativesOutside",
    ],
    [
      "restarts of a k-means nobody runs",
      { regions: { centres: "random", add: false, restarts: 3 } },
      "/regions/restarts",
    ],
    [
      "passes of a k-means nobody runs",
      { regions: { centres: "random", add: false, iterations: 3 } },
      "/regions/iterations",
    ],
    ["a pass over one adapter", { regions: { adapters: "one", pass: "together" } }, "/regions/pass"],
    ["routing to one adapter", { regions: { adapters: "one", routing: "soft" } }, "/regions/routing"],
    [
      "adapters where none is trained",
      { methods: [{ kind: "ebpr" }, "lora"], lora: { itemRows: "none", anchor: 1 } },
      "/lora/anchor",
    ],
    [
      "epochs under a matched budget",
      { budget: "matched", methods: [{ kind: "lwf", lora: { training: { epochs: 2 } } }, "raie"] },
      "/methods/0/lora/training/epochs",
    ],
    [
      "epochs of all parameters under a matched budget",
      { budget: "matched", methods: [{ kind: "full", training: { epochs: 2 } }, "raie"] },
      "/methods/0/training/epochs",
    ],
    [
      "steps under a matched budget",
      { budget: "matched", methods: ["raie", { kind: "ebpr", steps: 9 }] },
      "/methods/1/steps",
    ],
    [
      "a long adapter's epochs under a matched budget",
      { budget: "matched", methods: ["raie", { kind: "lsat", longEpochs: 2 }] },
      "/methods/1/longEpochs",
    ],
    [
      "a short adapter's epochs under a matched budget",
      { budget: "matched", methods: ["raie", { kind: "lsat", shortEpochs: 2 }] },
      "/methods/1/shortEpochs",
    ],
    [
      "epochs of regions whose steps another raie gives",
      { budget: "matched", methods: ["raie", { kind: "raie", regions: { training: { epochs: 2 } } }] },
      "/methods/1/regions/training/epochs",
    ],
  );
  const heirs = { defaultAdapter: { itemRate: 2, weightDecay: 0 }, training: { itemRate: 3, weightDecay: 0.1 } };
  vain.push(
    [
      "a rate that all regions have of their own",
      { lora: { itemRate: 4 }, regions: heirs, methods: ["raie"] },
      "/lora/itemRate",
    ],
    [
      "a decay that all regions have of their own, some from the preset",
      {
        preset: "official",
        lora: { training: { weightDecay: 0.3 } },
        methods: ["base", { kind: "raie", regions: { training: { weightDecay: 0.2 } } }],
      },
      "/lora/training/weightDecay",
    ],
    [
      "a method's own rate",
      { methods: ["lora", { kind: "raie", lora: { itemRate: 4 }, regions: heirs }], regions: {} },
      "/methods/1/lora/itemRate",
    ],
  );
  for (const [what, fields, pointer] of vain) {
    it(`is refused: ${what}`, () => assert.ok(pointers(fields).includes(pointer), `${pointers(fields)}`));
  }

  it("is not one that another field wakes", () => {
    parsed({ regions: { centres: "random", restarts: 3, iterations: 5 } });
    parsed({ budget: "matched", lora: { training: { epochs: 2 } }, methods: ["lora", "raie"] });
    const training = { rows: "user-tail", minPositives: 2, negativesOutside: "user" };
    parsed({ backbone: { kind: "sasrec", weights, training }, methods: [{ kind: "replay", rows: "backbone" }] });
    parsed({ backbone: { kind: "bert4rec", training: { loss: { kind: "bce" }, negativesOutside: "user" } } });
    parsed({ backbone: { kind: "sasrec", training: { epochs: 9 } } }, [`backbone.weights=${weights}`]);
    parsed({ methods: ["raie", { kind: "ebpr", steps: 9 }] }, ["budget=matched"]);
    parsed({ dataset: { format: "synthetic", turning: 0, together: true }, minRating: undefined });
  });

  it("is refused from the command line, where a method says otherwise", () => {
    const own = { methods: [{ kind: "raie", regions: { k: 5 } }], regions: {} };
    const [issue] = issuesOf(specText(own), ["regions.k=7"]);
    assert.deepEqual([issue?.pointer, issue?.option], ["/regions/k", "--set regions.k=7"]);
    assert.equal(parsed(own, ["methods.0.regions.k=7"]).resolved.methods[0]?.regions.k, 7);
  });

  it("is not one that the method lora still reads", () => {
    const regions = { defaultAdapter: { itemRate: 2 }, training: { itemRate: 3 } };
    const { methods } = parsed({ lora: { itemRate: 4 }, regions }).resolved;
    assert.deepEqual(methods.map(({ lora }) => lora.itemRate), [4, 4, 4, 4]);
    parsed({ lora: { itemRate: 4 }, regions: { training: { itemRate: 3 } }, methods: ["raie"] });
  });

  it("may share its kind, which a method has to repeat", () => {
    const own = { kind: "raie", regions: { gate: { kind: "confidence", tLow: 0.5 } } };
    const { methods } = parsed({ regions: { gate: { kind: "confidence", gamma: 1 } }, methods: [own] }).resolved;
    assert.deepEqual(methods[0]?.regions.gate, {
      kind: "confidence",
      temperature: 0.05,
      tHigh: 0.9,
      tLow: 0.5,
      gamma: 1,
    });
  });

  it("is not a section that methods share, though none of these methods uses it", () => {
    assert.equal(parsed({ regions: { stride: 3 }, methods: ["base"] }).resolved.methods[0]?.regions.stride, 3);
  });
});
