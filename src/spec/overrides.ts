/**
 * `--set PATH=VALUE`: changes to a spec from the command line.
 * @module
 */
import { has, isRecord, type Json, pointerOf, recordOf } from "./json.ts";
import { tooDeep } from "./syntax.ts";

/** A spec's value after its overrides, where each came from, and the options that could not be applied. */
export interface Overridden {
  readonly value: Json;
  /** JSON pointer -> the option that put the value there. */
  readonly origins: ReadonlyMap<string, string>;
  readonly problems: readonly { readonly option: string; readonly pointer: string; readonly message: string }[];
}

/** What a plain text stands for, so that a field can be set inside: "movielens-100k" is {"id": "movielens-100k"}. */
const TEXT_FIELDS: readonly { readonly at: RegExp; readonly field: string }[] = [
  { at: /^\/dataset$/, field: "id" },
  { at: /^\/methods\/\d+$/, field: "kind" },
];

/**
 * Applies options in order. A path has dots (`methods.1.regions.k`); a value is JSON, or else text as it stands.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const { value } = applyOverrides({ dataset: "ml" }, ["dataset.badLines=skip", "seeds=[1,2]"]);
 * assert.deepEqual(value, { dataset: { id: "ml", badLines: "skip" }, seeds: [1, 2] });
 * ```
 */
export function applyOverrides(spec: Json, options: readonly string[]): Overridden {
  const origins = new Map<string, string>();
  const problems: { option: string; pointer: string; message: string }[] = [];
  let value = spec;
  for (const text of options) {
    const option = `--set ${text}`;
    const equals = text.indexOf("=");
    const path = text.slice(0, Math.max(0, equals)).split(".");
    if (equals < 1 || path.some((part) => part === "")) {
      problems.push({
        option,
        pointer: "",
        message: `--set wants PATH=VALUE, for example windows.context=20: found "${text}".`,
      });
      continue;
    }
    if (path.length > 32 || tooDeep(text.slice(equals + 1)) >= 0) {
      problems.push({ option, pointer: "", message: "--set cannot go this deep." });
      continue;
    }
    const made: string[] = [];
    const result = put(value, path, 0, parseValue(text.slice(equals + 1)), made);
    if (typeof result === "object" && result !== null && "problem" in result && result.problem instanceof Problem) {
      problems.push({ option, pointer: pointerOf(result.problem.path), message: result.problem.sentence });
      continue;
    }
    value = result as Json;
    for (const pointer of [pointerOf(path), ...made]) origins.set(pointer, option);
  }
  return { value, origins, problems };
}

class Problem {
  constructor(readonly path: readonly string[], readonly sentence: string) {}
}

function parseValue(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function put(
  here: Json,
  path: readonly string[],
  depth: number,
  value: Json,
  made: string[],
): Json | { problem: Problem } {
  const key = path[depth];
  if (key === undefined) return value;
  const place = path.slice(0, depth);
  const inner = (below: Json | undefined) => {
    if (below === undefined) made.push(pointerOf([...place, key]));
    return put(below ?? {}, path, depth + 1, value, made);
  };
  if (Array.isArray(here)) {
    const index = /^\d{1,6}$/.test(key) ? Number(key) : -1;
    if (index < 0 || index > here.length) {
      const entries = here.length === 1 ? "one entry, 0" : `${here.length} entries, 0 to ${here.length - 1}`;
      return {
        problem: new Problem(
          place,
          `--set cannot find ${path.slice(0, depth + 1).join(".")}: ${place.join(".")} has ${entries}.`,
        ),
      };
    }
    const next = inner(here[index]);
    if (isProblem(next)) return next;
    return [...here.slice(0, index), next, ...here.slice(index + 1)];
  }
  const shorthand = TEXT_FIELDS.find(({ at }) => at.test(pointerOf(place)));
  const record: Json = typeof here === "string" && shorthand !== undefined ? { [shorthand.field]: here } : here;
  if (!isRecord(record)) {
    return {
      problem: new Problem(
        place,
        `--set cannot reach ${path.join(".")}: ${place.join(".") || "the spec"} is ${
          JSON.stringify(here)
        }, which has no fields.`,
      ),
    };
  }
  const next = inner(has(record, key) ? record[key] : undefined);
  if (isProblem(next)) return next;
  return recordOf([...Object.entries(record).filter(([name]) => name !== key), [key, next]]);
}

function isProblem(value: Json | { problem: Problem }): value is { problem: Problem } {
  return typeof value === "object" && value !== null && "problem" in value && value.problem instanceof Problem;
}
