/**
 * What the schema knows and this version cannot do yet: refused by name, never ignored.
 * @module
 */
import { has, isRecord, type Json, pointerOf } from "./json.ts";

/** A field, or some of its values, that this version refuses. */
export interface Unavailable {
  /** Path with `*` for any entry; a text in `methods` counts as its `kind`. */
  readonly path: string;
  /** The refused values; without it the field itself. */
  readonly values?: readonly Json[];
  /** What to do instead, as the end of a sentence. */
  readonly instead: string;
}

/** Everything refused by name. */
export const UNAVAILABLE: readonly Unavailable[] = [
  { path: "backbone.kind", values: ["llama"], instead: 'use "sasrec", "bert4rec" or "tisasrec"' },
  { path: "executor", instead: "leave it out; stages run on this machine" },
];

/** The refusals a spec meets: pointer and sentence. */
export function refusals(spec: Json): { pointer: string; message: string }[] {
  const found: { pointer: string; message: string }[] = [];
  for (const { path, values, instead } of UNAVAILABLE) {
    for (const { pointer, name, value } of matches(spec, path.split("."))) {
      if (values === undefined) {
        found.push({ pointer, message: `${name} is not available in this version: ${instead}.` });
      } else if (values.includes(value)) {
        found.push({
          pointer,
          message: `${name} ${JSON.stringify(value)} is not available in this version: ${instead}.`,
        });
      }
    }
  }
  return found;
}

/** All values a path with wildcards leads to. */
function matches(spec: Json, path: readonly string[]): { pointer: string; name: string; value: Json }[] {
  let heads: { path: string[]; value: Json }[] = [{ path: [], value: spec }];
  for (const part of path) {
    heads = heads.flatMap(({ path, value }) => {
      if (part === "*") {
        return Array.isArray(value)
          ? value.map((entry, index) => ({ path: [...path, String(index)], value: entry }))
          : [];
      }
      if (part === "kind" && typeof value === "string") return [{ path, value }];
      const below = isRecord(value) && has(value, part) ? value[part] : undefined;
      return below === undefined ? [] : [{ path: [...path, part], value: below }];
    });
  }
  return heads.map(({ path, value }) => ({ pointer: pointerOf(path), name: path.join("."), value }));
}
