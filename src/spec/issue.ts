/**
 * What is wrong with a spec: problems with their place, and the error that holds them all.
 * @module
 */

/** One problem of a spec. */
export interface SpecIssue {
  /** The spec's file as the user named it. */
  readonly file: string;
  /** JSON pointer of the value it is about; "" is the whole spec. */
  readonly pointer: string;
  /** Line, from 1; 0 when the problem has no place in the text: the value comes from an option, or the file cannot be read. */
  readonly line: number;
  /** Column in characters, from 1; 0 as for `line`. */
  readonly column: number;
  /** What cannot be, what was found, what is allowed. */
  readonly message: string;
  /** The lines around with a caret; empty when there is nothing to show. */
  readonly excerpt: readonly string[];
  /** The option the value comes from, e.g. `--set windows.context=ten`. */
  readonly option?: string;
}

/** More problems than these are counted, not shown. */
const SHOWN = 25;

/**
 * A spec that cannot be run, with all its problems at once. Its message is the full text a terminal shows, without colour.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const issue = { file: "a.json", pointer: "/seeds", line: 3, column: 12, message: "seeds must be a list: found 1.", excerpt: [] };
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
  constructor(file: string, issues: readonly SpecIssue[]) {
    super(renderIssues(file, issues, false));
    this.file = file;
    this.issues = issues;
  }

  /** The message for a terminal, with colour or without. */
  render(colour: boolean): string {
    return renderIssues(this.file, this.issues, colour);
  }
}

function renderIssues(file: string, issues: readonly SpecIssue[], colour: boolean): string {
  const count = issues.length === 1 ? "one problem" : `${issues.length} problems`;
  const parts = issues.slice(0, SHOWN).map((issue) => renderIssue(issue, colour));
  if (issues.length > SHOWN) parts.push(`... and ${issues.length - SHOWN} more.`);
  return [`Cannot use ${file}: ${count}.`, ...parts].join("\n\n");
}

function renderIssue(issue: SpecIssue, colour: boolean): string {
  const paint = (code: number, text: string) => colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  const place = issue.option ?? (issue.line === 0 ? issue.file : `${issue.file}:${issue.line}:${issue.column}`);
  const head = paint(1, place) + (issue.pointer === "" ? "" : ` at ${issue.pointer}`);
  const excerpt = issue.excerpt.map((line) => "  " + (/^\s*\|\s*\^+$/.test(line) ? paint(31, line) : line));
  return [head, "  " + issue.message, ...excerpt].join("\n");
}
