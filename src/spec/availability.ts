/**
 * What the schema knows and this version cannot do yet: refused by name, never ignored.
 * @module
 */
import { type Json, pathOf, valueAt } from "./json.ts";

/** A field that this version refuses. */
export interface Unavailable {
  /** JSON pointer. */
  readonly pointer: string;
  /** What to do instead, as the end of a sentence. */
  readonly instead: string;
}

/** Everything refused by name. */
export const UNAVAILABLE: readonly Unavailable[] = [
  { pointer: "/executor", instead: "leave it out; stages run on this machine" },
];

/** The refusals a spec meets: pointer and sentence. */
export function refusals(spec: Json): { pointer: string; message: string }[] {
  return UNAVAILABLE.filter(({ pointer }) => valueAt(spec, pathOf(pointer)) !== undefined).map((
    { pointer, instead },
  ) => ({
    pointer,
    message: `${pathOf(pointer).join(".")} is not available in this version: ${instead}.`,
  }));
}
