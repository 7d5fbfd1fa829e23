import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { bankLayout } from "../../src/adapters/bank.ts";
import { decodeSafetensors } from "../../src/adapters/safetensors.ts";
import { bankScorer } from "../../src/adapters/scorer.ts";
import { tf } from "../../src/engine/tfjs.ts";
import { balancePenalty, type MoleAdapted } from "../../src/methods/mole.ts";
import { createMethod } from "../../src/methods/registry.ts";
import type { MethodContext } from "../../src/methods/types.ts";
import { assertNear, entry, itKeepsPromises, type MethodRuns, openRuns, savedFiles } from "./method_runs.ts";
import { itemsOf } from "../../src/data/window_rows.ts";
import { allScores } from "../all_scores.ts";

const TEMPERATURE = 0.7;

describe("mole", () => {
  let runs: MethodRuns;
  beforeAll(async () => {
    runs = await openRuns();
  });
  afterAll(() => runs.close());

  const mole = (options: Record<string, unknown> = {}) => entry("mole", { gateHidden: 6, ...options });
  const adapt = async (options: Record<string, unknown> = {}, more: Partial<MethodContext> = {}) => {
    const context = { ...runs.context, ...more };
    return await createMethod(mole(options)).adapt(undefined, context.data.finetune[0]!, context) as MoleAdapted;
  };
  /** Where training starts: a rate too small for any number to move. */
  const untrained = () => adapt({ lora: { training: { learningRate: 1e-30 } } });

  /** The gate by hand, from the file: softmax((W2 tanh(W1 m + b1) + b2) / temperature), m the mean of the first contexts' rows. */
  async function sharesByHand(state: MoleAdapted, count: number): Promise<number[][]> {
    const { backbone, data: { test: { windows } } } = runs.context;
    const values = await runs.context.values();
    const saved = decodeSafetensors((await savedFiles(state))["gate.safetensors"]!);
    const table = values[backbone.itemTable]!.values;
    const width = backbone.width;
    const linear = (x: number[], layer: string) => {
      const [weight, bias] = [saved[`${layer}.weight`]!.values, saved[`${layer}.bias`]!.values];
      return Array.from(bias, (b, o) => x.reduce((sum, value, i) => sum + value * weight[o * x.length + i]!, b));
    };
    return Array.from({ length: count }, (_, row) => {
      const context = itemsOf(windows, row).subarray(0, windows.context);
      const real = [...context].filter((item) => item > 0);
      const mean = Array.from(
        { length: width },
        (_, c) => real.reduce((sum, item) => sum + table[item * width + c]!, 0) / real.length,
      );
      const logits = linear(linear(mean, "0").map(Math.tanh), "2").map((logit) => Math.exp(logit / TEMPERATURE));
      const sum = logits.reduce((a, b) => a + b);
      return logits.map((value) => value / sum);
    });
  }

  itKeepsPromises(() => runs, mole());

  it("trains every A and B of every expert, and every layer of the gate", async () => {
    const [before, after] = [await untrained(), await adapt()];
    const names = ["0.weight", "0.bias", "2.weight", "2.bias"];
    const segments = bankLayout(after.bank).segments;
    assert.equal(segments.length, 12);
    assert.equal(after.mixture.lora.length, 3);
    after.mixture.lora.forEach((lora, expert) => {
      const start = before.mixture.lora[expert]!;
      for (const { projection: { name, outputs }, a, b } of segments) {
        const end = b + after.bank.rank * outputs;
        assert.notDeepEqual(lora.slice(a, b), start.slice(a, b), `A of ${name} in expert ${expert}`);
        assert.notDeepEqual(lora.slice(b, end), start.slice(b, end), `B of ${name} in expert ${expert}`);
      }
    });
    const [gateBefore, gateAfter] = [await savedFiles(before), await savedFiles(after)].map((files) =>
      decodeSafetensors(files["gate.safetensors"]!)
    );
    assert.deepEqual(Object.keys(gateAfter!).sort(), names.toSorted());
    for (const name of names) assert.notDeepEqual(gateAfter![name]!.values, gateBefore![name]!.values, name);
  });

  it("gives experts A's of their own, and they part further", async () => {
    const { bank, mixture: { lora } } = await untrained();
    const { a, b } = bankLayout(bank).segments[0]!;
    assert.notDeepEqual(lora[0]!.slice(a, b), lora[1]!.slice(a, b));
    assert.ok(lora.every((values) => values.subarray(b, b + 16).every((value) => Math.abs(value) < 1e-20)));
    const trained = (await adapt()).mixture.lora;
    assert.notDeepEqual(trained[0]!.slice(b, b + 16), trained[1]!.slice(b, b + 16));
  });

  it("mixes for every sequence in shares of its own, as the gate in the file says", async () => {
    // Two experts: a mixture of two by shares given beforehand is scored by other code.
    const state = await adapt({ experts: 2, lora: { training: { learningRate: 0.05 } } });
    const { windows } = runs.context.data.test;
    const shares = await sharesByHand(state, 8);
    assert.ok(new Set(shares.map(([share]) => share!.toFixed(4))).size > 4, JSON.stringify(shares));
    const share = new Float32Array(windows.count);
    shares.forEach(([first], row) => share[row] = first!);
    const { lora, rows } = state.mixture;
    const { backbone, parameters } = runs.context;
    const given = bankScorer(backbone, parameters, state.bank, lora.map((lora) => ({ lora, rows })), windows, {
      first: new Int32Array(windows.count),
      second: new Int32Array(windows.count).fill(1),
      share,
    });
    const scores = tf.tidy(() => allScores(given, Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7)));
    assertNear(await runs.scores(state), [...scores.dataSync()]);
    tf.dispose(scores);
    given.dispose();
  });

  it("differs from one adapter alone, and works with one expert", async () => {
    const one = await adapt({ experts: 1, balance: 0 });
    assert.equal(one.mixture.lora.length, 1);
    assert.notDeepEqual(await runs.scores(one), await runs.scores(await adapt()));
  });

  it("uses experts more evenly the more balance weighs", async () => {
    const spread = async (balance: number) => {
      const state = await adapt(
        { balance, lora: { training: { learningRate: 0.05 } } },
        { budget: { steps: 40, rows: 1000, setupShare: 0 } },
      );
      const shares = await sharesByHand(state, runs.context.data.test.windows.count);
      const mean = [0, 1, 2].map((expert) => shares.reduce((sum, row) => sum + row[expert]!, 0) / shares.length);
      return Math.max(...mean) - Math.min(...mean);
    };
    const [free, pulled] = [await spread(0), await spread(1000)];
    assert.ok(pulled < free / 2, `${pulled} and ${free}`);
  });

  it("leaves rows that only fill a batch up out of the mean gate", () => {
    tf.tidy(() => {
      const gate = tf.tensor2d([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [1, 0, 0]]);
      const [filled] = balancePenalty(gate, tf.tensor1d([1, 1, 0]), 0.01).dataSync();
      // mean gate .3, .55, .15: (ln(1/3) 3 - ln .3 - ln .55 - ln .15) / 9 = (-3.295837 + 1.203973 + .597837 + 1.897120) / 9
      assert.ok(Math.abs(filled! - 0.01 * 0.0447881) < 1e-7, `${filled}`);
    });
  });

  it("counts every number that it keeps", async () => {
    const { cost, bank, mixture: { rows } } = await adapt();
    const { width, projections } = runs.context.backbone;
    const lora = projections.reduce((sum, { inputs, outputs }) => sum + 2 * (inputs + outputs), 0);
    assert.equal(rows.length, bank.itemRows.length * width);
    assert.equal(cost.parameters, 3 * lora + rows.length + width * 6 + 6 + 6 * 3 + 3);
  });

  it("takes a budget's steps, and its share of S rows", async () => {
    const { cost: { steps, setupRows, finetuneRows } } = await adapt({}, {
      budget: { steps: 9, rows: 1000, setupShare: 0.4 },
    });
    assert.equal(steps, 9);
    const share = setupRows / (setupRows + finetuneRows);
    assert.ok(Math.abs(share - 0.4) < 0.08, `${share}`);
  });

  it("writes every expert as a PEFT directory", async () => {
    const files = Object.keys(await savedFiles(await adapt())).sort();
    const experts = ["expert-1", "expert-2", "expert-3"].flatMap((name) => [
      `${name}/adapter_config.json`,
      `${name}/adapter_model.safetensors`,
    ]);
    assert.deepEqual(files, [...experts, "gate.safetensors", "method.json"]);
  });
});
