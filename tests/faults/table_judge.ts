/**
 * What must hold of every file a reader is fed, however damaged.
 * @module
 */
import assert from "node:assert/strict";
import { DataError } from "../../src/data/errors.ts";
import { readInteractions } from "../../src/data/read_interactions.ts";
import { sliceInteractions, type SliceOptions } from "../../src/data/slices.ts";
import type { Interactions } from "../../src/data/types.ts";
import type { Cells, Reader } from "./table_files.ts";

/** A file as it lies on disk, and what its unpacked bytes are. */
export interface TableFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What came of a file, by what a bad line does. */
export interface Outcomes {
  readonly strict: Interactions | DataError;
  readonly lenient: Interactions | DataError;
}

/** Reads a file both ways: rows that add up, or a DataError that says where. */
export async function judge(reader: Reader, file: TableFile): Promise<Outcomes> {
  const strict = await outcome(reader, file, "stop");
  const lenient = await outcome(reader, file, "skip");
  if (strict instanceof DataError) {
    // A bad line ends the one and is counted by the other; what ends both is the file's.
    if (strict.line === undefined) assert(lenient instanceof DataError, strict.message);
    if (!(lenient instanceof DataError)) assert(lenient.skippedLines > 0, strict.message);
  } else {
    assert.equal(strict.skippedLines, 0);
    assert.deepEqual(lenient, strict);
  }
  if (!(lenient instanceof DataError)) assertAddsUp(reader, file, lenient);
  return { strict, lenient };
}

/** Of a file with damaged lines, every line that is as it was is a row, in whatever place. */
export function judgeIntact(reader: Reader, { bytes }: TableFile, rows: readonly Cells[], data: Interactions): void {
  const lines = new Map(rows.map((row) => [reader.line(row), `${row.user} ${row.item} ${Number(row.time)}`]));
  const kept = tally(
    Array.from(
      { length: data.count },
      (_, row) => `${data.userIds[data.users[row]!]} ${data.itemIds[data.items[row]!]} ${data.times[row]}`,
    ),
  );
  const intact = new TextDecoder().decode(bytes).split("\n").flatMap((line) => lines.get(line) ?? []);
  for (const [row, times] of tally(intact)) assert((kept.get(row) ?? 0) >= times, `${row} is lost`);
}

function tally(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

async function outcome(
  { source }: Reader,
  { path }: TableFile,
  badLines: "stop" | "skip",
): Promise<Interactions | DataError> {
  try {
    return await readInteractions({ ...source, path }, { badLines });
  } catch (error) {
    assert(error instanceof DataError, error instanceof Error ? error.stack : String(error));
    assert.equal(error.file, path, error.message);
    assert(error.message.includes(path), error.message);
    // A message of many lines, or with a terminal's commands in it, is a piece of the file.
    assert(error.message.length < 1500 && !/\p{Cc}/u.test(error.message), error.message);
    const named = /, line (\d+): /.exec(error.message)?.[1];
    assert.equal(error.line, named === undefined ? undefined : Number(named), error.message);
    return error;
  }
}

/** Every line is a row, or left out and counted; every value is one a model can be trained on. */
function assertAddsUp(reader: Reader, { bytes }: TableFile, data: Interactions): void {
  const { count, users, items, times, ratings, userIds, itemIds, skippedLines, notes } = data;
  const lines = records(bytes, reader.quoted) - (reader.header === undefined ? 0 : 1);
  assert.equal(count + skippedLines, lines, "rows kept and left out");
  assert(count > 0);
  for (const column of [users, items, times, ...(ratings === undefined ? [] : [ratings])]) {
    assert.equal(column.length, count);
    assert(column.every(Number.isFinite));
  }
  assert.deepEqual(new Set(users).size, userIds.length, "every user has a row");
  for (const ids of [userIds, itemIds]) {
    assert.equal(new Set(ids).size, ids.length, "ids are different");
    for (const id of ids) assert(id.length > 0 && id.isWellFormed() && !/[\0]|^\ufeff/.test(id), JSON.stringify(id));
  }
  const told = notes.find((note) => note.startsWith("Of the lines left out"));
  const counted = [...(told ?? "").matchAll(/(\d+) (?:could not|had no)/g)].reduce((sum, [, n]) => sum + Number(n), 0);
  assert.equal(counted, skippedLines, told);
}

/** Lines that are not empty, line ends within quotes aside: counted one byte after the other. */
function records(bytes: Uint8Array, quoted: boolean): number {
  let found = 0;
  let length = 0;
  let open = false;
  let last = 0;
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const finish = () => {
    if (length > (last === 13 ? 1 : 0)) found++;
    length = 0;
    last = 0;
  };
  for (const byte of bytes.subarray(start)) {
    if (byte === 34 && quoted) open = !open;
    if (byte === 10 && !open) {
      finish();
      continue;
    }
    length++;
    last = byte;
  }
  finish();
  return found;
}

/** Slices what was read: slices that add up, or a DataError. */
export function judgeSlices(data: Interactions, options: SliceOptions): void {
  let sliced;
  try {
    sliced = sliceInteractions(data, options);
  } catch (error) {
    assert(error instanceof DataError, error instanceof Error ? error.stack : String(error));
    return;
  }
  const rows = [...data.users.keys()].filter((row) => (data.ratings?.[row] ?? options.minRating) >= options.minRating);
  const slices = [sliced.setup, ...sliced.finetune, sliced.test];
  assert.equal(sliced.positives, rows.length);
  assert.equal(slices.reduce((sum, { interactions }) => sum + interactions, 0), rows.length);
  for (const { name, windows } of slices) {
    assert(windows.count > 0, name);
    assert(windows.pool.items.every((item) => item >= 0 && item <= sliced.catalogue.size), name);
  }
  const keys = (key: (row: number) => string) => rows.length - new Set(rows.map(key)).size;
  assert.equal(
    counted(sliced.notes, /^(\d+) of \d+ positives share/),
    keys((row) => `${data.users[row]} ${data.times[row]}`),
  );
  assert.equal(
    counted(sliced.notes, /^(\d+) of \d+ positives repeat/),
    keys((row) => `${data.users[row]} ${data.items[row]} ${data.times[row]}`),
  );
}

function counted(notes: readonly string[], pattern: RegExp): number {
  return Number(notes.map((note) => pattern.exec(note)?.[1]).find((found) => found !== undefined) ?? 0);
}
