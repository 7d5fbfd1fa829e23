import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { contexts } from "../../src/backbones/examples.ts";
import { gapBucket, gapBuckets } from "../../src/backbones/time_gaps.ts";
import { sliceInteractions } from "../../src/data/slices.ts";
import type { Interactions } from "../../src/data/types.ts";

describe("gapBucket()", () => {
  it("is exact at powers of two, and before them", () => {
    const buckets = { timeBuckets: 64, maxGapDays: 1e6 };
    for (let power = 0; power < 36; power++) {
      assert.equal(gapBucket(2 ** power, buckets), power + 1);
      if (power > 0) assert.equal(gapBucket(2 ** power - 1, buckets), power);
    }
  });

  it("ends at the last bucket and at the longest gap", () => {
    assert.equal(gapBucket(1e6, { timeBuckets: 8, maxGapDays: 60 }), 7);
    // A day is between 2^16 and 2^17 seconds.
    assert.equal(gapBucket(1e9, { timeBuckets: 64, maxGapDays: 1 }), 17);
    assert.equal(gapBucket(-5, { timeBuckets: 64, maxGapDays: 60 }), 0);
  });
});

describe("windows of every slice", () => {
  it("keep the times that TiSASRec's buckets are made of", () => {
    // Twelve users' forty items; the second tells user and item.
    const rows = Array.from({ length: 480 }, (_, at) => ({ user: at % 12, item: Math.floor(at / 12) % 12, at }));
    const second = (at: number) => 1_600_000_000 + 7 * at * at;
    const interactions: Interactions = {
      count: rows.length,
      users: Int32Array.from(rows, ({ user }) => user),
      items: Int32Array.from(rows, ({ item }) => item),
      times: Float64Array.from(rows, ({ at }) => second(at)),
      userIds: Array.from({ length: 12 }, (_, user) => `${user}`),
      itemIds: Array.from({ length: 12 }, (_, item) => `${item}`),
      ...{ skippedLines: 0, notes: [], files: [] },
    };
    const data = sliceInteractions(interactions, {
      ...{ minRating: 4, denseStride: 1, catalogue: "all", retention: "held-out" },
      slices: { kind: "fractions", setup: 0.5, finetune: [0.2, 0.1], test: 0.2 },
      windows: { context: 3, stride: 2 },
    });
    const all = [data.setup, ...data.finetune, data.test].map(({ name, windows }) => ({ name, windows }));
    for (const { name, windows } of [...all, { name: "held out", windows: data.heldOut! }]) {
      assert.ok(windows.count > 0, name);
      const chosen = Int32Array.from({ length: windows.count }, (_, row) => row);
      const { rows: count, time, items, times } = contexts(windows, chosen, 3);
      const found = gapBuckets(times, count, time, { timeBuckets: 64, maxGapDays: 60 });
      items.forEach((item, at) => {
        const { user, item: own } = rows.find((row) => second(row.at) === times[at])!;
        assert.deepEqual([user, `${own}`], [windows.users[Math.floor(at / time)], data.catalogue.ids[item]], name);
      });
      for (let row = 0; row < count; row++) {
        const gap = times[3 * row + 1]! - times[3 * row]!;
        assert.ok(gap > 0);
        assert.equal(found[9 * row + 3], Math.floor(Math.log2(gap)) + 1, name);
      }
    }
  });
});
