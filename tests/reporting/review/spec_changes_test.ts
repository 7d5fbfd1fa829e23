import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { specChanges } from "../../../src/reporting/review/spec_changes.ts";
import { parsed } from "../../spec/specs.ts";

const changes = (...fields: readonly Record<string, unknown>[]) =>
  specChanges(fields.map((each) => parsed(each).resolved));
const METHODS = ["base", "lora", { kind: "raie", label: "RAIE" }, "ewc"];

describe("specChanges()", () => {
  it("finds nothing between a spec and itself under another name", () => {
    assert.deepEqual(changes({}, { name: "other", title: "Another", description: "..." }), []);
  });

  it("tells a change that all methods share once, by its own path", () => {
    assert.deepEqual(changes({ methods: METHODS }, { methods: METHODS, lora: { rank: 4 } }), [
      { place: "lora.rank", values: [8, 4] },
    ]);
    assert.deepEqual(changes({}, { regions: { k: 5 } }), [{ place: "regions.k", values: [3, 5] }]);
  });

  it("tells a change of some methods with their labels", () => {
    const own = METHODS.map((method) => method === "ewc" ? { kind: "ewc", lambda: 9, lora: { rank: 2 } } : method);
    const found = changes({ methods: METHODS }, { methods: own });
    assert.deepEqual(found.map(({ place }) => place), ["[ewc] lora.rank", "[ewc] lambda"]);
    assert.deepEqual(found[0]!.values, [8, 2]);
  });

  it("names a method that not all have, and nothing within it", () => {
    assert.deepEqual(changes({ methods: METHODS }, {}, { methods: [...METHODS, "lwf"] }), [
      { place: "[ewc]", values: ["ewc", undefined, "ewc"] },
      { place: "[lwf]", values: [undefined, undefined, "lwf"] },
    ]);
  });

  it("compares several with their values side by side", () => {
    const strides = [1, 2, 2].map((stride) => ({ windows: { stride } }));
    assert.deepEqual(changes(...strides), [{ place: "windows.stride", values: [1, 2, 2] }]);
  });
});
