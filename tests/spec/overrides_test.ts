import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { issuesOf, parsed, specText } from "./specs.ts";

describe("--set", () => {
  it("changes a field, with a value read as JSON or else as text", () => {
    const { resolved } = parsed({}, ["windows.context=20", "title=My run", "seeds=[3,4]", "retention=held-out"]);
    assert.equal(resolved.windows.context, 20);
    assert.equal(resolved.title, "My run");
    assert.deepEqual(resolved.seeds, [3, 4]);
    assert.equal(resolved.retention, "held-out");
  });

  it("makes objects that the spec leaves out", () => {
    assert.equal(parsed({}, ["lora.training.epochs=7"]).resolved.methods[1]?.lora.training.epochs, 7);
  });

  it("reaches into a data set and a method that are plain text", () => {
    const { resolved, raw } = parsed({}, ["dataset.badLines=skip", "methods.1.lora.rank=4"]);
    assert.deepEqual(resolved.dataset, { id: "movielens-100k", badLines: "skip" });
    assert.deepEqual(resolved.methods[1]?.options, { lora: { rank: 4 } });
    assert.deepEqual(raw.dataset, { id: "movielens-100k", badLines: "skip" });
  });

  it("changes a method's own regions", () => {
    const { resolved } = parsed({}, ["methods.2.regions.k=5"]);
    assert.equal(resolved.methods[2]?.regions.k, 5);
    assert.equal(resolved.methods[2]?.label, "RAIE");
  });

  it("adds one entry to a list", () => {
    assert.deepEqual(parsed({}, ["methods.3=lora"]).resolved.methods.map(({ label }) => label), [
      "base",
      "lora",
      "RAIE",
      "RAIE K=1",
      "lora-2",
    ]);
  });

  it("takes the last of several values", () => {
    assert.deepEqual(parsed({}, ["seeds=[2]", "seeds=[5]"]).resolved.seeds, [5]);
  });

  const wrong: readonly (readonly [string, string, string])[] = [
    ["windows.context=ten", "/windows/context", 'found "ten"'],
    ["windows.contxt=10", "/windows/contxt", 'Did you mean "context"?'],
    ["methods.9.label=x", "/methods", "3 entries, 0 to 2"],
    ["minRating.x=1", "/minRating", "minRating is 4, which has no fields"],
    ["executor.memory=lots", "/executor/memory", 'found "lots"'],
    ["slices.test=0.3", "/slices/test", ""],
    ["nothing", "", "PATH=VALUE"],
    ["=3", "", "PATH=VALUE"],
    ["a..b=3", "", "PATH=VALUE"],
    ["__proto__.x=3", "/__proto__", 'no field "__proto__"'],
  ];
  for (const [option, pointer, part] of wrong) {
    it(`names the option in the error: ${option}`, () => {
      const issues = issuesOf(specText({}), [option]);
      if (pointer === "/slices/test") return assert.match(issues[0]?.message ?? "", /0\.5 \+ 0\.3 \+ 0\.3/);
      const issue = issues.find((one) => one.option === `--set ${option}`);
      assert.equal(issue?.pointer, pointer, issues.map(({ message }) => message).join());
      assert.ok(issue.message.includes(part), issue.message);
    });
  }
});
