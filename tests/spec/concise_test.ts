import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { concise } from "../../src/spec/concise.ts";
import { parsed } from "./specs.ts";

const of = (fields: Record<string, unknown>) => concise(parsed({ lora: {}, regions: {}, ...fields }).resolved);

describe("concise()", () => {
  it("says once what methods share, and of each method what it sets otherwise", () => {
    const gate = { kind: "posterior", beta: 3 };
    const { lora, regions, methods } = of({
      lora: { rank: 4 },
      regions: { k: 7 },
      methods: [
        "lora",
        { kind: "replay", ratio: 0.5, lora: { training: { epochs: 9 } } },
        "raie",
        { kind: "raie", label: "other", regions: { replay: 0, gate } },
      ],
    });
    assert.equal((lora as { rank: number }).rank, 4);
    assert.equal((regions as { k: number }).k, 7);
    assert.deepEqual((methods as unknown[]).slice(0, 3), [
      { kind: "lora", label: "lora" },
      { kind: "replay", label: "replay", ratio: 0.5, rows: "windows", lora: { training: { epochs: 9 } } },
      { kind: "raie", label: "raie" },
    ]);
    assert.deepEqual((methods as unknown[])[3], {
      kind: "raie",
      label: "raie K=1",
      control: "raie",
      regions: { k: 1, add: false },
    });
    const { regions: own } = (methods as { regions: { replay: number; gate: object } }[])[4]!;
    assert.deepEqual(Object.keys(own).sort(), ["gate", "replay"]);
    assert.deepEqual(own.gate, { ...gate, deltaMin: 0.05, lambdaNew: -1, a0: 0.5, a1: 0.1 });
  });

  it("shows no section that no method reads", () => {
    const few = of({ methods: ["base", "full", { kind: "ebpr" }] });
    assert.deepEqual(["lora" in few, "regions" in few], [false, false]);
    assert.deepEqual(["lora", "regions"].map((name) => name in of({ methods: ["lwf"] })), [true, false]);
    for (const method of few.methods as object[]) assert.ok(!("lora" in method) && !("regions" in method));
  });

  it("takes the first method's settings for shared where all have their own", () => {
    const { lora, methods } = of({
      methods: [{ kind: "lora", lora: { rank: 2 } }, { kind: "lora", lora: { rank: 3, dropout: 0 } }],
    });
    assert.equal((lora as { rank: number }).rank, 2);
    assert.deepEqual(methods, [{ kind: "lora", label: "lora" }, {
      kind: "lora",
      label: "lora-2",
      lora: { rank: 3, dropout: 0 },
    }]);
  });

  it("keeps every other field of the spec", () => {
    const { resolved } = parsed();
    const { lora: _lora, regions: _regions, methods: _methods, ...rest } = concise(resolved);
    const { methods: _own, ...fields } = resolved;
    assert.deepEqual(rest, fields);
  });
});
