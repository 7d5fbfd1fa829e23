import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { issuesOf, parsed, specText } from "./specs.ts";

const pointers = (fields: Record<string, unknown>, set: readonly string[] = []) =>
  issuesOf(specText(fields), set).map(({ pointer }) => pointer);

describe("a field that nothing reads", () => {
  it("is refused only where the spec itself says it: presets never", () => {
    for (const preset of ["paper", "official"]) {
      parsed({ preset });
      parsed({ preset, lora: { itemRows: "none" }, regions: { merge: false } });
      parsed({ preset, regions: {}, methods: ["base", "lora"] });
    }
  });

  it("counts where one method that listens to it reads it", () => {
    const merging = { kind: "raie", label: "merging", regions: { merge: true } };
    parsed({ regions: { mergeAngle: 20 }, methods: [{ kind: "raie" }, merging] });
    parsed({
      lora: { itemRows: "none", anchor: 0.1 },
      methods: ["lora", { ...merging, lora: { itemRows: "shared" } }],
    });
    const deaf = { ...merging, regions: { merge: true, mergeAngle: 8 } };
    assert.deepEqual(pointers({ regions: { mergeAngle: 20 }, methods: [{ kind: "raie" }, deaf] }), [
      "/regions/mergeAngle",
    ]);
  });

  it("is left alone where the command line made it idle, so that ablations need no second file", () => {
    parsed({ regions: { merge: true, mergeAngle: 20 } }, ["regions.merge=false"]);
    parsed({ lora: { anchor: 0.1 } }, ["lora.itemRows=none"]);
    parsed({}, ['methods=["base","lora"]']);
    assert.deepEqual(pointers({}, ["regions.mergeAngle=20"]), ["/regions/mergeAngle"]);
    assert.deepEqual(pointers({ lora: { anchor: 0.1 } }, ["lora.itemRows=none", "lora.itemRate=2"]), [
      "/lora/itemRate",
    ]);
  });

  it("is not a section that methods share, though none of these methods uses it", () => {
    assert.equal(parsed({ regions: { stride: 3 }, methods: ["base"] }).resolved.methods[0]?.regions.stride, 3);
  });
});
