import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { describe as inWords } from "../../src/spec/describe.ts";
import { controlPairs } from "../../src/spec/evidence_checks.ts";
import { pacemakerOf } from "../../src/spec/control.ts";
import { issuesOf, parsed, specText } from "./specs.ts";

const labels = (fields: Record<string, unknown>) => parsed(fields).resolved.methods.map(({ label }) => label);

describe("the K=1 control", () => {
  it("stands behind the first raie that may have several regions, and behind no other", () => {
    const one = { kind: "raie", label: "one", regions: { k: 1, add: false } };
    const grows = { kind: "raie", label: "grows", regions: { k: 1 } };
    assert.deepEqual(labels({ methods: ["base", one, grows, "raie"] }), ["base", "one", "grows", "grows K=1", "raie"]);
    assert.deepEqual(labels({ methods: ["base", one], regions: {} }), ["base", "one"]);
    assert.deepEqual(labels({ methods: ["base", "lora"], regions: {} }), ["base", "lora"]);
  });

  it("is left out where the spec says so", () => {
    assert.deepEqual(labels({ control: false }), ["base", "lora", "RAIE"]);
  });

  it("is its raie but for one region that nothing is added to", () => {
    const own = { kind: "raie", label: "R", lora: { rank: 2 }, regions: { poolMin: 7, routing: "soft" } };
    const [raie, control] = parsed({ methods: [own], regions: {} }).resolved.methods;
    assert.deepEqual(control, {
      ...raie,
      label: "R K=1",
      regions: { ...raie?.regions, k: 1, add: false },
      options: { lora: { rank: 2 }, regions: { poolMin: 7, routing: "soft", k: 1, add: false } },
      control: "R",
    });
  });

  it("has no copies of its windows, which with one region would repeat F alone", () => {
    const [, control] = parsed({ preset: "official", methods: ["raie"] }).resolved.methods;
    assert.deepEqual([control!.control, control!.regions.softCopies], ["raie", "none"]);
  });

  it("takes a free label where its own is taken", () => {
    const methods = ["raie", { kind: "base", label: "raie K=1" }];
    assert.deepEqual(labels({ methods }), ["raie", "raie K=1 (2)", "raie K=1"]);
  });

  it("takes the steps of its raie under any budget, and the others those of the first raie under a matched one", () => {
    const one = { kind: "raie", label: "one", regions: { k: 1, add: false } };
    for (const [budget, ofOthers] of [["paper", undefined], ["matched", "one"]] as const) {
      const { resolved } = parsed({ budget, methods: [one, "lora", "raie"] });
      const pace = resolved.methods.map((method) => pacemakerOf(method, resolved)?.label);
      assert.deepEqual(pace, [undefined, ofOthers, ofOthers, "raie"]);
    }
  });

  it("may be what others are compared with, and is told in words", () => {
    const { resolved } = parsed({ report: { reference: "RAIE K=1" } });
    assert.deepEqual(controlPairs(resolved), [["RAIE", "RAIE K=1"]]);
    assert.ok(
      inWords(resolved).includes(
        "RAIE K=1: the control of RAIE: the same with one region, as many optimiser steps and about as large a share of rows from S.",
      ),
    );
  });

  it("leaves what is said of methods at their own places in the file", () => {
    const methods = ["raie", { kind: "lora", label: "x", lora: { itemRows: "none", anchor: 2 } }];
    const pointers = issuesOf(specText({ methods })).map(({ pointer }) => pointer);
    assert.deepEqual(pointers, ["/methods/1/lora/anchor"]);
  });
});
