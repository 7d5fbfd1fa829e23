/**
 * results.json on disk: rounded, in the schema's key order, validated on the way out and on the way in.
 * @module
 */
import { join } from "node:path";
import { writeWhole } from "../files.ts";
import { DataError } from "../data/errors.ts";
import { readJson } from "./json_file.ts";
import { jsonText } from "./json_text.ts";
import { RESULTS_SCHEMA, resultsProblems, type ResultsSchemaNode } from "./results_schema.ts";
import type { Results } from "./types.ts";

/** Name of the file inside a report's folder. */
export const RESULTS_FILE = "results.json";

/** Decimals of every figure; below this a report says nothing. */
const DECIMALS = 6;

/** What the spec said is kept to the last digit. */
const VERBATIM = new Set(["spec", "differences", "options", "settings"]);

/** Results as they are written: figures rounded to six decimals, keys in the schema's order. Doing it twice changes nothing. */
export function settled(results: Results): Results {
  return settle(results, RESULTS_SCHEMA) as Results;
}

function settle(value: unknown, node: ResultsSchemaNode | undefined): unknown {
  const schema = node?.$ref === undefined ? node : RESULTS_SCHEMA.$defs?.[node.$ref.slice("#/$defs/".length)];
  // toFixed writes a negative nothing as "-0.000000": adding 0 takes the sign away.
  if (typeof value === "number") return Number.isInteger(value) ? value + 0 : Number(value.toFixed(DECIMALS)) + 0;
  if (Array.isArray(value)) return value.map((entry) => settle(entry, schema?.items));
  if (value === null || typeof value !== "object") return value;
  // A map of names (slices, measures) keeps its own order; everything else has that of the schema.
  const known = schema?.additionalProperties === false ? Object.keys(schema.properties ?? {}) : [];
  const rest = typeof schema?.additionalProperties === "object" ? schema.additionalProperties : undefined;
  const place = (key: string) => known.includes(key) ? known.indexOf(key) : known.length;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => place(a) - place(b))
      .map(([key, entry]) => [key, VERBATIM.has(key) ? entry : settle(entry, schema?.properties?.[key] ?? rest)]),
  );
}

/**
 * Writes DIR/results.json.
 *
 * @throws {TypeError} when the results do not fit the schema: nothing is written then.
 */
export async function writeResults(dir: string, results: Results): Promise<void> {
  const rounded = settled(results);
  const problems = resultsProblems(rounded);
  if (problems.length > 0) throw new TypeError(`Cannot write ${RESULTS_FILE}: ${problems.join("; ")}`);
  await Deno.mkdir(dir, { recursive: true });
  await writeWhole(join(dir, RESULTS_FILE), `${jsonText(rounded)}\n`);
}

/**
 * Reads results.json; `path` is the file or the folder it lies in.
 *
 * @throws {DataError} when there is no such file, it is no JSON, or it does not fit the schema.
 */
export async function readResults(path: string): Promise<Results> {
  const file = path.endsWith(".json") ? path : join(path, RESULTS_FILE);
  const value = await readJson(file);
  const problems = resultsProblems(value);
  if (problems.length > 0) {
    throw new DataError(`Cannot read ${file}: these are not results of this version:\n  ${problems.join("\n  ")}`, {
      file,
    });
  }
  return value as Results;
}
