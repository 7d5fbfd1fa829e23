/**
 * Every method by its kind. A new method is one file and one line here.
 * @module
 */
import type { MethodSpec } from "../spec/types.ts";
import { base } from "./base.ts";
import { lora } from "./lora.ts";
import { raie } from "./raie.ts";
import type { Method, MethodFactory } from "./types.ts";

const METHODS: Readonly<Record<string, MethodFactory>> = { base, lora, raie };

/**
 * Makes the method an entry of a spec names.
 *
 * @throws {RangeError} for a kind that is not built.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSpec } from "../spec/parse.ts";
 * import { createMethod } from "./registry.ts";
 * const text = '{"name":"a","dataset":"movielens-100k","backbone":{"kind":"sasrec"},"methods":["base","raie"]}';
 * const methods = parseSpec(text, "a.json").resolved.methods.map(createMethod);
 * assert.deepEqual(methods.map(({ kind, editsRegions }) => [kind, editsRegions]), [["base", false], ["raie", true]]);
 * ```
 */
export function createMethod(spec: MethodSpec): Method {
  const factory = METHODS[spec.kind];
  if (factory === undefined) {
    throw new RangeError(`Cannot run method "${spec.kind}": built are ${Object.keys(METHODS).join(", ")}`);
  }
  return factory(spec);
}
