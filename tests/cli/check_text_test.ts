import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { type Checked, checkText } from "../../src/cli/check_text.ts";
import type { Moved } from "../../src/reporting/review/drift.ts";

const EXACT = { kind: "exact", tolerance: 0, differing: [] } as const;
const moved = (place: string, more: Partial<Moved> = {}): Moved => ({
  place,
  committed: 0.25,
  found: 0.2,
  difference: -0.05,
  verdict: "drift",
  ...more,
});
const text = (all: readonly Moved[], more: Partial<Checked> = {}) =>
  checkText("tiny", "reports/tiny/results.json", {
    outcome: "moved",
    rung: "wasm",
    closeness: EXACT,
    drift: { moved: all, held: 900 },
    ...more,
  } as Checked);

describe("checkText()", () => {
  it("lines up figures, differences with their signs and standard errors", () => {
    assert.deepEqual(
      text([moved("a", { errors: 1.234 }), moved("longer", { found: 0.3, difference: 0.05 })]).split("\n"),
      [
        "tiny: 2 of 900 figures moved from reports/tiny/results.json, held exactly: rung, versions, device and threads are the same",
        "  figure  committed  found  difference  standard errors",
        "  a            0.25    0.2   −0.050000             1.23",
        "  longer       0.25    0.3   +0.050000                –",
      ],
    );
  });

  it("shows forty figures and counts the others", () => {
    const lines = text(Array.from({ length: 43 }, (_, i) => moved(`figure ${i}`))).split("\n");
    assert.equal(lines.length, 1 + 1 + 40 + 1);
    assert.equal(lines.at(-1), "  and 3 more; --json lists all");
  });

  it("says on tensorflow that another processor may be why, where figures are held exactly", () => {
    const said = (rung: string, closeness: object, all: readonly Moved[]) =>
      /another processor TensorFlow rounds differently: --tolerance X/.test(
        text(all, { rung, closeness } as Partial<Checked>),
      );
    const within = { kind: "tolerance", tolerance: 0.01, differing: [] };
    assert.equal(said("tensorflow", EXACT, [moved("a")]), true);
    assert.equal(said("tensorflow", EXACT, []), false);
    assert.equal(said("tensorflow", within, [moved("a")]), false);
    assert.equal(said("wasm", EXACT, [moved("a")]), false);
  });

  it("shows of what is long how much it is, and of what is missing nothing", () => {
    const list = Array.from({ length: 100 }, (_, i) => i);
    const lines = text([moved("a", { committed: list, found: undefined }), moved("b", { found: "x".repeat(64) })]);
    assert.match(lines, /a +100 entries +– /);
    assert.match(lines, /b +0\.25 +x{12}… /);
  });
});
