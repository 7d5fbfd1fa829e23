/**
 * Names of a sweep's cells: of their folders, and for readers.
 * @module
 */
import { canonicalJson } from "./canonical.ts";
import type { Json } from "./json.ts";
import { shortened } from "./shown_text.ts";

/** One swept setting of a cell. */
export interface CellSetting {
  /** As in `--set`, e.g. "regions.k". */
  readonly path: string;
  /** What stands there. */
  readonly value: Json;
}

/** Longest name of a folder, so that a report's own files find room in a path of 255 characters. */
const LONGEST = 80;

/** Longest value in a title. */
const SHOWN = 40;

/** A value as people write it: text without quotes. */
export const valueText = (value: Json): string => typeof value === "string" ? value : canonicalJson(value);

/** "regions.k = 3, lora.rank = 4". */
export const settingWords = (settings: readonly CellSetting[]): string =>
  settings.map(({ path, value }) => `${path} = ${shortened(valueText(value), SHOWN)}`).join(", ");

/**
 * A name for each cell's folder, safe on every file system: letters, digits, dots, hyphens, plus signs and underscores, at most 80 of them,
 * no two the same, be it in another case. Where settings come to the same name, a number is added.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(
 *   cellNames([[{ path: "regions.k", value: 3 }, { path: "lora.rank", value: 4 }], [{ path: "dataset", value: "../x" }]]),
 *   ["regions.k-3_lora.rank-4", "dataset-x"],
 * );
 * ```
 */
export function cellNames(cells: readonly (readonly CellSetting[])[]): string[] {
  const taken = new Set<string>();
  return cells.map((settings, index) => {
    const plain = settings.map(({ path, value }) => `${safe(path)}-${safe(valueText(value))}`).join("_");
    let name = ended(plain.slice(0, LONGEST));
    for (let number = index + 1; plain.length > LONGEST || taken.has(name.toLowerCase()); number++) {
      name = `${ended(plain.slice(0, LONGEST - 8))}-${number}`;
      if (!taken.has(name.toLowerCase())) break;
    }
    taken.add(name.toLowerCase());
    return name;
  });
}

/** Whatever a file system, a shell or a browser might take for something else becomes a hyphen. */
const safe = (text: string): string =>
  text.replace(/^[^A-Za-z0-9+-]+/, "").replace(/[^A-Za-z0-9.+-]+/g, "-").replace(/\.{2,}/g, ".").replace(
    /^-+(?=[A-Za-z])/,
    "",
  );

/** Some file systems drop a dot at the end. */
const ended = (name: string): string => name.replace(/[.-]+$/, "");
