/**
 * Every method by its kind. A new method is one file and one line here.
 * @module
 */
import type { MethodSpec } from "../spec/types.ts";
import { base } from "./base.ts";
import { ebpr } from "./ebpr.ts";
import { ewc } from "./ewc.ts";
import { full } from "./full.ts";
import { lora } from "./lora.ts";
import { lsat } from "./lsat.ts";
import { lwf } from "./lwf.ts";
import { mole } from "./mole.ts";
import { proximal } from "./proximal.ts";
import { raie } from "./raie.ts";
import { replay } from "./replay.ts";
import type { Method, MethodFactory } from "./types.ts";

const METHODS: Readonly<Record<string, MethodFactory>> = {
  base,
  ebpr,
  ewc,
  full,
  lora,
  lsat,
  lwf,
  mole,
  proximal,
  raie,
  replay,
};

/**
 * Makes the method an entry of a spec names.
 *
 * @throws {RangeError} for a kind that is not built.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSpec } from "../spec/parse.ts";
 * import { createMethod } from "./registry.ts";
 * const text =
 *   '{"name":"a","dataset":"movielens-100k","backbone":{"kind":"sasrec"},"methods":["base","raie"],"control":false}';
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
