/**
 * The leakage audit: whether anything that is tested on could have been seen in training (method.md 2).
 * @module
 */
import type { SlicedData, Windows } from "../data/types.ts";
import { AuditError } from "./audit_error.ts";
import {
  contextsBeforeTargets,
  heldOutUntrained,
  targetsRanked,
  testItemsUntrained,
  trainedInTime,
  windowsInsideSlices,
} from "./leak_checks.ts";
import {
  newItems,
  repeatedTargets,
  repeatedWindows,
  trainedAndEvaluated,
  usersInSeveralSlices,
} from "./slice_facts.ts";

/** Rows given to a training. */
export interface TrainingSource {
  /** What they are, e.g. "windows of F1". */
  readonly name: string;
  /** The very object that trainings read; places that hold item 0 are padding. */
  readonly windows: Windows;
  /** Seconds: their slice ends here, and they may not reach it. */
  readonly before: number;
  /** The spec asks for training on evaluated rows: they are a fact, and no check looks at them. */
  readonly asked?: true;
}

/** What is audited. */
export interface Audited {
  /** Slices and their borders. */
  readonly data: SlicedData;
  /** What every method is evaluated on, slice by slice. */
  readonly evaluated: readonly { readonly name: string; readonly windows: Windows }[];
  /** Everything the backbone and the methods may be trained on. */
  readonly training: readonly TrainingSource[];
}

/** What one check found: with anything found, it has failed. */
export interface Finding {
  /** Short name, the same in every version. */
  readonly name: string;
  /** A sentence without its full stop: what must be so for a check, what is counted for a fact. */
  readonly statement: string;
  /** How much was looked at. */
  readonly looked: number;
  /** What was looked at, in the plural. */
  readonly unit: string;
  /** How much was found. */
  readonly found: number;
  /** The first that a check found, in words. */
  readonly example?: string;
}

/** One line of the audit. A check must find nothing; a fact is for the reader to know. */
export interface AuditEntry extends Omit<Finding, "example"> {
  /** A check that finds anything ends the run. */
  readonly kind: "check" | "fact";
}

/**
 * Runs every check and counts every fact. The order is fixed; held-out retention has one check more.
 *
 * @throws {AuditError} when a check finds anything: the run's figures would not be evidence.
 */
export function audit(audited: Audited): AuditEntry[] {
  const checks = [
    windowsInsideSlices(audited),
    contextsBeforeTargets(audited),
    trainedInTime(audited),
    testItemsUntrained(audited),
    ...(audited.data.heldOut === undefined ? [] : [heldOutUntrained(audited, audited.data.heldOut)]),
    targetsRanked(audited),
  ];
  const failed = checks.filter(({ found }) => found > 0);
  if (failed.length > 0) throw new AuditError(failed.map(failure).join("\n"));
  const facts = [
    ...trainedAndEvaluated(audited),
    repeatedTargets(audited),
    repeatedWindows(audited.data),
    usersInSeveralSlices(audited.data),
    ...newItems(audited.data),
  ];
  return [...checks.map(entry("check")), ...facts.map(entry("fact"))];
}

const entry = (kind: AuditEntry["kind"]) => ({ name, statement, looked, unit, found }: Finding): AuditEntry => {
  return { name, kind, statement, looked, unit, found };
};

const failure = ({ name, statement, looked, unit, found, example }: Finding): string =>
  `Cannot trust this run: the leakage check "${name}" found ${found} of ${looked} ${unit}, wanted none ` +
  `(${statement})${example === undefined ? "" : `; the first: ${example}`}`;
