/**
 * Files that tests make, and folders with real rows where there are any.
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "fflate";

/** Calls `use` with a folder that is removed afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "raie-data-" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes a file, packed if its name ends in .gz, and returns its path. */
export async function writeFile(folder: string, name: string, content: string | Uint8Array): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const path = join(folder, name);
  await Deno.writeFile(path, name.endsWith(".gz") ? gzipSync(bytes) : bytes);
  return path;
}

/** Folders that may hold real data sets: RAIE_DATA, then a folder shared by several checkouts beside this one. */
export function realFolders(): string[] {
  const shared = fileURLToPath(new URL("../../../shared/datasets", import.meta.url));
  return [Deno.env.get("RAIE_DATA"), shared].flatMap((folder) => folder ? [folder] : []);
}
