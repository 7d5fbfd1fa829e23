import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "@std/testing/bdd";
import { readCheckpointConfig } from "../../src/adapters/checkpoint_config.ts";
import { checkpointDigest } from "../../src/adapters/checkpoint_digest.ts";
import { requireCheckpointTensors } from "../../src/adapters/checkpoint_tensors.ts";
import { rowBlocks, standardDeviation } from "../../src/adapters/row_blocks.ts";
import { openTensors } from "../../src/adapters/safetensors_reader.ts";
import { llamaShapes, readLlamaConfig } from "../../src/backbones/llama/config.ts";
import { withFolder } from "../data/files.ts";
import { fileOf, floats, type RawTensor, writeFolder } from "./checkpoint_floats.ts";

const fixtures = new URL("../fixtures/", import.meta.url);
const pathOf = (name: string) => fileURLToPath(new URL(name, fixtures));
const [LLAMA, SHARDS] = [pathOf("conformance/llama/model"), pathOf("adapters/checkpoints/shards")];

const SIZES = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  vocab_size: 5,
  hidden_size: 4,
  intermediate_size: 6,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  max_position_embeddings: 8,
};
const [TABLE, OUTPUT] = ["model.embed_tokens.weight", "lm_head.weight"];

/** Requires the tensors of a config with these changes; undefined leaves one out. */
async function require(more: object, changed: Readonly<Record<string, RawTensor | undefined>>): Promise<void> {
  const config = readLlamaConfig({ ...SIZES, ...more }, "x");
  const made = Object.entries(llamaShapes(config)).map(([name, shape]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return [name, floats(shape, ...Array.from({ length: count }, (_, at) => at / 8))] as const;
  });
  const tensors = Object.entries({ ...Object.fromEntries(made), ...changed }).filter(([, tensor]) => tensor);
  await withFolder(async (folder) => {
    writeFolder(folder, { "model.safetensors": fileOf(Object.fromEntries(tensors) as Record<string, RawTensor>) });
    const source = await openTensors(folder);
    try {
      await requireCheckpointTensors(source, config);
    } finally {
      source.close();
    }
  });
}

describe("readCheckpointConfig()", () => {
  it("refuses a folder without config.json, and one that is none, too large or says things twice", () =>
    withFolder(async (folder) => {
      const refused = (message: RegExp) =>
        assert.rejects(readCheckpointConfig(folder), (error) => {
          assert.equal((error as Error).name, "CheckpointError");
          assert.ok((error as Error).message.startsWith(`Cannot use checkpoint ${folder}: `));
          assert.match((error as Error).message, message);
          return true;
        });
      await refused(/it has no config\.json/);
      const text = (json: string) => writeFolder(folder, { "config.json": new TextEncoder().encode(json) });
      text("{");
      await refused(/its config\.json is not JSON/);
      text(`{"hidden_size": 8, "hidden_size": 16}`);
      await refused(/its config\.json names "hidden_size" twice/);
      text(" ".repeat(2_000_000));
      await refused(/it has 2000000 bytes, wanted at most 1000000/);
      text("[]");
      await refused(/config\.json is \[\], wanted an object/);
    }));
});

describe("requireCheckpointTensors()", () => {
  it("takes what transformers saves", async () => {
    for (const folder of [LLAMA, pathOf("conformance/llama/model_bf16"), SHARDS]) {
      const source = await openTensors(folder);
      await requireCheckpointTensors(source, await readCheckpointConfig(folder));
      source.close();
    }
  });

  const table = floats([5, 4], ...Array.from({ length: 20 }, (_, at) => at / 8));
  const other = floats([5, 4], ...Array.from({ length: 20 }, (_, at) => at === 19 ? 1 : at / 8));
  const tied = { tie_word_embeddings: true };

  it("passes over frequencies, and over a tied model's output rows that are the table's", async () => {
    await require({}, { "model.layers.0.self_attn.rotary_emb.inv_freq": floats([1], 1) });
    await require(tied, {});
    await require(tied, { [OUTPUT]: table });
  });

  const wrong: readonly [string, object, Readonly<Record<string, RawTensor | undefined>>, RegExp][] = [
    [
      "a missing tensor",
      {},
      { "model.norm.weight": undefined },
      /its tensor "model\.norm\.weight" is missing, wanted \[4\]/,
    ],
    ["missing output rows", {}, { [OUTPUT]: undefined }, /"lm_head\.weight" is missing, wanted \[5,4\]/],
    ["another shape", {}, { [TABLE]: floats([4, 5], ...table.bytes.subarray(0, 20)) }, /is \[4,5\], wanted \[5,4\]/],
    ["another count of axes", {}, { "model.norm.weight": floats([4, 1], 1, 1, 1, 1) }, /is \[4,1\], wanted \[4\]/],
    [
      "a tensor that is not known",
      {},
      { "model.norm.bias": floats([1], 1) },
      /its tensor "model\.norm\.bias" is none that llama/,
    ],
    [
      "output rows beside a table they should be tied to",
      tied,
      { [OUTPUT]: other },
      /tie_word_embeddings is true, and "lm_h/,
    ],
    [
      "tied output rows of another shape",
      tied,
      { [OUTPUT]: floats([1], 1) },
      /"lm_head\.weight" is \[1\], wanted \[5,4\]/,
    ],
  ];
  for (const [what, more, changed, message] of wrong) {
    it(`refuses ${what}`, () => assert.rejects(require(more, changed), { name: "CheckpointError", message }));
  }
});

describe("checkpointDigest()", () => {
  // By GNU coreutils: sha256sum config.json *.safetensors | sha256sum
  const SUMS = [
    [LLAMA, 101758, "067b9bf260e1ec021e44c770f76fe1672e6f8e400a685cbb54d6a86b32a21fe2"],
    [SHARDS, 5807, "0ffc257a63c7c3656cb5fafe56773eb96ee4cb1be9704d06d64a48c6bb625306"],
  ] as const;

  it("is that of sha256sum's list", async () => {
    for (const [folder, bytes, sha256] of SUMS) {
      const found = await checkpointDigest(folder);
      assert.deepEqual([found.bytes, found.sha256], [bytes, sha256]);
    }
  });

  it("is another for another tokenizer, and refuses a folder without config.json", () =>
    withFolder(async (folder) => {
      writeFolder(folder, { "config.json": SIZES, "model.safetensors": fileOf({ w: floats([1], 1) }) });
      const sums = [await checkpointDigest(folder)];
      for (const tokenizer of ["one", "two"]) {
        writeFolder(folder, { "tokenizer.json": tokenizer });
        sums.push(await checkpointDigest(folder));
      }
      writeFolder(folder, { "tokenizer_config.json": "three" });
      sums.push(await checkpointDigest(folder));
      assert.equal(new Set(sums.map(({ sha256 }) => sha256)).size, 4);
      assert.deepEqual(sums[2]!.files.map(({ name }) => name), ["config.json", "tokenizer.json", "model.safetensors"]);
      Deno.removeSync(join(folder, "config.json"));
      await assert.rejects(checkpointDigest(folder), { name: "DataError", message: /Cannot open .*config\.json/ });
    }));
});

describe("standardDeviation()", () => {
  const expected = JSON.parse(Deno.readTextFileSync(pathOf("adapters/checkpoints/expected.json"))).deviations;
  const close = (found: number, wanted: number) =>
    assert.ok(Math.abs(found / wanted - 1) < 1e-12, `${found}, ${wanted}`);

  it("is NumPy's, of a table and of numbers whose squares are too large for float32", async () => {
    for (
      const [folder, name, wanted] of [
        [LLAMA, TABLE, expected.table],
        [pathOf("adapters/checkpoints/floats"), "f16", expected.f16],
      ]
    ) {
      const source = await openTensors(folder);
      close(await standardDeviation(rowBlocks(source, name)), wanted);
      source.close();
    }
  });

  it("is NumPy's far from zero, in blocks of any size", async () => {
    const far = Float32Array.from({ length: 3000 }, (_, at) => 1000 + at % 7 / 8);
    for (const size of [1, 7, 1000, 3000]) {
      const blocks = Array.from(
        { length: Math.ceil(3000 / size) },
        (_, at) => far.subarray(at * size, (at + 1) * size),
      );
      close(await standardDeviation([new Float32Array(0), ...blocks]), expected.far);
    }
    await assert.rejects(standardDeviation([]), RangeError);
  });
});

describe("rowBlocks()", () => {
  it("passes over every row once, or over those that are asked for", () =>
    withFolder(async (folder) => {
      const [rows, width] = [5000, 1000];
      const values = Float32Array.from({ length: rows * width }, (_, at) => Math.floor(at / width));
      const bytes = new Uint8Array(values.buffer);
      writeFolder(folder, { "model.safetensors": fileOf({ w: { dtype: "F32", shape: [rows, width], bytes } }) });
      const source = await openTensors(folder);
      for (const [from, to] of [[0, rows], [1999, 4001], [7, 7]] as const) {
        let next = from;
        for await (const block of rowBlocks(source, "w", { from, to })) {
          assert.ok(block.length <= 2_000_000 && block.length % width === 0);
          for (let at = 0; at < block.length; at += width) assert.equal(block[at], next++);
        }
        assert.equal(next, to);
      }
      source.close();
    }));
});
