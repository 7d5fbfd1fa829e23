/**
 * In what specs differ, told once for all methods that it holds for.
 * @module
 */
import { settingsOf } from "../../spec/method_types.ts";
import type { MethodSpec, ResolvedSpec } from "../../spec/types.ts";
import { type Differing, differing } from "./differing.ts";

/** Fields that change no figure: what an experiment is called, what it runs on, how closely it is held to, how many windows are scored at once. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  "name",
  "title",
  "description",
  "engine",
  "reproduce",
  "evaluation.batch",
  "memory",
  "memory.scores",
]);

/** Fields that are shown nowhere: a report's own name and words. */
const WORDS: ReadonlySet<string> = new Set(["name", "title", "description"]);

/**
 * Every field in which resolved specs differ, but for their names. Adapters and regions count where a method uses them; what differs
 * alike in all methods that have it is told once, e.g. `lora.rank`, and otherwise with their labels: `[RAIE] lora.rank`.
 */
export function specChanges(specs: readonly ResolvedSpec[]): Differing[] {
  const shared = differing(specs.map(({ methods: _, ...rest }) => rest));
  return [...shared.filter(({ place }) => !WORDS.has(place)), ...methodChanges(specs.map(({ methods }) => methods))];
}

/** Sections that methods share. */
const SHARED: ReadonlySet<string> = new Set(["lora", "regions"]);

/** Those after which other figures are no surprise. */
export const changesFigures = ({ place }: Differing): boolean => !WITHOUT_EFFECT.has(place);

function methodChanges(lists: readonly (readonly MethodSpec[])[]): Differing[] {
  const labels = [...new Set(lists.flatMap((methods) => methods.map(({ label }) => label)))];
  const found = new Map<
    string,
    { readonly place: string; readonly labels: string[]; readonly values: readonly unknown[] }
  >();
  const having = new Map<string, string[]>();
  const missing: Differing[] = [];
  for (const label of labels) {
    const methods = lists.map((list) => list.find((method) => method.label === label));
    if (methods.some((method) => method === undefined)) {
      missing.push({ place: `[${label}]`, values: methods.map((method) => method?.kind) });
      continue;
    }
    // A control follows from its raie.
    if (methods.some((method) => method?.control !== undefined)) continue;
    const read = methods.map((method) => settingsOf(method!));
    for (const section of Object.keys(read[0]!)) having.set(section, [...having.get(section) ?? [], label]);
    for (const { place, values } of differing(read)) {
      const key = JSON.stringify([place, values]);
      const before = found.get(key) ?? { place, labels: [], values };
      found.set(key, before);
      before.labels.push(label);
    }
  }
  const told = [...found.values()].map(({ place, labels, values }) => {
    const section = place.split(".", 1)[0]!;
    const all = SHARED.has(section) && having.get(section)?.length === labels.length;
    return { place: all ? place : `[${labels.join(", ")}] ${place}`, values };
  });
  return [...missing, ...told];
}
