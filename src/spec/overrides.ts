/**
 * `--set PATH=VALUE`: changes to a spec from the command line.
 * @module
 */
import { has, isRecord, type Json, pointerOf, recordOf } from "./json.ts";
import { type Flaw, readPlain, valueOf } from "./plain_json.ts";
import { shortened } from "./shown_text.ts";

/** An option that could not be applied, and why. */
export interface OverrideProblem {
  readonly option: string;
  readonly pointer: string;
  readonly message: string;
}

/** A spec's value after its overrides, where each came from, and the options that could not be applied. */
export interface Overridden {
  readonly value: Json;
  /** JSON pointer -> the option that put the value there. */
  readonly origins: ReadonlyMap<string, string>;
  readonly problems: readonly OverrideProblem[];
}

/** What a plain text stands for, so that a field can be set inside: "movielens-100k" is {"id": "movielens-100k"}. */
const TEXT_FIELDS: readonly { readonly at: RegExp; readonly field: string }[] = [
  { at: /^\/dataset$/, field: "id" },
  { at: /^\/methods\/\d+$/, field: "kind" },
];

/** Longest text of an option, or of anything in it, that a message repeats. */
const SHOWN = 100;

/** More than a person, or a script that means well, would say on a command line. */
const MAX_OPTIONS = 1000;
const MAX_CHARACTERS = 1 << 16;
const MAX_PATH = 32;

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
  const problems: OverrideProblem[] = [];
  const characters = options.reduce((sum, { length }) => sum + length, 0);
  if (options.length > MAX_OPTIONS || characters > MAX_CHARACTERS) {
    const message =
      `--set may be given ${MAX_OPTIONS} times with ${MAX_CHARACTERS} characters in all: found ${options.length} times with ${characters}.`;
    return { value: spec, origins, problems: [{ option: "--set", pointer: "", message }] };
  }
  let value = spec;
  for (const text of options) {
    const option = `--set ${shortened(text, SHOWN)}`;
    try {
      const path = pathFrom(text);
      mustNotUndo(path, origins);
      const made: string[] = [];
      value = put(value, path, 0, valueFrom(text.slice(text.indexOf("=") + 1), path), made);
      for (const pointer of [pointerOf(path), ...made]) origins.set(pointer, option);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(...error.problems.map((problem) => ({ option, ...problem })));
    }
  }
  return { value, origins, problems };
}

/** Ends the application of one option. */
class Refusal extends Error {
  constructor(readonly problems: readonly { readonly pointer: string; readonly message: string }[]) {
    super(problems[0]?.message);
  }
}

const refused = (path: readonly string[], message: string): Refusal =>
  new Refusal([{ pointer: pointerOf(path), message }]);

const shown = (path: readonly string[]): string => shortened(path.join("."), SHOWN);

function pathFrom(text: string): string[] {
  const equals = text.indexOf("=");
  const path = text.slice(0, Math.max(0, equals)).split(".");
  if (equals < 1 || path.includes("")) {
    const found = shortened(text, SHOWN);
    throw refused([], `--set wants PATH=VALUE, for example windows.context=20: found "${found}".`);
  }
  if (path.length > MAX_PATH) throw refused([], `--set goes ${MAX_PATH} fields deep at most: found ${path.length}.`);
  return path;
}

/** A value inside one that is replaced as a whole afterwards would have been given in vain. */
function mustNotUndo(path: readonly string[], origins: ReadonlyMap<string, string>): void {
  const place = pointerOf(path);
  const undone = [...origins].find(([pointer]) => pointer.startsWith(place + "/"));
  if (undone !== undefined) {
    const found = `found ${undone[1]} before it, which would be lost`;
    throw refused(path, `--set cannot replace ${shown(path)} as a whole: ${found}; change the order.`);
  }
}

function valueFrom(text: string, path: readonly string[]): Json {
  try {
    JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (!text.isWellFormed()) throw refused(path, `${shown(path)} must be text: found half a character.`);
    return text;
  }
  const tree = readPlain(text, { path });
  if (isFlawed(tree)) throw new Refusal(tree);
  return valueOf(tree);
}

function isFlawed(tree: ReturnType<typeof readPlain>): tree is readonly Flaw[] {
  return Array.isArray(tree);
}

function put(here: Json, path: readonly string[], depth: number, value: Json, made: string[]): Json {
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
      throw refused(place, `--set cannot find ${shown(path.slice(0, depth + 1))}: ${shown(place)} has ${entries}.`);
    }
    return [...here.slice(0, index), inner(here[index]), ...here.slice(index + 1)];
  }
  const shorthand = TEXT_FIELDS.find(({ at }) => at.test(pointerOf(place)));
  const record: Json = typeof here === "string" && shorthand !== undefined ? { [shorthand.field]: here } : here;
  if (!isRecord(record)) {
    const found = shortened(JSON.stringify(here), SHOWN);
    const owner = place.length === 0 ? "the spec" : shown(place);
    throw refused(place, `--set cannot reach ${shown(path)}: ${owner} is ${found}, which has no fields.`);
  }
  const next = inner(has(record, key) ? record[key] : undefined);
  return recordOf([...Object.entries(record).filter(([name]) => name !== key), [key, next]]);
}
