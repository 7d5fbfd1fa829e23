import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import schema from "../../src/spec/experiment.schema.json" with { type: "json" };
import { KNOWN_DIFFERENCES, knownDifferences } from "../../src/spec/known_differences.ts";
import { parsed } from "./specs.ts";

const known = (fields: Record<string, unknown>) => knownDifferences(parsed(fields).resolved);

describe("knownDifferences()", () => {
  it("names those that official's methods meet, and none for another preset", () => {
    assert.equal(known({ preset: "official" }).length, 5);
    assert.deepEqual(known({}), []);
  });

  it("leaves out what a spec's methods do not meet", () => {
    const has = (fields: Record<string, unknown>, words: RegExp) =>
      known({ preset: "official", ...fields }).some((sentence) => words.test(sentence));
    assert.equal(has({}, /^Item rows belong to each region/), true);
    assert.equal(has({ lora: { itemRows: "shared" } }, /^Item rows belong to each region/), false);
    assert.equal(has({ lora: { dropout: 0 } }, /dropout mask/), false);
    assert.equal(has({ lora: { training: { weightDecay: 0 } } }, /decay/), false);
    assert.equal(has({ lora: { itemRows: "none" } }, /decay|Item rows/), false);
    assert.equal(known({ preset: "official", regions: {}, methods: ["base"] }).length, 1);
  });

  it("names those of methods and backbones where a spec has them", () => {
    const first = (fields: Record<string, unknown>) =>
      known({ preset: "official", regions: {}, lora: { dropout: 0, itemRows: "none" }, ...fields })
        .filter((sentence) => !/random streams|^Negatives of F/.test(sentence)).map((sentence) =>
          sentence.slice(0, 20)
        );
    assert.deepEqual(first({ methods: ["mole"] }), ["All experts of mole "]);
    assert.deepEqual(first({ methods: ["ebpr"] }), ["ebpr takes each wind"]);
    assert.deepEqual(first({ methods: ["ewc"] }), ["ewc averages the squ"]);
    assert.deepEqual(first({ methods: ["full"] }), ["full and proximal ha"]);
    assert.deepEqual(first({ methods: ["lora", "replay", "lwf"] }), []);
    assert.deepEqual(
      first({ methods: ["lsat"] }),
      ["lsat is scored as eve", "lsat's long adapter t"].map((start) => start.slice(0, 20)),
    );
    assert.deepEqual(first({ backbone: { kind: "bert4rec" }, methods: ["lora", "replay"] }), [
      "The learning rate st",
      "replay and lsat take",
    ]);
    assert.deepEqual(first({ backbone: { kind: "tisasrec" }, methods: ["lora"] }), [
      "TiSASRec is trained ",
      "All windows keep the",
    ]);
    const rows = { lora: { dropout: 0, training: { weightDecay: 0 } } };
    assert.deepEqual(first({ backbone: { kind: "tisasrec", weights: "w" }, methods: ["lora"], ...rows }), [
      "lora, replay, lwf, l",
      "All windows keep the",
    ]);
  });

  it("is what the schema's description of the preset names", () => {
    for (const { subject } of KNOWN_DIFFERENCES) {
      assert.ok(schema.properties.preset.description.includes(subject), subject);
    }
  });
});
