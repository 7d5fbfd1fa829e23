/**
 * Fetches a data set into a folder.
 * @module
 */
import { join } from "node:path";
import { checkFile, type FileSums } from "./checksum.ts";
import type { Checksums, Descriptor } from "./descriptors.ts";
import { download } from "./download.ts";
import { DataError } from "./errors.ts";
import { howToGet } from "./load.ts";
import { unzip } from "./unzip.ts";
import { SUMS, verifyDataset } from "./verify_dataset.ts";

/** What is going on, with bytes done and in all (0 while unknown). */
export type FetchProgress = (what: string, done: number, total: number) => void;

/** How to fetch. */
export interface FetchOptions {
  readonly onProgress?: FetchProgress;
  readonly signal?: AbortSignal;
}

/**
 * Downloads a data set's archive or files into `folder/id`, checks them and unpacks what is needed. A download that broke off goes on
 * where it stopped. Files that are there and right are not fetched again.
 *
 * @returns Paths of the data set's files.
 * @throws {DataError} when the data set is not downloaded by the program, with what to do instead; when a download or checksum fails.
 */
export async function fetchDataset(
  descriptor: Descriptor,
  folder: string,
  options: FetchOptions = {},
): Promise<string[]> {
  if (descriptor.access !== "download") {
    const why = descriptor.access === "generated"
      ? "The program makes it; there is nothing to fetch."
      : howToGet(descriptor);
    throw new DataError(`Cannot fetch ${descriptor.id}. ${why}`);
  }
  const home = join(folder, descriptor.id);
  const paths = descriptor.files.map(({ name }) => join(home, name));
  if ((await verifyDataset(descriptor, [folder])).every(({ state }) => state === "right")) return paths;
  await Deno.mkdir(home, { recursive: true });
  if (descriptor.archive !== undefined) await fetchArchive(descriptor, descriptor.archive, home, options);
  const sums: Record<string, FileSums> = {};
  for (const file of descriptor.files) {
    const path = join(home, file.name);
    if (file.url !== undefined) await downloadKnown(file.url, path, file, options);
    sums[file.name] = await checkOrRemove(path, `${descriptor.id}/${file.name}`, file);
  }
  await Deno.writeTextFile(join(home, SUMS), JSON.stringify(sums, null, 2) + "\n");
  return paths;
}

async function fetchArchive(
  descriptor: Descriptor,
  archive: Checksums & { readonly url: string },
  home: string,
  options: FetchOptions,
): Promise<void> {
  const path = join(home, "archive.zip");
  await downloadKnown(archive.url, path, archive, options);
  await checkOrRemove(path, `the archive of ${descriptor.id}`, archive);
  const members = descriptor.files.flatMap(({ name, member }) => member === undefined ? [] : [[member, name] as const]);
  try {
    await unzip(path, home, new Map(members), (done, total) => options.onProgress?.("unpack", done, total));
  } finally {
    await Deno.remove(path);
  }
}

async function downloadKnown(
  url: string,
  path: string,
  { bytes }: Checksums,
  { onProgress, signal }: FetchOptions,
): Promise<void> {
  await download(url, path, {
    onProgress: (done, total) => onProgress?.("download", done, total),
    ...(signal && { signal }),
    ...(bytes !== undefined && { bytes }),
  });
}

/** A wrong file must not be taken for the right one by the next call, or by a run. */
async function checkOrRemove(path: string, name: string, known: Checksums): Promise<FileSums> {
  try {
    return await checkFile(path, name, known);
  } catch (error) {
    if (error instanceof DataError) await Deno.remove(path);
    throw error;
  }
}
