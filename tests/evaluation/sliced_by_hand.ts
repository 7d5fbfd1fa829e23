/** Slices small enough to count by hand, and what trainings read of them. */
import { sliceInteractions } from "../../src/data/slices.ts";
import type { Slice, SlicedData, Windows } from "../../src/data/types.ts";
import type { Audited, TrainingSource } from "../../src/evaluation/audit.ts";
import { interactionsOf, options, type Row } from "../data/made_up.ts";
import { allRows, copiedRows } from "../../src/data/rows.ts";

const rowsOf = (user: string, from: number, items: string): Row[] =>
  items.split(" ").map((item, place) => [user, item, from + place]);

/** S is seconds 0 to 9, F1 10 to 15, T from 16 on; ann is in all three, bob in S and T, cat in F1 alone. */
export const ROWS: readonly Row[] = [
  ...rowsOf("ann", 0, "1 2 3 4 5 6 7 8 9 10"),
  ...rowsOf("ann", 10, "1 2 3 4 11 5"),
  ...rowsOf("ann", 16, "2 3 4 12"),
  ...rowsOf("bob", 0, "1 2 3 4 5 6 7 8 9 10"),
  ...rowsOf("bob", 16, "2 3 4"),
  ...rowsOf("cat", 10, "3 1 3"),
];

/** Windows of two items and a target, every second one. */
export const handSliced = (retention: "training" | "held-out", rows: readonly Row[] = ROWS): SlicedData =>
  sliceInteractions(interactionsOf(rows), options({ slices: { kind: "dates", borders: [10, 16] }, retention }));

/** What trainings on these slices read. */
export const handTraining = (data: SlicedData): TrainingSource[] => [
  { name: "windows of S", windows: data.setup.windows, before: 10 },
  { name: "windows of S for regions", windows: data.setupDense, before: 10 },
  ...data.finetune.map(({ name, windows }) => ({ name: `windows of ${name}`, windows, before: 16 })),
];

/** All that is audited, as copies that a test may break one by one. */
export function handAudited(
  retention: "training" | "held-out" = "training",
  rows: readonly Row[] = ROWS,
): Audited & { training: TrainingSource[] } {
  const sliced = handSliced(retention, rows);
  const own = (windows: Windows) => copiedRows([{ windows, rows: allRows(windows.count) }]);
  const ownSlice = (slice: Slice): Slice => ({ ...slice, windows: own(slice.windows) });
  const data: SlicedData = {
    ...sliced,
    setup: ownSlice(sliced.setup),
    finetune: sliced.finetune.map(ownSlice),
    test: ownSlice(sliced.test),
    setupDense: own(sliced.setupDense),
    ...(sliced.heldOut && { heldOut: own(sliced.heldOut) }),
  };
  const evaluated = [
    { name: "S", windows: data.heldOut ?? data.setup.windows },
    ...data.finetune.map(({ name, windows }) => ({ name, windows })),
    { name: "T", windows: data.test.windows },
  ];
  return { data, evaluated, training: handTraining(data) };
}
