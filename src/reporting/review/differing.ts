/**
 * Where JSON values of one shape differ: results held to results, specs to specs.
 * @module
 */
import { canonicalJson } from "../../spec/canonical.ts";

/** A place that does not hold the same everywhere. */
export interface Differing {
  /** E.g. `runs[RAIE, seed 1].measures.T.Recall@10`. */
  readonly place: string;
  /** What each holds there, in the order given; undefined where it holds nothing. */
  readonly values: readonly unknown[];
}

/** Fields by which entries of a list are told apart, wherever they stand in it. */
const IDENTITIES: readonly (readonly [field: string, words: string])[] = [
  ["label", ""],
  ["name", ""],
  ["stage", ""],
  ["seed", "seed "],
  ["slice", ""],
  ["by", ""],
  ["measure", ""],
  ["from", "from "],
  ["to", "to "],
];

/**
 * Every place in which values differ, outermost first: an entry that one of them lacks is one place, not one for each figure in it.
 * Lists of plain values are one place too. Entries of other lists are held to those of the same name, label or seed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const before = { runs: [{ label: "lora", steps: 9 }, { label: "base", steps: 0 }] };
 * const after = { runs: [{ label: "base", steps: 0 }, { label: "lora", steps: 8 }] };
 * assert.deepEqual(differing([before, after]), [{ place: "runs[lora].steps", values: [9, 8] }]);
 * ```
 */
export function differing(values: readonly unknown[], place = ""): Differing[] {
  if (values.every(isRecord)) {
    const keys = new Set(values.flatMap((value) => Object.keys(value)));
    const below = (key: string) => place === "" ? key : `${place}.${key}`;
    return [...keys].flatMap((key) => differing(values.map((value) => own(value, key)), below(key)));
  }
  if (values.every(isListOfRecords)) {
    const entries = values.map(byIdentity);
    const names = new Set(entries.flatMap((map) => [...map.keys()]));
    return [...names].flatMap((name) => differing(entries.map((map) => map.get(name)), `${place}[${name}]`));
  }
  const texts = values.map((value) => value === undefined ? undefined : canonicalJson(value));
  return texts.every((text) => text === texts[0]) ? [] : [{ place, values }];
}

/** Plain values in a value, at every depth: what a comparison has held one by one. */
export function countFigures(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, entry) => sum + countFigures(entry), 0);
}

type JsonObject = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isListOfRecords = (value: unknown): value is readonly JsonObject[] =>
  Array.isArray(value) && value.every(isRecord);

const own = (value: JsonObject, key: string): unknown => Object.hasOwn(value, key) ? value[key] : undefined;

/** Entries by what tells them apart; by their number where that is not enough. */
function byIdentity(list: readonly JsonObject[]): Map<string, JsonObject> {
  const named = new Map(list.map((entry) => [identity(entry), entry]));
  if (named.size === list.length && !named.has("")) return named;
  return new Map(list.map((entry, index) => [String(index + 1), entry]));
}

const identity = (entry: JsonObject): string =>
  IDENTITIES.flatMap(([field, words]) => {
    const value = own(entry, field);
    return typeof value === "string" || typeof value === "number" ? [`${words}${value}`] : [];
  }).join(", ");
