/**
 * What a check between fields finds.
 * @module
 */
import { type Json, pathOf, valueAt } from "./json.ts";
import { writtenOut } from "./shown_text.ts";

/** A problem between fields. */
export interface Finding {
  /** Where it is shown. */
  readonly pointer: string;
  readonly message: string;
  /** Everything it depends on: when one of these is wrong by itself, that is said instead. */
  readonly about: readonly string[];
  /** The value is right but nothing reads it: of no concern where the command line, and not the file, made it so. */
  readonly idle?: boolean;
}

/** The first of these pointers at which the spec says something; the last when it says nothing anywhere. */
export function written(raw: Json, ...pointers: readonly string[]): string {
  return pointers.find((pointer) => valueAt(raw, pathOf(pointer)) !== undefined) ?? pointers.at(-1) ?? "";
}

/** The sentence about a name of which a reader would see nothing. */
export function nothingSeen(pointer: string, name: string): string {
  const found = writtenOut(JSON.stringify(name));
  return `${pathOf(pointer).join(".")} must have a character that can be seen: found ${found}.`;
}
