/**
 * RAIE's sentences for the report: what was off, what the gate could not do, what became of pools and regions.
 * @module
 */
import type { Action, Choice, EditEvent, EditResult, Regions } from "../regions/mod.ts";
import type { RegionsSpec } from "../spec/types.ts";

/** What a method's spec leaves out of RAIE: one sentence for each of the paper's ablations it is. */
export function ablationNotes({ k, centres, adapters, update, expand, add, merge }: RegionsSpec): string[] {
  const off = (["update", "expand", "add"] as const).filter((action) => !{ update, expand, add }[action]);
  const alone = k === 1 && !add;
  const notes: string[] = [];
  if (alone) notes.push("No regions: k is 1 and Add is off, so all windows train and use the one adapter");
  else if (k === 1) notes.push("One region on S; Add may still make others");
  if (centres === "random" && k > 1) {
    notes.push("Random regions: centres are S sequences drawn at random, members the sequences nearest to them");
  }
  if (adapters === "one" && !alone) {
    notes.push("One adapter for all regions: regions decide on replay and copies, not on which adapter scores");
  }
  if (off.length === 3) {
    const still = merge ? ", but for merging" : "";
    notes.push(`No editing: Update, Expand and Add are off; regions stay as built on S${still}`);
  } else {
    // "No regions" has said so of Add.
    const names = off.filter((action) => !(alone && action === "add")).map((action) => NAMES[action]);
    const what = `${names.join(" and ")} ${names.length > 1 ? "are" : "is"} off`;
    if (names.length > 0) {
      notes.push(`${what}: sequences meant for ${names.length > 1 ? "them" : "it"} are only routed`);
    }
  }
  return notes;
}

const NAMES: Readonly<Record<Action, string>> = { update: "Update", expand: "Expand", add: "Add" };

/** How many regions BIC chose, and by how much. */
export function choiceNote({ regions: { count }, bic }: Pick<Choice, "regions" | "bic">): string {
  const others = bic.filter((_, index) => index + 1 !== count);
  const next = others.length === 0 ? "" : `, ${Math.max(...others).toFixed(0)} with the next best number`;
  const last = count === bic.length && count > 1 ? ", the most that were tried" : "";
  return `S: BIC (higher is better) chose K = ${count} of 1 to ${bic.length}${last}: ${
    bic[count - 1]!.toFixed(0)
  }${next}`;
}

/** A cluster that k-means finds empty is given one sequence, so that the region exists; it stands for no group of users. */
export function thinNotes({ names, counts }: Regions): string[] {
  const thin = names.filter((_, k) => counts[k] === 1);
  return thin.length === 0 || names.length === 1
    ? []
    : [`S: built on a single sequence: ${thin.join(", ")}; S holds fewer groups than regions.k`];
}

/** What editing with one slice did. */
export function editNotes(edit: EditResult, slice: string): string[] {
  return [...edit.log.map((event) => `${slice}: ${noteOf(event)}`), ...emptyNotes(edit, slice)];
}

/**
 * Regions whose adapter had nothing, or too little, to train on; `trained`: those whose adapter had enough; `least`: windows that are enough;
 * `start`: in words, what the adapters began with.
 */
export function untrainedNotes(
  regions: Regions,
  trained: ReadonlySet<number>,
  least: number,
  slice: string,
  start: string,
): string[] {
  const untrained = regions.names.filter((_, k) => !trained.has(k)).join(", ");
  const few = least > 1 ? `fewer than ${least} windows` : "no rows";
  return untrained === "" ? [] : [`${slice}: ${few} to train on for ${untrained}: each keeps ${start}`];
}

/** What a budget could not hold to: an adapter that has rows takes a step at least. */
export function overrunNotes(steps: number, budget: number, slice: string): string[] {
  const left = Math.max(0, budget);
  return steps > left
    ? [`${slice}: regions' adapters took ${steps} steps, one each, where the budget left ${left}`]
    : [];
}

/** Regions nobody is sent to are worth a word: those that editing made are never used. */
function emptyNotes({ regions, isNew, membership }: EditResult, slice: string): string[] {
  const used = new Set(membership);
  const empty = (made: number) => regions.names.filter((_, k) => isNew[k] === made && !used.has(k)).join(", ");
  const why = "the routing score log pi + kappa cos has no normaliser, so regions of high kappa win";
  return [
    ...(empty(0) === "" ? [] : [`${slice}: no sequence is routed to ${empty(0)}`]),
    ...(empty(1) === "" ? [] : [`${slice}: no sequence is routed to ${empty(1)}, new in it: ${why}`]),
  ];
}

function noteOf(event: EditEvent): string {
  switch (event.kind) {
    case "note":
      return event.text;
    case "withheld":
      return `the gate chose ${NAMES[event.action]}, which is off, for ${sequences(event.size)}`;
    case "pool too small":
      return `${sequences(event.size)} in the pool, fewer than the ${event.poolMin} a new region needs`;
    case "pool judged": {
      const best = Math.max(...event.bicProposed);
      const verdict = event.added.length === 0 ? "no new region" : `new: ${event.added.join(", ")}`;
      const bics = `BIC (higher is better) ${event.bicBefore.toFixed(0)} without, ${best.toFixed(0)} with new regions`;
      return `${sequences(event.size)} in the pool; ${bics}: ${verdict}`;
    }
    case "merged": {
      const degrees = (event.angle * 180 / Math.PI).toFixed(1);
      return `${event.names.join(" and ")} merged, ${degrees} degrees apart`;
    }
  }
}

const sequences = (count: number): string => count === 1 ? "1 sequence" : `${count} sequences`;
