/**
 * Where a data set's files lie, without reading them.
 * @module
 */
import { join } from "node:path";
import type { DatasetSpec } from "../spec/types.ts";
import { type Descriptor, DESCRIPTORS, readDescriptor } from "./descriptors.ts";
import { DataError } from "./errors.ts";
import { otherKind } from "./regular_file.ts";

/** Where to look. */
export interface FolderOptions {
  /** Folder looked in first (`--data`). */
  readonly dataDir?: string;
}

/** A file that is there or not. */
export interface LocatedFile {
  /** E.g. "movielens-100k/u.data". */
  readonly name: string;
  /** Undefined when the file is nowhere. Ends in .gz when a packed one was found. */
  readonly path?: string;
  /** Size on disk. */
  readonly bytes?: number;
  /** What is in a file's place though it is none, e.g. "data/u.data is a folder"; only where no file was found. */
  readonly other?: string;
}

/** What is known of a data set before its rows are read. */
export interface LocatedDataset {
  readonly title: string;
  /** Missing for inline data sets. */
  readonly descriptor?: Descriptor;
  /** Whether everything that reading needs is there. */
  readonly ready: boolean;
  /** The file with interactions first; empty for generated data. */
  readonly files: readonly LocatedFile[];
  /** Folders looked in, in this order. */
  readonly searched: readonly string[];
}

/** Folders that may hold data sets, each as DIR/id/file: the given one, RAIE_DATA, then datasets/cache. */
export function dataFolders({ dataDir }: FolderOptions = {}): string[] {
  const folders = [dataDir, Deno.env.get("RAIE_DATA"), join(DESCRIPTORS, "cache")];
  return [...new Set(folders.flatMap((folder) => folder ? [folder] : []))];
}

/**
 * Finds a data set's files and their sizes; reads none of them. For plans and error messages.
 * @throws {DataError} when the spec names a data set that has no descriptor.
 */
export async function locateDataset(spec: DatasetSpec, options: FolderOptions = {}): Promise<LocatedDataset> {
  if (spec.id === undefined) return await locateInline(spec);
  const descriptor = await readDescriptor(spec.id);
  const searched = dataFolders(options);
  const files: LocatedFile[] = [];
  for (const { name } of descriptor.files) {
    const label = `${descriptor.id}/${name}`;
    files.push({ name: label, ...await findFile(searched.map((folder) => join(folder, descriptor.id, name))) });
  }
  // Only the first file holds interactions; the others (titles of items) may be missing.
  const ready = files.length === 0 || files[0]!.path !== undefined;
  return { title: descriptor.title, descriptor, ready, files, searched };
}

async function locateInline(spec: DatasetSpec): Promise<LocatedDataset> {
  if (spec.path === undefined) return { title: inlineTitle(spec), ready: true, files: [], searched: [] };
  const file: LocatedFile = { name: spec.path, ...await findFile([spec.path]) };
  return { title: inlineTitle(spec), ready: file.path !== undefined, files: [file], searched: [] };
}

/** Title of a data set without a descriptor. */
export function inlineTitle(spec: DatasetSpec): string {
  if (spec.marginals !== undefined) return `Synthetic marginals (seed ${spec.marginals.seed})`;
  return spec.path === undefined ? `Synthetic drift (seed ${spec.synthetic?.seed ?? 0})` : baseName(spec.path);
}

/** A path's last component, whichever way its slashes lean. */
export const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);

/** The first of the paths that is a file, itself or with .gz after its name; else what stands in its place, if anything does. */
export async function findFile(paths: readonly string[]): Promise<Omit<LocatedFile, "name">> {
  let other: string | undefined;
  for (const path of paths.flatMap((plain) => [plain, `${plain}.gz`])) {
    try {
      const info = await Deno.stat(path);
      const kind = otherKind(info);
      if (kind === undefined) return { path, bytes: info.size };
      other ??= `${path} is ${kind}`;
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory)) {
        throw new DataError(`Cannot look at ${path}: ${cause instanceof Error ? cause.message : cause}`, {
          file: path,
          cause,
        });
      }
    }
  }
  return other === undefined ? {} : { other };
}
