import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { differences } from "../../src/spec/differences.ts";
import { parsed } from "./specs.ts";

const paths = (fields: Record<string, unknown>) => differences(parsed(fields).resolved).map(({ path }) => path);

describe("differences()", () => {
  it("finds none in a spec of the paper's settings, whatever it is about", () => {
    assert.deepEqual(paths({ name: "other", dataset: "yelp", methods: ["raie"], seeds: [4, 5], engine: "cpu" }), []);
  });

  it("names value and paper's value of a switch", () => {
    const found = differences(
      parsed({ retention: "held-out", backbone: { kind: "sasrec", training: { epochs: 50 } } }).resolved,
    );
    assert.deepEqual(found, [
      { path: "retention", paper: "training", value: "held-out" },
      { path: "backbone.training.epochs", paper: 5, value: 50 },
    ]);
  });

  it("does not count what follows from another setting", () => {
    assert.deepEqual(paths({ windows: { context: 20 }, backbone: { kind: "sasrec", hidden: 64 } }), [
      "windows.context",
      "backbone.hidden",
    ]);
    assert.deepEqual(paths({ lora: { training: { epochs: 4 } } }), ["lora.training.epochs"]);
  });

  it("holds the options of another kind against that kind's defaults", () => {
    assert.deepEqual(paths({ regions: { gate: { kind: "posterior", beta: 2 } } }), [
      "regions.gate.kind",
      "regions.gate.beta",
    ]);
    assert.deepEqual(paths({ backbone: { kind: "sasrec", training: { loss: { kind: "gbce" } } } }), [
      "backbone.training.loss.kind",
    ]);
  });

  it("puts a method's label before what the method says itself", () => {
    assert.deepEqual(
      paths({
        lora: { rank: 4 },
        regions: {},
        methods: ["lora", { kind: "raie", label: "RAIE", lora: { alpha: 1 }, regions: { k: 1 } }],
      }),
      ["lora.rank", "[RAIE] lora.alpha", "[RAIE] regions.k"],
    );
  });

  it("leaves out adapters and regions that no method uses", () => {
    assert.deepEqual(paths({ lora: { rank: 4 }, regions: { stride: 2 }, methods: ["base"] }), []);
    assert.deepEqual(paths({ lora: { rank: 4 }, regions: { stride: 2 }, methods: ["base", "lora"] }), ["lora.rank"]);
  });

  it("lists every switch of the preset official", () => {
    assert.deepEqual(paths({ preset: "official" }).sort(), [
      "backbone.training.epochs",
      "backbone.training.negativesOutside",
      "backbone.training.rows",
      "regions.defaultAdapter.itemRate",
      "regions.defaultAdapter.weightDecay",
      "regions.gate.kind",
      "regions.merge",
      "regions.poolMin",
      "regions.replayFrom",
      "regions.softCopies",
      "regions.training.clip",
    ]);
  });

  it("lists what the preset official does to methods, by their labels", () => {
    const methods = ["base", "full", "replay", "lwf", "ewc", "lsat", "mole", { kind: "ebpr", label: "E" }, "proximal"];
    const found = differences(parsed({ preset: "official", regions: {}, methods }).resolved);
    assert.deepEqual(found.filter(({ path }) => path.startsWith("[")), [
      { path: "[replay] rows", paper: "windows", value: "backbone" },
      { path: "[lsat] rows", paper: "windows", value: "backbone" },
      { path: "[E] batch", paper: 256, value: 512 },
      { path: "[E] negatives", paper: 4, value: 20 },
      { path: "[E] mine", paper: "finetune", value: "evaluated" },
    ]);
  });

  it("names what a method says of its own, whatever its training has beside it", () => {
    const full = { kind: "full", label: "all", training: { epochs: 9, loss: { kind: "gbce" } } };
    assert.deepEqual(paths({ regions: {}, lora: { rank: 4 }, methods: [full, { kind: "mole", experts: 5 }] }).sort(), [
      "[all] training.epochs",
      "[all] training.loss.kind",
      "[mole] experts",
      "lora.rank",
    ]);
    assert.deepEqual(paths({ lora: { rank: 4 }, regions: {}, methods: ["full", "ebpr"] }), []);
  });

  it("holds each backbone against its own settings in the paper", () => {
    for (const kind of ["bert4rec", "tisasrec"]) assert.deepEqual(paths({ backbone: { kind } }), [], kind);
    assert.deepEqual(paths({ backbone: { kind: "bert4rec", mask: 0.3 } }), ["backbone.mask"]);
    assert.deepEqual(paths({ backbone: { kind: "tisasrec", maxGapDays: 7 } }), ["backbone.maxGapDays"]);
  });

  it("names weights by their file, and no training that they take the place of", () => {
    // Sizes that weights have to fit remain switches: the same for both presets here.
    const sizes = { maxLength: 10, specialTokens: 4 };
    const backbone = { kind: "bert4rec", ...sizes, weights: "../../trained/bert.safetensors" };
    for (const preset of ["paper", "official"]) {
      const found = differences(parsed({ preset, backbone }).resolved).filter(({ path }) =>
        path.startsWith("backbone")
      );
      assert.deepEqual(found, [{ path: "backbone.weights", paper: null, value: "../../trained/bert.safetensors" }]);
    }
  });

  it("shows slices that are cut by dates as a whole", () => {
    assert.deepEqual(paths({ slices: { finetune: "2001-01-01", test: "2002-01-01" } }), ["slices"]);
  });
});
