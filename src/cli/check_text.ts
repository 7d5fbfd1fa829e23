/**
 * What a check found, on the terminal and as JSON.
 * @module
 */
import { fixed, signed } from "../reporting/numbers.ts";
import type { Closeness, Obstacle } from "../reporting/review/comparable.ts";
import type { Differing } from "../reporting/review/differing.ts";
import type { Drift, Moved } from "../reporting/review/drift.ts";
import { shown } from "../reporting/review/shown.ts";

/** Exit codes of `check` by what came of it. */
export const EXIT = { same: 0, moved: 1, incomparable: 3 } as const;

/** How a check of one spec ended. */
export type Checked =
  | { readonly outcome: "same" | "moved"; readonly rung: string; readonly closeness: Closeness; readonly drift: Drift }
  | { readonly outcome: "incomparable"; readonly obstacle: Obstacle };

/** More figures than this are counted, not shown; `--json` has all. */
const SHOWN = 40;

/** Lines for a reader. */
export function checkText(name: string, committed: string, checked: Checked): string {
  if (checked.outcome === "incomparable") {
    const { words, differing } = checked.obstacle;
    return [`Cannot hold ${name} to ${committed}: ${words}`, ...differingLines(differing)].join("\n");
  }
  const { drift: { moved, held }, closeness, rung } = checked;
  const drifted = moved.filter(({ verdict }) => verdict === "drift");
  const head = drifted.length === 0
    ? `${name}: ${
      closeness.kind === "exact" ? "nothing moved" : "nothing drifted"
    }; ${held} figures are as in ${committed}`
    : `${name}: ${drifted.length} of ${held} figures moved from ${committed}`;
  return [
    `${head}, ${closenessWords(closeness)}`,
    ...movedLines(drifted),
    ...roundingHint(drifted, closeness, rung),
    ...toleratedWords(moved),
  ].join(
    "\n",
  );
}

/** TensorFlow's kernels are those of the processor's instruction set, and its device is called "cpu" all the same. */
export const roundingHint = (drifted: readonly Moved[], { kind }: Closeness, rung: string): string[] =>
  drifted.length > 0 && kind === "exact" && rung === "tensorflow"
    ? ["  On another processor TensorFlow rounds differently: --tolerance X holds measures within X."]
    : [];

/** The same for programs: one object. */
export const checkJson = (name: string, committed: string, checked: Checked): unknown => {
  const about = { name, committed, outcome: checked.outcome };
  if (checked.outcome === "incomparable") {
    const { what, words, differing } = checked.obstacle;
    return { ...about, obstacle: what, words, differing: differing.map(side) };
  }
  const { closeness: { kind, tolerance, differing }, drift: { held, moved } } = checked;
  return { ...about, held: { kind, tolerance, figures: held, differing: differing.map(side) }, moved };
};

const side = ({ place, values: [committed, here] }: Differing) => ({ place, committed, here });

/** How closely results were held. */
export function closenessWords({ kind, tolerance, differing }: Closeness): string {
  if (kind === "exact") return "held exactly: rung, versions, device and threads are the same";
  const why = differing.map(({ place, values: [committed, here] }) =>
    `${place} is ${shown(here)}, was ${shown(committed)}`
  );
  return `measures held within ${tolerance}${why.length === 0 ? "" : `, since ${why.join("; ")}`}`;
}

/** What moved and may; no line where nothing did. */
export function toleratedWords(moved: readonly Moved[]): string[] {
  const within = moved.filter(({ verdict }) => verdict === "tolerated");
  const free = moved.filter(({ verdict }) => verdict === "free").length;
  const most = Math.max(...within.map(({ difference = 0 }) => Math.abs(difference)));
  return [
    ...(within.length === 0
      ? []
      : [`  ${plural(within.length, "measure")} moved within the tolerance, by ${fixed(most, 6)} at most`]),
    ...(free === 0 ? [] : [`  ${plural(free, "figure")} of costs, losses and regions moved: not held here`]),
  ];
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** A table of what moved and may not; no line where nothing did. */
export function movedLines(moved: readonly Moved[]): string[] {
  if (moved.length === 0) return [];
  const rows = moved.slice(0, SHOWN).map(({ place, committed, found, difference, errors }) => [
    place,
    shown(committed),
    shown(found),
    difference === undefined ? "–" : signed(difference, 6),
    errors === undefined ? "–" : fixed(errors, 2),
  ]);
  const more = moved.length - rows.length;
  return [
    ...aligned([["figure", "committed", "found", "difference", "standard errors"], ...rows]),
    ...(more === 0 ? [] : [`  and ${more} more; --json lists all`]),
  ];
}

/** A table of what differs; no line where nothing does. */
export function differingLines(differing: readonly Differing[]): string[] {
  if (differing.length === 0) return [];
  const rows = differing.slice(0, SHOWN).map((
    { place, values: [committed, here] },
  ) => [place, shown(committed), shown(here)]);
  const more = differing.length - rows.length;
  return [...aligned([["", "committed", "here"], ...rows]), ...(more === 0 ? [] : [`  and ${more} more`])];
}

/** A first column of names, then columns of values. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)).join("  ")}`
  );
}
