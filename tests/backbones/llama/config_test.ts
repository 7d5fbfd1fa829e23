import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { llamaShapes, readLlamaConfig } from "../../../src/backbones/llama/config.ts";

interface Family {
  readonly config: Readonly<Record<string, unknown>>;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

const fixture = new URL("../../fixtures/backbones/llama/families.json", import.meta.url);
const families = JSON.parse(Deno.readTextFileSync(fixture)) as Readonly<Record<string, Family>>;
const llama = families["llama"]!.config;
const mistral = families["mistral, wide heads"]!.config;
const qwen2 = families["qwen2"]!.config;

const without = (json: Readonly<Record<string, unknown>>, ...names: string[]) =>
  Object.fromEntries(Object.entries(json).filter(([name]) => !names.includes(name)));

describe("llamaShapes()", () => {
  for (const [what, { config, shapes }] of Object.entries(families)) {
    it(`are those of the file that transformers saves: ${what}`, () => {
      const found = llamaShapes(readLlamaConfig(config, "here"));
      assert.deepEqual(found, shapes);
    });
  }
});

describe("readLlamaConfig()", () => {
  it("reads what transformers 5 writes", () => {
    assert.deepEqual(readLlamaConfig(llama, "here"), {
      family: "llama",
      vocabulary: 40,
      hidden: 16,
      layers: 2,
      heads: 4,
      kvHeads: 2,
      headDim: 4,
      ffn: 24,
      normEps: 1e-6,
      rope: { kind: "default", theta: 10000 },
      maxPositions: 64,
      tied: false,
      bias: { qkv: false, out: false, mlp: false },
    });
  });

  it("reads Llama 2's older spelling, and takes heads for the heads of keys where there are none", () => {
    const json = {
      ...without(llama, "head_dim", "num_key_value_heads", "rope_parameters", "tie_word_embeddings", "mlp_bias"),
      pretraining_tp: 4,
      rope_scaling: null,
      rms_norm_eps: 1e-5,
      torch_dtype: "float16",
    };
    const config = readLlamaConfig(json, "here");
    assert.deepEqual([config.kvHeads, config.headDim, config.normEps, config.tied], [4, 4, 1e-5, false]);
    assert.deepEqual(config.rope, { kind: "default", theta: 10000 });
    assert.equal(readLlamaConfig({ ...qwen2, num_key_value_heads: null }, "here").kvHeads, 4);
  });

  it("takes Qwen2's windows for none where they are switched off", () => {
    const json = { ...qwen2, sliding_window: 131072, max_window_layers: 1, use_sliding_window: false };
    assert.deepEqual(readLlamaConfig(json, "here"), readLlamaConfig(qwen2, "here"));
  });

  it("has a bias for queries, keys and values of Qwen2 alone, whatever its file says", () => {
    const bias = { qkv: true, out: false, mlp: false };
    assert.deepEqual(readLlamaConfig({ ...qwen2, attention_bias: false }, "here").bias, bias);
    assert.deepEqual(readLlamaConfig({ ...mistral, attention_bias: true }, "here").bias, { ...bias, qkv: false });
  });

  const layers = { layer_types: ["full_attention", "sliding_attention"] };
  const wrong: readonly [string, unknown, RegExp][] = [
    [
      "another architecture",
      { ...llama, architectures: ["GemmaForCausalLM"] },
      /^Cannot use checkpoint here: its architecture is "GemmaForCausalLM", wanted one of LlamaForCausalLM, Qwen2ForCau/,
    ],
    ["an architecture of every object", { ...llama, architectures: ["constructor"] }, /architecture is "constructor"/],
    ["no architecture", without(llama, "architectures"), /its architecture is missing/],
    [
      "two architectures",
      { ...llama, architectures: ["LlamaForCausalLM", "B"] },
      /architecture is \["LlamaForCausalLM"/,
    ],
    ["a model without the output rows", { ...llama, architectures: ["LlamaModel"] }, /architecture is "LlamaModel"/],
    [
      "another model_type",
      { ...llama, model_type: "qwen2" },
      /its model_type is "qwen2", wanted "llama" as of LlamaFor/,
    ],
    ["another activation", { ...llama, hidden_act: "gelu" }, /its hidden_act is "gelu", wanted "silu"/],
    [
      "quantised weights",
      { ...llama, quantization_config: { bits: 4 } },
      /quantization_config is \{"bits":4\}, wanted none/,
    ],
    ["sliding windows", { ...qwen2, use_sliding_window: true }, /its use_sliding_window is true, wanted false/],
    ["Mistral's sliding window", { ...mistral, sliding_window: 4096 }, /its sliding_window is 4096, wanted null/],
    ["Mistral's sliding window left out", without(mistral, "sliding_window"), /sliding_window is missing, wanted null/],
    [
      "layers of another attention",
      { ...qwen2, ...layers },
      /its layer_types is \["full_attention","sliding_attention"\]/,
    ],
    [
      "heads that share no keys evenly",
      { ...llama, num_key_value_heads: 3 },
      /heads is 4, wanted a multiple of num_key_v/,
    ],
    [
      "Qwen2 with keys left out",
      without(qwen2, "num_key_value_heads"),
      /is 4, wanted a multiple of num_key_value_heads, 32/,
    ],
    ["more heads of keys", { ...llama, num_key_value_heads: 8 }, /num_attention_heads is 4, wanted a multiple/],
    ["odd heads", { ...llama, head_dim: 5 }, /its head_dim is 5, wanted an even number, found 5/],
    [
      "heads that do not fit",
      { ...without(llama, "head_dim"), hidden_size: 18 },
      /hidden_size is 18, wanted a multiple of/,
    ],
    [
      "heads that are too wide together",
      { ...llama, head_dim: 2 ** 20 },
      /head_dim is 1048576, wanted 1048576 at most/,
    ],
    ["a width of zero", { ...llama, hidden_size: 0 }, /its hidden_size is 0, wanted a whole number from 1 to 1048576/],
    ["a width beyond all", { ...llama, intermediate_size: 2 ** 40 }, /its intermediate_size is 1099511627776, wanted/],
    ["a width that is not whole", { ...llama, hidden_size: 16.5 }, /its hidden_size is 16.5/],
    ["a width that is text", { ...llama, hidden_size: "16" }, /its hidden_size is "16"/],
    ["a width that is missing", without(llama, "intermediate_size"), /its intermediate_size is missing/],
    ["layers beyond all", { ...llama, num_hidden_layers: 1001 }, /its num_hidden_layers is 1001, wanted .* to 1000/],
    ["tokens beyond all", { ...llama, vocab_size: 2 ** 24 + 1 }, /its vocab_size is 16777217/],
    ["positions below zero", { ...llama, max_position_embeddings: -1 }, /its max_position_embeddings is -1/],
    ["an epsilon of zero", { ...llama, rms_norm_eps: 0 }, /its rms_norm_eps is 0, wanted a number above 0 to 1/],
    [
      "a flag that is text",
      { ...llama, tie_word_embeddings: "false" },
      /tie_word_embeddings is "false", wanted true or f/,
    ],
    ["a list", [llama], /config.json is \[\{.*, wanted an object/],
    ["null", null, /config.json is null, wanted an object/],
  ];
  for (const [what, json, message] of wrong) {
    it(`refuses ${what}`, () => {
      assert.throws(() => readLlamaConfig(json, "here"), (error) => {
        assert.equal((error as Error).name, "CheckpointError");
        assert.match((error as Error).message, /^Cannot use checkpoint here: /);
        assert.match((error as Error).message, message);
        return true;
      });
    });
  }
});
