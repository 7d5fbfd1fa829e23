/** What is refused, or said, before anything trains. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { DataError } from "../../src/data/errors.ts";
import { mustBeFeasible } from "../../src/pipeline/feasible.ts";
import { type Prepared, prepareData } from "../../src/pipeline/prepare.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import type { ResolvedSpec } from "../../src/spec/types.ts";
import { withFolder, writeFile } from "../data/files.ts";

/** [user, item], one a day. */
type Row = readonly [string, string];

/** Rows of several users in turn, each going through the items in turn. */
function turns(users: number, items: number, rows: number): Row[] {
  return Array.from({ length: rows }, (_, row) => [`u${row % users}`, `i${Math.floor(row / users) % items}`]);
}

/** An experiment on such rows, with the data it would train on. */
async function prepared(
  rows: readonly Row[],
  fields: Record<string, unknown> = {},
): Promise<{ spec: ResolvedSpec; prepared: Prepared }> {
  return await withFolder(async (folder) => {
    const lines = rows.map(([user, item], row) => `${user},${item},${1_500_000_000 + row * 86_400}\n`);
    const path = await writeFile(folder, "small.csv", `user,item,timestamp\n${lines.join("")}`);
    const spec = {
      name: "small",
      dataset: { format: "csv", path },
      windows: { context: 3, stride: 1 },
      backbone: { kind: "sasrec", hidden: 8, heads: 2 },
      methods: ["base", "lora", "raie"],
      evaluation: { cutoffs: [5] },
      ...fields,
    };
    const { resolved } = parseSpec(JSON.stringify(spec), "small.json");
    return { spec: resolved, prepared: await prepareData(resolved, undefined) };
  });
}

async function refused(rows: readonly Row[], message: RegExp, fields: Record<string, unknown> = {}): Promise<void> {
  const experiment = await prepared(rows, fields);
  assert.throws(() => mustBeFeasible(experiment.spec, experiment.prepared), (error) => {
    assert(error instanceof DataError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

describe("mustBeFeasible()", () => {
  it("lets an experiment pass that its data carry, without a word", async () => {
    const { spec, prepared: data } = await prepared(turns(6, 17, 300));
    mustBeFeasible(spec, data);
    assert.deepEqual(data.notes, []);
  });

  it("refuses a catalogue of one item, and one that no cut-off tells apart", async () => {
    await refused(
      turns(6, 1, 300),
      /^small\.csv: Cannot recommend: the catalogue has one item \("i0"\), wanted at least two/,
    );
    await refused(
      turns(6, 5, 300),
      /^small\.csv: Cannot measure Recall@5: the catalogue has 5 items.*evaluation\.cutoffs/,
    );
  });

  it("refuses a single user", async () => {
    await refused(turns(1, 17, 300), /^small\.csv: Cannot compare methods: all windows are of one user \("u0"\)/);
  });

  it("refuses rows that leave no item for a negative, unless the loss draws none", async () => {
    const items = { evaluation: { cutoffs: [1] }, windows: { context: 7, stride: 1 } };
    const loss = (kind: string) => ({ ...items, lora: { training: { loss: { kind } } } });
    await refused(
      turns(6, 4, 400),
      /negatives for the backbone's bce: every training row keeps away from all 4 items.*cross-entropy/,
      {
        ...items,
        backbone: { kind: "sasrec", training: { loss: { kind: "bce", negatives: 1 } } },
      },
    );
    const free = { kind: "sasrec", training: { loss: { kind: "cross-entropy" } } };
    await refused(
      turns(6, 4, 400),
      /negatives for lora: every window of F1 holds all 4 items \(lora\.training\.loss "bce"\)/,
      {
        ...loss("bce"),
        backbone: free,
      },
    );
    const { spec, prepared: data } = await prepared(turns(6, 4, 400), {
      ...loss("cross-entropy"),
      backbone: free,
      methods: ["base", "lora"],
    });
    mustBeFeasible(spec, data);
  });

  it("refuses more regions than S windows, or than different ones", async () => {
    const regions = { regions: { k: 200 } };
    await refused(
      turns(6, 17, 300),
      /regions of raie: regions\.k is 200, wanted at most \d+, the number of S windows/,
      regions,
    );
    // Six users who all go round the same seven items: seven different contexts, whatever the number of windows.
    await refused(
      turns(6, 7, 300),
      /regions\.k is 8, wanted at most 7, the number of different contexts among \d+ S windows/,
      {
        regions: { k: 8 },
      },
    );
  });
});

describe("prepareData()", () => {
  it("says which data set cannot be sliced", async () => {
    await assert.rejects(
      prepared(turns(60, 7, 90)),
      /^DataError: small\.csv: Cannot slice interactions: S .* has no window: its 45 users have at most 1 positives there, wanted 4 \(windows\.context \+ 1\)/,
    );
  });

  it("notes where measures, negatives or users are few", async () => {
    const rows: Row[] = [...turns(6, 8, 240)].map(([user, item], row) => [row < 200 ? user : "u0", item]);
    const { prepared: data } = await prepared(rows, { evaluation: { cutoffs: [1, 6] } });
    assert.deepEqual(data.notes, [
      "Of 8 items a context of 3 leaves as few as 5 to rank: Recall@6 is 1 there whatever the method does.",
      "In T all windows are of a single user.",
    ]);
  });
});
