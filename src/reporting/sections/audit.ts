/**
 * Section: whether anything that is tested on could have been seen in training.
 * @module
 */
import { plain, table } from "../markdown.ts";
import { count, plural } from "../numbers.ts";
import type { Results } from "../types.ts";

type Entry = NonNullable<Results["audit"]>[number];

/** One row a check, and one a fact. Nothing for results without an audit. */
export function auditSection({ audit = [] }: Results): string[] {
  const [checks, facts] = (["check", "fact"] as const).map((kind) => audit.filter((entry) => entry.kind === kind));
  if (audit.length === 0) return [];
  return [
    "## Could anything have leaked?",
    `Before training, ${
      plural(checks!.length, "check")
    } went through slices, windows and the very rows given to training; had one found anything, there would be no report.`,
    entryTable("Check", checks!),
    ...(facts!.length === 0 ? [] : [
      "What slices have in common is no fault, but belongs to what the figures mean:",
      entryTable("Fact", facts!),
    ]),
  ];
}

const entryTable = (title: string, entries: readonly Entry[]): string =>
  table(
    [[title, "left"], ["Looked at", "right"], ["Found", "right"]],
    entries.map(({ statement, looked, unit, found }) => [
      plain(statement),
      `${count(looked)} ${plain(unit)}`,
      count(found),
    ]),
  );
