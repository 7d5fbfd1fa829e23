/**
 * JSON's syntax: how deep a text is nested, and what is wrong with it in words.
 * @module
 */
import { type ParseError, printParseErrorCode } from "jsonc-parser";

/** Deeper nesting is no spec; it keeps every recursion over a spec bounded. */
const MAX_DEPTH = 64;

/** More values are no spec; it keeps the search for what is wrong with them short. */
const MAX_VALUES = 20_000;

/** Where a text goes beyond what a spec may be, and how. */
export interface Excess {
  readonly offset: number;
  readonly message: string;
}

/** Where a text is nested too deep or holds too many values; a scan, because a parser would recurse. */
export function excessOf(text: string): Excess | undefined {
  let depth = 0;
  let values = 1;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"' || character === "\n") inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") {
      values++;
      if (++depth > MAX_DEPTH) {
        const message = `Lists and objects are nested too deep here: at most ${MAX_DEPTH} levels are read.`;
        return { offset: at, message };
      }
    } else if (character === "}" || character === "]") depth--;
    else if (character === ",") values++;
    if (values > MAX_VALUES) {
      return { offset: at, message: `There are too many values up to here: a spec has at most ${MAX_VALUES}.` };
    }
  }
  return undefined;
}

const SENTENCES: Readonly<Record<string, string>> = {
  InvalidSymbol: "This is not JSON: write text in double quotes, or true, false, null or a number.",
  InvalidNumberFormat: "This is not a number as JSON writes one.",
  PropertyNameExpected: "A field's name in double quotes is wanted here.",
  ValueExpected: "A value is wanted here.",
  ColonExpected: "A colon is wanted here, between a field's name and its value.",
  CommaExpected: "A comma is wanted here, before the next entry.",
  CloseBraceExpected: 'A "}" is wanted here: an object does not end.',
  CloseBracketExpected: 'A "]" is wanted here: a list does not end.',
  EndOfFileExpected: "Nothing may follow the spec's last bracket.",
  InvalidCommentToken: 'Comments are not allowed: a spec is plain JSON; use "description".',
  UnexpectedEndOfComment: 'Comments are not allowed: a spec is plain JSON; use "description".',
  UnexpectedEndOfString: "A text does not end: its second double quote is missing in this line.",
  UnexpectedEndOfNumber: "A number breaks off here.",
  InvalidUnicode: "This is not a character: \\u wants four hexadecimal digits.",
  InvalidEscapeCharacter:
    'This escape is not JSON: allowed are \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four digits.',
  InvalidCharacter: "A character here must be written as an escape, such as \\n or \\t.",
};

/** What is wrong with the syntax at an error of the parser, as a sentence. */
export function syntaxSentence(error: ParseError, text: string): string {
  const here = text[error.offset];
  const before = text.slice(0, error.offset).trimEnd().at(-1);
  if (before === "," && (here === "}" || here === "]")) return `There is a comma too many before this "${here}".`;
  if (text.trim() === "") return "The file is empty: a spec is one JSON object.";
  return SENTENCES[printParseErrorCode(error.error)] ?? "This is not JSON.";
}
