import assert from "node:assert/strict";
import { describe as group, it } from "@std/testing/bdd";
import { describe } from "../../src/spec/describe.ts";
import { portableSpec } from "../../src/spec/portable.ts";
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
      "The backbone is sasrec (width 128, 2 blocks, 2 heads), its weights are those of the file ../given/a.safetensors; it is not trained, and all methods share it.",
    );
  });

  it("names a file of weights as the spec has it, and no path of the machine's", () => {
    for (const path of ["/home/me/a.safetensors", "C:\\me\\a.safetensors", "\\\\host\\a.safetensors"]) {
      assert.match(about({ kind: "sasrec", weights: path }) ?? "", /those of the file a\.safetensors;/);
    }
    const { resolved } = parsed({ backbone: { kind: "sasrec", weights: "../given/a.safetensors" } });
    assert.match(resolved.backbone.weights ?? "", /^\/.*\/given\/a\.safetensors$/);
    const saved = portableSpec(resolved);
    assert.deepEqual([saved.backbone.weights, "weightsWritten" in saved.backbone], ["../given/a.safetensors", false]);
    assert.deepEqual(portableSpec(saved), saved);
    assert.deepEqual(describe(saved), describe(resolved));
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
      "M: a long adapter (1 epoch on windows of S) of weight 0.6 and a short one (3 epochs on F) of weight 0.4, each with rank 8 adapters on q_proj, the short one with the rows of F's targets too, trained with binary cross-entropy on 1 negative at the last position.",
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

  it("says the ablations of regions", () => {
    const random = line({ kind: "raie" }, { regions: { centres: "random" } }) ?? "";
    assert.ok(random.includes("3 preference regions about sequences of S drawn at random"), random);
    const one = line({ kind: "raie" }, { regions: { adapters: "one" } }) ?? "";
    assert.ok(
      one.endsWith(
        "then one that all regions share (3 epochs on their windows of F, with 2.33 windows of S for each).",
      ),
      one,
    );
  });

  it("says whose item rows LSAT's two adapters have", () => {
    const slices = { setup: 0.4, finetune: [0.2, 0.2], test: 0.2 };
    const said = (lora: object, more = {}) => line({ kind: "lsat", lora }, more) ?? "";
    assert.ok(said({ itemRows: "none" }).includes("each with rank 8 adapters on q_proj, trained with"));
    assert.ok(said({ itemRows: "shared" }).includes("with the rows of F's targets too, which count for both, trained"));
    const later = said({}, { slices });
    assert.ok(later.includes("(1 epoch on windows of S, later on the F slice before)"), later);
    assert.ok(later.includes("on q_proj and the rows of the targets of the F slices it trains on, trained"), later);
  });

  it("says what the changes of made-up data are, in the schema's sense", () => {
    const made = { format: "synthetic", drift: 1, switching: 0.3, emerging: 0 };
    assert.equal(
      words({ dataset: made, minRating: undefined })[0],
      "The data set is made up: 1000 users and 400 items in 4 preference regions that turn by 1 radian; the region of 30 % of the users changes after the set-up slice; every interaction is a positive.",
    );
  });

  it("says what is stated of data made up by its marginals, and that these have ratings", () => {
    assert.equal(
      words({ dataset: { format: "synthetic-marginals" } })[0],
      "The data set is made up: 10000054 ratings of 10677 items by 69878 users in 5 preference regions, 20 to 7359 by each, items' numbers of ratings falling with their rank r as (r + 213)^-1.7; interactions rated at least 4 are positives (all of them where there are no ratings).",
    );
  });

  it("says how the rules of made-up data change, and what regions have in common", () => {
    const fixed = { format: "synthetic", drift: 0, switching: 0, emerging: 0 };
    const told = (more: object) => words({ dataset: { ...fixed, ...more }, minRating: undefined })[0] ?? "";
    const still = "1000 users and 400 items in 4 preference regions that stay as they are; every interaction";
    assert.ok(told({ turning: 0 }).includes(still));
    assert.ok(
      told({ overlap: 0.3 }).includes("4 preference regions, with 30 % of their centres in common, that stay as"),
    );
    assert.ok(
      told({ rules: "shared", turning: 1 }).includes(
        "; one rule leads from item to item in all regions, and it turns by 1 radian after half of the time, in each its own way; every",
      ),
    );
    assert.ok(
      told({ turning: 0.5, together: true }).includes(
        "; the rule that leads from item to item in a region turns by 0.5 radians after half of the time, the same way in all; every",
      ),
    );
  });
});

group("describe() of a matched budget", () => {
  const raie = { kind: "raie", label: "RAIE" };
  const matched = (methods: unknown[], regions = {}) =>
    words({ budget: "matched", lora: { targets: ["q_proj"] }, regions, methods: [raie, ...methods] });
  const told = (method: Record<string, unknown>, regions = {}) =>
    matched([{ ...method, label: "M" }], regions).find((sentence) => sentence.startsWith("M: "));
  const form = "rank 8 adapters on q_proj and the rows of F's targets";
  const loss = "with binary cross-entropy on 1 negative at the last position";
  const steps = `as many steps as RAIE, on F with windows of S mixed in as RAIE sees them, ${loss}`;

  it("tells no method's epochs but the yardstick's", () => {
    assert.ok(matched(["lora"])[6]?.includes(`a default adapter (${form}, 3 epochs on F ${loss}), then one for each`));
    assert.equal(told({ kind: "lora" }), `M: ${form}, for ${steps}.`);
    assert.equal(told({ kind: "full" }), `M: all parameters of the backbone trained for ${steps}.`);
    for (const kind of ["lwf", "ewc", "mole", "proximal"]) {
      const sentence = told({ kind }) ?? "";
      assert.ok(sentence.includes(`${form}, for ${steps}`), sentence);
      assert.doesNotMatch(sentence, /epoch/);
    }
    assert.match(told({ kind: "ewc" }) ?? "", /by Fisher information from 1024 windows of S, which come on top\.$/);
  });

  it("tells how replay, LSAT and E-BPR keep it", () => {
    assert.equal(
      told({ kind: "replay" }),
      `M: ${form}, for as many steps as RAIE, on batches divided between F and windows of S as RAIE sees them, the latter of weight 0.3, ${loss}.`,
    );
    assert.equal(told({ kind: "replay", ratio: 0 }), `M: ${form}, for ${steps}.`);
    assert.ok(
      told({ kind: "lsat" })?.includes(
        "a long adapter (the share of RAIE's steps that S has of its rows, on windows of S) of weight 0.6 and a short one (the rest of the steps, on F) of weight 0.4",
      ),
    );
    assert.ok(told({ kind: "ebpr" })?.includes("edited in as many steps as RAIE of 256 pairs"));
  });

  it("leaves another raie its default adapter's epochs and its replay", () => {
    const sentence = told({ kind: "raie", regions: { replay: 1 } }) ?? "";
    assert.ok(sentence.includes("3 epochs on F"), sentence);
    assert.ok(sentence.includes("(the rest of RAIE's steps, on its windows of F, with 1 window of S for each)"));
  });

  it("says nothing of S where the yardstick replays none", () => {
    assert.equal(told({ kind: "lora" }, { replay: 0 }), `M: ${form}, for as many steps as RAIE, on F, ${loss}.`);
    assert.equal(told({ kind: "replay" }, { replay: 0 }), told({ kind: "lora" }, { replay: 0 }));
    assert.match(told({ kind: "lsat" }, { replay: 0 }) ?? "", /\(not trained, since RAIE sees nothing of S\)/);
  });

  it("names the methods that see S by a rule of their own", () => {
    const budget = (methods: unknown[], regions = {}) =>
      matched(methods, regions).find((sentence) => sentence.startsWith("The budget"));
    const begin =
      "The budget is matched: on each slice of F every method that adapts takes as many steps as RAIE and sees";
    const share = "S in the share of its rows that RAIE does";
    assert.equal(budget(["base", "lora", "replay"]), `${begin} ${share}.`);
    assert.equal(
      budget(["lsat", "ebpr", "ewc", "raie"]),
      `${begin} ${share}, but for lsat (S has that share of the steps, and F the rest), ebpr (the steps alone, nothing of S), ewc (windows of S for its Fisher information come on top) and raie (replay is its own).`,
    );
    assert.equal(
      budget(["lora", "lsat"], { replay: 0 }),
      `${begin} nothing of S, but for lsat (its long adapter is not trained).`,
    );
  });

  it("says how close a later run must come, where the spec does", () => {
    assert.equal(
      words({ reproduce: { tolerance: 0.02 } }).at(-1),
      "On another engine a later run must come within 0.02 of each measure.",
    );
  });
});
