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
    const ebpr = ["ebpr takes each wind", "ebpr draws its negat"];
    assert.deepEqual(first({ methods: ["ebpr"] }), [...ebpr, "ebpr learns from T's"]);
    assert.deepEqual(first({ methods: [{ kind: "ebpr", mine: "finetune" }] }), ebpr);
    assert.deepEqual(first({ methods: ["ewc"] }), ["ewc averages the squ"]);
    assert.deepEqual(first({ methods: ["full"] }), ["full and proximal ha"]);
    assert.deepEqual(first({ methods: ["lora", "replay", "lwf"] }), []);
    assert.deepEqual(
      first({ methods: ["lsat"] }),
      ["lsat is scored as eve", "lsat's long adapter t"].map((start) => start.slice(0, 20)),
    );
  });

  it("names what the authors' programs of the other backbones do", () => {
    const has = (kind: string, method: string, words: RegExp, more: Record<string, unknown> = {}) =>
      known({ preset: "official", regions: {}, backbone: { kind, ...more }, methods: [method] })
        .some((sentence) => words.test(sentence));
    for (const kind of ["bert4rec", "tisasrec"]) {
      assert.equal(has(kind, "base", /rankings hold them/), true, kind);
      assert.equal(has(kind, "mole", /mixes the scores of whole models/), true, kind);
      assert.equal(has(kind, "mole", /stay frozen/), false, kind);
      assert.equal(has(kind, "raie", /model with its default adapter/), true, kind);
      assert.equal(has(kind, "raie", /change one table/), false, kind);
      assert.equal(has(kind, "lsat", /dropout stays on/), true, kind);
      assert.equal(has(kind, "lsat", /may be recommended/), false, kind);
      assert.equal(has(kind, "base", /is trained on/), true, kind);
      assert.equal(has(kind, "base", /is trained on/, { weights: "w" }), false, kind);
    }
    assert.equal(has("sasrec", "base", /rankings hold them/), false);
    assert.equal(has("bert4rec", "raie", /without \[MASK\]/), true);
    assert.equal(has("bert4rec", "replay", /predict hidden items/), true);
    assert.equal(has("bert4rec", "lora", /falls to zero/), true);
    assert.equal(has("bert4rec", "lora", /default adapter alone trains rows/), true);
    assert.equal(has("tisasrec", "lora", /rows of F's targets|item rows/), false);
    assert.equal(has("tisasrec", "lsat", /its batches are the backbone's/), true);
    assert.equal(has("bert4rec", "lsat", /its batches are the backbone's/), false);
    assert.equal(has("tisasrec", "base", /a second apart/), true);
  });

  it("is what the schema's description of the preset names", () => {
    for (const { subject } of KNOWN_DIFFERENCES) {
      assert.ok(schema.properties.preset.description.includes(subject), subject);
    }
  });
});
