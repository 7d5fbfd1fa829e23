/**
 * Paths of `search.space`: what may be searched, and a spec with some of its values.
 * @module
 */
import { namedMethods } from "./control.ts";
import { isRecord, type Json, pointerOf } from "./json.ts";
import { ADAPTING, type MethodKind } from "./method_types.ts";
import { nearestName } from "./nearest.ts";
import { putAt } from "./overrides.ts";
import { type Judged, judged, type Judgement, type SweptFrom, type Written } from "./parse.ts";
import { shortened } from "./shown_text.ts";
import type { ResolvedSpec, SearchSpec } from "./types.ts";
import { listed } from "./wording.ts";

/** A path of the space with what is tried there. */
export interface SearchPath {
  /** As written, e.g. "lora.rank" or "lwf.alpha". */
  readonly path: string;
  readonly values: readonly Json[];
  /** Places in the spec that a value is put at: one, or one for each method of a kind. */
  readonly places: readonly (readonly string[])[];
}

/** Sections of a spec that a search may vary. */
export const SECTIONS: readonly string[] = ["backbone", "lora", "regions"];

/** What makes another experiment of the one that is searched for. */
const FIXED: readonly string[] = ["backbone.kind", "backbone.weights", "backbone.checkpoint"];
const isFixed = (path: string): boolean => FIXED.some((fixed) => path === fixed || path.startsWith(`${fixed}.`));

/**
 * The paths of a space, and what is wrong with them.
 *
 * @param ofSpec whether the spec has written the space: kinds of methods that it does not have are then named in vain; a preset's are passed over.
 */
export function searchPaths(
  { space }: SearchSpec,
  spec: ResolvedSpec,
  ofSpec: boolean,
): { readonly paths: SearchPath[]; readonly problems: Judgement[] } {
  const kinds = KINDS.filter((kind) => spec.methods.some((method) => method.kind === kind));
  const problems: Judgement[] = [];
  const paths: SearchPath[] = [];
  for (const [path, values] of Object.entries(space)) {
    const parts = path.split(".");
    const message = flaw(path, parts, kinds, paths) ?? (ofSpec ? absent(path, parts, kinds) : undefined);
    const field = pointerOf(["search", "space", path]);
    if (message !== undefined) problems.push({ pointer: field, message, at: "key", about: [field] });
    else paths.push({ path, values, places: placesOf(parts, spec) });
  }
  return { paths: paths.filter(({ places }) => places.length > 0), problems };
}

function flaw(path: string, parts: readonly string[], kinds: readonly string[], before: readonly SearchPath[]) {
  const shown = shortened(path, 100);
  const [section = ""] = parts;
  if (parts.includes("") || parts.length < 2) {
    return `search.space wants paths such as lora.rank or lwf.alpha: found ${JSON.stringify(shown)}.`;
  }
  if (isFixed(path)) return `search.space cannot vary ${shown}: that would be another experiment; use sweep.`;
  const known = [...SECTIONS, ...KINDS];
  if (!known.includes(section)) {
    const choices = [...SECTIONS, ...kinds];
    const nearest = nearestName(section, choices);
    const hint = nearest === undefined ? "" : ` Did you mean ${JSON.stringify(nearest)}?`;
    return `search.space may vary what lies below ${listed(choices)}: found ${JSON.stringify(shown)}.${hint}`;
  }
  const other = before.find((earlier) => path.startsWith(`${earlier.path}.`) || earlier.path.startsWith(`${path}.`));
  return other && `search.space cannot vary ${shown} and ${shortened(other.path, 100)}: one lies inside the other.`;
}

function absent(path: string, [section = ""]: readonly string[], kinds: readonly string[]): string | undefined {
  if (SECTIONS.includes(section) || kinds.includes(section)) return undefined;
  return `search.space names ${
    shortened(path, 100)
  } in vain: no method of the spec is of the kind ${section}; leave it out.`;
}

/** Kinds with settings of their own. */
const KINDS: readonly MethodKind[] = [
  ...["full", "ebpr"] as const,
  ...([...ADAPTING] as MethodKind[]).filter((kind) => kind !== "raie" && kind !== "lora"),
];

/** Where a value is put: in its section, or in the entry of every method of its kind. */
function placesOf(parts: readonly string[], spec: ResolvedSpec): readonly (readonly string[])[] {
  const [section = "", ...rest] = parts;
  if (SECTIONS.includes(section)) return [parts];
  const named = namedMethods(spec);
  return [...named.keys()].filter((index) => named[index]!.kind === section)
    .map((index) => ["methods", String(index), ...rest]);
}

/** The spec with some values of the space, judged; what is wrong with a value has its place in `search.space`. */
export function tried(
  written: Written,
  choice: readonly { readonly path: SearchPath; readonly at: number }[],
): Judged {
  const swept = new Map<string, SweptFrom>();
  let { value } = written;
  const lost: Judgement[] = [];
  for (const { path: { path, values, places }, at } of choice) {
    const field = pointerOf(["search", "space", path]);
    for (const place of places) {
      const put = putAt(value, place, values[at]!, "search.space");
      if (typeof put === "string") {
        lost.push({ pointer: field, message: put, at: "key", about: [field] });
        continue;
      }
      value = put.value;
      for (const pointer of put.made) swept.set(pointer, { field });
      swept.set(pointerOf(place), { field, index: at });
    }
  }
  const found = judged({ ...written, value: isRecord(value) ? value : written.value, swept });
  return { ...found, findings: [...lost, ...found.findings] };
}
