/**
 * A spec's text: plain JSON, read with the place of every value.
 * @module
 */
import type { Node } from "jsonc-parser";
import { excerptAt, type Lines, linesOf, positionAt } from "./excerpt.ts";
import { SpecError, type SpecIssue, unreadable } from "./issue.ts";
import { type Json, pathOf } from "./json.ts";
import { type Flaw, readPlain, valueOf } from "./plain_json.ts";
import { shortened } from "./shown_text.ts";

/** A longer text is no spec. */
const MAX_CHARACTERS = 1 << 20;

/** A parsed spec: its value, and where each part of it stands. */
export class Source {
  /** The value as written. */
  readonly value: Json;
  /** Fields of the objects that have been looked into, by name. */
  readonly #fields = new Map<Node, ReadonlyMap<string, Node>>();

  private constructor(readonly file: string, private readonly lines: Lines, private readonly root: Node) {
    this.value = valueOf(root);
  }

  /**
   * Reads plain JSON. A byte order mark is passed over.
   *
   * @throws {SpecError} on wrong syntax, comments, trailing commas, a key that occurs twice, a number or a text that would not be kept as
   * it is written, nesting deeper than 64, more than 20,000 values or 2^20 characters.
   */
  static read(text: string, file: string): Source {
    if (text.length > MAX_CHARACTERS) {
      throw unreadable(file, `The text has ${text.length} characters: a spec has at most ${MAX_CHARACTERS}.`);
    }
    const lines = linesOf(text.replace(/^\uFEFF/, ""));
    const tree = readPlain(lines.text, { lineOf: (offset) => positionAt(lines, offset).line });
    if (!isNode(tree)) throw new SpecError(file, tree.map((flaw) => issueAt(file, lines, flaw)));
    return new Source(file, lines, tree);
  }

  /** An issue at a pointer's value, or at its key; at the nearest enclosing value when nothing is written there. */
  issue(pointer: string, message: string, at: "value" | "key" | "start" = "value"): SpecIssue {
    const { node, exact } = this.find(pointer);
    const key = node.parent?.type === "property" ? node.parent.children?.[0] : undefined;
    const { type, offset, length } = at === "key" && exact && key !== undefined ? key : node;
    const compact = type !== "object" && type !== "array";
    return issueAt(this.file, this.lines, {
      pointer,
      offset,
      length: compact && at !== "start" ? length : 1,
      message,
    });
  }

  /** The text of a value as written, cut at 60 characters; "an object" and "a list" for those. */
  found(pointer: string): string {
    const { node, exact } = this.find(pointer);
    return exact ? foundText(node, this.lines.text) : "nothing";
  }

  private find(pointer: string): { node: Node; exact: boolean } {
    let node = this.root;
    for (const part of pathOf(pointer)) {
      const next = node.type === "array" ? node.children?.[Number(part)] : this.#fieldsOf(node).get(part);
      if (next === undefined) return { node, exact: false };
      node = next;
    }
    return { node, exact: true };
  }

  #fieldsOf(node: Node): ReadonlyMap<string, Node> {
    const known = this.#fields.get(node);
    if (known !== undefined) return known;
    const fields = new Map<string, Node>();
    for (const { children: [key, value] = [] } of node.type === "object" ? node.children ?? [] : []) {
      if (key !== undefined && value !== undefined) fields.set(String(key.value), value);
    }
    this.#fields.set(node, fields);
    return fields;
  }
}

function isNode(tree: Node | readonly Flaw[]): tree is Node {
  return !Array.isArray(tree);
}

function issueAt(file: string, lines: Lines, { pointer, offset, length, message }: Flaw): SpecIssue {
  return { file, pointer, ...positionAt(lines, offset), message, excerpt: excerptAt(lines, offset, length) };
}

function foundText(node: Node, text: string): string {
  if (node.type === "object") return "an object";
  if (node.type === "array") return node.children?.length === 0 ? "an empty list" : "a list";
  return shortened(text.slice(node.offset, node.offset + node.length), 60);
}
