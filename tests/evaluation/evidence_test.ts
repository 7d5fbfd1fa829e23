import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { stream } from "../../src/engine/random.ts";
import { evidenceOf, type EvidenceRules, type MethodUsers } from "../../src/evaluation/evidence.ts";
import { measuresFromRanks } from "../../src/evaluation/measures.ts";
import { perUser } from "../../src/evaluation/per_user.ts";

const RULES: EvidenceRules = { resamples: 1000, test: "permutation", measure: "Recall@10", to: ["base"], rated: [] };

/** Windows of 60 users, from 1 to 4 each. */
const owners = Int32Array.from(
  Array.from({ length: 60 }, (_, user) => Array<number>(1 + user % 4).fill(user)).flat(),
);

/** Ranks of all windows: inside the first ten with a chance. */
const ranks = (name: string, chance: number, seed = 1): Float64Array => {
  const draws = stream(seed, name);
  return Float64Array.from(owners, () => draws.float() < chance ? 1 + draws.integer(10) : 11 + draws.integer(90));
};

const method = (label: string, bySeed: Readonly<Record<number, Float64Array>>): MethodUsers => ({
  label,
  seeds: Object.entries(bySeed).map(([seed, ranks]) => ({ seed: Number(seed), users: perUser(ranks, owners, [10]) })),
});

const slice = (...methods: MethodUsers[]) => [{ slice: "T", methods }];
const recall = (...each: Float64Array[]) =>
  each.reduce((sum, ranks) => sum + measuresFromRanks(ranks, [10])["Recall@10"]!, 0) / each.length;
const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a}, wanted ${b}`);

describe("evidenceOf()", () => {
  const [b1, b2, l1, l2] = [ranks("base", .2), ranks("base", .2, 2), ranks("lora", .5), ranks("lora", .5, 2)];

  it("is about the figures of the tables: means over windows, averaged over seeds", () => {
    const { figures, differences } = evidenceOf(
      slice(method("base", { 1: b1, 2: b2 }), method("lora", { 1: l1, 2: l2 })),
      RULES,
    );
    const [difference] = differences;
    near(difference!.values["Recall@10"]!, recall(l1, l2) - recall(b1, b2));
    for (const [i, wanted] of [recall(b1, b2), recall(l1, l2)].entries()) {
      const [low, high] = figures[i]!.intervals["Recall@10"]!;
      assert.ok(low < wanted && wanted < high);
    }
    const [low, high] = difference!.intervals["Recall@10"]!;
    assert.ok(0 < low && low < difference!.values["Recall@10"]! && difference!.values["Recall@10"]! < high);
    assert.deepEqual(Object.keys(difference!.intervals), ["Recall@10", "NDCG@10", "MRR"]);
    assert.deepEqual([difference!.seeds, difference!.users, difference!.p < .01], [[1, 2], 60, true]);
  });

  it("compares over the seeds that both methods have, and not at all where they have none in common", () => {
    const { figures, differences } = evidenceOf(
      slice(method("base", { 1: b1, 2: b2 }), method("lora", { 2: l2 }), method("lwf", { 3: l1 })),
      RULES,
    );
    assert.deepEqual(differences.map(({ label, to, seeds }) => [label, to, seeds]), [["lora", "base", [2]]]);
    near(differences[0]!.values["Recall@10"]!, recall(l2) - recall(b2));
    assert.deepEqual(figures.map(({ seeds }) => seeds), [[1, 2], [2], [3]]);
  });

  it("compares with each method named, no two methods twice, and corrects over all of them", () => {
    const methods = ["base", "lora", "RAIE"].map((label, i) => method(label, { 1: ranks(label, .2 + .1 * i) }));
    const { differences } = evidenceOf([{ slice: "S", methods }, { slice: "T", methods }], {
      ...RULES,
      to: ["RAIE", "base"],
    });
    const pairs = ["base RAIE", "lora RAIE", "lora base"];
    assert.deepEqual(differences.map(({ label, to, slice }) => `${label} ${to} ${slice}`), [
      ...pairs.map((pair) => `${pair} S`),
      ...pairs.map((pair) => `${pair} T`),
    ]);
    const least = differences.reduce((least, each) => each.p < least.p ? each : least);
    near(least.pHolm, 6 * least.p);
  });

  it("holds the highest of a slice to each other one, corrected over all pairs of those that are rated", () => {
    const methods = ["base", "lora", "RAIE", "ebpr"].map((label, i) =>
      method(label, { 1: ranks(label, .2 + .12 * i) })
    );
    const { best } = evidenceOf(slice(...methods), { ...RULES, rated: ["base", "lora", "RAIE"] });
    assert.deepEqual(best.map(({ label, to }) => `${label} ${to}`), ["RAIE lora", "RAIE base"]);
    const [toLora, toBase] = best;
    near(toBase!.values["Recall@10"]!, recall(ranks("RAIE", .44)) - recall(ranks("base", .2)));
    // Of the three pairs RAIE and base differ most.
    near(toBase!.pHolm, 3 * toBase!.p);
    assert.ok(toLora!.p > toBase!.p && toLora!.pHolm >= toLora!.p);
  });

  it("takes Wilcoxon's test of the users' means where it is asked for", () => {
    const { differences } = evidenceOf(slice(method("base", { 1: b1 }), method("lora", { 1: b1 })), {
      ...RULES,
      test: "wilcoxon",
    });
    assert.deepEqual([differences[0]!.p, differences[0]!.intervals["Recall@10"]], [1, [0, 0]]);
  });

  it("leaves out a slice that nobody has a window in, and refuses methods that ranked other windows", () => {
    const none = { label: "base", seeds: [{ seed: 1, users: perUser([], new Int32Array(), [10]) }] };
    assert.deepEqual(evidenceOf(slice(none), RULES).figures, []);
    const other = { label: "lora", seeds: [{ seed: 1, users: perUser([1], Int32Array.of(4), [10]) }] };
    assert.throws(
      () => evidenceOf(slice(method("base", { 1: b1 }), other), RULES),
      /Cannot compare users: lora with seed 1 ranked other windows/,
    );
  });

  it("calls anything significant in at most 5 % of tables of methods that are alike", () => {
    const ROUNDS = 400;
    let wrong = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const methods = ["base", "a", "b", "c", "d"].map((label) => method(label, { 1: ranks(label, .3, 10 + round) }));
      const { differences } = evidenceOf(slice(...methods), { ...RULES, resamples: 400 });
      if (differences.some(({ pHolm }) => pHolm < .05)) wrong++;
    }
    // Three standard deviations of a share of 5 % above it: 3 sqrt(.05 .95 / 400) = .033.
    assert.ok(wrong / ROUNDS <= .083, `${wrong} of ${ROUNDS}`);
  });
});
