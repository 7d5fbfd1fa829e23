/**
 * A resolved spec as a person reads it: what methods share said once, and of each method only what it reads and does otherwise.
 * @module
 */
import { canonicalJson } from "./canonical.ts";
import { isRecord, type Json, recordOf } from "./json.ts";
import { ADAPTING } from "./method_types.ts";
import type { MethodSpec, ResolvedSpec } from "./types.ts";

/** Which methods read a section that methods share. */
const READERS = {
  lora: ({ kind }: MethodSpec): boolean => ADAPTING.has(kind),
  regions: ({ kind }: MethodSpec): boolean => kind === "raie",
} as const;

/**
 * The spec's fields with `lora` and `regions` beside `methods`, as far as any method reads them, and methods as kind, label, options of their
 * own and what of `lora` and `regions` they set otherwise. Where every method that reads a section overrides it, the first one's stands for all.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSpec } from "./parse.ts";
 * const methods = ["base", "lora", { kind: "lwf", lora: { rank: 2 } }];
 * const text = JSON.stringify({ name: "a", dataset: "b", backbone: { kind: "sasrec" }, methods });
 * assert.deepEqual(concise(parseSpec(text, "a.json").resolved).methods, [
 *   { kind: "base", label: "base" },
 *   { kind: "lora", label: "lora" },
 *   { kind: "lwf", label: "lwf", temperature: 2, alpha: 0.5, candidates: "two", lora: { rank: 2 } },
 * ]);
 * ```
 */
export function concise(spec: ResolvedSpec): Record<string, unknown> {
  const shared = { lora: common(spec.methods, "lora"), regions: common(spec.methods, "regions") };
  const fields = Object.entries(spec).flatMap(([name, value]) =>
    name === "methods"
      ? [...said(shared), [name, spec.methods.map((method) => conciseMethod(method, shared))] as const]
      : [[name, value] as const]
  );
  return Object.fromEntries(fields);
}

type Section = keyof typeof READERS;
type Shared = Readonly<Record<Section, Json | undefined>>;

/** Settings of a section as its readers share them; undefined where nobody reads it. */
function common(methods: readonly MethodSpec[], section: Section): Json | undefined {
  const readers = methods.filter(READERS[section]);
  // Regions take after the adapters of their method.
  const plain = readers.find(({ options }) => options[section] === undefined && options.lora === undefined);
  return (plain ?? readers[0])?.[section] as unknown as Json | undefined;
}

function conciseMethod(method: MethodSpec, shared: Shared): Record<string, unknown> {
  const { kind, label, own, control } = method;
  const changes = (section: Section): Json | undefined =>
    READERS[section](method) ? otherwise(method[section] as unknown as Json, shared[section] ?? null) : undefined;
  return {
    kind,
    label,
    ...own,
    ...(control !== undefined && { control }),
    ...Object.fromEntries(said({ lora: changes("lora"), regions: changes("regions") })),
  };
}

const said = (fields: Shared) => Object.entries(fields).filter(([, value]) => value !== undefined);

/** The part of a value that differs from another; undefined where nothing does. What is of another kind is told whole. */
function otherwise(value: Json, other: Json): Json | undefined {
  if (canonicalJson(value) === canonicalJson(other)) return undefined;
  if (!isRecord(value) || !isRecord(other) || value.kind !== other.kind) return value;
  return recordOf(
    Object.entries(value).flatMap(([name, field]) => {
      const part = otherwise(field, other[name] ?? null);
      return part === undefined ? [] : [[name, part] as const];
    }),
  );
}
