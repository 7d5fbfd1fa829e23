/** What a search tries, and what it refuses. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { SpecError, type SpecIssue } from "../../src/spec/issue.ts";
import { settingsOf } from "../../src/spec/method_types.ts";
import type { SearchPlan } from "../../src/spec/search.ts";
import { parseExperiment } from "../../src/spec/sweep.ts";
import { specText } from "./specs.ts";

const METHODS = ["base", "lora", { kind: "lwf", lora: { rank: 2 } }, "lsat", { kind: "raie", label: "RAIE" }];
const read = (search: unknown, more: Record<string, unknown> = {}) =>
  parseExperiment(specText({ methods: METHODS, search, ...more }), "a.json");
const planOf = (search: unknown, more: Record<string, unknown> = {}): SearchPlan => read(search, more).search!;
const issuesOf = (search: unknown, more: Record<string, unknown> = {}): readonly SpecIssue[] => {
  try {
    read(search, more);
  } catch (error) {
    if (error instanceof SpecError) return error.issues;
    throw error;
  }
  return [];
};
const trialsOf = ({ methods }: SearchPlan, label: string) =>
  methods.find((method) => method.label === label)?.trials.map(({ settings }) =>
    settings.map(({ path, value }) => `${path}=${value}`).join(" ")
  );

describe("the trials of a search", () => {
  it("are what the spec says first, then every combination of what changes something for the method", () => {
    const space = { "lora.rank": [8, 4], "lwf.alpha": [0.5, 1], "regions.k": [3, 5] };
    const plan = planOf({ kind: "grid", space });
    assert.deepEqual(trialsOf(plan, "lora"), ["", "lora.rank=4"]);
    // Its entry says its rank, so that the spec's own does not concern it.
    assert.deepEqual(trialsOf(plan, "lwf"), ["", "lwf.alpha=1"]);
    assert.deepEqual(trialsOf(plan, "RAIE"), [
      "",
      "lora.rank=8 regions.k=5",
      "lora.rank=4 regions.k=3",
      "lora.rank=4 regions.k=5",
    ]);
    assert.equal(trialsOf(plan, "base"), undefined);
    assert.equal(plan.methods.some(({ label }) => label === "RAIE K=1"), false, "a control takes what its raie has");
    assert.equal(plan.backbones.length, 1);
  });

  it("put a value where a method of the kind says its own, and into what results show as options", () => {
    const plan = planOf({ kind: "grid", space: { "lwf.temperature": [3], "regions.k": [7] } });
    const [, lwf] = plan.methods.find(({ label }) => label === "lwf")!.trials;
    assert.deepEqual(lwf!.made.own, { temperature: 3, alpha: 0.5, candidates: "two" });
    assert.deepEqual(lwf!.made.options, { lora: { rank: 2 }, temperature: 3 });
    const [, raie] = plan.methods.find(({ label }) => label === "RAIE")!.trials;
    assert.deepEqual([raie!.made.regions.k, raie!.made.options], [7, { regions: { k: 7 } }]);
  });

  it("are drawn alike for one seed, otherwise for another, all different, as many for each method", () => {
    const space = { "lora.rank": [2, 4, 6, 8], "lora.alpha": [4, 8, 16], "lora.training.epochs": [1, 2, 3] };
    const drawn = (seed: number) => planOf({ trials: 6, seed, space });
    assert.deepEqual(trialsOf(drawn(1), "lora"), trialsOf(drawn(1), "lora"));
    assert.notDeepEqual(trialsOf(drawn(1), "lora"), trialsOf(drawn(2), "lora"));
    for (const { label, trials } of drawn(1).methods) {
      assert.equal(trials.length, 6, label);
      assert.equal(new Set(trials.map(({ made }) => JSON.stringify(settingsOf(made)))).size, 6, label);
    }
  });

  it("of what methods share are the same draws for all, each once before any comes twice", () => {
    const space = {
      "lora.rank": [1, 2, 3],
      "lora.training.learningRate": [0.1, 0.2],
      "lwf.alpha": [1, 2],
      "regions.k": [4, 5],
    };
    const plan = planOf({ trials: 5, space }, { methods: ["lora", "lwf", { kind: "raie", label: "RAIE" }] });
    const shared = (label: string) =>
      trialsOf(plan, label)!.slice(1).map((words) => words.split(" ").slice(0, 2).join(" "));
    assert.deepEqual(shared("lwf"), shared("lora"));
    assert.deepEqual(shared("RAIE"), shared("lora"));
    assert.equal(new Set(shared("lora")).size, 4);
  });

  it("are not told apart by how long a method would train that takes another's steps", () => {
    const space = { "lora.training.epochs": [1, 2], "lora.rank": [2] };
    const plan = planOf({ kind: "grid", space }, {
      budget: "matched",
      methods: ["lora", { kind: "raie", label: "RAIE" }],
    });
    assert.deepEqual(trialsOf(plan, "lora"), ["", "lora.rank=2"]);
    assert.equal(trialsOf(plan, "RAIE")!.length, 3);
  });

  it("of the preset pass over what the spec has no use for", () => {
    const raie = { kind: "raie", label: "RAIE", regions: { adapters: "one" } };
    for (const more of [{ budget: "matched", methods: ["lsat", "ebpr", raie] }, { methods: ["lora", raie] }]) {
      const { search } = read(undefined, { preset: "tuned", regions: {}, ...more });
      assert.ok(search!.methods.every(({ trials }) => trials.length > 1));
      assert.equal(trialsOf(search!, "RAIE")!.some((words) => words.includes("routing")), false);
    }
  });

  it("leave out what lsat does not read", () => {
    const plan = planOf({ kind: "grid", trials: 20, space: { "lora.training.epochs": [1, 2], "lsat.alpha": [0.1] } });
    assert.deepEqual(trialsOf(plan, "lsat"), ["", "lsat.alpha=0.1"]);
  });

  it("are the backbone's own for what lies below it", () => {
    const { backbones, methods } = planOf({ space: { "backbone.training.epochs": [5, 9] } });
    assert.deepEqual(backbones.map(({ made }) => made.training.epochs), [5, 9]);
    assert.deepEqual(methods, []);
  });

  it("come with the preset tuned, as many for each method, the spec's space in place of its own where there is one", () => {
    const { resolved, plan } = (() => {
      const { specs, search } = read(undefined, { preset: "tuned" });
      return { resolved: specs[0]!, plan: search! };
    })();
    assert.deepEqual([resolved.search?.kind, resolved.search?.trials, resolved.search?.validation], ["random", 8, 0.4]);
    assert.deepEqual(resolved.backbone.training.loss, { kind: "cross-entropy" });
    assert.deepEqual(new Set(resolved.methods.map(({ lora }) => lora.training.positions)), new Set(["all"]));
    assert.deepEqual(plan.methods.map(({ label, trials }) => [label, trials.length]), [
      ["lora", 8],
      ["lwf", 8],
      ["lsat", 8],
      ["RAIE", 8],
    ]);
    const own = read({ trials: 2, space: { "lora.rank": [2] } }, { preset: "tuned" });
    assert.deepEqual(trialsOf(own.search!, "lora"), ["", "lora.rank=2"]);
  });
});

describe("a search", () => {
  const refused: readonly (readonly [string, unknown, string, RegExp])[] = [
    [
      "a value that does not fit",
      { "lora.rank": [4, 0] },
      "/search/space/lora.rank/1",
      /lora\.rank must be a whole number/,
    ],
    ["a field that is none", { "lora.rnak": [4] }, "/search/space/lora.rnak", /lora has no field "rnak".*"rank"/],
    ["a section that is none", { "regoins.k": [4] }, "/search/space/regoins.k", /may vary what lies below .*"regions"/],
    ["what is no setting", { seeds: [[1], [2]] }, "/search/space/seeds", /wants paths such as lora\.rank/],
    ["slices", { "slices.test": [0.1] }, "/search/space/slices.test", /may vary what lies below/],
    [
      "another backbone",
      { "backbone.kind": ["bert4rec"] },
      "/search/space/backbone.kind",
      /another experiment; use sweep/,
    ],
    [
      "a path inside another",
      { "regions.gate": [{}], "regions.gate.kind": ["posterior"] },
      "/search/space/regions.gate.kind",
      /one lies inside the other/,
    ],
    ["nothing new", { "lora.rank": [8] }, "/search/space", /must change something/],
    ["no space", {}, "/search/space", /must name settings and the values to try/],
    [
      "what no method reads",
      { "lora.anchor": [0.1] },
      "/search/space/lora.anchor/0",
      /counts only while item rows are trained/,
    ],
  ];
  for (const [what, space, pointer, message] of refused) {
    it(`refuses ${what}, at its place`, () => {
      const more = what === "what no method reads" ? { lora: { itemRows: "none" } } : {};
      const [issue, ...others] = issuesOf({ space }, more);
      assert.deepEqual([issue?.pointer, others.length], [pointer, 0], issue?.message);
      assert.match(issue!.message, message);
    });
  }

  it("refuses a grid of more combinations than trials, and says what would do", () => {
    const [issue] = issuesOf({ kind: "grid", trials: 3, space: { "lora.rank": [1, 2], "lora.alpha": [1, 2] } });
    assert.match(
      issue!.message,
      /at most 3 combinations for lora: found 4 .* raise search\.trials, or draw with kind "random"/,
    );
  });

  it("names kinds that the spec does not have in vain, where the preset's space passes over them", () => {
    const [issue] = issuesOf({ space: { "ewc.lambda": [1], "lora.rank": [2] } });
    assert.deepEqual(issue?.pointer, "/search/space/ewc.lambda");
    assert.match(issue!.message, /no method of the spec is of the kind ewc/);
    assert.equal(read(undefined, { preset: "tuned" }).search!.methods.length, 4);
  });

  it("does not stand beside a sweep, the preset tuned neither", () => {
    const sweep = { "regions.k": [2, 3] };
    for (const more of [{ search: { space: { "lora.rank": [2] } } }, { preset: "tuned" }]) {
      assert.throws(
        () => parseExperiment(specText({ ...more, sweep }), "a.json"),
        (error) => error instanceof SpecError && /sweep cannot stand beside a search/.test(error.message),
      );
    }
  });
});
