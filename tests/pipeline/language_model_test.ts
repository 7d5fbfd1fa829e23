import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { encodeSafetensors } from "../../src/adapters/safetensors.ts";
import { readLlamaConfig } from "../../src/backbones/llama/config.ts";
import { llamaShapes } from "../../src/backbones/llama/config.ts";
import { madeUpTokenizer } from "../../src/backbones/llama/made_up_tokenizer.ts";
import { DataError } from "../../src/data/errors.ts";
import type { SlicedData } from "../../src/data/types.ts";
import { openEngine } from "../../src/engine/open.ts";
import type { PlainTensors } from "../../src/engine/plain_tensor.ts";
import { stream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import { openLanguageModel } from "../../src/pipeline/language_model.ts";
import { backboneStage } from "../../src/pipeline/stages.ts";
import type { LlamaSpec } from "../../src/spec/types.ts";
import { llama, parsed } from "../spec/specs.ts";

const CONFIG = {
  architectures: ["LlamaForCausalLM"],
  ...{ model_type: "llama", vocab_size: 400, hidden_size: 8, intermediate_size: 12, num_hidden_layers: 2 },
  ...{ num_attention_heads: 2, num_key_value_heads: 1, max_position_embeddings: 64 },
};
const PROMPT = "user_{user} bought {items}. Next:";
const ITEMS = 6;
const data = { catalogue: { size: ITEMS }, userIds: ["a", "b", "c"] } as unknown as SlicedData;

/** A checkpoint's folder with weights of deviation .5 in the token table, 2 in the output rows and 1 elsewhere. */
function writeCheckpoint(folder: string, config: Record<string, unknown> = CONFIG): void {
  const tensors: Record<string, PlainTensors[string]> = {};
  for (const [name, shape] of Object.entries(llamaShapes(readLlamaConfig(CONFIG, "here")))) {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const deviation = name.startsWith("lm_head") ? 2 : name.includes("embed") ? 0.5 : 1;
    stream(1, name).fillNormal(values, deviation);
    tensors[name] = { shape, values };
  }
  Deno.writeTextFileSync(join(folder, "config.json"), JSON.stringify(config));
  Deno.writeTextFileSync(join(folder, "tokenizer.json"), JSON.stringify(madeUpTokenizer(PROMPT)));
  Deno.writeFileSync(join(folder, "model.safetensors"), encodeSafetensors(tensors));
}

const deviation = (values: Float32Array) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

describe("openLanguageModel()", () => {
  let engine: Engine, folder: string;
  beforeAll(async () => {
    engine = await openEngine("cpu");
    folder = Deno.makeTempDirSync();
    writeCheckpoint(folder);
  });
  afterAll(() => {
    engine.close();
    Deno.removeSync(folder, { recursive: true });
  });

  const specOf = (more: Partial<LlamaSpec> = {}): LlamaSpec => ({
    ...llama(parsed({ backbone: { kind: "llama", checkpoint: {} } }).resolved),
    ...{ checkpoint: folder, prompt: PROMPT },
    ...more,
  });
  const open = (more: Partial<LlamaSpec> = {}, context = 3, purpose: "run" | "plan" = "run") =>
    openLanguageModel(specOf(more), data, context, purpose);
  /** What a copy of the folder with one change is refused for. */
  async function refused(change: (folder: string) => void, more: Partial<LlamaSpec> = {}): Promise<string> {
    const other = Deno.makeTempDirSync();
    let said = "";
    try {
      writeCheckpoint(other);
      change(other);
      await assert.rejects(() => open({ checkpoint: other, ...more }), (error) => {
        assert.ok(error instanceof DataError, String(error));
        said = error.message.replaceAll(other, "DIR");
        return true;
      });
    } finally {
      Deno.removeSync(other, { recursive: true });
    }
    return said;
  }

  it("draws items' rows by the seed with the deviation of the checkpoint's own rows, those that are read and those that are scored", async () => {
    const language = await open();
    const [one, same, other] = await Promise.all([1, 1, 2].map((seed) => language.load(seed)));
    const rows = (parameters: Record<string, tf.Tensor>, name: string) => parameters[name]!.dataSync() as Float32Array;
    const [read, scored] = ["model.embed_tokens.weight", "lm_head.weight"];
    assert.deepEqual(one![read]!.shape, [400 + ITEMS, 8]);
    assert.deepEqual(one![scored]!.shape, [1 + ITEMS, 8]);
    const fresh = rows(one!, read).subarray(400 * 8);
    // 48 draws: their deviation is within a third of what they were drawn with, but for a chance of thousandths.
    assert.ok(Math.abs(deviation(fresh) / 0.5 - 1) < 1 / 3, `${deviation(fresh)}`);
    assert.ok(Math.abs(deviation(rows(one!, scored).subarray(8)) / 2 - 1) < 1 / 3);
    assert.deepEqual(rows(same!, read), rows(one!, read));
    assert.notDeepEqual(rows(other!, read).subarray(400 * 8), fresh);
    assert.deepEqual(rows(other!, read).subarray(0, 400 * 8), rows(one!, read).subarray(0, 400 * 8));
    tf.dispose([one!, same!, other!]);
  });

  it("makes up a model whose weights are the same for all seeds but for the items' rows", async () => {
    const checkpoint = { ...{ hidden: 8, layers: 1, heads: 2, kvHeads: 1, ffn: 12, tied: true }, seed: 3 };
    const language = await open({ checkpoint });
    const [one, two] = await Promise.all([1, 2].map((seed) => language.load(seed)));
    for (const name of Object.keys(language.backbone.shapes)) {
      const [a, b] = [one![name]!.dataSync(), two![name]!.dataSync()];
      if (name !== language.backbone.itemTable) assert.deepEqual(a, b, name);
      else assert.deepEqual(a.subarray(0, -ITEMS * 8), b.subarray(0, -ITEMS * 8));
    }
    assert.notEqual(
      (await open({ checkpoint: { ...checkpoint, seed: 4 } })).checkpoint.sha256,
      language.checkpoint.sha256,
    );
    tf.dispose([one!, two!]);
  });

  it("refuses a folder with what is wrong in it, naming both", async () => {
    const remove = (name: string) => (folder: string) => Deno.removeSync(join(folder, name));
    const write = (name: string, text: string) => (folder: string) => Deno.writeTextFileSync(join(folder, name), text);
    const cases: readonly (readonly [(folder: string) => void, RegExp])[] = [
      [remove("config.json"), /config\.json/],
      [remove("tokenizer.json"), /tokenizer\.json is missing/],
      [remove("model.safetensors"), /wanted safetensors: model\.safetensors/],
      [write("tokenizer.json", "{"), /tokenizer\.json/],
      [write("config.json", JSON.stringify({ ...CONFIG, architectures: ["GemmaForCausalLM"] })), /"GemmaForCausalLM"/],
      [write("config.json", JSON.stringify({ ...CONFIG, hidden_size: 16 })), /is \[400,8\], wanted \[400,16\]/],
      [write("config.json", JSON.stringify({ ...CONFIG, vocab_size: 10 })), /./],
    ];
    for (const [change, why] of cases) {
      const said = await refused(change);
      assert.match(said, /^Cannot use backbone\.checkpoint DIR: /);
      assert.match(said, why);
    }
    await assert.rejects(open({ checkpoint: join(folder, "nowhere") }), /Cannot use backbone\.checkpoint .*nowhere/);
  });

  it("refuses prompts that are longer than allowed, by the spec or by the checkpoint", async () => {
    const { prompt } = await open();
    assert.ok(prompt.shared < prompt.places);
    await assert.rejects(open({ maxLength: prompt.places - 1 }), {
      message: `Cannot prompt with 3 items: found ${prompt.places} tokens, wanted backbone.maxLength, ${
        prompt.places - 1
      }, at most; a smaller windows.context or a shorter backbone.prompt takes fewer`,
    });
    await assert.rejects(open({ maxLength: 512 }, 40), /wanted the checkpoint's max_position_embeddings, 64, at most/);
  });

  it("plans without tokenizer and weights, and says so", async () => {
    const other = Deno.makeTempDirSync();
    Deno.writeTextFileSync(join(other, "config.json"), JSON.stringify(CONFIG));
    const { notes, backbone } = await open({ checkpoint: other }, 3, "plan");
    Deno.removeSync(other, { recursive: true });
    assert.deepEqual(notes.map((note) => note.replace(/:.*/s, "")), [
      "The checkpoint is planned without its tokenizer, and does not run",
      "The checkpoint is planned without its weights, and does not run",
    ]);
    assert.equal(backbone.projections.length, 14);
    assert.deepEqual((await open({}, 3, "plan")).notes, []);
  });

  it("is known by its files and its prompt, wherever it lies", async () => {
    const other = Deno.makeTempDirSync();
    writeCheckpoint(other);
    const [here, there] = [await open(), await open({ checkpoint: other })];
    assert.equal(there.checkpoint.sha256, here.checkpoint.sha256);
    Deno.writeTextFileSync(join(other, "tokenizer_config.json"), JSON.stringify({ add_bos_token: false }));
    assert.notEqual((await open({ checkpoint: other })).checkpoint.sha256, here.checkpoint.sha256);
    Deno.removeSync(other, { recursive: true });
    const { resolved } = parsed({ backbone: { kind: "llama", checkpoint: {} } });
    const stage = (backbone: LlamaSpec) =>
      JSON.stringify(backboneStage({ ...resolved, backbone }, "data", 1, "engine", { checkpoint: "files" }));
    assert.equal(stage(specOf({ checkpoint: "/a", checkpointWritten: "a" })), stage(specOf({ checkpoint: "/b" })));
    assert.notEqual(stage(specOf({ prompt: "{items}" })), stage(specOf()));
  });
});
