/**
 * What may be swept: paths that lead to settings, each once, none inside another.
 * @module
 */
import type { JsonRecord } from "./json.ts";
import { pathOf, pointerOf } from "./json.ts";
import type { Judgement } from "./parse.ts";
import { shortened } from "./shown_text.ts";

/** A path of `sweep`, taken apart. */
export interface SweptPath {
  /** As written, e.g. "regions.k". */
  readonly path: string;
  readonly parts: readonly string[];
  /** JSON pointer of the path's field in `sweep`. */
  readonly field: string;
}

/** Fields that make no difference, or more than one, to what is computed; why not, as the end of a sentence. */
const REFUSED: Readonly<Record<string, string>> = {
  $schema: "it is for editors",
  name: "each run is named by what is swept",
  title: "each run is titled by what is swept",
  description: "words change nothing that is computed",
  sweep: "a sweep cannot vary itself",
  search: "a search looks for settings by itself",
  seeds: "every run has all seeds; list them in seeds",
  report: "runs of one sweep are reported alike",
  memory: "it changes no result",
  reproduce: "runs of one sweep are held to their results alike",
  executor: "runs of one sweep are computed in one place",
  engine: "runs of one sweep are computed on one engine; --engine takes another",
};

/** Like `--set`. */
const MAX_PATH = 32;
const SHOWN = 100;

/** The paths of a sweep in the order of the spec, and what is wrong with them. */
export function sweptPaths(
  sweep: JsonRecord,
  origins: ReadonlyMap<string, string>,
): { paths: SweptPath[]; problems: Judgement[] } {
  const paths = Object.keys(sweep).map((path): SweptPath => ({
    path,
    parts: path.split(".").map(entryNumber),
    field: pointerOf(["sweep", path]),
  }));
  const problems: Judgement[] = [];
  for (const [index, swept] of paths.entries()) {
    const message = flaw(swept) ?? nested(swept, paths.slice(0, index)) ?? lost(swept, origins);
    if (message !== undefined) problems.push({ pointer: swept.field, message, at: "key", about: [swept.field] });
  }
  return { paths, problems };
}

/** "01" and "1" are the same entry of a list. */
const entryNumber = (part: string): string => /^\d{1,6}$/.test(part) ? String(Number(part)) : part;

const shown = (path: string): string => shortened(path, SHOWN);

function flaw({ path, parts }: SweptPath): string | undefined {
  if (parts.includes("")) {
    return `sweep wants paths such as regions.k, as --set does: found ${JSON.stringify(shown(path))}.`;
  }
  if (parts.length > MAX_PATH) return `sweep goes ${MAX_PATH} fields deep at most: found ${parts.length}.`;
  const [first = ""] = parts;
  const why = Object.hasOwn(REFUSED, first) ? REFUSED[first] : undefined;
  return why === undefined ? undefined : `sweep cannot vary ${shown(path)}: ${why}.`;
}

/** The same field twice, or a field and one inside it: the second would undo the first. */
function nested({ path, parts }: SweptPath, before: readonly SweptPath[]): string | undefined {
  for (const other of before) {
    const shorter = Math.min(parts.length, other.parts.length);
    if (!parts.slice(0, shorter).every((part, i) => part === other.parts[i])) continue;
    return parts.length === other.parts.length
      ? `sweep names ${shown(path)} twice: ${shown(other.path)} is the same field.`
      : `sweep cannot vary ${shown(path)} and ${shown(other.path)}: one lies inside the other.`;
  }
  return undefined;
}

/** What the command line sets and the sweep sets otherwise would have been given in vain. */
function lost({ path, parts }: SweptPath, origins: ReadonlyMap<string, string>): string | undefined {
  const place = pointerOf(parts);
  const inside = [...origins].find(([pointer]) => pointer === place || pointer.startsWith(`${place}/`));
  if (inside === undefined || pathOf(inside[0])[0] === "sweep") return undefined;
  return `sweep varies ${shown(path)}, so that ${inside[1]} would be lost; leave out one of them.`;
}
