/** The leakage audit: every check on data that are well, and on data that break its rule. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { audit, type Audited, type AuditEntry } from "../../src/evaluation/audit.ts";
import { AuditError } from "../../src/evaluation/audit_error.ts";
import { heldOutUntrained, targetsRanked } from "../../src/evaluation/leak_checks.ts";
import { handAudited, handSliced, handTraining, ROWS } from "./sliced_by_hand.ts";
import { itemsOf, timesOf, windowsOf } from "../../src/data/window_rows.ts";

const counts = (entries: readonly AuditEntry[], kind: AuditEntry["kind"]) =>
  entries.filter((entry) => entry.kind === kind).map(({ name, looked, found }) => [name, looked, found]);

/** Names of the checks that fail. */
function failed(audited: Audited): string[] {
  try {
    audit(audited);
    return [];
  } catch (error) {
    assert.ok(error instanceof AuditError);
    return error.message.split("\n").map((line) => /check "([a-z-]+)"/.exec(line)?.[1] ?? line);
  }
}

describe("audit()", () => {
  it("counts what its checks looked at, where all is well", () => {
    // Windows: 8 of S and 16 at stride 1, 3 of F1, 2 of T.
    assert.deepEqual(counts(audit(handAudited()), "check"), [
      ["slice-borders", 29, 0],
      ["context-order", 29, 0],
      ["training-times", 27, 0],
      ["training-items", 27, 0],
      ["targets-ranked", 13, 0],
    ]);
  });

  it("counts facts that are no fault", () => {
    assert.deepEqual(counts(audit(handAudited()), "fact"), [
      ["trained-and-evaluated S", 8, 8],
      ["trained-and-evaluated F1", 3, 3],
      ["trained-and-evaluated T", 2, 0],
      // 3 1 -> 3.
      ["repeated-targets", 13, 1],
      // 2 3 -> 4 of ann in F1 and of bob in T, both as in S.
      ["repeated-windows", 5, 2],
      ["users-in-several-slices", 3, 2],
      // Item 11 of 1, 2, 3, 4, 5, 11; item 12 of 2, 3, 4, 12.
      ["new-items F1", 6, 1],
      ["new-items T", 4, 1],
    ]);
  });

  it("has one check more for held-out retention, whose windows are not trained on", () => {
    const entries = audit(handAudited("held-out"));
    assert.deepEqual(counts(entries, "check").filter(([name]) => name === "held-out"), [["held-out", 2, 0]]);
    assert.deepEqual(counts(entries, "fact")[0], ["trained-and-evaluated S", 2, 0]);
  });

  it("gives the same entries twice", () => {
    assert.deepEqual(audit(handAudited()), audit(handAudited()));
  });

  it("names the check, how much it found, and an example", () => {
    const audited = handAudited();
    // The context of bob's window of T begins in F.
    audited.data.test.windows.pool.times[3] = 12;
    assert.throws(() => audit(audited), {
      name: "AuditError",
      message: 'Cannot trust this run: the leakage check "slice-borders" found 1 of 29 windows, wanted none ' +
        '(No window crosses a border between slices); the first: T, row 2, of user "bob", with target "4", from second 12 to 18',
    });
  });
});

describe("the checks", () => {
  it("find a window of S for regions that reaches into F, as a window and as a training row", () => {
    const audited = handAudited();
    audited.data.setupDense.pool.times[2] = 10;
    assert.deepEqual(failed(audited), ["slice-borders", "training-times"]);
  });

  it("find a held-out window that reaches into F", () => {
    const audited = handAudited("held-out");
    audited.data.heldOut!.pool.times[2] = 11;
    assert.deepEqual(failed(audited), ["slice-borders"]);
  });

  it("find a time that is no number", () => {
    const audited = handAudited();
    audited.data.test.windows.pool.times[0] = NaN;
    assert.deepEqual(failed(audited), ["slice-borders", "context-order"]);
  });

  it("find a context later than its target", () => {
    const audited = handAudited();
    audited.data.finetune[0]!.windows.pool.times[0] = 15;
    assert.deepEqual(failed(audited), ["context-order"]);
  });

  it("find rows of T among those given to training", () => {
    const audited = handAudited();
    audited.training.push({ name: "windows of T", windows: audited.data.test.windows, before: 16 });
    assert.deepEqual(failed(audited), ["training-times", "training-items"]);
  });

  it("find an item of T in a training row at an innocent time", () => {
    const audited = handAudited();
    audited.data.finetune[0]!.windows.pool.items[1] = audited.data.catalogue.ids.indexOf("12");
    assert.deepEqual(failed(audited), ["training-items"]);
  });

  it("find a row of F among those that end with S", () => {
    const audited = handAudited();
    audited.training.push({ name: "rows", windows: audited.data.finetune[0]!.windows, before: 10 });
    assert.deepEqual(failed(audited), ["training-times"]);
  });

  it("leave rows alone that the spec asks to be trained on, which are counted as a fact", () => {
    const audited = handAudited();
    const { windows } = audited.data.test;
    audited.training.push({ name: "windows of T", windows, before: Infinity, asked: true });
    assert.deepEqual(counts(audit(audited), "fact")[2], ["trained-and-evaluated T", 2, 2]);
  });

  it("find held-out windows that are trained on", () => {
    const { data } = handAudited("held-out");
    assert.deepEqual(failed({ ...handAudited("held-out"), training: handTraining(handSliced("training")) }), [
      "held-out",
    ]);
    // Of a row that is longer than a window and padded, too.
    const [, bob] = data.heldOut!.users;
    const row = windowsOf({
      context: 4,
      users: Int32Array.of(bob!),
      items: Int32Array.of(0, 0, ...itemsOf(data.heldOut!, 1)),
      times: Float64Array.of(0, 0, ...timesOf(data.heldOut!, 1)),
    });
    const training = [{ name: "rows", windows: row, before: 10 }];
    const { looked, found, example } = heldOutUntrained({ data, evaluated: [], training }, data.heldOut!);
    assert.deepEqual([looked, found], [2, 1]);
    assert.match(example!, /^S held out, row 2, of user "bob", with target "10"/);
  });

  it("tell a held-out target from the same item of the same second before it", () => {
    // Ann's last two positives of S are the same.
    const rows = ROWS.map((row) => row[0] === "ann" && row[2] === 9 ? ["ann", "9", 8] as const : row) as typeof ROWS;
    assert.deepEqual(failed(handAudited("held-out", rows)), []);
    const training = handTraining(handSliced("training", rows));
    assert.deepEqual(failed({ ...handAudited("held-out", rows), training }), ["held-out"]);
  });

  it("leave held-out windows of a single second alone, since earlier repeats may lie outside them", () => {
    const rows = ROWS.map((row) => row[0] === "ann" && row[2] < 10 ? [row[0], row[1], 5] as const : row) as typeof ROWS;
    const { data, training } = handAudited("held-out", rows);
    const { looked, found } = heldOutUntrained({ data, evaluated: [], training }, data.heldOut!);
    assert.deepEqual([looked, found], [1, 0]);
  });

  it("find a target that is no item of the catalogue", () => {
    const audited = handAudited();
    audited.data.test.windows.pool.items[2] = 0;
    assert.deepEqual(failed(audited), ["targets-ranked"]);
    audited.data.test.windows.pool.items[2] = audited.data.catalogue.size + 1;
    assert.deepEqual(failed(audited), ["targets-ranked"]);
  });

  it("find a target that ranking leaves out because its context holds it", () => {
    const all = targetsRanked(handAudited(), (windows, row) => itemsOf(windows, row).subarray(0, windows.context));
    assert.deepEqual([all.looked, all.found], [13, 1]);
    assert.match(all.example!, /^F1, row 3, of user "cat", with target "3"/);
  });
});
