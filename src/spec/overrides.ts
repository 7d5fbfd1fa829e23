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
  { at: /^\/executor$/, field: "kind" },
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
      const place: Place = { who: "--set", path, value: valueFrom(text.slice(text.indexOf("=") + 1), path), made: [] };
      value = put(value, 0, place);
      for (const pointer of [pointerOf(path), ...place.made]) origins.set(pointer, option);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(...error.problems.map((problem) => ({ option, ...problem })));
    }
  }
  return { value, origins, problems };
}

/** A spec's value after one value was put into it, and the pointers of objects that had to be made around it. */
export interface Put {
  readonly value: Json;
  readonly made: readonly string[];
}

/**
 * Puts a value at a path, as an option does.
 *
 * @param path a field's name or an entry's number for each part; at least one.
 * @param who begins the sentence about a path that leads nowhere.
 * @returns the new value, or why the path leads nowhere.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(putAt({ seeds: [1] }, ["regions", "k"], 3, "sweep"), {
 *   value: { seeds: [1], regions: { k: 3 } },
 *   made: ["/regions", "/regions/k"],
 * });
 * assert.equal(putAt({ seeds: [1] }, ["seeds", "7"], 3, "sweep"), "sweep cannot find seeds.7: seeds has one entry, 0.");
 * ```
 */
export function putAt(spec: Json, path: readonly string[], value: Json, who: string): Put | string {
  const place: Place = { who, path, value, made: [] };
  try {
    return { value: put(spec, 0, place), made: place.made };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.message;
  }
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

/** What is put where, and for whom. */
interface Place {
  readonly who: string;
  readonly path: readonly string[];
  readonly value: Json;
  /** Filled with the pointers of what was not there. */
  readonly made: string[];
}

function put(here: Json, depth: number, place: Place): Json {
  const { who, path, value, made } = place;
  const key = path[depth];
  if (key === undefined) return value;
  const above = path.slice(0, depth);
  const inner = (below: Json | undefined) => {
    if (below === undefined) made.push(pointerOf([...above, key]));
    return put(below ?? {}, depth + 1, place);
  };
  if (Array.isArray(here)) {
    const index = /^\d{1,6}$/.test(key) ? Number(key) : -1;
    if (index < 0 || index > here.length) {
      const entries = here.length === 1 ? "one entry, 0" : `${here.length} entries, 0 to ${here.length - 1}`;
      throw refused(above, `${who} cannot find ${shown(path.slice(0, depth + 1))}: ${shown(above)} has ${entries}.`);
    }
    return [...here.slice(0, index), inner(here[index]), ...here.slice(index + 1)];
  }
  const shorthand = TEXT_FIELDS.find(({ at }) => at.test(pointerOf(above)));
  const record: Json = typeof here === "string" && shorthand !== undefined ? { [shorthand.field]: here } : here;
  if (!isRecord(record)) {
    const found = shortened(JSON.stringify(here), SHOWN);
    const owner = above.length === 0 ? "the spec" : shown(above);
    throw refused(above, `${who} cannot reach ${shown(path)}: ${owner} is ${found}, which has no fields.`);
  }
  const next = inner(has(record, key) ? record[key] : undefined);
  return recordOf([...Object.entries(record).filter(([name]) => name !== key), [key, next]]);
}
