/**
 * What was decided while a file was read, in sentences for its reader.
 * @module
 */
import type { SkippedLines } from "./skipped_lines.ts";
import { timeNotes } from "./time_span.ts";
import type { Interactions } from "./types.ts";

/** What the reader knows beside the columns. */
export interface ReadingFacts {
  /** The last line has no line end, and nothing else shows that it is whole. */
  readonly openEnd: boolean;
  readonly skipped: SkippedLines;
}

/** A sentence for every decision that changes, or may change, what the rows say. */
export function readingNotes(
  { times, userIds, itemIds }: Pick<Interactions, "times" | "userIds" | "itemIds">,
  { openEnd, skipped }: ReadingFacts,
): string[] {
  const left = skipped.sentence();
  return [
    ...(left === undefined ? [] : [left]),
    ...(openEnd ? ["The last line has no line end: if the file was cut off, that row may not be whole."] : []),
    ...timeNotes(times),
    ...idNotes("user", userIds),
    ...idNotes("item", itemIds),
  ];
}

function idNotes(kind: "user" | "item", ids: readonly string[]): string[] {
  let spaced = 0;
  let damaged = 0;
  for (const id of ids) {
    if (id.trim() !== id) spaced++;
    if (id.includes("\ufffd")) damaged++;
  }
  return [
    ...(spaced === 0 ? [] : [`${spaced} ${kind} ids begin or end with a space; ids are kept as the file writes them.`]),
    ...(damaged === 0
      ? []
      : [`${damaged} ${kind} ids hold U+FFFD, which stands for text lost before: different ids may have become one.`]),
  ];
}
