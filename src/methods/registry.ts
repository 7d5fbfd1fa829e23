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

/** @throws {RangeError} for a kind that is not built. */
export function createMethod(spec: MethodSpec): Method {
  const factory = METHODS[spec.kind];
  if (factory === undefined) {
    throw new RangeError(`Cannot run method "${spec.kind}": built are ${Object.keys(METHODS).join(", ")}`);
  }
  return factory(spec);
}
