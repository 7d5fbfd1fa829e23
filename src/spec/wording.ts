/**
 * What is allowed, in words: sentences made from the schema.
 * @module
 */
import type { Json } from "./json.ts";
import { branch, follow, type SchemaNode } from "./schema.ts";

/** What a pattern means to a person, by its beginning. */
const PATTERNS: readonly (readonly [string, string])[] = [
  [
    "^[A-Za-z0-9][A-Za-z0-9._-]*$",
    "a name of letters, digits, dots, hyphens and underscores that begins with a letter or digit",
  ],
  ["^[0-9]{4}-[0-9]{2}-[0-9]{2}(T", 'an ISO date such as "2001-01-31"'],
  ["^(Recall@", '"Recall@10", "NDCG@10", "coverage@10" (any cut-off) or "MRR"'],
  ["^(S|T|F", '"S", "T", or "F1" to "Fn"'],
  ["^[1-9][0-9]{0,14}[KMGT]", 'an amount of memory such as "16G"'],
  ["^([0-9]{1,6}|", 'a time limit as Slurm writes it, such as "90" (minutes), "4:00:00" or "2-12" (days and hours)'],
  ["^[^\\u0000-\\u0008", "text without control characters, or marks that turn it round"],
  ["^[^\\u0000-\\u001f", "text on one line, without control characters or marks that turn it round"],
  ["^[\\u0001", "one ASCII character other than a quote or a line break"],
];

/** More names than these are counted, not listed. */
const LISTED = 30;

/** Names or values as a list: `"a", "b" or "c"`. */
export function listed(values: readonly Json[], word = "or"): string {
  const texts = values.slice(0, LISTED).map((value) => JSON.stringify(value));
  if (values.length > LISTED) texts.push(`${values.length - LISTED} others`);
  const last = texts.pop() ?? "nothing";
  return texts.length === 0 ? last : `${texts.join(", ")} ${word} ${last}`;
}

/**
 * What a schema node accepts, as the end of a sentence: "a whole number from 1 to 5".
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(allowedText({ type: "number", exclusiveMinimum: 0, maximum: 1 }), "a number above 0 and at most 1");
 * ```
 */
export function allowedText(node: SchemaNode): string {
  const here = follow(node);
  if (here.if?.type === "string") return `${shortText(here.then)}, or ${shortText(here.else)}`;
  if (here.if?.type === "array") return `${shortText(here.else)}, or ${shortText(here.then)}`;
  if (here.enum !== undefined) return listed(here.enum);
  if (here.const !== undefined) return JSON.stringify(here.const);
  const types = typeof here.type === "string" ? [here.type] : here.type ?? [];
  return types.map((type) => typeText(type, here)).join(" or ");
}

function shortText(node: SchemaNode | undefined): string {
  if (node === undefined) return "nothing";
  const here = follow(node);
  if (here.enum !== undefined) return `one of ${listed(here.enum)}`;
  return allowedText({ ...here, maxLength: Infinity });
}

function typeText(type: string, node: SchemaNode): string {
  switch (type) {
    case "integer":
      return `a whole number${rangeText(node)}`;
    case "number":
      return `a number${rangeText(node)}`;
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case "array":
      return listText(node);
    case "object":
      return "an object";
    default:
      return textText(node);
  }
}

function rangeText(node: SchemaNode): string {
  const low = node.minimum !== undefined
    ? `at least ${node.minimum}`
    : node.exclusiveMinimum !== undefined
    ? `above ${node.exclusiveMinimum}`
    : "";
  const high = node.maximum !== undefined
    ? `at most ${node.maximum}`
    : node.exclusiveMaximum !== undefined
    ? `below ${node.exclusiveMaximum}`
    : "";
  if (node.minimum !== undefined && node.maximum !== undefined) return ` from ${node.minimum} to ${node.maximum}`;
  const both = [low, high].filter((part) => part !== "").join(" and ");
  return both === "" ? "" : ` ${both}`;
}

function listText(node: SchemaNode): string {
  const items = node.items === undefined ? "" : ` of ${plural(branch(node.items, null))}`;
  return node.minItems === undefined
    ? `a list${items}`
    : `a list${items} with at least ${node.minItems === 1 ? "one entry" : `${node.minItems} entries`}`;
}

function plural(node: SchemaNode): string {
  if (node.type === "integer") return `whole numbers${rangeText(node)}`;
  if (node.type === "number") return `numbers${rangeText(node)}`;
  if (node.type === "string") return "texts";
  return "entries";
}

function textText(node: SchemaNode): string {
  const pattern = PATTERNS.find(([begin]) => node.pattern?.startsWith(begin));
  if (pattern !== undefined) return pattern[1] + (node.maxLength === 1 ? "" : lengthText(node));
  return `text${lengthText(node)}`;
}

function lengthText(node: SchemaNode): string {
  return node.maxLength === undefined || node.maxLength > 1000 ? "" : `, at most ${node.maxLength} characters`;
}
