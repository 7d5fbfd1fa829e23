/** Adapters written here are read by Python's peft, over the same weights, and score as they do here. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { type AdapterValues, type BankConfig, bankLayout } from "../../src/adapters/bank.ts";
import { saveAdapter } from "../../src/adapters/peft.ts";
import { encodeSafetensors } from "../../src/adapters/safetensors.ts";
import { bankScorer, frozenScorer } from "../../src/adapters/scorer.ts";
import { createBackbone } from "../../src/backbones/registry.ts";
import { sasrec } from "../../src/backbones/sasrec.ts";
import type { Backbone, Scorer } from "../../src/backbones/types.ts";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine, TensorMap } from "../../src/engine/types.ts";
import type { TransformerSpec } from "../../src/spec/types.ts";
import { assertClose } from "../conformance/close.ts";
import { pythonHere } from "./python_here.ts";
import { timesOf, windowsOf } from "../../src/data/window_rows.ts";
import { allScores } from "../all_scores.ts";

const SIZES = { items: 20, maxLength: 6, hidden: 8, blocks: 2, heads: 2, ffn: 32, layerNormEps: 1e-6 };
const backbone = sasrec(SIZES);
/** Contexts with and without padding; items 2, 5 and 11, which have rows of their own, among them. */
const SEQUENCES = [[1, 2, 3, 4, 5, 6], [0, 0, 11, 7, 5, 9], [0, 0, 0, 0, 0, 2], [8, 8, 20, 19, 18, 17]];
const windows = windowsOf({
  context: 6,
  users: Int32Array.from(SEQUENCES.keys()),
  items: Int32Array.from(SEQUENCES.flatMap((items) => [...items, 1])),
  // Gaps of a minute to half an hour, for the backbone that reads them.
  times: Float64Array.from(SEQUENCES.flatMap((_, row) => Array.from({ length: 7 }, (_, at) => 60 * 2 ** at + row))),
});
const BANK: BankConfig = {
  rank: 3,
  alpha: 6,
  // Of no effect on scores: peft switches it off outside training.
  dropout: 0.05,
  init: "kaiming",
  projections: backbone.projections,
  width: 8,
  itemRows: Int32Array.of(2, 5, 11),
  items: 20,
};

/** An adapter in which nothing is zero, B and item rows least of all. */
function fullAdapter(bank: BankConfig): AdapterValues {
  const { loraSize, rowsSize } = bankLayout(bank);
  const adapter = { lora: new Float32Array(loraSize), rows: new Float32Array(rowsSize) };
  const draw = stream(7, "test adapter");
  draw.fillNormal(adapter.lora, 0.3);
  draw.fillNormal(adapter.rows, 0.3);
  return adapter;
}

/** Initial weights with biases, norms and item rows moved away from where they start, so that every one of them counts. */
function weightsOf(backbone: Backbone) {
  const draw = stream(3, "test weights");
  const weights = backbone.initialise(3);
  for (const [name, { values }] of Object.entries(weights)) {
    for (let i = name === backbone.itemTable ? SIZES.hidden : 0; i < values.length; i++) {
      values[i]! += 0.2 * draw.normal();
    }
  }
  return weights;
}

/** What a Python script prints of a folder. */
async function printed(script: string, folder: string, adapters: readonly string[]): Promise<unknown> {
  const python = "python" in found ? found.python : "python3";
  const path = fileURLToPath(new URL(`../fixtures/${script}`, import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(python, { args: [path, folder, ...adapters] }).output();
  const text = new TextDecoder();
  assert.ok(success, text.decode(stderr));
  return JSON.parse(text.decode(stdout));
}

const found = await pythonHere();

describe("a PEFT directory read by Python's peft", { skip: "missing" in found ? found.missing : false }, () => {
  const weights = weightsOf(backbone);
  const table = weights[backbone.itemTable]!.values as Float32Array;
  let engine: Engine, parameters: TensorMap;
  beforeAll(async () => {
    engine = await openEngine("cpu");
    parameters = Object.fromEntries(
      Object.entries(weights).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
    );
  });
  afterAll(() => {
    tf.dispose(parameters);
    engine.close();
  });

  const scoresOf = (scorer: Scorer): Float32Array => {
    const rows = Int32Array.from(SEQUENCES.keys());
    const scores = tf.tidy(() => allScores(scorer, rows).dataSync());
    scorer.dispose();
    return scores as Float32Array;
  };

  /** Scores by the Python script, of the backbone and of each adapter saved here: one process, for loading torch takes seconds. */
  const inPython = async (adapters: readonly (readonly [BankConfig, AdapterValues])[]): Promise<number[][]> => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(SIZES));
      await Deno.writeTextFile(join(folder, "sequences.json"), JSON.stringify(SEQUENCES));
      await Deno.writeFile(join(folder, "weights.safetensors"), encodeSafetensors(weights));
      const names = adapters.map((_, index) => `adapter-${index}`);
      for (const [index, [bank, adapter]] of adapters.entries()) {
        await saveAdapter(join(folder, names[index]!), bank, adapter, [{ module: "item_emb", values: table }]);
      }
      const scores = await printed("adapters/peft_scores.py", folder, names);
      return (scores as number[][][]).map((rows) => rows.flat());
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };

  it("gives the same scores: no adapter, all projections with item rows, two projections without", async () => {
    const few: BankConfig = {
      ...BANK,
      projections: backbone.projections.filter(({ name }) => /q_proj|linear2/.test(name)),
      itemRows: new Int32Array(0),
    };
    const adapters = [BANK, few].map((bank) => [bank, fullAdapter(bank)] as const);
    const [base, ...adapted] = await inPython(adapters);
    assertClose(scoresOf(frozenScorer(backbone, parameters, windows)), base!, 1e-4, "no adapter");
    adapters.forEach(([bank, adapter], index) => {
      const first = new Int32Array(SEQUENCES.length);
      const here = scoresOf(bankScorer(backbone, parameters, bank, [adapter], windows, { first }));
      assertClose(here, adapted[index]!, 1e-4, `adapter ${index}`);
      assert.throws(() => assertClose(here, base!, 0.1, "the adapter"), /the adapter: off by/);
    });
  });
});

/** Special tokens stand before the items of their tables, and a bias is added to their scores. */
const BEHIND_TOKENS = {
  bert4rec: { mask: 0.15 },
  tisasrec: { timeBuckets: 18, maxGapDays: 2 },
} as const;

describe("a PEFT directory that Python's peft merges", { skip: "missing" in found ? found.missing : false }, () => {
  let engine: Engine, folder: string;
  beforeAll(async () => {
    engine = await openEngine("cpu");
    folder = await Deno.makeTempDir();
  });
  afterAll(async () => {
    engine.close();
    await Deno.remove(folder, { recursive: true });
  });

  for (const [kind, more] of Object.entries(BEHIND_TOKENS)) {
    it(`gives a ${kind} with item rows behind special tokens the same scores`, async () => {
      const spec = { kind, ...SIZES, ...more } as unknown as TransformerSpec;
      const model = createBackbone(spec, SIZES.items);
      assert.equal(model.itemOffset, 3);
      const weights = weightsOf(model);
      const bank: BankConfig = { ...BANK, projections: model.projections, itemOffset: model.itemOffset };
      const adapter = fullAdapter(bank);
      const values = weights[model.itemTable]!.values as Float32Array;
      const module = model.itemTable.replace(/\.weight$/, "");
      await saveAdapter(join(folder, "adapter"), bank, adapter, [{ module, values }]);
      await Deno.writeFile(join(folder, "weights.safetensors"), encodeSafetensors(weights));
      const times = SEQUENCES.map((_, row) => Array.from(timesOf(windows, row).subarray(0, 6)));
      for (const [name, value] of Object.entries({ config: spec, sequences: SEQUENCES, times })) {
        await Deno.writeTextFile(join(folder, `${name}.json`), JSON.stringify(value));
      }
      const wanted = (await printed("backbones/torch_scores.py", folder, ["adapter"]) as number[][]).flat();

      const parameters = Object.fromEntries(
        Object.entries(weights).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
      );
      const first = new Int32Array(SEQUENCES.length);
      const scores = [
        bankScorer(model, parameters, bank, [adapter], windows, { first }),
        frozenScorer(model, parameters, windows),
      ].map((scorer) => {
        const rows = Int32Array.from(SEQUENCES.keys());
        const values = tf.tidy(() => allScores(scorer, rows).dataSync());
        scorer.dispose();
        return values as Float32Array;
      });
      tf.dispose(parameters);
      assertClose(scores[0]!, wanted, 1e-4, kind);
      assert.throws(() => assertClose(scores[1]!, wanted, 0.1, "the backbone alone"), /the backbone alone: off by/);
    });
  }
});
