/** Windows written out, row by row: what tests hold windows to. */
import { allRows, copiedRows } from "../../src/data/rows.ts";
import type { WindowPool, Windows } from "../../src/data/types.ts";

/** [count, context + 1] items and times of all windows. */
export const matrixOf = (windows: Windows): WindowPool => copiedRows([{ windows, rows: allRows(windows.count) }]).pool;
