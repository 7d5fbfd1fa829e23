/** What the report says of groups of windows. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { renderReport } from "../../src/reporting/report.ts";
import { resultsProblems } from "../../src/reporting/results_schema.ts";
import { groupsSection } from "../../src/reporting/sections/groups.ts";
import type { GroupResult, GroupsResult, Results } from "../../src/reporting/types.ts";
import { madeResults } from "./results_fixture.ts";

const group = (by: GroupResult["by"], name: string, recall: readonly number[], slice = "T"): GroupResult => ({
  slice,
  by,
  name,
  windows: 1234,
  users: 56,
  measures: { "Recall@10": recall, "NDCG@10": recall.map((value) => value / 2) },
});

/** base, lora and RAIE with seeds 1 and 2. */
const made = (groups: GroupsResult): Results => madeResults({ seeds: [1, 2], change: { groups } });
const GROUPS: GroupsResult = {
  popularItems: 57,
  regions: { label: "RAIE", seed: 1 },
  groups: [
    group("user", "known", [.9, .9, .9, .9, .9, .9], "F1"),
    group("user", "known", [.1, .2, .3, .1, .2, .5]),
    group("user", "new", [.01, .02, .03, .01, .02, .05]),
    group("target", "popular", [.2, .2, .2, .2, .2, .2]),
    group("target", "unseen", [.2, .2, .2, .2, .2, .2]),
    group("region", "R1", [.4, .4, .4, .4, .4, .4]),
    group("region", "R|2", [.4, .4, .4, .4, .4, .4]),
  ],
};

describe("the section of groups", () => {
  const text = groupsSection(made(GROUPS)).join("\n\n");

  it("has a table for each kind of group, one row a method, means over seeds with their standard errors", () => {
    assert.match(
      text,
      /^\| Method \| Recall@10<br>known \| Recall@10<br>new \| NDCG@10<br>known \| NDCG@10<br>new \|$/m,
    );
    // .3 and .5: mean .4, standard deviation .1414, over the root of two .1.
    assert.match(
      text,
      /^\| RAIE \| 0\.4000 ± 0\.1000 \| 0\.0400 ± 0\.0100 \| 0\.2000 ± 0\.0500 \| 0\.0200 ± 0\.0050 \|$/m,
    );
    assert.match(text, /^\| lora \| 0\.2000 ± 0\.0000 \|/m);
    assert.equal(text.match(/^\| Method /gm)?.length, 3);
  });

  it("counts windows and users of each group", () => {
    assert.match(text, /^\| _Windows_ \| 1\u202f234 \| 1\u202f234 \| 1\u202f234 \| 1\u202f234 \|$/m);
    assert.match(text, /^\| _Users_ \| 56 \| 56 \| 56 \| 56 \|$/m);
  });

  it("says what the groups are, and whose regions", () => {
    assert.match(text, /^Known users have positives in S; new ones have none there:$/m);
    assert.match(text, /^Popular targets are the 57 of 1\u202f447 items that make half of S's positives;/m);
    assert.match(text, /^Regions are those of RAIE, seed 1, after the last F slice;/m);
    assert.match(text, /Recall@10<br>R\\\|2/);
  });

  it("says so in words where all windows lie in one group", () => {
    const one = groupsSection(made({
      ...GROUPS,
      groups: [["user", "known"], ["target", "rare"], ["region", "R_1"]].map(([by, name]) =>
        group(by as GroupResult["by"], name!, [0, 0, 0, 0, 0, 0])
      ),
    }));
    assert.deepEqual(one.slice(2), [
      "All 1\u202f234 windows of T are of known users.",
      "All 1\u202f234 windows of T have rare targets.",
      "All 1\u202f234 windows of T are routed to R\\_1, of the regions of RAIE, seed 1.",
    ]);
  });

  it("shows T alone", () => {
    assert.doesNotMatch(text, /0\.9000/);
  });

  it("is part of the report, and of results.json as its schema has it", () => {
    assert.deepEqual(resultsProblems(made(GROUPS)), []);
    assert.match(renderReport(made(GROUPS), { describe: [] }), /^## For whom does it work, and for which items\?$/m);
    assert.deepEqual(resultsProblems(made({ ...GROUPS, groups: [group("user", "known", [.1])] })), [
      "/groups/groups/0/measures/Recall@10: has 1 entries, wanted 6",
      "/groups/groups/0/measures/NDCG@10: has 1 entries, wanted 6",
    ]);
  });

  it("is left out for results of versions without groups, and without a group of T", () => {
    assert.deepEqual(groupsSection(madeResults()), []);
    assert.deepEqual(groupsSection(made({ popularItems: 0, groups: [] })), []);
  });
});
