/**
 * The manifest of a stored result: what was computed, from what, and every file with its digest.
 * @module
 */
import { join } from "node:path";
import { sha256 } from "./digest.ts";
import { readIfThere, writeWhole } from "../files.ts";
import type { StageIdentity } from "./stage_key.ts";

/** What lies beside a result's files. */
export interface Manifest {
  /** SHA-256 of the identity. */
  readonly key: string;
  readonly kind: string;
  /** Everything the result depends on: `inputs` are keys of other results, or digests. */
  readonly identity: StageIdentity;
  /** Seconds it took, over all its attempts. */
  readonly seconds: number;
  /** ISO time at which it was put into the store. */
  readonly made: string;
  /** Names relative to the folder, in order. */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

const NAME = "manifest.json";

/** Describes every file of a folder and writes the manifest there. */
export async function writeManifest(folder: string, about: Omit<Manifest, "files">): Promise<Manifest> {
  const manifest = { ...about, files: await describeFiles(folder) };
  await writeWhole(join(folder, NAME), new TextEncoder().encode(JSON.stringify(manifest, null, 1)));
  return manifest;
}

/** Undefined: there is none; "damaged": it is not what this program writes. */
export async function readManifest(folder: string): Promise<Manifest | "damaged" | undefined> {
  const bytes = await readIfThere(join(folder, NAME));
  if (bytes === undefined) return undefined;
  try {
    const manifest = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Manifest> | null;
    return isManifest(manifest) ? manifest : "damaged";
  } catch (error) {
    if (error instanceof SyntaxError) return "damaged";
    throw error;
  }
}

function isManifest(found: Partial<Manifest> | null): found is Manifest {
  return typeof found?.key === "string" && typeof found.kind === "string" && typeof found.seconds === "number" &&
    typeof found.identity?.inputs === "object" && Array.isArray(found.files) && found.files.every(isSafe);
}

/** Names that stay inside the folder. */
function isSafe({ name }: { readonly name?: unknown }): boolean {
  return typeof name === "string" && name !== "" && !/^([/\\]|[a-z]:)|(^|[/\\])\.\.([/\\]|$)|\0/i.test(name);
}

/** Names of files that are missing or not what the manifest says. Files it does not name are nobody's, and do no harm. */
export async function damagedFiles(folder: string, { files }: Manifest): Promise<string[]> {
  const damaged: string[] = [];
  for (const { name, sha256: wanted } of files) {
    const bytes = await readIfThere(join(folder, name));
    if (bytes === undefined || sha256(bytes) !== wanted) damaged.push(name);
  }
  return damaged;
}

async function describeFiles(folder: string, inside = ""): Promise<Manifest["files"]> {
  const files: { name: string; bytes: number; sha256: string }[] = [];
  for await (const entry of Deno.readDir(join(folder, inside))) {
    const name = join(inside, entry.name);
    if (entry.isDirectory) files.push(...await describeFiles(folder, name));
    else {
      const bytes = await Deno.readFile(join(folder, name));
      files.push({ name, bytes: bytes.length, sha256: sha256(bytes) });
    }
  }
  return files.sort((a, b) => a.name < b.name ? -1 : 1);
}
