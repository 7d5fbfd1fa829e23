/**
 * The checks of the leakage audit: each looks at the very windows that are trained on or evaluated, and finds nothing where all is well.
 * @module
 */
import type { SlicedData, Windows } from "../data/types.ts";
import { itemsOf, markItems, targetOf, targetTimeOf, timesOf } from "../data/window_rows.ts";
import type { Audited, Finding } from "./audit.ts";
import { excludedItems, NOTHING } from "./exclusions.ts";

/** Windows with what an example calls them. */
interface Named {
  readonly name: string;
  readonly windows: Windows;
}

/** No window holds a time outside its slice, whatever the slice says of itself: the borders are those the slices were cut at. */
export function windowsInsideSlices({ data }: Audited): Finding {
  const { borders, setup, setupDense, heldOut, finetune, test } = data;
  const parts = [
    { name: "S", windows: setup.windows, slice: 0 },
    { name: "S for regions", windows: setupDense, slice: 0 },
    ...(heldOut === undefined ? [] : [{ name: "S held out", windows: heldOut, slice: 0 }]),
    ...finetune.map(({ name, windows }, index) => ({ name, windows, slice: index + 1 })),
    { name: "T", windows: test.windows, slice: borders.length },
  ];
  return counted("slice-borders", "No window crosses a border between slices", "windows", data, parts, (part, row) => {
    const from = borders[part.slice - 1] ?? -Infinity;
    const to = borders[part.slice] ?? Infinity;
    return someTime(part.windows, row, (time) => !(time >= from && time < to));
  });
}

/** No window's context holds anything later than its target. */
export function contextsBeforeTargets({ data, evaluated, training }: Audited): Finding {
  const parts = uniqueWindows([...evaluated, ...training]);
  const statement = "No context holds anything later than its target";
  return counted("context-order", statement, "windows and training rows", data, parts, ({ windows }, row) => {
    const target = targetTimeOf(windows, row);
    return someTime(windows, row, (time) => !(time <= target));
  });
}

/** No training row holds a time at or after the end of the slice it is for. */
export function trainedInTime({ data, training }: Audited): Finding {
  const statement = "No training row reaches beyond the slice it is for, and so none into T";
  return counted("training-times", statement, "training rows", data, unasked(training), ({ windows, before }, row) => {
    return someTime(windows, row, (time) => !(time < before));
  });
}

/** No training row holds an item that only T has, whatever time it stands at. */
export function testItemsUntrained({ data, training }: Audited): Finding {
  const late = itemsOfTestAlone(data);
  const statement = "No training row holds an item that first appears in T";
  return counted("training-items", statement, "training rows", data, unasked(training), ({ windows }, row) => {
    return itemsOf(windows, row).some((item) => item !== 0 && late[item] === 1);
  });
}

/**
 * No training row of a user with a held-out window holds that window's target: the item at its time more often than the window's context has it.
 * A context that lies at that time altogether may not show all repeats, so its window is not looked at.
 */
export function heldOutUntrained({ data, training }: Audited, heldOut: Windows): Finding {
  const rowOf = new Map<number, number>();
  for (let row = 0; row < heldOut.count; row++) {
    if (timesOf(heldOut, row)[0]! < targetTimeOf(heldOut, row)) rowOf.set(heldOut.users[row]!, row);
  }
  const trained = new Set<number>();
  for (const { windows } of unasked(training)) {
    for (let row = 0; row < windows.count; row++) {
      const held = rowOf.get(windows.users[row]!);
      if (held === undefined || trained.has(held)) continue;
      const [item, time] = [targetOf(heldOut, held), targetTimeOf(heldOut, held)];
      const repeats = occurrences(heldOut, held, heldOut.context, item, time);
      if (occurrences(windows, row, windows.context + 1, item, time) > repeats) trained.add(held);
    }
  }
  const [first] = trained;
  return {
    name: "held-out",
    statement: "No target of a held-out window of S is in a training row",
    looked: rowOf.size,
    unit: "held-out windows",
    found: trained.size,
    ...(first !== undefined && { example: shown(data, { name: "S held out", windows: heldOut }, first) }),
  };
}

/** Every target is an item of the catalogue, and not among the items its ranking leaves out. */
export function targetsRanked({ data, evaluated }: Audited, excluded = excludedItems): Finding {
  const statement = "Every target is ranked: none is among the items its context excludes";
  return counted("targets-ranked", statement, "windows", data, evaluated, ({ windows }, row) => {
    const target = targetOf(windows, row);
    return target === NOTHING || target > data.catalogue.size || excluded(windows, row).includes(target);
  });
}

/** Counts the rows of all parts of which `wrong` is true. */
function counted<P extends Named>(
  name: string,
  statement: string,
  unit: string,
  data: SlicedData,
  parts: readonly P[],
  wrong: (part: P, row: number) => boolean,
): Finding {
  let looked = 0, found = 0;
  let example: string | undefined;
  for (const part of parts) {
    looked += part.windows.count;
    for (let row = 0; row < part.windows.count; row++) {
      if (!wrong(part, row)) continue;
      found++;
      example ??= shown(data, part, row);
    }
  }
  return { name, statement, looked, unit, found, ...(example !== undefined && { example }) };
}

const unasked = (training: Audited["training"]) => training.filter(({ asked }) => asked === undefined);

/** The same windows are evaluated and trained on: they are looked at once. */
const uniqueWindows = (parts: readonly Named[]): Named[] =>
  parts.filter(({ windows }, index) => parts.findIndex((other) => other.windows === windows) === index);

/** Whether any time of a row, padding's left out, is wrong. */
function someTime(windows: Windows, row: number, wrong: (time: number) => boolean): boolean {
  const items = itemsOf(windows, row);
  return timesOf(windows, row).some((time, place) => items[place] !== 0 && wrong(time));
}

/** How often the first `places` of a row hold an item at a time. */
function occurrences(windows: Windows, row: number, places: number, item: number, time: number) {
  const [items, times] = [itemsOf(windows, row), timesOf(windows, row)];
  let count = 0;
  for (let place = 0; place < places; place++) if (items[place] === item && times[place] === time) count++;
  return count;
}

/** [catalogue + 1], 1 for items that T has and no slice before it. */
function itemsOfTestAlone({ catalogue, setup, heldOut, finetune, test }: SlicedData): Uint8Array {
  const late = new Uint8Array(catalogue.size + 1);
  markItems(test.windows, late, 1);
  for (const item of test.sequences.items) late[item] = 1;
  for (const { sequences } of [setup, ...finetune]) for (const item of sequences.items) late[item] = 0;
  if (heldOut !== undefined) markItems(heldOut, late, 0);
  late[0] = 0;
  return late;
}

function shown({ userIds, catalogue }: SlicedData, { name, windows }: Named, row: number): string {
  const id = (text: string | undefined) => JSON.stringify(text ?? "unknown");
  const items = itemsOf(windows, row);
  const real = timesOf(windows, row).filter((_, place) => items[place] !== 0);
  return `${name}, row ${row + 1}, of user ${id(userIds[windows.users[row]!])}, with target ` +
    `${id(catalogue.ids[targetOf(windows, row)])}, from second ${real[0]} to ${real.at(-1)}`;
}
