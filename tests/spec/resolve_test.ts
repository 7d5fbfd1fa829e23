import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { type MethodKind, ownOptions } from "../../src/spec/method_types.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { ADAPTER_TRAINING, BCE, LORA, PAPER, REGIONS } from "./paper_settings.ts";
import { parsed, specText, transformer } from "./specs.ts";

describe("parseSpec() on a right spec", () => {
  it("fills the smallest useful form with the paper's settings", () => {
    assert.deepEqual(parsed().resolved, PAPER);
  });

  it("needs a name, a data set, a backbone's kind and methods, nothing else", () => {
    const text =
      '{"name":"ml100k","dataset":"movielens-100k","backbone":{"kind":"sasrec"},"methods":["base","lora",{"kind":"raie","label":"RAIE"}]}';
    assert.deepEqual(parseSpec(text, "a.json").resolved, PAPER);
  });

  it("keeps sections that methods share when no method uses them, so that methods can be left out", () => {
    const text =
      '{"name":"a","dataset":"movielens-100k","backbone":{"kind":"sasrec"},"regions":{"k":5},"methods":["base"]}';
    assert.equal(parseSpec(text, "a.json").resolved.methods[0]!.regions.k, 5);
  });

  it("gives plain JSON", () => {
    for (const preset of ["paper", "official"]) {
      const { resolved } = parsed({ preset });
      assert.deepEqual(JSON.parse(JSON.stringify(resolved)), resolved);
    }
  });

  it("follows the authors' code under the preset official", () => {
    const { backbone, methods, windows } = parsed({ preset: "official" }).resolved;
    assert.deepEqual(windows, { context: 10, stride: 5 });
    assert.deepEqual(backbone.training, {
      ...PAPER.backbone.training,
      epochs: 100,
      rows: "user-tail",
      minPositives: 5,
      negativesOutside: "user",
    });
    assert.deepEqual(methods[2]?.lora, LORA);
    assert.deepEqual(methods[2]?.regions, {
      ...REGIONS,
      gate: { kind: "posterior", beta: 8, deltaMin: 0.05, lambdaNew: -1, a0: 0.5, a1: 0.1 },
      merge: true,
      poolMin: 200,
      replayFrom: "members",
      softCopies: "rounded",
      defaultAdapter: { weightDecay: 0, itemRate: 0.4 },
      training: { ...REGIONS.training, clip: null },
    });
  });

  it("puts what a spec says over what a preset says", () => {
    const { resolved } = parsed({
      preset: "official",
      backbone: { kind: "sasrec", training: { epochs: 7 } },
      regions: { k: 4, gate: { kind: "confidence", gamma: 1 } },
    });
    const { training } = transformer(resolved);
    const { methods } = resolved;
    assert.equal(training.epochs, 7);
    assert.equal(training.rows, "user-tail");
    assert.deepEqual(methods[2]?.regions.gate, {
      kind: "confidence",
      temperature: 0.05,
      tHigh: 0.9,
      tLow: 0.7,
      gamma: 1,
    });
    assert.equal(methods[2]?.regions.poolMin, 200);
  });

  it("gives each backbone the paper's sizes and training", () => {
    const backbone = (kind: string) => parsed({ backbone: { kind } }).resolved.backbone;
    const rows = { rows: "windows", minPositives: 5, negativesOutside: "row" };
    const loss = { kind: "cross-entropy" };
    assert.deepEqual(backbone("bert4rec"), {
      kind: "bert4rec",
      maxLength: 10,
      hidden: 256,
      blocks: 4,
      heads: 4,
      ffn: 1024,
      dropout: 0.1,
      layerNormEps: 1e-12,
      mask: 0.15,
      specialTokens: 4,
      training: { loss, epochs: 5, batch: 32, learningRate: 5e-4, weightDecay: 0.01, clip: null, warmup: 0.1, ...rows },
    });
    assert.deepEqual(backbone("tisasrec"), {
      kind: "tisasrec",
      maxLength: 10,
      hidden: 256,
      blocks: 2,
      heads: 4,
      ffn: 1024,
      dropout: 0.2,
      layerNormEps: 1e-5,
      timeBuckets: 64,
      maxGapDays: 60,
      content: "attended",
      specialTokens: 4,
      training: { loss, epochs: 5, batch: 128, learningRate: 5e-4, weightDecay: 0, clip: null, warmup: 0, ...rows },
    });
  });

  it("trains full as adapters are, but for what it says itself", () => {
    const full = { kind: "full", training: { epochs: 7 } };
    const { methods } =
      parsed({ lora: { training: { batch: 16, learningRate: 1e-3 } }, methods: [full, "lora"] }).resolved;
    const [own, lora] = [ownOptions("full", methods[0]!).training, methods[1]!.lora.training];
    assert.deepEqual(own, { ...lora, epochs: 7 });
    assert.equal(own.batch, 16);
  });

  it("adapts every projection of a backbone with the loss of its kind, where nothing else is said", () => {
    const adapter = (kind: string, lora = {}) => parsed({ backbone: { kind }, lora }).resolved.methods[1]!.lora;
    assert.deepEqual(adapter("bert4rec").targets, ["query", "key", "value", "dense"]);
    assert.deepEqual(adapter("tisasrec").targets, ["Wq", "Wk", "Wv", "Wo", "ffn.0", "ffn.3"]);
    assert.deepEqual(adapter("tisasrec", { targets: ["ffn.3"] }).targets, ["ffn.3"]);
    for (const kind of ["bert4rec", "tisasrec"]) {
      const { methods } = parsed({ backbone: { kind }, methods: ["full", "raie"] }).resolved;
      const [full, raie] = [methods[0]!, methods[1]!];
      assert.deepEqual(ownOptions("full", full).training.loss, { kind: "cross-entropy" });
      assert.deepEqual(raie.lora.training.loss, { kind: "cross-entropy" });
      assert.deepEqual(raie.regions.training.loss, { kind: "cross-entropy" });
      assert.deepEqual(adapter(kind, { training: { loss: { kind: "bce" } } }).training.loss, BCE);
    }
  });

  it("takes weights from a file, its path seen from the spec's folder", () => {
    const backbone = { kind: "tisasrec", weights: "../trained/t.safetensors" };
    assert.equal(
      parseSpec(specText({ backbone }), "/some/where/a.json").resolved.backbone.weights,
      "/some/trained/t.safetensors",
    );
  });

  it("gives each method the paper's options of its own", () => {
    const kinds: readonly MethodKind[] = [
      ...["base", "lora", "raie", "full", "replay", "lwf"] as const,
      ...["ewc", "lsat", "mole", "ebpr", "proximal"] as const,
    ];
    const { methods } = parsed({ methods: kinds, control: false }).resolved;
    assert.deepEqual(Object.fromEntries(methods.map((method) => [method.kind, method.own])), {
      base: {},
      lora: {},
      raie: {},
      full: { training: { loss: BCE, ...ADAPTER_TRAINING, positions: "last" } },
      replay: { ratio: 0.3, rows: "windows" },
      lwf: { temperature: 2, alpha: 0.5, candidates: "two" },
      ewc: { lambda: 5, samples: 1024 },
      lsat: { alpha: 0.6, longEpochs: 1, shortEpochs: 3, rows: "windows" },
      mole: { experts: 3, gateHidden: 128, temperature: 0.7, balance: 0.01 },
      ebpr: { steps: 20, learningRate: 3e-4, batch: 256, negatives: 4, mine: "finetune" },
      proximal: { lambda: 1 },
    });
    for (const [index, kind] of kinds.entries()) {
      assert.equal(ownOptions(kind, methods[index]!), methods[index]!.own);
      assert.throws(() => ownOptions(kind, methods[(index + 1) % kinds.length]!), RangeError);
    }
  });

  it("takes a matched budget, random regions and one adapter for all of them", () => {
    const { budget, methods } = parsed({ budget: "matched", regions: { centres: "random", adapters: "one" } }).resolved;
    assert.equal(budget, "matched");
    assert.deepEqual([methods[2]!.regions.centres, methods[2]!.regions.adapters], ["random", "one"]);
  });

  it("puts a method's own settings over the spec's, for that method alone", () => {
    const { methods } = parsed({
      control: false,
      lora: { rank: 4, alpha: 8 },
      methods: ["lora", { kind: "lora", label: "wide", lora: { rank: 32 } }, {
        kind: "raie",
        lora: { training: { epochs: 9 } },
        regions: { k: 1 },
      }, { kind: "raie", label: "as the spec says" }],
    }).resolved;
    assert.deepEqual(methods.map(({ lora }) => [lora.rank, lora.alpha]), [[4, 8], [32, 8], [4, 8], [4, 8]]);
    assert.deepEqual(methods.map(({ regions }) => regions.k), [3, 3, 1, 3]);
    assert.deepEqual(methods[2]?.options, { lora: { training: { epochs: 9 } }, regions: { k: 1 } });
  });

  it("lets regions train as adapters do where nothing else is said", () => {
    const lora = { itemRate: 0.5, training: { loss: { kind: "cross-entropy" }, epochs: 8, weightDecay: 0.2 } };
    const { regions } = parsed({ lora, regions: { training: { epochs: 2 } } }).resolved.methods[2] ?? assert.fail();
    assert.deepEqual(regions.training, {
      ...ADAPTER_TRAINING,
      loss: { kind: "cross-entropy" },
      epochs: 2,
      weightDecay: 0.2,
      itemRate: 0.5,
    });
    assert.deepEqual(regions.defaultAdapter, { weightDecay: 0.2, itemRate: 0.5 });
  });

  it("gives a loss the defaults of its kind", () => {
    const loss = (kind: string) =>
      parsed({ backbone: { kind: "sasrec", training: { loss: { kind } } } }).resolved.backbone.training.loss;
    assert.deepEqual(loss("gbce"), { kind: "gbce", negatives: 256, t: 0.75 });
    assert.deepEqual(loss("sampled-softmax"), { kind: "sampled-softmax", negatives: 256 });
    assert.deepEqual(loss("cross-entropy"), { kind: "cross-entropy" });
  });

  it("lets ffn follow hidden, and maxLength the windows' context", () => {
    const backbone = transformer(
      parsed({ windows: { context: 30 }, backbone: { kind: "sasrec", hidden: 64 } }).resolved,
    );
    assert.deepEqual([backbone.ffn, backbone.maxLength], [256, 30]);
    const own = transformer(
      parsed({ backbone: { kind: "sasrec", hidden: 64, ffn: 100, maxLength: 50 } }).resolved,
    );
    assert.deepEqual([own.ffn, own.maxLength], [100, 50]);
  });

  it("numbers labels that are taken", () => {
    const entries = ["lora", "lora", { kind: "raie", label: "lora-2" }, "raie"];
    const { methods } = parsed({ methods: entries }).resolved;
    assert.deepEqual(methods.map(({ label }) => label), ["lora", "lora-3", "lora-2", "lora-2 K=1", "raie"]);
  });

  it("takes slices as fractions, as a list of them, and as dates", () => {
    const slices = (value: unknown) => parsed({ slices: value }).resolved.slices;
    assert.deepEqual(slices({ setup: 0.5, finetune: [0.2, 0.1], test: 0.2 }), {
      kind: "fractions",
      setup: 0.5,
      finetune: [0.2, 0.1],
      test: 0.2,
    });
    assert.deepEqual(slices({ finetune: "1970-01-02", test: "1970-01-03T12:00:00Z" }), {
      kind: "dates",
      borders: [86400, 216000],
    });
    assert.deepEqual(slices({ finetune: ["1970-01-02", "1970-01-03"], test: "1970-01-04" }), {
      kind: "dates",
      borders: [86400, 172800, 259200],
    });
  });

  it("takes a data set described in the spec, its path seen from the spec's folder", () => {
    const dataset = { format: "csv", path: "x.csv", columns: { user: "user", item: "item", time: "timestamp" } };
    const text = JSON.stringify({ name: "a", dataset, backbone: { kind: "sasrec" }, methods: ["base"] });
    assert.deepEqual(parseSpec(text, "/some/where/a.json").resolved.dataset, {
      format: "csv",
      path: "/some/where/x.csv",
      columns: { user: "user", item: "item", time: "timestamp" },
      separator: ",",
      badLines: "stop",
    });
  });

  it("takes made-up data", () => {
    const { dataset } = parsed({ dataset: { format: "synthetic", users: 50, seed: 9 }, minRating: undefined }).resolved;
    assert.equal(dataset.format, "synthetic");
    assert.deepEqual([dataset.synthetic?.users, dataset.synthetic?.items, dataset.synthetic?.seed], [50, 400, 9]);
  });

  it("compares with the base, or with the first method where there is none", () => {
    assert.equal(
      parsed({ regions: {}, methods: ["lora", { kind: "base", label: "frozen" }] }).resolved.report.reference,
      "frozen",
    );
    assert.equal(parsed({ methods: ["raie", "lora"] }).resolved.report.reference, "raie");
    assert.equal(parsed({ evaluation: { cutoffs: [20, 5] } }).resolved.report.measure, "Recall@5");
  });

  it("takes a tolerance of a thousandth where one is asked for without a number, and none where nobody asks", () => {
    assert.deepEqual(parsed({ reproduce: {} }).resolved.reproduce, { tolerance: 0.001 });
    assert.deepEqual(parsed({}, ["reproduce.tolerance=0.25"]).resolved.reproduce, { tolerance: 0.25 });
    assert.ok(!("reproduce" in parsed().resolved));
  });
});
