/**
 * The manifest of a stored result: what was computed, from what, and every file with its digest.
 * @module
 */
import { join } from "node:path";
import { readIfFile, writeWhole } from "../files.ts";
import { canonicalJson } from "../spec/canonical.ts";
import { fileDigest, sha256 } from "./digest.ts";
import { type StageIdentity, stageKey } from "./stage_key.ts";

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
  /** SHA-256 of all the above as canonical JSON. Results made before there was one have none. */
  readonly digest?: string;
}

const NAME = "manifest.json";

/** Describes every file of a folder and writes the manifest there. */
export async function writeManifest(folder: string, about: Omit<Manifest, "files" | "digest">): Promise<Manifest> {
  const described = { ...about, files: await describeFiles(folder) };
  const manifest = { ...described, digest: sha256(canonicalJson(described)) };
  await writeWhole(join(folder, NAME), JSON.stringify(manifest, null, 1));
  return manifest;
}

/** Undefined: there is none; "damaged": it is not what this program writes. Whether it lies in its own folder is not asked. */
export async function readManifest(folder: string): Promise<Manifest | "damaged" | undefined> {
  const bytes = await readIfFile(join(folder, NAME));
  if (bytes === undefined) return undefined;
  try {
    // JSON can name numbers that it has no way to write.
    const isEndless = (value: unknown) => typeof value === "number" && !Number.isFinite(value);
    const manifest = JSON.parse(new TextDecoder().decode(bytes), (_, value) => isEndless(value) ? null : value);
    return isManifest(manifest) ? manifest : "damaged";
  } catch (error) {
    if (error instanceof SyntaxError) return "damaged";
    throw error;
  }
}

function isManifest(found: unknown): found is Manifest {
  if (!isObject(found)) return false;
  const { digest, ...described } = found;
  const { key, kind, identity, seconds, files } = described;
  if (!isObject(identity) || !isObject(identity.inputs)) return false;
  if (digest !== undefined && digest !== sha256(canonicalJson(described))) return false;
  return typeof seconds === "number" && typeof kind === "string" && identity.kind === kind &&
    key === stageKey(identity as unknown as StageIdentity) && Array.isArray(files) && files.every(isSafe);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Names that stay inside the folder. */
function isSafe(file: unknown): boolean {
  return isObject(file) && typeof file.name === "string" && file.name !== "" && typeof file.sha256 === "string" &&
    !/^([/\\]|[a-z]:)|(^|[/\\])\.\.([/\\]|$)|\0/i.test(file.name);
}

/** Names of files that are missing or not what the manifest says. Files it does not name are nobody's, and do no harm. */
export async function damagedFiles(folder: string, { files }: Manifest): Promise<string[]> {
  const damaged: string[] = [];
  for (const { name, sha256: wanted } of files) {
    if ((await fileDigest(join(folder, name)))?.sha256 !== wanted) damaged.push(name);
  }
  return damaged;
}

async function describeFiles(folder: string, inside = ""): Promise<Manifest["files"]> {
  const files: { name: string; bytes: number; sha256: string }[] = [];
  for await (const entry of Deno.readDir(join(folder, inside))) {
    const name = join(inside, entry.name);
    if (entry.isDirectory) files.push(...await describeFiles(folder, name));
    else {
      const path = join(folder, name);
      const digest = await fileDigest(path);
      if (digest === undefined) throw new Deno.errors.NotFound(`Cannot describe ${path}: it is gone, or no file`);
      files.push({ name, ...digest });
    }
  }
  return files.sort((a, b) => a.name < b.name ? -1 : 1);
}
