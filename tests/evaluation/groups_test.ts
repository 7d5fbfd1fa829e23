/** Windows by user, target and region, and measures of hand-made ranks in them. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import {
  groupMeasures,
  popularity,
  setupKnowledge,
  type WindowGroup,
  windowGroups,
} from "../../src/evaluation/groups.ts";
import { handSliced } from "./sliced_by_hand.ts";

const shown = (groups: readonly WindowGroup[]) =>
  groups.map(({ by, name, rows, users }) => `${by} ${name}: ${[...rows]} of ${users}`);

describe("popularity()", () => {
  it("takes the fewest, most frequent items that have at least half of the positives", () => {
    // 5 of 9 positives: item 3 has 3, item 1 has 2; items 2, 4, 5 and 6 one each.
    assert.deepEqual([...popularity({ items: Int32Array.of(3, 3, 3, 1, 1, 2, 4, 5, 6) }, 7)], [0, 2, 1, 2, 1, 1, 1, 0]);
    // Exactly half is enough.
    assert.deepEqual([...popularity({ items: Int32Array.of(2, 2, 1, 3) }, 3)], [0, 1, 2, 1]);
  });

  it("takes the item that stands first in the catalogue where two are as frequent", () => {
    assert.deepEqual([...popularity({ items: Int32Array.of(4, 3, 2, 1) }, 4)], [0, 2, 2, 1, 1]);
  });

  it("knows no popular item where there is no positive", () => {
    assert.deepEqual([...popularity({ items: new Int32Array(0) }, 2)], [0, 0, 0]);
  });
});

describe("windowGroups()", () => {
  const data = handSliced("training");
  const knowledge = setupKnowledge(data);

  it("tells known users from new ones, and targets by how often S has them", () => {
    // Ann and bob have items 1 to 10 once each in S: 1 to 5 are popular by their place in the catalogue.
    assert.equal(knowledge.popular, 5);
    // F1: ann's windows 2 3 -> 4 and 4 11 -> 5, cat's 3 1 -> 3.
    assert.deepEqual(shown(windowGroups(data.finetune[0]!.windows, knowledge)), [
      "user known: 0,1 of 1",
      "user new: 2 of 1",
      "target popular: 0,1,2 of 2",
    ]);
    // T: ann's 3 4 -> 12, which S does not have, and bob's 2 3 -> 4.
    assert.deepEqual(shown(windowGroups(data.test.windows, knowledge)), [
      "user known: 0,1 of 2",
      "target popular: 1 of 1",
      "target unseen: 0 of 1",
    ]);
    // S: 8 windows, targets 4, 6, 8 and 10 of ann and of bob.
    assert.deepEqual(shown(windowGroups(data.setup.windows, knowledge)), [
      "user known: 0,1,2,3,4,5,6,7 of 2",
      "target popular: 0,4 of 2",
      "target rare: 1,2,3,5,6,7 of 2",
    ]);
  });

  it("tells regions by their route, and leaves out those without a window", () => {
    const regions = { names: ["R1", "R2", "R3"], route: [2, 0] };
    assert.deepEqual(shown(windowGroups(data.test.windows, knowledge, regions)).slice(3), [
      "region R1: 1 of 1",
      "region R3: 0 of 1",
    ]);
  });

  it("knows nothing of held-out targets", () => {
    const held = setupKnowledge(handSliced("held-out"));
    // Item 10 is the held-out target of both.
    assert.equal(held.items[handSliced("held-out").catalogue.ids.indexOf("10")], 0);
  });
});

describe("groupMeasures()", () => {
  it("are means over the group's windows", () => {
    // Ranks 1, 3 and 20 of rows 0, 2 and 3: NDCG@10 is (1 + 1/2 + 0) / 3.
    assert.deepEqual(groupMeasures([1, 7, 3, 20], Int32Array.of(0, 2, 3), ["Recall@10", "NDCG@10", "MRR"]), {
      "Recall@10": 2 / 3,
      "NDCG@10": 0.5,
      MRR: (1 + 1 / 3 + 1 / 20) / 3,
    });
  });

  it("refuse a measure that no single window has", () => {
    assert.throws(() => groupMeasures([1], Int32Array.of(0), ["coverage@10"]), RangeError);
  });
});
