/**
 * A spec's text: plain JSON, read with the place of every value.
 * @module
 */
import { type Node, type ParseError, parseTree } from "jsonc-parser";
import { excerptAt, type Lines, linesOf, positionAt } from "./excerpt.ts";
import { SpecError, type SpecIssue } from "./issue.ts";
import { type Json, pathOf, pointerOf, recordOf } from "./json.ts";
import { MAX_DEPTH, syntaxSentence, tooDeep } from "./syntax.ts";

/** A longer text is no spec. */
export const MAX_CHARACTERS = 1 << 20;

/** A parsed spec: its value, and where each part of it stands. */
export class Source {
  /** The value as written. */
  readonly value: Json;
  private constructor(readonly file: string, private readonly lines: Lines, private readonly root: Node) {
    this.value = valueOf(root);
  }

  /**
   * Reads plain JSON. A byte order mark is passed over.
   *
   * @throws {SpecError} on wrong syntax, comments, trailing commas, a key that occurs twice, nesting deeper than 64 or more than 2^20 characters.
   */
  static read(text: string, file: string): Source {
    const lines = linesOf(text.replace(/^\uFEFF/, ""));
    const plain = lines.text;
    const stop = (offset: number, length: number, message: string, pointer = "") => {
      throw new SpecError(file, [issueAt(file, lines, pointer, offset, length, message)]);
    };
    if (plain.length > MAX_CHARACTERS) {
      throw new SpecError(file, [{
        ...issueAt(
          file,
          linesOf(""),
          "",
          0,
          1,
          `The text has ${plain.length} characters: a spec has at most ${MAX_CHARACTERS}.`,
        ),
        excerpt: [],
      }]);
    }
    const deep = tooDeep(plain);
    if (deep >= 0) stop(deep, 1, `Lists and objects are nested too deep here: at most ${MAX_DEPTH} levels are read.`);
    const errors: ParseError[] = [];
    const root = parseTree(plain, errors, {
      disallowComments: true,
      allowTrailingComma: false,
      allowEmptyContent: false,
    });
    const error = errors[0];
    if (error !== undefined) stop(error.offset, error.length, syntaxSentence(error, plain));
    if (root === undefined) return stop(0, 1, "The file is empty: a spec is one JSON object.") as never;
    const twice = duplicates(root).map(({ node, pointer, key, first }) =>
      issueAt(
        file,
        lines,
        pointer,
        node.offset,
        node.length,
        `"${key}" is given twice: first in line ${positionAt(lines, first).line}; keep one.`,
      )
    );
    if (twice.length > 0) throw new SpecError(file, twice);
    try {
      JSON.parse(plain);
    } catch (reason) {
      stop(0, 1, `The text is not JSON: ${reason instanceof SyntaxError ? reason.message : String(reason)}.`);
    }
    return new Source(file, lines, root);
  }

  /** An issue at a pointer's value, or at its key; at the nearest enclosing value when nothing is written there. */
  issue(pointer: string, message: string, at: "value" | "key" | "start" = "value"): SpecIssue {
    const { node, exact } = this.find(pointer);
    const key = node.parent?.type === "property" ? node.parent.children?.[0] : undefined;
    const place = at === "key" && exact && key !== undefined ? key : node;
    const compact = place.type !== "object" && place.type !== "array";
    return issueAt(this.file, this.lines, pointer, place.offset, compact && at !== "start" ? place.length : 1, message);
  }

  /** The text of a value as written, cut at 60 characters; "an object" and "a list" for those. */
  found(pointer: string): string {
    const { node, exact } = this.find(pointer);
    return exact ? foundText(node, this.lines.text) : "nothing";
  }

  /** Offset of a pointer's place, to put issues in the order of the text. */
  offset(pointer: string): number {
    return this.find(pointer).node.offset;
  }

  private find(pointer: string): { node: Node; exact: boolean } {
    let node = this.root;
    for (const part of pathOf(pointer)) {
      const next = node.type === "array"
        ? node.children?.[Number(part)]
        : node.children?.find((property) => property.children?.[0]?.value === part)?.children?.[1];
      if (next === undefined) return { node, exact: false };
      node = next;
    }
    return { node, exact: true };
  }
}

function issueAt(
  file: string,
  lines: Lines,
  pointer: string,
  offset: number,
  length: number,
  message: string,
): SpecIssue {
  return { file, pointer, ...positionAt(lines, offset), message, excerpt: excerptAt(lines, offset, length) };
}

function foundText(node: Node, text: string): string {
  if (node.type === "object") return "an object";
  if (node.type === "array") return node.children?.length === 0 ? "an empty list" : "a list";
  const written = text.slice(node.offset, node.offset + node.length);
  return written.length > 60 ? written.slice(0, 57) + "..." : written;
}

function valueOf(node: Node): Json {
  if (node.type === "array") return (node.children ?? []).map(valueOf);
  if (node.type !== "object") return node.value as Json;
  return recordOf((node.children ?? []).map((property) => {
    const [key, value] = property.children ?? [];
    return [String(key?.value), value === undefined ? null : valueOf(value)] as const;
  }));
}

function duplicates(root: Node): { node: Node; pointer: string; key: string; first: number }[] {
  const found: { node: Node; pointer: string; key: string; first: number }[] = [];
  const walk = (node: Node, path: (string | number)[]) => {
    if (node.type === "array") return node.children?.forEach((child, index) => walk(child, [...path, index]));
    if (node.type !== "object") return;
    const seen = new Map<string, number>();
    for (const property of node.children ?? []) {
      const [name, value] = property.children ?? [];
      if (name === undefined || value === undefined) continue;
      const key = String(name.value);
      const first = seen.get(key);
      if (first !== undefined) found.push({ node: name, pointer: pointerOf([...path, key]), key, first });
      else seen.set(key, name.offset);
      walk(value, [...path, key]);
    }
  };
  walk(root, []);
  return found;
}

/** UTF-8 as text. @throws {SpecError} when there is too much of it, or a byte that is not UTF-8. */
export function decoded(bytes: Uint8Array, file: string): string {
  const refuse = (message: string) =>
    new SpecError(file, [{ file, pointer: "", line: 0, column: 0, message, excerpt: [] }]);
  if (bytes.length > 4 * MAX_CHARACTERS) {
    throw refuse(`The file has ${bytes.length} bytes: a spec has at most ${MAX_CHARACTERS} characters.`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw refuse("The file is not UTF-8 text.");
    throw error;
  }
}
