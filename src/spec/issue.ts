/**
 * What is wrong with a spec: problems with their place, and the error that holds them all.
 * @module
 */
import { shortened, writtenOut } from "./shown_text.ts";

/** One problem of a spec. */
export interface SpecIssue {
  /** The spec's file as the user named it. */
  readonly file: string;
  /** JSON pointer of the value it is about; "" is the whole spec. */
  readonly pointer: string;
  /** Line, from 1; where nothing is written at the pointer, that of the value around it; 1 when the file cannot be read at all. */
  readonly line: number;
  /** Column in UTF-16 code units, from 1, as for `line`. */
  readonly column: number;
  /** What cannot be, what was found, what is allowed. */
  readonly message: string;
  /** The lines around with a caret; empty when there is nothing to show: the value comes from an option, or the file cannot be read. */
  readonly excerpt: readonly string[];
  /** The option the value comes from, e.g. `--set windows.context=ten`. */
  readonly option?: string;
}

/** After so many problems nobody looks for more. */
export const MOST_PROBLEMS = 200;

/** More problems than these are counted, not shown. */
const SHOWN = 25;

/** Longest pointer that is shown in full. */
const POINTER = 200;

/**
 * A spec that cannot be run, with all its problems at once, but no more than 200. Its message is the full text a terminal shows, without
 * colour; characters that would act on the terminal are written out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const excerpt = ['3 |   "seeds": 1', "  |            ^"];
 * const issue = { file: "a.json", pointer: "/seeds", line: 3, column: 12, message: "seeds must be a list: found 1.", excerpt };
 * const error = new SpecError("a.json", [issue]);
 * assert.match(error.message, /a\.json:3:12 at \/seeds/);
 * ```
 */
export class SpecError extends Error {
  /** Tells it from other errors. */
  override readonly name = "SpecError";
  /** The spec's file. */
  readonly file: string;
  /** All problems, in the order of the text. */
  readonly issues: readonly SpecIssue[];

  /** Makes the error of a file's problems; at least one. */
  constructor(file: string, issues: readonly SpecIssue[], options?: ErrorOptions) {
    const kept = issues.slice(0, MOST_PROBLEMS);
    super(renderIssues(file, kept, false), options);
    this.file = file;
    this.issues = kept;
  }

  /** The message for a terminal, with colour or without. */
  render(colour: boolean): string {
    return renderIssues(this.file, this.issues, colour);
  }
}

/** The error of a file that cannot be read as text. */
export function unreadable(file: string, message: string, options?: ErrorOptions): SpecError {
  return new SpecError(file, [{ file, pointer: "", line: 1, column: 1, message, excerpt: [] }], options);
}

function renderIssues(file: string, issues: readonly SpecIssue[], colour: boolean): string {
  const most = issues.length === MOST_PROBLEMS ? " or more" : "";
  const count = issues.length === 1 ? "one problem" : `${issues.length} problems${most}`;
  const parts = issues.slice(0, SHOWN).map((issue) => renderIssue(issue, colour));
  if (issues.length > SHOWN) parts.push(`... and ${issues.length - SHOWN} more.`);
  return [`Cannot use ${writtenOut(file)}: ${count}.`, ...parts].join("\n\n");
}

function renderIssue({ file, pointer, line, column, message, excerpt, option }: SpecIssue, colour: boolean): string {
  const paint = (code: number, text: string) => colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  const place = option ?? (excerpt.length === 0 ? file : `${file}:${line}:${column}`);
  const at = pointer === "" ? "" : ` at ${writtenOut(shortened(pointer, POINTER))}`;
  const shown = excerpt.map((line) => "  " + (/^\s*\|\s*\^+$/.test(line) ? paint(31, line) : writtenOut(line)));
  return [paint(1, writtenOut(place)) + at, "  " + writtenOut(message), ...shown].join("\n");
}
