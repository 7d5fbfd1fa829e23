/** Checkpoints that transformers saves are read here, and adapters saved here are read by Python's peft over the same checkpoint: equal scores. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { type AdapterValues, type BankConfig, bankLayout, selectProjections } from "../../src/adapters/bank.ts";
import { mergeAdapter } from "../../src/adapters/merge.ts";
import { saveAdapter } from "../../src/adapters/peft.ts";
import { rowTables, tableLayout } from "../../src/adapters/row_tables.ts";
import { bankScorer, frozenScorer } from "../../src/adapters/scorer.ts";
import { madeUpTokenizer } from "../../src/backbones/llama/made_up_tokenizer.ts";
import type { Backbone, Scorer } from "../../src/backbones/types.ts";
import type { SlicedData } from "../../src/data/types.ts";
import { plainValues } from "../../src/engine/on_device.ts";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine, TensorMap } from "../../src/engine/types.ts";
import { openLanguageModel } from "../../src/pipeline/language_model.ts";
import type { LlamaSpec } from "../../src/spec/types.ts";
import { pythonHere } from "../adapters/python_here.ts";
import { assertClose } from "../conformance/close.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { windowsOf } from "../../src/data/window_rows.ts";
import { allScores } from "../all_scores.ts";

const found = await pythonHere();
const PROMPT = "Here is what user_{user} bought: item {items}. The next is:";
const ITEMS = 12;
/** Prompts of users with one digit and with three, with and without padding. */
const SEQUENCES = [[3, 1, 12], [0, 7, 7], [0, 0, 5]];
const windows = windowsOf({
  context: 3,
  users: Int32Array.of(4, 0, 101),
  items: Int32Array.from(SEQUENCES.flatMap((items) => [...items, 1])),
  times: new Float64Array(4 * SEQUENCES.length),
});
const data = {
  catalogue: { size: ITEMS },
  userIds: Array.from({ length: 102 }, (_, user) => `u${user}`),
} as unknown as SlicedData;

async function python(script: string, ...args: string[]): Promise<string> {
  const command = "python" in found ? found.python : "python3";
  const path = fileURLToPath(new URL(`../fixtures/adapters/${script}`, import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [path, ...args] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Adapters in which nothing is zero. */
function adapterOf(bank: BankConfig, seed: number): AdapterValues {
  const { loraSize, rowsSize } = bankLayout(bank);
  const adapter = { lora: new Float32Array(loraSize), rows: new Float32Array(rowsSize) };
  stream(seed, "test adapter").fillNormal(adapter.lora, 0.2);
  stream(seed, "test rows").fillNormal(adapter.rows, 0.2);
  return adapter;
}

function bankOf(backbone: Backbone, targets: readonly string[], itemRows: readonly number[]): BankConfig {
  return {
    ...tableLayout(backbone),
    rank: 3,
    alpha: 6,
    dropout: 0.05,
    init: "kaiming",
    projections: selectProjections(backbone.projections, targets),
    someLayers: targets.some((target) => target.startsWith("2.")),
    itemRows: Int32Array.from(itemRows),
  };
}

describe(
  "a language model's adapters read by Python's peft",
  { skip: "missing" in found ? found.missing : false },
  () => {
    let engine: Engine, folder: string;
    beforeAll(async () => {
      engine = await openEngine(rungsHere().includes("tensorflow") ? "tensorflow" : "cpu");
      folder = await Deno.makeTempDir();
      await python("llama_checkpoints.py", folder);
    });
    afterAll(async () => {
      engine.close();
      await Deno.remove(folder, { recursive: true });
    });

    const scoresOf = (scorer: Scorer): Float32Array => {
      const scores = tf.tidy(() => allScores(scorer, Int32Array.from(SEQUENCES.keys())).dataSync());
      scorer.dispose();
      return scores as Float32Array;
    };

    for (const family of ["llama", "llama3", "qwen2"]) {
      it(`score the same on ${family}: the taught model, and adapters on it with and without item rows`, async () => {
        const place = join(folder, `${family} with adapters`);
        await Deno.mkdir(place);
        await Deno.rename(join(folder, family), join(place, "checkpoint"));
        const tokenizer = join(place, "checkpoint", "tokenizer.json");
        await Deno.writeTextFile(tokenizer, JSON.stringify(madeUpTokenizer(PROMPT)));
        const spec = {
          kind: "llama",
          checkpoint: join(place, "checkpoint"),
          maxLength: 64,
          prompt: PROMPT,
          checkpointing: false,
        } as unknown as LlamaSpec;
        const language = await openLanguageModel(spec, data, 3, "run");
        const { backbone } = language;
        const fresh = await language.load(1);
        const everything = [...backbone.projections.map(({ name }) => name)];
        const setup = bankOf(backbone, everything, Array.from({ length: ITEMS }, (_, index) => index + 1));
        const taught = adapterOf(setup, 1);
        const numbers = (parameters: TensorMap) => rowTables(backbone, (names) => plainValues(parameters, names));
        await saveAdapter(join(place, "adapter"), setup, taught, await numbers(fresh), backbone.peftTask);
        const parameters = mergeAdapter(backbone, fresh, setup, taught);

        // The third sits on the last layer alone.
        const banks = [
          bankOf(backbone, everything, [1, 5, 7]),
          bankOf(backbone, ["q_proj", "down_proj"], []),
          bankOf(backbone, ["2.self_attn.v_proj", "2.mlp.up_proj"], [3]),
        ];
        const ours = [scoresOf(frozenScorer(backbone, parameters, windows))];
        for (const [index, bank] of banks.entries()) {
          const adapter = adapterOf(bank, 2 + index);
          await saveAdapter(join(place, `f${index}`), bank, adapter, await numbers(parameters), backbone.peftTask);
          const routing = { first: new Int32Array(windows.count) };
          ours.push(scoresOf(bankScorer(backbone, parameters, bank, [adapter], windows, routing)));
        }
        const { tokens, real } = backbone.batch({
          rows: SEQUENCES.length,
          time: 3,
          users: windows.users,
          items: Int32Array.from(SEQUENCES.flat()),
          times: new Float64Array(9),
        });
        const [ids, mask] = [tokens!.arraySync() as number[][], real!.arraySync() as number[][]];
        const prompts = ids.map((row, r) => row.filter((_, at) => mask[r]![at] === 1));
        await Deno.writeTextFile(join(place, "prompts.json"), JSON.stringify({ items: ITEMS, ids: prompts }));
        const theirs = JSON.parse(
          await python("peft_llama.py", place, ...banks.map((_, index) => `f${index}`)),
        ) as number[][][];
        ours.forEach((scores, index) => assertClose(scores, theirs[index]!.flat(), 1e-4, `${family}, model ${index}`));
        tf.dispose(parameters);
      });
    }
  },
);
