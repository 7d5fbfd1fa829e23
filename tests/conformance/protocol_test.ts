/** Slices and windows against those another program cut from the same file. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { readInteractions } from "../../src/data/read_interactions.ts";
import { sliceInteractions } from "../../src/data/slices.ts";
import type { Slice, SlicedData } from "../../src/data/types.ts";
import { conformancePath } from "./directory.ts";
import { itemsOf, targetTimeOf } from "../../src/data/window_rows.ts";

/** [user, target time, context items, target item] */
type Row = [number, number, number[], number];

interface Stats {
  users: number;
  items: number;
  interactions: number;
}

interface Setting {
  windowLength: number;
  stride: number;
  t0: number;
  t1: number;
  stats: { O: Stats; F: Stats; T: Stats };
  items: number[];
  setup: Row[];
  finetune: Row[];
  test: Row[];
}

const expected: Record<string, Setting> = JSON.parse(
  await Deno.readTextFile(conformancePath("protocol", "expected.json")),
);
const interactions = await readInteractions({
  path: conformancePath("protocol", "ratings.dat"),
  format: "movielens-dat",
});

describe("sliceInteractions(), held to the conformance files,", () => {
  for (const [name, setting] of Object.entries(expected)) {
    if (typeof setting !== "object") continue;
    const data = sliceInteractions(interactions, {
      minRating: 4,
      slices: { kind: "fractions", setup: 0.5, finetune: [0.3], test: 0.2 },
      windows: { context: setting.windowLength - 1, stride: setting.stride },
      denseStride: setting.stride,
      catalogue: "all",
      retention: "training",
    });

    it(`finds the borders, counts and items for ${name}`, () => {
      assert.deepEqual(data.borders, [setting.t0, setting.t1]);
      const slices: [Slice, Stats][] = [[data.setup, setting.stats.O], [data.finetune[0]!, setting.stats.F], [
        data.test,
        setting.stats.T,
      ]];
      for (const [{ users, items, interactions }, stats] of slices) {
        assert.deepEqual({ users, items, interactions }, stats);
      }
      assert.deepEqual(data.catalogue.ids, ["", ...setting.items.map(String)]);
    });

    it(`cuts every window for ${name}`, () => {
      assert.deepEqual(sorted(rowsOf(data, data.setup)), sorted(setting.setup));
      assert.deepEqual(sorted(rowsOf(data, data.finetune[0]!)), sorted(setting.finetune));
      assert.deepEqual(sorted(rowsOf(data, data.test)), sorted(setting.test));
    });
  }
});

function rowsOf({ catalogue, userIds }: SlicedData, { windows }: Slice): Row[] {
  return Array.from({ length: windows.count }, (_, row) => {
    const items = Array.from(
      itemsOf(windows, row),
      (item) => Number(catalogue.ids[item]),
    );
    const time = targetTimeOf(windows, row);
    return [Number(userIds[windows.users[row]!]), time, items.slice(0, -1), items.at(-1)!];
  });
}

/** By user, then target time; a user's order in the file says nothing about the protocol. */
function sorted(rows: Row[]): Row[] {
  return rows.toSorted((a, b) => a[0] - b[0] || a[1] - b[1] || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
