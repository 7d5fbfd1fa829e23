/**
 * What tells a method from an earlier one of its kind.
 * @module
 */
import { series } from "../../spec/phrases.ts";
import type { MethodSpec } from "../../spec/types.ts";

type Leaf = readonly [path: string, value: unknown];

/**
 * "RAIE without Add: as RAIE, but regions.add is false."; undefined for the first method of a kind, and where two differ in nothing.
 *
 * @param patterns what others may be described by: the methods that were finished.
 */
export function variantWords(method: MethodSpec, patterns: readonly MethodSpec[]): string | undefined {
  const first = method.control === undefined ? patterns.find(({ kind }) => kind === method.kind) : undefined;
  if (first === undefined || first === method) return undefined;
  const changes = changed(settings(method), settings(first));
  if (changes.length === 0) return undefined;
  const words = changes.map(([path, value]) => `${path} is ${value}`);
  return `${method.label}: as ${first.label}, but ${words.join("; ")}.`;
}

/** In what a method's adapters differ from another's, such as "alpha 32 and dropout 0"; undefined where they are set alike. */
export function adapterChanges(method: MethodSpec, other: MethodSpec): string | undefined {
  const changes = changed(leaves(method.lora, ""), leaves(other.lora, ""));
  return changes.length === 0 ? undefined : series(changes.map(([path, value]) => `${path} ${value}`));
}

/** What is set otherwise, values as a reader sees them. */
function changed(own: readonly Leaf[], others: readonly Leaf[]): (readonly [path: string, value: string])[] {
  const theirs = new Map(others);
  return own.filter(([path, value]) => JSON.stringify(theirs.get(path)) !== JSON.stringify(value))
    .map(([path, value]) => [path, typeof value === "string" ? value : JSON.stringify(value)]);
}

/** Every switch of a method by its path, lists as one value. */
const settings = ({ lora, regions, own }: MethodSpec): Leaf[] => [
  ...leaves(own, ""),
  ...leaves(lora, "lora"),
  ...leaves(regions, "regions"),
];

function leaves(value: unknown, path: string): Leaf[] {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, entry]) => leaves(entry, path === "" ? key : `${path}.${key}`));
}
