import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { allTargets, possibleTargets, projectionNames } from "../../src/spec/projections.ts";

describe("projectionNames()", () => {
  it("are the linear maps of Hugging Face's BertForMaskedLM inside its layers", () => {
    assert.deepEqual(projectionNames("bert4rec", 1), [
      "bert.encoder.layer.0.attention.self.query",
      "bert.encoder.layer.0.attention.self.key",
      "bert.encoder.layer.0.attention.self.value",
      "bert.encoder.layer.0.attention.output.dense",
      "bert.encoder.layer.0.intermediate.dense",
      "bert.encoder.layer.0.output.dense",
    ]);
  });

  it("run block after block", () => {
    const tisasrec = ["Wq", "Wk", "Wv", "Wo", "ffn.0", "ffn.3"];
    assert.deepEqual(projectionNames("tisasrec", 2), [
      ...tisasrec.map((name) => `layers.0.${name}`),
      ...tisasrec.map((name) => `layers.1.${name}`),
    ]);
    assert.equal(projectionNames("sasrec", 3)[17], "blocks.2.linear2");
  });
});

describe("possibleTargets()", () => {
  it("holds names and their ends behind a dot, and nothing else", () => {
    const targets = possibleTargets("sasrec", 1);
    for (const one of ["blocks.0.q_proj", "0.q_proj", "q_proj"]) assert.ok(targets.has(one), one);
    for (const one of ["blocks.1.q_proj", "proj", "blocks.0", "", "q_proj."]) assert.ok(!targets.has(one), one);
  });

  it("lets the usual targets name every projection", () => {
    for (const kind of ["sasrec", "bert4rec", "tisasrec", "llama"] as const) {
      for (const name of projectionNames(kind, 2)) {
        assert.ok(allTargets(kind).some((target) => name.endsWith(`.${target}`)), name);
      }
      for (const target of allTargets(kind)) assert.ok(possibleTargets(kind, 1).has(target), target);
    }
  });
});
