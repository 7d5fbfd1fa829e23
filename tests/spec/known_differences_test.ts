import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import schema from "../../src/spec/experiment.schema.json" with { type: "json" };
import { KNOWN_DIFFERENCES, knownDifferences } from "../../src/spec/known_differences.ts";
import { parsed } from "./specs.ts";

const known = (fields: Record<string, unknown>) => knownDifferences(parsed(fields).resolved);

describe("knownDifferences()", () => {
  it("names all four where official's methods meet them, and none for another preset", () => {
    assert.equal(known({ preset: "official" }).length, 4);
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

  it("is what the schema's description of the preset names", () => {
    for (const { subject } of KNOWN_DIFFERENCES) {
      assert.ok(schema.properties.preset.description.includes(subject), subject);
    }
  });
});
