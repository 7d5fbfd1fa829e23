/**
 * File operations after which a crash leaves the old or the new, never half of one.
 * @module
 */
import { join } from "node:path";

/** Removes a file or a folder with all in it; nothing happens when there is none. */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Makes way for a folder: removes what lies in its place and is none. */
export async function removeUnlessFolder(path: string): Promise<void> {
  if ((await lstatIfThere(path))?.isDirectory === false) await removeIfThere(path);
}

/** The bytes of a file; undefined when there is none. */
export async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The bytes of a file; undefined when there is none, be it that something else lies in its place or in that of a folder above. */
export async function readIfFile(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (isNoFile(error)) return undefined;
    throw error;
  }
}

/** Whether a file could not be read because something else lies in its place or in that of a folder above, or nothing. */
export function isNoFile(error: unknown): boolean {
  const { NotFound, IsADirectory, NotADirectory, FilesystemLoop } = Deno.errors;
  return [NotFound, IsADirectory, NotADirectory, FilesystemLoop].some((kind) => error instanceof kind);
}

/** Whether anything is there, be it a link to nowhere. */
export const isThere = async (path: string): Promise<boolean> => await lstatIfThere(path) !== undefined;

/** What lies there itself, be it a link; undefined when nothing does. */
export async function lstatIfThere(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

/** Whether there was anything to rename. */
export async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await Deno.rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** Entries of a folder; none when there is no such folder. */
export async function entriesIfThere(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Written beside, synced and renamed: at any moment the file is the old one or the new one. Text becomes UTF-8. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const beside = `${path}.${crypto.randomUUID().slice(0, 8)}.new`;
  try {
    await using file = await Deno.open(beside, { write: true, createNew: true });
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
    await Deno.rename(beside, path);
  } catch (error) {
    await removeIfThere(beside);
    throw error;
  }
}

/** Hands everything under a folder to the disk. */
export async function syncTree(folder: string): Promise<void> {
  for (const { name, isDirectory } of await entriesIfThere(folder)) {
    const path = join(folder, name);
    if (isDirectory) await syncTree(path);
    else await syncPath(path, { write: true });
  }
  await syncFolder(folder);
}

/** Hands a folder's list of names to the disk; Windows has no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os !== "windows") await syncPath(folder, { read: true });
}

async function syncPath(path: string, options: Deno.OpenOptions): Promise<void> {
  await using file = await Deno.open(path, options);
  await file.sync();
}
