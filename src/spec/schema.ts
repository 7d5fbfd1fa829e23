/**
 * The JSON Schema of a spec: compiled by ajv (draft 2020-12, strict), and read for its defaults.
 * @module
 */
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import schema from "./experiment.schema.json" with { type: "json" };
import { has, isRecord, type Json, recordOf } from "./json.ts";

/** The parts of a schema that this room reads. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: SchemaNode;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: boolean | SchemaNode;
  readonly allOf?: readonly SchemaNode[];
  readonly if?: SchemaNode;
  readonly then?: SchemaNode;
  readonly else?: SchemaNode;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

/** The schema as published: src/spec/experiment.schema.json. */
export const SCHEMA: SchemaNode = schema as unknown as SchemaNode;

/** What ajv has against a value. */
export interface SchemaError {
  readonly keyword: string;
  /** JSON pointer of the value. */
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly data: unknown;
  /** The schema the keyword stands in. */
  readonly node: SchemaNode;
}

let compiled: ((value: unknown) => SchemaError[]) | undefined;

/** Everything ajv has against a value; empty when it fits the schema. */
export function schemaErrors(value: Json): SchemaError[] {
  compiled ??= compile();
  return compiled(value);
}

function compile(): (value: unknown) => SchemaError[] {
  const validate = new Ajv2020({ strict: true, allErrors: true, verbose: true }).compile(schema);
  const plain = ({ keyword, instancePath, params, data, parentSchema }: ErrorObject): SchemaError => (
    { keyword, instancePath, params, data, node: (parentSchema ?? {}) as unknown as SchemaNode }
  );
  return (value) => validate(value) ? [] : (validate.errors ?? []).map(plain);
}

/** A definition of the schema by name, such as "lora". @throws {RangeError} when there is none. */
export function definition(name: string): SchemaNode {
  const node = SCHEMA.$defs?.[name];
  if (node === undefined) throw new RangeError(`Cannot read the schema: it has no definition "${name}"`);
  return node;
}

/** The node a `$ref` leads to, with the referring node's own default and description on top. */
export function follow(node: SchemaNode): SchemaNode {
  if (node.$ref === undefined) return node;
  const { $ref, ...own } = node;
  return { ...follow(definition($ref.replace("#/$defs/", ""))), ...own };
}

/** Of a node that is one of several by `kind` (or another constant), the branch a value takes; the node itself otherwise. */
export function branch(node: SchemaNode, value: Json): SchemaNode {
  const here = follow(node);
  for (const choice of here.allOf ?? []) {
    const [key, wanted] = Object.entries(choice.if?.properties ?? {})[0] ?? [];
    if (key !== undefined && choice.then !== undefined && isRecord(value) && value[key] === wanted?.const) {
      return follow(choice.then);
    }
  }
  return here;
}

/**
 * A value with the schema's defaults filled in, at every depth. What has neither a value nor a default stays out; fields come
 * in the schema's order.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(withDefaults(definition("loss"), { kind: "gbce", t: 0.5 }), { kind: "gbce", negatives: 256, t: 0.5 });
 * ```
 */
export function withDefaults(node: SchemaNode, value: Json): Json {
  const here = branch(node, value);
  if (!isRecord(value) || here.properties === undefined) return value;
  const filled = new Map<string, Json>();
  for (const [name, property] of Object.entries(here.properties)) {
    const known = follow(property);
    const start = has(value, name) ? value[name] : known.default === undefined ? emptyObject(known) : known.default;
    if (start !== undefined) filled.set(name, withDefaults(known, start));
  }
  return recordOf(filled);
}

/** Objects whose fields are all optional begin empty, and get their fields' defaults. */
function emptyObject(node: SchemaNode): Json | undefined {
  return node.type === "object" && node.properties !== undefined && node.required === undefined ? {} : undefined;
}

/**
 * Lays one partial value over another: objects field by field, everything else as a whole. Where both have a `kind` and the
 * kinds differ, the lower one counts for nothing: the options of one kind mean nothing to another.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(overlay({ a: 1, b: { c: 2 } }, { b: { d: 3 } }), { a: 1, b: { c: 2, d: 3 } });
 * assert.deepEqual(overlay({ kind: "bce", negatives: 4 }, { kind: "cross-entropy" }), { kind: "cross-entropy" });
 * ```
 */
export function overlay(below: Json | undefined, above: Json | undefined): Json {
  if (above === undefined) return below ?? {};
  if (!isRecord(below) || !isRecord(above)) return above;
  if (has(above, "kind") && has(below, "kind") && above.kind !== below.kind) return above;
  const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
  return recordOf(
    [...keys].map((key) =>
      [
        key,
        has(above, key) ? overlay(has(below, key) ? below[key] : undefined, above[key]) : below[key] ?? null,
      ] as const
    ),
  );
}
