/**
 * From a spec's data set to interactions.
 * @module
 */
import type { DatasetSpec } from "../spec/types.ts";
import type { ReadProgress } from "./byte_source.ts";
import { type Descriptor, readDescriptor } from "./descriptors.ts";
import { DataError } from "./errors.ts";
import { type FolderOptions, inlineTitle, locateDataset } from "./locate.ts";
import { type InteractionsSource, readInteractions } from "./read_interactions.ts";
import { generateSynthetic } from "./synthetic.ts";
import type { Interactions } from "./types.ts";

/** Where to look, and whom to tell. */
export interface LoadOptions extends FolderOptions {
  /** Told of the bytes read so far; never called for generated data. */
  readonly onProgress?: ReadProgress;
}

/**
 * Reads, or generates, the interactions a spec names: by a descriptor's id, by a path of its own, or by settings of the generator.
 *
 * @throws {DataError} when files are missing, with what to do about it; when lines are bad; when the descriptor is unknown.
 */
export async function loadDataset(spec: DatasetSpec, options: LoadOptions = {}): Promise<Interactions> {
  const { descriptor, files, searched, ready } = await locateDataset(spec, options);
  const synthetic = spec.synthetic ?? descriptor?.synthetic;
  if (synthetic !== undefined) return generateSynthetic(synthetic).interactions;
  const file = files[0];
  const format = descriptor?.format ?? spec.format;
  if (file === undefined || format === undefined || format === "synthetic") {
    throw new DataError(
      `Cannot load ${spec.id ?? "the data set"}: it names neither a file nor settings of the generator`,
    );
  }
  if (!ready || file.path === undefined) throw missing(descriptor, file.name, searched);
  const columns = spec.columns ?? descriptor?.columns;
  const source: InteractionsSource = {
    path: file.path,
    name: file.path.endsWith(".gz") && !file.name.endsWith(".gz") ? `${file.name}.gz` : file.name,
    format,
    ...(columns && { columns }),
    ...(spec.separator !== undefined && { separator: spec.separator }),
  };
  return await readInteractions(source, {
    badLines: spec.badLines,
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
}

/** A data set's name for readers: its descriptor's title, or its file's name. */
export async function datasetTitle(spec: DatasetSpec): Promise<string> {
  return spec.id === undefined ? inlineTitle(spec) : (await readDescriptor(spec.id)).title;
}

function missing(descriptor: Descriptor | undefined, name: string, searched: readonly string[]): DataError {
  if (descriptor === undefined) return new DataError(`Cannot find ${name}: there is no such file`, { file: name });
  return new DataError(
    `Cannot find ${name} (or ${name}.gz), looked in ${searched.join(", ")}. ${howToGet(descriptor)}`,
    { file: name },
  );
}

/** What a user does to get a data set's files. */
export function howToGet({ id, access, instructions }: Descriptor): string {
  const byHand = instructions === undefined ? "" : ` ${instructions}`;
  return access === "download"
    ? `Get it with: deno task data fetch ${id}`
    : `It is not downloaded by this program.${byHand}`;
}
