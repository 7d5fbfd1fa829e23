/** What the report says of the leakage audit. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { audit } from "../../src/evaluation/audit.ts";
import { renderReport } from "../../src/reporting/report.ts";
import { resultsProblems } from "../../src/reporting/results_schema.ts";
import { auditSection } from "../../src/reporting/sections/audit.ts";
import { handAudited } from "../evaluation/sliced_by_hand.ts";
import { madeResults } from "./results_fixture.ts";

const results = madeResults({ change: { audit: audit(handAudited("held-out")) } });

describe("the section of the leakage audit", () => {
  it("has one row a check and one a fact, with what was looked at and found", () => {
    const text = auditSection(results).join("\n\n");
    assert.match(text, /^## Could anything have leaked\?\n\nBefore training, 6 checks went through/);
    assert.match(text, /^\| Check \| Looked at \| Found \|$/m);
    assert.match(text, /^\| No target of a held-out window of S is in a training row \| 2 held-out windows \| 0 \|$/m);
    assert.match(text, /^\| Users with positives in more than one slice \| 3 users \| 2 \|$/m);
    assert.equal(text.match(/^\| (?!:|Check|Fact)/gm)?.length, 6 + 8);
  });

  it("is part of the report, and of results.json as its schema has it", () => {
    assert.deepEqual(resultsProblems(results), []);
    assert.match(renderReport(results, { describe: [] }), /^## Could anything have leaked\?$/m);
  });

  it("is left out for results of versions without an audit", () => {
    assert.deepEqual(auditSection(madeResults()), []);
    assert.doesNotMatch(renderReport(madeResults(), { describe: [] }), /leaked/);
  });
});
