/**
 * From a spec's data set to interactions.
 * @module
 */
import type { DatasetSpec, MarginalsSpec, SyntheticSpec } from "../spec/types.ts";
import type { ReadProgress } from "./byte_source.ts";
import { type Descriptor, readDescriptor } from "./descriptors.ts";
import { diskSum } from "./checksum.ts";
import { DataError } from "./errors.ts";
import { baseName, type FolderOptions, inlineTitle, locateDataset, type LocatedFile } from "./locate.ts";
import { type InteractionsSource, readInteractions } from "./read_interactions.ts";
import { generateSynthetic, syntheticFile } from "./synthetic.ts";
import { generateMarginals, marginalsFile } from "./synthetic_marginals.ts";
import type { Columns } from "./row_formats.ts";
import type { RatingScale } from "./row_reader.ts";
import type { Interactions } from "./types.ts";

/** Where to look, and whom to tell. */
export interface LoadOptions extends FolderOptions {
  /** Told of the bytes read so far; never called for generated data. */
  readonly onProgress?: ReadProgress;
}

/** How a data set's rows are read, with the descriptor's word where the spec is silent: what with the files' bytes decides on the rows. */
export interface ReadingSettings {
  /** Undefined for a data set that says neither format nor settings of the generator; it cannot be loaded. */
  readonly format?: Descriptor["format"] | "synthetic-marginals";
  /** Names of the columns; undefined for formats that fix them, and where their usual names hold. */
  readonly columns?: Columns;
  /** Between two cells; undefined where the format's own one holds. */
  readonly separator?: string;
  /** What a line that cannot be read does; undefined for generated data, which has no lines. */
  readonly badLines?: DatasetSpec["badLines"];
  /** Ratings outside it are bad lines: a setting only where such lines are left out, for else they end the run. */
  readonly scale?: RatingScale;
  /** Of the generator; undefined for data in files. */
  readonly synthetic?: SyntheticSpec;
  /** Of the generator of stated totals; undefined for other data. */
  readonly marginals?: MarginalsSpec;
}

/** The settings {@linkcode loadDataset} reads a data set with. @throws {DataError} for an id without a descriptor. */
export async function readingSettings(spec: DatasetSpec): Promise<ReadingSettings> {
  return settingsOf(spec, spec.id === undefined ? undefined : await readDescriptor(spec.id));
}

function settingsOf(spec: DatasetSpec, descriptor: Descriptor | undefined): ReadingSettings {
  const synthetic = spec.synthetic ?? descriptor?.synthetic;
  if (synthetic !== undefined) return { format: "synthetic", synthetic };
  if (spec.marginals !== undefined) return { format: "synthetic-marginals", marginals: spec.marginals };
  const format = descriptor?.format ?? spec.format;
  const columns = spec.columns ?? descriptor?.columns;
  const scale = spec.badLines === "skip" && scaleOf(descriptor);
  return {
    ...(format && { format }),
    ...(columns && { columns }),
    ...(spec.separator !== undefined && { separator: spec.separator }),
    badLines: spec.badLines,
    ...(scale && { scale }),
  };
}

/** What a descriptor says of its ratings. */
function scaleOf(descriptor: Descriptor | undefined): RatingScale | undefined {
  return descriptor?.ratings ? { from: descriptor.ratings.from, to: descriptor.ratings.to } : undefined;
}

/** Where a data set's rows come from: a generator's settings, or a file that is there. */
interface Origin {
  readonly descriptor?: Descriptor | undefined;
  readonly settings: ReadingSettings;
  /** Undefined for generated data. */
  readonly source?: InteractionsSource & { readonly name: string };
}

async function originOf(spec: DatasetSpec, options: LoadOptions): Promise<Origin> {
  const { descriptor, files, searched, ready } = await locateDataset(spec, options);
  const settings = settingsOf(spec, descriptor);
  const { format, columns, separator } = settings;
  if ((settings.synthetic ?? settings.marginals) !== undefined) return { descriptor, settings };
  const file = files[0];
  if (file === undefined || format === undefined || format === "synthetic" || format === "synthetic-marginals") {
    throw new DataError(
      `Cannot load ${spec.id ?? "the data set"}: it names neither a file nor settings of the generator`,
    );
  }
  if (!ready || file.path === undefined) throw missing(descriptor, file, searched);
  const scale = scaleOf(descriptor);
  const source = {
    path: file.path,
    name: file.path.endsWith(".gz") && !file.name.endsWith(".gz") ? `${file.name}.gz` : file.name,
    format,
    ...(columns && { columns }),
    ...(separator !== undefined && { separator }),
    ...(scale && { scale }),
  };
  return { descriptor, settings, source };
}

/**
 * Reads, or generates, the interactions a spec names: by a descriptor's id, by a path of its own, or by settings of the generator.
 * The file of a data set without a descriptor goes by its base name in `files`: where it lies is no part of what was read.
 *
 * @throws {DataError} when files are missing, with what to do about it; when lines are bad; when the descriptor is unknown.
 */
export async function loadDataset(spec: DatasetSpec, options: LoadOptions = {}): Promise<Interactions> {
  const { descriptor, settings: { badLines, synthetic, marginals }, source } = await originOf(spec, options);
  if (synthetic !== undefined) return generateSynthetic(synthetic).interactions;
  if (marginals !== undefined) return generateMarginals(marginals).interactions;
  const interactions = await readInteractions(source!, {
    ...(badLines && { badLines }),
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  if (descriptor !== undefined) return withRowsNote(interactions, descriptor);
  return { ...interactions, files: interactions.files.map((read) => ({ ...read, name: baseName(read.name) })) };
}

/**
 * The files that {@linkcode loadDataset} would read, with their checksums, and none of their rows.
 *
 * @throws {DataError} as that does, for what is missing or cannot be read.
 */
export async function datasetFiles(spec: DatasetSpec, options: FolderOptions = {}): Promise<Interactions["files"]> {
  const { descriptor, settings: { synthetic, marginals }, source } = await originOf(spec, options);
  if (synthetic !== undefined) return [syntheticFile(synthetic)];
  if (marginals !== undefined) return [marginalsFile(marginals)];
  const { path, name } = source!;
  return [{ ...await diskSum(path), name: descriptor === undefined ? baseName(name) : name }];
}

/** Says so when a data set's file has other than the rows its publisher put in: cut off at a line's end, it looks whole. */
function withRowsNote(interactions: Interactions, { title, rows }: Descriptor): Interactions {
  const { count, skippedLines, notes } = interactions;
  const found = count + skippedLines;
  if (rows === undefined || found === rows) return interactions;
  return {
    ...interactions,
    notes: [...notes, `${title} has ${rows} rows, and this file ${found}: it is another edition, or not whole.`],
  };
}

/** A data set's name for readers: its descriptor's title, or its file's name. */
export async function datasetTitle(spec: DatasetSpec): Promise<string> {
  return spec.id === undefined ? inlineTitle(spec) : (await readDescriptor(spec.id)).title;
}

function missing(
  descriptor: Descriptor | undefined,
  { name, other }: LocatedFile,
  searched: readonly string[],
): DataError {
  if (descriptor === undefined) {
    const found = other === undefined ? "there is no such file" : `${other}, wanted a file`;
    return new DataError(`Cannot find ${name}: ${found}`, { file: name });
  }
  const instead = other === undefined ? "" : ` (${other}, wanted a file)`;
  return new DataError(
    `Cannot find ${name} (or ${name}.gz), looked in ${searched.join(", ")}${instead}. ${howToGet(descriptor)}`,
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
