/**
 * Sliced data as files: what reading and slicing give, kept so that later processes need do neither.
 * @module
 */
import { join } from "node:path";
import { type Columns, readColumns, writeColumns } from "../adapters/columns_file.ts";
import type { Slice, SlicedData, Windows } from "../data/types.ts";

/** What is kept of a data set. */
export interface SlicedSet {
  readonly data: SlicedData;
  /** Rows read, before ratings make some of them positives. */
  readonly interactions: number;
  /** Lines left out under `badLines: "skip"`. */
  readonly skippedLines: number;
  /** What reading decided, a sentence each; what slicing did is in `data`. */
  readonly notes: readonly string[];
}

const COLUMNS = "slices.safetensors";
const REST = "slices.json";
const DENSE = "dense";
const HELD_OUT = "held-out";

/** A slice without its columns; JSON has no infinite numbers, so an open end is null. */
interface SavedSlice extends Omit<Slice, "from" | "to" | "windows" | "sequences"> {
  readonly from: number | null;
  readonly to: number | null;
}

interface Saved extends Omit<SlicedSet, "data"> {
  readonly data: Pick<SlicedData, "catalogue" | "userIds" | "borders" | "positives" | "notes">;
  readonly context: number;
  readonly slices: readonly SavedSlice[];
}

/** Writes slices.safetensors, the pool, windows and users' sequences, and slices.json, all the rest. */
export async function writeSliced(folder: string, { data, ...rest }: SlicedSet): Promise<void> {
  const { catalogue, userIds, borders, positives, notes, setup, finetune, test, setupDense, heldOut } = data;
  const { context, pool } = setup.windows;
  const slices = [setup, ...finetune, test];
  const arrays: Record<string, Int32Array | Float64Array> = {
    "pool items": pool.items,
    "pool times": pool.times,
    ...windowColumns(DENSE, setupDense),
    ...(heldOut && windowColumns(HELD_OUT, heldOut)),
  };
  for (const { name, windows, sequences } of slices) {
    Object.assign(arrays, windowColumns(name, windows));
    for (const [column, values] of Object.entries(sequences)) arrays[`${name} sequences ${column}`] = values;
  }
  const columns = Object.entries(arrays).map(([name, values]) => [name, { shape: [values.length], values }]);
  await writeColumns(join(folder, COLUMNS), Object.fromEntries(columns) as Columns);
  const saved: Saved = {
    ...rest,
    data: { catalogue, userIds, borders, positives, notes },
    context,
    slices: slices.map(({ windows: _, sequences: _own, from, to, ...slice }) => ({
      ...slice,
      from: Number.isFinite(from) ? from : null,
      to: Number.isFinite(to) ? to : null,
    })),
  };
  await Deno.writeTextFile(join(folder, REST), JSON.stringify(saved));
}

/** The inverse of {@linkcode writeSliced}: typed arrays, as they lie in the file. */
export async function readSliced(folder: string): Promise<SlicedSet> {
  const columns = readColumns(join(folder, COLUMNS));
  const { context, slices, data, ...rest } = JSON.parse(await Deno.readTextFile(join(folder, REST))) as Saved;
  const whole = (name: string) => columns[name]!.values as Int32Array;
  const times = (name: string) => columns[name]!.values as Float64Array;
  const pool = { items: whole("pool items"), times: times("pool times") };
  const windows = (name: string): Windows => {
    const users = whole(`${name} users`);
    return { count: users.length, context, users, starts: whole(`${name} starts`), pool };
  };
  const [setup, ...later] = slices.map(({ from, to, ...slice }): Slice => {
    const sequences = `${slice.name} sequences`;
    return {
      ...slice,
      from: from ?? -Infinity,
      to: to ?? Infinity,
      windows: windows(slice.name),
      sequences: {
        users: whole(`${sequences} users`),
        offsets: whole(`${sequences} offsets`),
        items: whole(`${sequences} items`),
        times: times(`${sequences} times`),
      },
    };
  });
  return {
    ...rest,
    data: {
      ...data,
      setup: setup!,
      finetune: later.slice(0, -1),
      test: later.at(-1)!,
      setupDense: windows(DENSE),
      ...(`${HELD_OUT} users` in columns && { heldOut: windows(HELD_OUT) }),
    },
  };
}

const windowColumns = (name: string, { users, starts }: Windows) => ({
  [`${name} users`]: users,
  [`${name} starts`]: starts,
});
