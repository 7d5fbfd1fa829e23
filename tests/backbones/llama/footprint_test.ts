import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { advice } from "../../../src/backbones/llama/advice.ts";
import { readLlamaConfig } from "../../../src/backbones/llama/config.ts";
import { rankingFootprint, trainingFootprint } from "../../../src/backbones/llama/footprint.ts";
import { forwardFlops, trainedNumbers, trainingFlops, weightNumbers } from "../../../src/backbones/llama/sizes.ts";
import { script } from "../../bench/scripts.ts";
import { tensorflowHere } from "../../engine/rungs_here.ts";

const config = (vocabulary: number, hidden: number, ffn: number, layers: number, heads: number, more = {}) =>
  readLlamaConfig({
    ...{ architectures: ["LlamaForCausalLM"], model_type: "llama", vocab_size: vocabulary, hidden_size: hidden },
    ...{ intermediate_size: ffn, num_hidden_layers: layers, num_attention_heads: heads, max_position_embeddings: 4096 },
    ...more,
  }, "here");
/** Llama-2-7B's, as its config.json has them. */
const LLAMA_2_7B = config(32_000, 4096, 11_008, 32, 32);

describe("numbers in a Llama", () => {
  it("are those that Llama-2-7B is published with", () => {
    // 6,738,415,616 parameters; of lm_head's 32,000 rows one is left, of zeros.
    assert.equal(weightNumbers(LLAMA_2_7B, 0), 6_738_415_616 - 31_999 * 4096);
    // Each item has a row where it is read and one where it is scored; tied, one for both.
    assert.equal(weightNumbers(LLAMA_2_7B, 3) - weightNumbers(LLAMA_2_7B, 0), 3 * 2 * 4096);
    const tied = config(32_000, 4096, 11_008, 32, 32, { tie_word_embeddings: true });
    assert.equal(weightNumbers(tied, 3) - weightNumbers(tied, 0), 3 * 4096);
  });

  it("that train are r for each input and output of an adapted projection, and items' rows", () => {
    const adapted = [{ name: "q", inputs: 10, outputs: 20 }, { name: "v", inputs: 10, outputs: 5 }];
    const small = config(96, 32, 64, 2, 4);
    assert.equal(trainedNumbers(small, { rank: 3, adapted, itemRows: 7, adapters: 2 }), 2 * (3 * 45 + 2 * 7 * 32));
  });
});

describe("operations of a Llama", () => {
  it("are two for each weight and place, but for what a last layer leaves out", () => {
    // Attention has 2 * 16 * 16 numbers in queries and out, 2 * 16 * 8 in keys and values; 3 * 16 * 40 are behind it.
    const two = config(96, 16, 40, 2, 4, { num_key_value_heads: 2 });
    const [rest, memory] = [512 + 1920, 256];
    // Three prompts of 5 places, 2 of them shared: 11 rows; queries see 3 * 3 * 5 + 2 * 2 keys, those of the last places 3 * 5.
    const whole = 2 * (11 * (rest + memory) + 2 * 16 * 49);
    const top = 2 * (11 * memory + 3 * rest + 2 * 16 * 15);
    const sizes = { batch: 3, places: 5, shared: 2, items: 50 };
    assert.equal(forwardFlops(two, sizes), whole + top + 2 * 3 * 50 * 16);
    assert.equal(forwardFlops(two, sizes, true), 2 * whole);
    // One projection of 16 to 16 at rank 2 has 2 * 2 * 32 for each of 11 rows, forward, and twice that backward; rows' scores are three products.
    const adapted = [{ name: "q", inputs: 16, outputs: 16 }];
    assert.equal(
      trainingFlops(two, { ...sizes, rank: 2, adapted, itemRows: 50, checkpointing: false }),
      2 * (whole + top) + 3 * 11 * 2 * 2 * 32 + 3 * 2 * 3 * 50 * 16,
    );
  });
});

describe("memory of a Llama", () => {
  const adapted = [{ name: "q", inputs: 4096, outputs: 4096 }];
  const sizes = { batch: 4, places: 60, shared: 4, items: 10_677, rung: "tensorflow" as const };
  const training = { ...sizes, rank: 8, adapted, itemRows: 0, checkpointing: true };

  it("on a GPU has weights once for itself and once for each compiled step", () => {
    const bytes = 4 * weightNumbers(LLAMA_2_7B, 10_677);
    assert.equal(trainingFootprint(LLAMA_2_7B, training).weights, bytes);
    assert.equal(trainingFootprint(LLAMA_2_7B, { ...training, gpu: true }).weights, 2 * bytes);
    assert.equal(rankingFootprint(LLAMA_2_7B, { ...sizes, gpu: true, steps: 2 }).weights, 3 * bytes);
  });

  it("that is not there is told with what would make it fit", () => {
    const big = { ...training, batch: 64, checkpointing: false };
    const told = (budget: number, of = big) => advice(LLAMA_2_7B, trainingFootprint(LLAMA_2_7B, of), budget, of);
    assert.equal(told(1e12), undefined);
    assert.match(
      told(50e9)!,
      /^needs about \d+\.\d GB and 50\.0 GB are there; parts of \d+ rows \(.*accumulation\) or checkpointing would make it fit$/,
    );
    // Weights alone are 27 GB.
    assert.match(
      told(20e9)!,
      /; not even parts of 1 row .* and checkpointing together would make it fit \(2\d\.\d GB, of which weights are 2\d\.\d GB\): it takes a smaller model, or a machine/,
    );
    assert.match(
      told(50e9, { ...training, rung: "wasm" as never })!,
      /and 4\.0 GB are there; engine tensorflow would make it fit$/,
    );
  });

  const cases: readonly (readonly [string, string, ...string[]])[] = [
    [
      "tensorflow",
      "mostly weights",
      "--hidden",
      "1024",
      "--heads",
      "16",
      "--layers",
      "8",
      "--batch",
      "2",
      "--checkpointing",
      "yes",
    ],
    ["tensorflow", "mostly activations", "--hidden", "256", "--layers", "8", "--batch", "48"],
    ["tensorflow", "mostly item rows", "--hidden", "256", "--layers", "2", "--batch", "16", "--items", "20000"],
    ["tensorflow", "ranking", "--what", "rank", "--hidden", "512", "--heads", "8", "--batch", "64"],
    ["wasm", "mostly activations", "--hidden", "128", "--layers", "4", "--batch", "16"],
    ["wasm", "layers computed again", "--hidden", "128", "--layers", "8", "--batch", "16", "--checkpointing", "yes"],
  ];
  for (const [rung, what, ...args] of cases) {
    const skip = Deno.build.os !== "linux" || rung === "tensorflow" && !tensorflowHere();
    it(`on ${rung}, ${what}, is within a quarter of what a process takes`, { skip }, async () => {
      const measured = await script<{ peak: number; reckonedPeak: number; device: string }>(
        ...["llama_step.ts", "--rung", rung, "--steps", "1", ...args] as [string, ...string[]],
      );
      if (measured.device !== "cpu") return;
      const ratio = measured.reckonedPeak / measured.peak;
      assert.ok(ratio > 0.75 && ratio < 1.25, JSON.stringify(measured));
    });
  }
});
