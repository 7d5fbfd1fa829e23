/**
 * Plain JSON, read so that nothing in it is lost: what a parser would pass over in silence is a flaw.
 * @module
 */
import { type Node, type ParseError, parseTree } from "jsonc-parser";
import { MOST_PROBLEMS } from "./issue.ts";
import { type Json, pointerOf, recordOf } from "./json.ts";
import { numberFlaw } from "./number_flaws.ts";
import { shortened, writtenOut } from "./shown_text.ts";
import { excessOf, syntaxSentence } from "./syntax.ts";

/** What is wrong with a text as JSON. */
export interface Flaw {
  readonly pointer: string;
  readonly offset: number;
  readonly length: number;
  readonly message: string;
}

/** Longer names of fields are none; it keeps pointers short. */
const MAX_NAME = 200;

/** Where a text belongs: the path of its value, and the line of an offset in it, where it has several. */
export interface Whereabouts {
  readonly path?: Path;
  readonly lineOf?: (offset: number) => number;
}

type Path = readonly (string | number)[];

/** A text as a tree of nodes with their places, or what is wrong with it. */
export function readPlain(text: string, where: Whereabouts = {}): Node | readonly Flaw[] {
  const { path = [] } = where;
  const pointer = pointerOf(path);
  const excess = excessOf(text);
  if (excess !== undefined) return [{ pointer, length: 1, ...excess }];
  const errors: ParseError[] = [];
  const options = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };
  const root = parseTree(text, errors, options);
  const error = errors[0];
  if (error !== undefined) return [{ ...error, pointer, message: syntaxSentence(error, text) }];
  if (root === undefined) {
    return [{ pointer, offset: 0, length: 1, message: "The file is empty: a spec is one JSON object." }];
  }
  const flaws = firstFlaws(flawsOf(root, text, path, where));
  return flaws.length > 0 ? flaws : root;
}

/** The value of a tree. */
export function valueOf(node: Node): Json {
  if (node.type === "array") return (node.children ?? []).map(valueOf);
  if (node.type !== "object") return node.value as Json;
  return recordOf((node.children ?? []).map((property) => {
    const [key, value] = property.children ?? [];
    return [String(key?.value), value === undefined ? null : valueOf(value)] as const;
  }));
}

function firstFlaws(flaws: Iterable<Flaw>): Flaw[] {
  const first: Flaw[] = [];
  for (const flaw of flaws) if (first.push(flaw) === MOST_PROBLEMS) break;
  return first;
}

function* flawsOf(node: Node, text: string, path: Path, where: Whereabouts): Generator<Flaw> {
  const { offset, length } = node;
  const flaw = (message: string) => ({ pointer: pointerOf(path), offset, length, message });
  if (node.type === "number") {
    const wrong = numberFlaw(text.slice(offset, offset + length));
    if (wrong !== undefined) yield flaw(`${nameOf(path)} ${wrong}.`);
  } else if (node.type === "string" && !String(node.value).isWellFormed()) {
    yield flaw(`${nameOf(path)} must be text: found half a character, ${halfOf(String(node.value))}.`);
  } else if (node.type === "array") {
    for (const [index, child] of (node.children ?? []).entries()) {
      yield* flawsOf(child, text, [...path, index], where);
    }
  } else if (node.type === "object") yield* fieldFlaws(node, text, path, where);
}

function* fieldFlaws(node: Node, text: string, path: Path, where: Whereabouts): Generator<Flaw> {
  const seen = new Map<string, number>();
  for (const { children: [name, value] = [] } of node.children ?? []) {
    if (name === undefined || value === undefined) continue;
    const { offset, length } = name;
    const key = String(name.value);
    const flaw = (message: string, at = [...path, key]) => ({ pointer: pointerOf(at), offset, length, message });
    const first = seen.get(key);
    if (key.length > MAX_NAME) {
      const found = writtenOut(JSON.stringify(shortened(key, 40)));
      yield flaw(`A field's name has at most ${MAX_NAME} characters: found ${found} with ${key.length}.`, [...path]);
    } else if (!key.isWellFormed()) {
      yield flaw(`A field's name must be text: found half a character, ${halfOf(key)}.`);
    } else if (first !== undefined) {
      yield flaw(`${JSON.stringify(key)} is given ${twice(first, offset, where)}; keep one.`);
    } else {
      seen.set(key, offset);
      yield* flawsOf(value, text, [...path, key], where);
    }
  }
}

function twice(first: number, second: number, { lineOf }: Whereabouts): string {
  if (lineOf === undefined) return "twice";
  const [one, other] = [lineOf(first), lineOf(second)];
  return one === other ? `twice in line ${one}` : `twice: first in line ${one}, again in line ${other}`;
}

const nameOf = (path: Path): string => path.length === 0 ? "the spec" : shortened(path.join("."), 100);

/** The first half of a character that stands alone, as JSON writes it. */
function halfOf(text: string): string {
  return writtenOut(/\p{Cs}/u.exec(text)?.[0] ?? "");
}
