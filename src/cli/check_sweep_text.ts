/**
 * What a check of a sweep found, on the terminal and as JSON.
 * @module
 */
import type { Moved } from "../reporting/review/drift.ts";
import {
  type Checked,
  checkJson,
  closenessWords,
  differingLines,
  movedLines,
  roundingHint,
  toleratedWords,
} from "./check_text.ts";

/** One cell that was checked. */
export interface CheckedCell {
  /** Its folder inside the sweep's. */
  readonly cell: string;
  /** E.g. "regions.k = 3". */
  readonly words: string;
  readonly checked: Checked;
}

type Held = Extract<Checked, { readonly drift: unknown }>;

/** "incomparable" where any cell is, else "moved" where any did; "same" where there is no cell. */
export function sweepOutcome(cells: readonly CheckedCell[]): Checked["outcome"] {
  const outcomes = new Set(cells.map(({ checked }) => checked.outcome));
  return outcomes.has("incomparable") ? "incomparable" : outcomes.has("moved") ? "moved" : "same";
}

/** Lines for a reader: what cells that were held came to, and why others could not be. */
export function sweepCheckText(
  name: string,
  committed: string,
  cells: readonly CheckedCell[],
): { readonly told: string; readonly refused: string } {
  const held = cells.flatMap(({ checked, ...cell }) =>
    checked.outcome === "incomparable" ? [] : [{ ...cell, held: checked }]
  );
  return {
    told: held.length === 0 ? "" : heldLines(name, committed, held).join("\n"),
    refused: refusedLines(name, committed, cells).join("\n"),
  };
}

function heldLines(
  name: string,
  committed: string,
  cells: readonly { readonly words: string; readonly held: Held }[],
): string[] {
  const drifted = cells.flatMap(({ words, held: { drift } }) =>
    drift.moved.filter(({ verdict }) => verdict === "drift").map((each): Moved => ({
      ...each,
      place: `${words}: ${each.place}`,
    }))
  );
  const figures = cells.reduce((sum, { held }) => sum + held.drift.held, 0);
  const places = cells.filter(({ held }) => held.outcome === "moved").length;
  const count = cells.length === 1 ? "one cell" : `${cells.length} cells`;
  const { closeness, rung } = cells[0]!.held;
  const head = drifted.length === 0
    ? `${name}: ${
      closeness.kind === "exact" ? "nothing moved" : "nothing drifted"
    } in ${count}; ${figures} figures are as in ${committed}`
    : `${name}: ${drifted.length} of ${figures} figures moved from ${committed}, in ${places} of ${count}`;
  return [
    `${head}, ${closenessWords(closeness)}`,
    ...movedLines(drifted),
    ...roundingHint(drifted, closeness, rung),
    ...toleratedWords(cells.flatMap(({ held }) => held.drift.moved)),
  ];
}

/** A reason that several cells share is told once. */
function refusedLines(name: string, committed: string, cells: readonly CheckedCell[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { words, checked } of cells) {
    if (checked.outcome !== "incomparable") continue;
    const { obstacle } = checked;
    const reason = [obstacle.words, ...differingLines(obstacle.differing)].join("\n");
    reasons.set(reason, [...reasons.get(reason) ?? [], words]);
  }
  return [...reasons].map(([reason, those]) => {
    const who = those.length === cells.length ? name : `${name} (${those.join("; ")})`;
    return `Cannot hold ${who} to ${committed}: ${reason}`;
  });
}

/** The same for programs: one object, a cell an entry. */
export const sweepCheckJson = (name: string, committed: string, cells: readonly CheckedCell[]): unknown => ({
  name,
  committed,
  outcome: sweepOutcome(cells),
  cells: cells.map(({ cell, checked }) => checkJson(cell, `${committed}/${cell}/results.json`, checked)),
});
