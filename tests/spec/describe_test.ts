import assert from "node:assert/strict";
import { describe as group, it } from "@std/testing/bdd";
import { describe } from "../../src/spec/describe.ts";
import { parsed } from "./specs.ts";

const words = (fields: Record<string, unknown>) => describe(parsed(fields).resolved);
const line = (method: Record<string, unknown>, fields: Record<string, unknown> = {}) =>
  words({ regions: {}, lora: { targets: ["q_proj"] }, methods: [{ label: "M", ...method }], ...fields })
    .find((sentence) => sentence.startsWith("M: "));
const about = (backbone: Record<string, unknown>) =>
  words({ backbone }).find((sentence) => sentence.startsWith("The backbone"));

group("describe()", () => {
  it("says data, slices, windows, backbone, methods and seeds in words", () => {
    const words = describe(
      parsed({ slices: { setup: 0.5, finetune: [0.2, 0.1], test: 0.2 }, regions: { k: 1 } }).resolved,
    ).join("\n");
    for (
      const part of [
        "The data set is movielens-100k; interactions rated at least 4",
        "S is the first 50 % of the positives, F1 the next 20 %, F2 the next 10 % and T the last 20 %.",
        "windows of 10 items and the target that follows, at every 5th positive",
        "sasrec (width 128, 2 blocks, 2 heads), trained on all windows of S for 5 epochs with binary cross-entropy on 1 negative",
        "RAIE: 1 preference region found on S, edited by Update, Expand and Add",
        "Each method runs with the seed 1.",
      ]
    ) assert.ok(words.includes(part), `${part}\nis not in\n${words}`);
  });

  it("says dates where slices are cut by dates", () => {
    const words = describe(parsed({ slices: { finetune: "2001-01-01", test: "2002-01-01T06:00:00Z" } }).resolved).join(
      "\n",
    );
    assert.ok(
      words.includes("S is everything before 2001-01-01; then begin F1 on 2001-01-01 and T on 2002-01-01T06:00:00Z."),
      words,
    );
  });

  it("says each backbone as it is trained", () => {
    assert.equal(
      about({ kind: "bert4rec" }),
      "The backbone is bert4rec (width 256, 4 blocks, 4 heads), trained on all windows of S for 5 epochs with cross-entropy over the catalogue, cloze with 15 % of the items hidden; then it is frozen, and all methods share it.",
    );
    assert.equal(
      about({ kind: "tisasrec", training: { rows: "user-tail" } }),
      "The backbone is tisasrec (width 256, 2 blocks, 4 heads, time gaps in 64 buckets, at most 60 days), trained on the last 11 positives in S of every user with at least 5 for 5 epochs with cross-entropy over the catalogue; then it is frozen, and all methods share it.",
    );
    assert.equal(
      about({ kind: "sasrec", weights: "../given/a.safetensors" }),
      "The backbone is sasrec (width 128, 2 blocks, 2 heads), its weights are those of the file a.safetensors; it is not trained, and all methods share it.",
    );
  });

  it("says each method with what is its own", () => {
    const adapter =
      "rank 8 adapters on q_proj and the rows of F's targets, 3 epochs on F with binary cross-entropy on 1 negative at the last position";
    assert.equal(line({ kind: "lora" }), `M: ${adapter}.`);
    assert.equal(
      line({ kind: "full", training: { positions: "all" } }),
      "M: all parameters of the backbone trained for 3 epochs on F with binary cross-entropy on 1 negative at every position.",
    );
    assert.equal(
      line({ kind: "replay", rows: "backbone" }),
      `M: ${adapter}, with a batch of the backbone's own training rows beside each of F, of weight 0.3.`,
    );
    assert.equal(
      line({ kind: "lwf" }),
      `M: ${adapter}, held to the base's answers over the target and one negative (temperature 2, weight 0.5).`,
    );
    assert.equal(
      line({ kind: "ewc" }),
      `M: ${adapter}, with a penalty of weight 5 by Fisher information from 1024 windows of S.`,
    );
    assert.equal(
      line({ kind: "lsat" }),
      "M: a long adapter (1 epoch on windows of S) of weight 0.6 and a short one (3 epochs on F) of weight 0.4, each with rank 8 adapters on q_proj and the rows of F's targets, trained with binary cross-entropy on 1 negative at the last position.",
    );
    assert.equal(
      line({ kind: "mole" }),
      `M: 3 experts, each with ${adapter}, mixed by a gate of width 128 (temperature 0.7, balance 0.01).`,
    );
    assert.equal(
      line({ kind: "ebpr" }),
      "M: item embeddings edited in 20 steps of 256 pairs (rate 0.0003, 4 negatives), with wrong items mined from F.",
    );
    assert.equal(
      line({ kind: "ebpr" }, { preset: "official" }),
      "M: item embeddings edited in 20 steps of 512 pairs (rate 0.0003, 20 negatives), with wrong items mined from the evaluated rows, with their answers.",
    );
    assert.equal(
      line({ kind: "proximal" }),
      `M: ${adapter}, evolving from slice to slice with a pull of weight 1 to its last value.`,
    );
  });

  it("says the ablations of regions, and a matched budget", () => {
    const random = line({ kind: "raie" }, { regions: { centres: "random" } }) ?? "";
    assert.ok(random.includes("3 preference regions about sequences of S drawn at random"), random);
    const one = line({ kind: "raie" }, { regions: { adapters: "one" } }) ?? "";
    assert.ok(
      one.endsWith(
        "then one that all regions share (3 epochs on their windows of F, with 2.33 windows of S for each).",
      ),
      one,
    );
    assert.ok(
      words({ budget: "matched" }).includes(
        "The budget is matched: on each slice of F every method that adapts takes as many steps as RAIE, and may see S as much.",
      ),
    );
  });

  it("says how close a later run must come, where the spec does", () => {
    assert.equal(
      words({ reproduce: { tolerance: 0.02 } }).at(-1),
      "On another engine a later run must come within 0.02 of each measure.",
    );
  });
});
