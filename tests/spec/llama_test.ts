/** A language model as backbone: its settings, what is wrong with some, and what is said of it. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { describe as words } from "../../src/spec/describe.ts";
import { differences } from "../../src/spec/differences.ts";
import { ownOptions } from "../../src/spec/method_types.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { portableSpec } from "../../src/spec/portable.ts";
import { searchPaths } from "../../src/spec/search_paths.ts";
import { parseExperiment } from "../../src/spec/sweep.ts";
import { LLAMA } from "./paper_settings.ts";
import { issuesOf, llama, parsed, SMALLEST, specText } from "./specs.ts";

const FOLDER = "../checkpoints/Llama-2-7b-hf";
const backbone = (more: Record<string, unknown> = {}) => ({ kind: "llama", checkpoint: FOLDER, ...more });
const resolved = (own: Record<string, unknown> = {}, more: Record<string, unknown> = {}) =>
  parsed({ backbone: backbone(own), ...more }).resolved;

/** The paper's regions on its language model. */
const PAPER_K = { regions: { k: 5 } };
const SEARCH = { kind: "grid", trials: 8, seed: 1, validation: 0.2 } as const;

describe("a language model as backbone", () => {
  it("has the paper's settings, and a checkpoint seen from the spec's folder", () => {
    assert.deepEqual(llama(parseSpec(specText({ backbone: backbone() }), "/some/where/a.json").resolved), {
      ...LLAMA,
      checkpoint: "/some/checkpoints/Llama-2-7b-hf",
      checkpointWritten: FOLDER,
    });
  });

  it("may be made up, of sizes that are given or usual", () => {
    const usual = { hidden: 64, layers: 2, heads: 4, kvHeads: 2, ffn: 172, tied: false, seed: 1 };
    const { checkpoint, ...rest } = llama(resolved({ checkpoint: { layers: 3 } }));
    assert.deepEqual(checkpoint, { ...usual, layers: 3 });
    assert.equal("checkpointWritten" in rest, false);
    const set = parsed({ backbone: backbone({ checkpoint: {} }) }, ["backbone.checkpoint.tied=true"]).resolved;
    assert.deepEqual(llama(set).checkpoint, { ...usual, tied: true });
  });

  it("gives adapters its maps, its loss, and its batch, rate and warm-up", () => {
    const { methods } = resolved({ training: { batch: 8 } }, { methods: ["full", "lora", "raie"] });
    const training = {
      ...{ loss: { kind: "cross-entropy" }, epochs: 3, batch: 32, learningRate: 2e-4 },
      ...{ weightDecay: 0.01, clip: 1, warmup: 0.05 },
    };
    assert.deepEqual(ownOptions("full", methods[0]!).training, { ...training, positions: "last" });
    assert.deepEqual(methods[1]!.lora.training, { ...training, positions: "last" });
    assert.deepEqual(methods[1]!.lora.targets, LLAMA.lora.targets);
    assert.deepEqual(methods[2]!.regions.training, { ...training, itemRate: 1 });
  });

  it("has five regions where nothing is said", () => {
    assert.equal(resolved({}, { regions: {}, methods: ["raie"] }).methods[0]!.regions.k, 5);
  });

  it("lets a spec say otherwise", () => {
    const { batch, learningRate, warmup, loss } =
      resolved({}, { lora: { training: { batch: 16, warmup: 0, loss: { kind: "bce" } } } }).methods[1]!.lora.training;
    assert.deepEqual([batch, learningRate, warmup], [16, 2e-4, 0]);
    assert.deepEqual(loss, { kind: "bce", negatives: 1 });
  });

  it("takes adapters on single layers, as many as a made-up model has, and any below 1000 of a folder's", () => {
    const on = (checkpoint: unknown, layer: number) => {
      const fields = { backbone: backbone({ checkpoint }), lora: { targets: [`model.layers.${layer}.mlp.up_proj`] } };
      return () => parsed(fields);
    };
    assert.doesNotThrow(on(FOLDER, 999));
    assert.throws(on(FOLDER, 1000), /lora\.targets must be projections of llama/);
    assert.doesNotThrow(on({ layers: 3 }, 2));
    assert.throws(on({ layers: 3 }, 3), /lora\.targets must be projections of llama/);
  });

  it("is saved with its checkpoint as the spec has it, and no path of the machine's", () => {
    const saved = portableSpec(resolved());
    assert.equal(llama(saved).checkpoint, FOLDER);
    assert.equal("checkpointWritten" in saved.backbone, false);
    assert.deepEqual(portableSpec(saved), saved);
    for (const path of ["/models/me/Llama-2-7b-hf", "/models/me/Llama-2-7b-hf/", "C:\\me\\Llama-2-7b-hf"]) {
      assert.equal(llama(portableSpec(resolved({ checkpoint: path }))).checkpoint, "Llama-2-7b-hf");
    }
  });

  it("may be searched and swept below its adapter, its training and its prompt", () => {
    const space = { "backbone.lora.rank": [4, 16], "backbone.training.learningRate": [1e-4, 3e-4] };
    const spec = resolved({}, { search: { space } });
    const { paths, problems } = searchPaths(spec.search!, spec, true);
    assert.deepEqual([paths.map(({ path }) => path), problems], [Object.keys(space), []]);
    const sweep = { "backbone.training.itemRate": [1, 5], "backbone.checkpoint": [FOLDER, { layers: 1 }] };
    const { specs } = parseExperiment(specText({ backbone: backbone(), sweep }), "/specs/a.json");
    assert.deepEqual(
      specs.map((one) => [llama(one).training.itemRate, typeof llama(one).checkpoint]),
      [[1, "string"], [1, "object"], [5, "string"], [5, "object"]],
    );
  });

  it("keeps its checkpoint, sizes included, throughout a search", () => {
    for (const path of ["backbone.checkpoint", "backbone.checkpoint.hidden"]) {
      const { problems } = searchPaths({ ...SEARCH, space: { [path]: [32] } }, resolved({ checkpoint: {} }), true);
      const message = `search.space cannot vary ${path}: that would be another experiment; use sweep.`;
      assert.deepEqual(problems.map((problem) => problem.message), [message]);
    }
  });
});

describe("what is said of a language model", () => {
  const sentence = (own: Record<string, unknown> = {}, more: Record<string, unknown> = {}) =>
    words(resolved(own, more)).find((one) => one.startsWith("The backbone"));
  const adapters = "q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj and down_proj";

  it("is where it comes from, how it is prompted, and how it learns the items", () => {
    assert.equal(
      sentence(),
      `The backbone is a language model of the Llama family (checkpoint ${FOLDER}), prompted with the last 10 items as OpenP5 does, "Here is the purchase history of user_{user}: item {items}. I wonder what is the next recommended item for the user. Answer:"; an adapter of rank 8 on ${adapters} and a new row for every item are trained on all windows of S for 3 epochs with cross-entropy over the catalogue; then it is frozen, and all methods share it.`,
    );
    assert.equal(
      sentence(
        { checkpoint: { layers: 1 }, prompt: "{items}", lora: { targets: ["v_proj"] }, training: { epochs: 1 } },
        { windows: { context: 1 } },
      ),
      'The backbone is a language model of the Llama family (random weights, width 64, 1 layer, 4 heads), prompted with the last item in words of this spec\'s own, "{items}"; an adapter of rank 8 on v_proj and a new row for every item are trained on all windows of S for 1 epoch with cross-entropy over the catalogue; then it is frozen, and all methods share it.',
    );
  });

  it("names no folder of the machine's", () => {
    assert.match(sentence({ checkpoint: "/models/me/Llama-2-7b-hf" }) ?? "", /\(checkpoint Llama-2-7b-hf\)/);
  });

  it("is no difference from the paper where it is the paper's, however much memory it takes", () => {
    const paths = (own: Record<string, unknown>) => differences(resolved(own, PAPER_K)).map(({ path }) => path);
    for (const checkpoint of [FOLDER, "/models/Llama-2-7b-hf/", "llama-2-7b"]) {
      assert.deepEqual(paths({ checkpoint, checkpointing: true, accumulation: 8 }), [], checkpoint);
    }
    assert.deepEqual(paths({ maxLength: 256, lora: { rank: 4 }, training: { itemRate: 2 } }), [
      "backbone.maxLength",
      "backbone.lora.rank",
      "backbone.training.itemRate",
    ]);
  });

  it("is one where the model is another", () => {
    const of = (checkpoint: unknown) => differences(resolved({ checkpoint }, PAPER_K));
    assert.deepEqual(of("../TinyLlama"), [
      { path: "backbone.checkpoint", paper: "Llama-2-7b-hf", value: "../TinyLlama" },
    ]);
    assert.deepEqual(of({}).map(({ path, value }) => [path, (value as { hidden: number }).hidden]), [
      ["backbone.checkpoint", 64],
    ]);
  });
});

describe("a language model that cannot be", () => {
  const wrong: readonly (readonly [string, Record<string, unknown>, Record<string, unknown>, string, string])[] = [
    ["no checkpoint", { checkpoint: undefined }, {}, "/backbone", 'backbone needs the field "checkpoint".'],
    [
      "a checkpoint of another kind",
      { checkpoint: 7 },
      {},
      "/backbone/checkpoint",
      "backbone.checkpoint must be text, or an object: found 7.",
    ],
    ["no folder", { checkpoint: "" }, {}, "/backbone/checkpoint", 'backbone.checkpoint must be text: found "".'],
    [
      "weights beside it",
      { weights: "a.safetensors" },
      {},
      "/backbone/weights",
      'backbone has no field "weights": its fields are "kind", "checkpoint", "maxLength", "prompt", "checkpointing", "accumulation", "lora" and "training".',
    ],
    [
      "an adapter with rows of its own",
      { lora: { itemRows: "none" } },
      {},
      "/backbone/lora/itemRows",
      'backbone.lora has no field "itemRows": its fields are "rank", "alpha", "dropout", "targets" and "init".',
    ],
    [
      "heads that share no state",
      { checkpoint: { hidden: 64, heads: 6, kvHeads: 3 } },
      {},
      "/backbone/checkpoint/heads",
      "backbone.checkpoint.hidden must be an even multiple of backbone.checkpoint.heads, since positions turn pairs of a head's numbers: found 64 and 6.",
    ],
    [
      "heads of odd width",
      { checkpoint: { hidden: 20 } },
      {},
      "/backbone/checkpoint/hidden",
      "backbone.checkpoint.hidden must be an even multiple of backbone.checkpoint.heads, since positions turn pairs of a head's numbers: found 20 and 4.",
    ],
    [
      "groups of heads that are not alike",
      { checkpoint: { kvHeads: 3 } },
      {},
      "/backbone/checkpoint/kvHeads",
      "backbone.checkpoint.heads must be a multiple of backbone.checkpoint.kvHeads: found 4 and 3.",
    ],
    [
      "a prompt without items",
      { prompt: "user_{user}:" },
      {},
      "/backbone/prompt",
      "backbone.prompt cannot be filled in: {items} is missing.",
    ],
    [
      "a prompt that wants more",
      { prompt: "{name} has {items}" },
      {},
      "/backbone/prompt",
      'backbone.prompt cannot be filled in: unknown placeholder "{name}", known are {user} and {items}.',
    ],
    [
      "parts without a row",
      { accumulation: 33 },
      {},
      "/backbone/accumulation",
      "backbone.accumulation must be at most backbone.training.batch, since a part has at least one row: found 33 and 32.",
    ],
    [
      "an adapter on what it has not",
      { lora: { targets: ["v_proj", "out_proj"] } },
      {},
      "/backbone/lora/targets/1",
      `backbone.lora.targets must be projections of llama, "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj" and "down_proj": found "out_proj". Did you mean "o_proj"?`,
    ],
    [
      "a loss at every position",
      {},
      { lora: { training: { positions: "all" } } },
      "/lora/training/positions",
      'lora.training.positions must be "last" with llama, which predicts the next item at the end of its prompt alone: found "all".',
    ],
    [
      "the same in full fine-tuning",
      {},
      { methods: [{ kind: "full", training: { positions: "all" } }], regions: undefined },
      "/methods/0/training/positions",
      'methods.0.training.positions must be "last" with llama, which predicts the next item at the end of its prompt alone: found "all".',
    ],
    [
      "rows of its own in a method",
      {},
      { methods: [{ kind: "replay", rows: "backbone" }] },
      "/methods/0/rows",
      'methods.0.rows must be "windows" with llama, whose own training rows are prompts, made of those windows: found "backbone".',
    ],
    ...["official", "tuned"].map((
      preset,
    ): [string, Record<string, unknown>, Record<string, unknown>, string, string] => [
      `the preset ${preset}`,
      {},
      { preset },
      "/preset",
      `preset "${preset}" has no settings for the backbone llama: use "paper".`,
    ]),
  ];
  for (const [what, own, more, pointer, message] of wrong) {
    it(`is refused: ${what}`, () => {
      const issues = issuesOf(JSON.stringify({ ...SMALLEST, backbone: backbone(own), ...more }));
      assert.deepEqual(issues.map((issue) => [issue.pointer, issue.message]), [[pointer, message]]);
    });
  }

  it("is cut where a message repeats a long prompt", () => {
    const [issue] = issuesOf(specText({ backbone: backbone({ prompt: `{${"x".repeat(9000)}} {items}` }) }));
    assert.ok(issue!.message.length < 300, issue!.message);
  });
});
