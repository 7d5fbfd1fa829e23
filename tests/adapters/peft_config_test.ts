import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { type BankConfig, initialAdapter } from "../../src/adapters/bank.ts";
import { loadAdapter, saveAdapter } from "../../src/adapters/peft.ts";
import { readPeftSettings } from "../../src/adapters/peft_config.ts";
import { encodeSafetensors } from "../../src/adapters/safetensors.ts";
import { WeightsError } from "../../src/adapters/weights_error.ts";
import { conformancePath } from "../conformance/directory.ts";
import { withFolder } from "../data/files.ts";

const bank: BankConfig = {
  rank: 2,
  alpha: 4,
  dropout: 0.1,
  init: "gaussian",
  projections: ["blocks.0.q_proj", "blocks.1.q_proj", "blocks.0.linear1"].map((name) => ({
    name,
    inputs: 4,
    outputs: 8,
  })),
  width: 4,
  itemRows: Int32Array.of(3, 5),
  items: 9,
};
const table = new Float32Array(10 * 4).fill(0.5);

/** Calls `use` with the folder of an adapter whose configuration has been changed; undefined takes a field away. */
function withConfig<T>(changes: object | string, use: (folder: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    await saveAdapter(folder, bank, initialAdapter(bank, 1), [{ module: "item_emb", values: table }]);
    const file = join(folder, "adapter_config.json");
    const config = JSON.parse(await Deno.readTextFile(file));
    await Deno.writeTextFile(file, typeof changes === "string" ? changes : JSON.stringify({ ...config, ...changes }));
    return await use(folder);
  });
}

const load = (folder: string, config = bank) => loadAdapter(folder, config, [{ module: "item_emb", values: table }]);

/** Refused with the file's name and `message`. */
const refuses = (
  changes: object | string,
  message: RegExp,
  read: (folder: string) => Promise<unknown> = readPeftSettings,
) =>
  withConfig(changes, (folder) =>
    assert.rejects(read(folder), (error) => {
      assert.ok(error instanceof WeightsError, String(error));
      assert.match(error.message, message);
      assert.ok(
        error.message.startsWith(`Cannot load adapter ${join(folder, "adapter_config.json")}: `),
        error.message,
      );
      return true;
    }));

describe("readPeftSettings()", () => {
  it("reads what saveAdapter() wrote", async () => {
    assert.deepEqual(await withConfig({}, readPeftSettings), {
      rank: 2,
      alpha: 4,
      dropout: 0.1,
      targets: ["linear1", "q_proj"],
      rows: { item_emb: [3, 5] },
    });
  });

  it("reads the file that Python's peft writes, with the fields of all its variants switched off", async () => {
    const { rank, alpha, rows, targets } = await readPeftSettings(conformancePath("sasrec", "adapter"));
    assert.deepEqual([rank, alpha, rows, targets.length], [4, 8, {}, 6]);
  });

  it("reads the file that Python's peft writes for a Hugging Face model, which names the model's class", async () => {
    const auto_mapping = {
      base_model_class: "BertForMaskedLM",
      parent_library: "transformers.models.bert.modeling_bert",
    };
    assert.equal((await withConfig({ auto_mapping }, readPeftSettings)).rank, 2);
  });

  it("refuses a field that is missing or cannot be, by name", async () => {
    const wrong: readonly [object, RegExp][] = [
      [{ r: undefined }, /r is missing, wanted a whole number above 0/],
      [{ r: 0 }, /r is 0,/],
      [{ r: 2.5 }, /r is 2\.5,/],
      [{ r: "2" }, /r is "2",/],
      [{ lora_alpha: null }, /lora_alpha is null, wanted a number above 0/],
      [{ lora_alpha: -4 }, /lora_alpha is -4,/],
      [{ lora_dropout: 1 }, /lora_dropout is 1, wanted a number in \[0, 1\)/],
      [{ target_modules: "all-linear" }, /target_modules is "all-linear", wanted a list of names/],
      [{ target_modules: ["q_proj", 7] }, /target_modules is \["q_proj",7\]/],
      [{ peft_type: undefined }, /peft_type is missing, wanted "LORA"/],
      [{ peft_type: "IA3" }, /peft_type is "IA3", wanted "LORA"/],
      [{ trainable_token_indices: [3, 5] }, /trainable_token_indices is \[3,5\], wanted null or rows by module/],
      [{ trainable_token_indices: { item_emb: [-1] } }, /trainable_token_indices is \{"item_emb":\[-1\]\}/],
    ];
    for (const [changes, message] of wrong) await refuses(changes, message);
  });

  it("refuses every field that would change what the adapter computes, known here or not", async () => {
    const off = "wanted it off: plain LoRA alone is read";
    const wrong: readonly [object, RegExp][] = [
      [{ bias: "all" }, /bias is "all", wanted "none"/],
      [{ init_lora_weights: "pissa" }, /init_lora_weights is "pissa", wanted true, false or "gaussian"/],
      [{ use_rslora: true }, new RegExp(`use_rslora is true, ${off}`)],
      [{ use_dora: true }, /use_dora is true/],
      [{ fan_in_fan_out: true }, /fan_in_fan_out is true/],
      [{ rank_pattern: { q_proj: 8 } }, /rank_pattern is \{"q_proj":8\}/],
      [{ alpha_pattern: { q_proj: 8 } }, /alpha_pattern is/],
      [{ modules_to_save: ["head"] }, /modules_to_save is \["head"\]/],
      [{ layers_to_transform: [0] }, /layers_to_transform is \[0\]/],
      [{ use_something_new: "yes" }, /use_something_new is "yes"/],
      [{ use_something_new: 0 }, /use_something_new is 0/],
    ];
    for (const [changes, message] of wrong) await refuses(changes, message);
    await withConfig({ use_something_new: false, other: [], peft_version: "9", revision: "main" }, readPeftSettings);
  });

  it("refuses what is no JSON object, or gives a field twice", async () => {
    await refuses("", /it is not JSON/);
    await refuses("{", /it is not JSON/);
    await refuses("[]", /it is not a JSON object/);
    await refuses('{"r": 2, "r": 4}', /it names "r" twice/);
    await refuses('{"__proto__": {"r": 2}}', /peft_type is missing/);
  });

  it("refuses a file too large to be one, without reading it", async () => {
    await withConfig({}, async (folder) => {
      await Deno.truncate(join(folder, "adapter_config.json"), 1e9);
      await assert.rejects(readPeftSettings(folder), /adapter_config\.json: it has 1000000000 bytes, wanted at most/);
    });
  });
});

describe("loadAdapter()", () => {
  it("refuses settings that are not the bank's, by name", async () => {
    await refuses({ r: 4 }, /r is 4, wanted 2/, load);
    await refuses({ lora_alpha: 5 }, /lora_alpha is 5, wanted 4/, load);
    await refuses(
      { target_modules: ["q_proj"] },
      /target_modules is \["q_proj"\], wanted \["linear1","q_proj"\]/,
      load,
    );
    await refuses(
      { trainable_token_indices: null },
      /trainable_token_indices is \{\}, wanted \{"item_emb":\[3,5\]\}/,
      load,
    );
    await refuses({ trainable_token_indices: { item_emb: [3, 6] } }, /wanted \{"item_emb":\[3,5\]\}/, load);
    await withConfig({ target_modules: ["q_proj", "linear1"] }, load);
  });

  it("refuses tensors that are damaged, of another shape, missing or too many, naming file and tensor", async () => {
    await withConfig({}, async (folder) => {
      const file = join(folder, "adapter_model.safetensors");
      const wide = { ...bank, projections: bank.projections.map((each) => ({ ...each, inputs: 5 })) };
      await assert.rejects(load(folder, wide), {
        name: "WeightsError",
        message:
          `Cannot load adapter ${folder}: "base_model.model.blocks.0.q_proj.lora_A.weight" is float32 [2,4], wanted float32 [2,5]`,
      });
      const integers = { shape: [1], values: Int32Array.of(1) };
      await Deno.writeFile(file, encodeSafetensors({ "base_model.model.blocks.0.q_proj.lora_A.weight": integers }));
      await assert.rejects(load(folder), /lora_A\.weight" is int32 \[1\], wanted float32 \[2,4\]/);
      await Deno.truncate(file, 100);
      await assert.rejects(load(folder), { name: "WeightsError", message: /adapter_model\.safetensors/ });
    });
  });
});
