/**
 * Holds a spec's value against the schema, and says what is wrong in sentences.
 * @module
 */
import { MOST_PROBLEMS } from "./issue.ts";
import { dotted, isRecord, type Json, pathOf, pointerOf, recordOf } from "./json.ts";
import { nearestName } from "./nearest.ts";
import { type SchemaError, schemaErrors, type SchemaNode } from "./schema.ts";
import { shortened } from "./shown_text.ts";
import { allowedText, listed } from "./wording.ts";

/** A value that does not fit the schema. */
export interface Misfit {
  readonly pointer: string;
  readonly message: string;
  /** Where the caret goes: under the value, under the field's name, or under the bracket that opens the value. */
  readonly at: "value" | "key" | "start";
}

/**
 * Everything in which a value does not fit the schema, one sentence each, in no particular order, and no more than 200.
 *
 * @param value The spec.
 * @param found The value at a pointer as its author wrote it.
 */
export function misfits(value: Json, found: (pointer: string) => string): Misfit[] {
  const errors = schemaErrors(value);
  const list = new Map<string, Misfit>();
  for (const error of errors) {
    const misfit = misfitOf(error, errors, found);
    if (misfit !== undefined) list.set(`${misfit.pointer} ${misfit.message}`, misfit);
    if (list.size === MOST_PROBLEMS) break;
  }
  return [...list.values()];
}

function misfitOf(
  error: SchemaError,
  all: readonly SchemaError[],
  found: (pointer: string) => string,
): Misfit | undefined {
  const pointer = error.instancePath;
  const name = dotted(pointer);
  const node = error.node;
  switch (error.keyword) {
    case "if":
      // An `if` only says that the branch it chose has failed; the branch's own errors say how.
      return undefined;
    case "additionalProperties":
      return unknownField(pointer, String(error.params.additionalProperty), node);
    case "required":
      return { pointer, at: "start", message: missingField(pointer, String(error.params.missingProperty), node) };
    case "uniqueItems": {
      const { i, j } = error.params as { i: number; j: number };
      const second = pointerOf([...pathOf(pointer), Math.max(i, j)]);
      return {
        pointer: second,
        at: "value",
        message: `${name} must not name a thing twice: found ${found(second)} again.`,
      };
    }
    case "minItems":
    case "maxItems": {
      const limit = error.keyword === "minItems" ? `at least ${node.minItems}` : `at most ${node.maxItems}`;
      const entries = node.minItems === 1 && error.keyword === "minItems" ? "one entry" : "entries";
      return {
        pointer,
        at: "start",
        message: `${name} must have ${limit === "at least 1" ? "at least" : limit} ${entries}: found ${
          found(pointer)
        }.`,
      };
    }
    default: {
      // Where a text or an object may stand, the sentence has to name both.
      const choice = all.find((other) =>
        other.keyword === "if" && other.instancePath === pointer && error.keyword === "type"
      );
      const wanted = allowedText(choice === undefined ? node : outermost(choice, all).node);
      return {
        pointer,
        at: "value",
        message: `${name} must be ${wanted}: found ${found(pointer)}.${hint(error, node)}`,
      };
    }
  }
}

/** Of several choices at one value the first that names all that may stand there. */
function outermost(choice: SchemaError, all: readonly SchemaError[]): SchemaError {
  const choices = all.filter(({ keyword, instancePath }) => keyword === "if" && instancePath === choice.instancePath);
  return choices.find(({ node }) => ["string", "array"].includes(String(node.if?.type))) ?? choice;
}

function unknownField(parent: string, key: string, node: SchemaNode): Misfit {
  const fields = Object.keys(node.properties ?? {});
  const nearest = nearestName(key, fields);
  const owner = parent === "" ? "a spec" : dotted(parent);
  const hint = nearest === undefined ? "" : ` Did you mean ${JSON.stringify(nearest)}?`;
  const message = `${owner} has no field ${JSON.stringify(shortened(key, 60))}: its fields are ${
    listed(fields, "and")
  }.${hint}`;
  return { pointer: pointerOf([...pathOf(parent), key]), at: "key", message };
}

function missingField(parent: string, key: string, node: SchemaNode): string {
  const property = node.properties?.[key];
  const owner = parent === "" ? "a spec" : dotted(parent);
  const wanted = property === undefined || (property.enum === undefined && property.const === undefined)
    ? ""
    : `: ${allowedText(property)}`;
  const other = key === "format" ? ' (or "id", the name of a known data set)' : "";
  return `${owner} needs the field ${JSON.stringify(key)}${other}${wanted}.`;
}

function hint(error: SchemaError, node: SchemaNode): string {
  if (error.keyword !== "enum" || typeof error.data !== "string") return "";
  const nearest = nearestName(error.data, (node.enum ?? []).filter((value) => typeof value === "string"));
  return nearest === undefined ? "" : ` Did you mean ${JSON.stringify(nearest)}?`;
}

/**
 * A copy without the values at these pointers, so that the rest can still be looked at. A value inside a list takes the list
 * with it, a `kind` its object.
 */
export function without(value: Json, pointers: readonly string[]): Json {
  let rest = value;
  for (const pointer of pointers) rest = remove(rest, pathOf(pointer)) ?? {};
  return rest;
}

function remove(value: Json, path: readonly string[]): Json | undefined {
  const [key, ...below] = path;
  if (key === undefined || !isRecord(value)) return undefined;
  if (!Object.hasOwn(value, key)) return value;
  if (key === "kind" && below.length === 0) return undefined;
  const inner = below.length === 0 ? undefined : remove(value[key] ?? null, below);
  return recordOf(
    Object.entries(value).flatMap(([name, entry]) => {
      if (name !== key) return [[name, entry] as const];
      return inner === undefined ? [] : [[name, inner] as const];
    }),
  );
}
