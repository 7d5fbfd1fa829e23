/**
 * What tells a method from an earlier one of its kind.
 * @module
 */
import type { MethodSpec } from "../../spec/types.ts";

type Leaf = readonly [path: string, value: unknown];

/**
 * "RAIE without Add: as RAIE, but regions.add is false."; undefined for the first method of a kind, and where two differ in nothing.
 */
export function variantWords(method: MethodSpec, methods: readonly MethodSpec[]): string | undefined {
  const first = methods.find(({ kind }) => kind === method.kind);
  if (first === undefined || first === method) return undefined;
  const [own, theirs] = [settings(method), new Map(settings(first))];
  const changes = own.filter(([path, value]) => JSON.stringify(theirs.get(path)) !== JSON.stringify(value));
  if (changes.length === 0) return undefined;
  const words = changes.map(([path, value]) =>
    `${path} is ${typeof value === "string" ? value : JSON.stringify(value)}`
  );
  return `${method.label}: as ${first.label}, but ${words.join("; ")}.`;
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
