/**
 * The data sets the program knows by name: one JSON file each in datasets/.
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { nearestName } from "../spec/nearest.ts";
import type { SyntheticSpec } from "../spec/types.ts";
import schema from "./dataset.schema.json" with { type: "json" };
import { DataError } from "./errors.ts";
import type { Columns, Format } from "./row_formats.ts";

/** What can be said of a file before it is there. */
export interface Checksums {
  readonly bytes?: number;
  readonly md5?: string;
  readonly sha256?: string;
}

/** A file of a data set. */
export interface DescribedFile extends Checksums {
  /** Name in the data set's folder. */
  readonly name: string;
  /** Name inside the archive. */
  readonly member?: string;
  /** Where it is fetched from by itself. */
  readonly url?: string;
}

/** A data set as its file in datasets/ describes it (src/data/dataset.schema.json). */
export interface Descriptor {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly licence: string;
  readonly citation: string;
  readonly access: "download" | "by-hand" | "generated";
  readonly instructions?: string;
  readonly archive?: Checksums & { readonly url: string };
  /** The one with interactions first; empty for generated data. */
  readonly files: readonly DescribedFile[];
  readonly format: Format | "synthetic";
  readonly columns?: Columns;
  readonly ratings: false | { readonly from: number; readonly to: number; readonly step: number };
  readonly time?: "seconds" | "date";
  readonly rows?: number;
  readonly synthetic?: SyntheticSpec;
}

/** The folder of the descriptors. */
export const DESCRIPTORS = fileURLToPath(new URL("../../datasets", import.meta.url));

const validate = new Ajv2020({ strict: true, allErrors: true }).compile<Descriptor>(schema);

/** Ids of all descriptors, in alphabetical order. */
export async function descriptorIds(folder: string = DESCRIPTORS): Promise<string[]> {
  const ids: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && name.endsWith(".json")) ids.push(name.slice(0, -".json".length));
  }
  return ids.sort();
}

/**
 * The descriptor of an id.
 * @throws {DataError} when there is none, or when it does not fit its schema.
 */
export async function readDescriptor(id: string, folder: string = DESCRIPTORS): Promise<Descriptor> {
  const ids = await descriptorIds(folder);
  if (!ids.includes(id)) {
    const nearest = nearestName(id, ids);
    const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
    throw new DataError(`There is no data set "${id}": wanted one of ${ids.join(", ")}${hint}`);
  }
  const file = join(folder, `${id}.json`);
  const parsed = parseDescriptor(await Deno.readTextFile(file), file);
  if (parsed.id !== id) {
    throw new DataError(`Cannot use ${file}: its id is "${parsed.id}", wanted the file's name`, { file });
  }
  return parsed;
}

/**
 * Reads a descriptor's JSON.
 * @param file Its name, for errors.
 * @throws {DataError} with everything that is wrong.
 */
export function parseDescriptor(text: string, file: string): Descriptor {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataError(`Cannot read ${file}: it is not JSON: ${cause instanceof Error ? cause.message : cause}`, {
      file,
      cause,
    });
  }
  if (validate(value)) return value;
  const problems = (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || "/"} ${message}`);
  throw new DataError(`Cannot use ${file}: ${problems.join("; ")}`, { file });
}
