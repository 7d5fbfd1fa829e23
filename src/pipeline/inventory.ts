/**
 * What a store holds: entries, what refers to them, how large they are, whether they are whole.
 * @module
 */
import { join } from "node:path";
import { entriesIfThere, readIfThere } from "../files.ts";
import { damagedFiles, type Manifest, readManifest } from "./manifest.ts";
import { places } from "./places.ts";

/** One result in the store. */
export interface StoredEntry {
  /** Path under the root: KIND/KEY. */
  readonly entry: string;
  readonly kind: string;
  /** The whole key where the manifest can be read. */
  readonly key: string;
  /** Bytes of all its files. */
  readonly bytes: number;
  /** When a run last found or made it. */
  readonly lastUsed: Date;
  /** Entries that name this one among their inputs. */
  readonly usedBy: readonly string[];
  /** Names of the finished runs that used it. */
  readonly runs: readonly string[];
  /** Absent when it cannot be read. */
  readonly manifest?: Manifest;
}

/** Folders under a root that are no results. */
const OTHER = new Set(["unfinished", "locks", "leases", "runs"]);

/** Leftovers of processes that ended early. */
export interface Leftover {
  /** Path under the root. */
  readonly path: string;
  /** "checkpoints": an unfinished stage goes on from it; "damaged": put aside; "half written": nobody will read it. */
  readonly what: "checkpoints" | "damaged" | "half written";
  readonly bytes: number;
  readonly lastUsed: Date;
}

/** Everything in a store. */
export interface Inventory {
  /** In order of their paths. */
  readonly entries: readonly StoredEntry[];
  readonly leftovers: readonly Leftover[];
}

/** Reads every manifest of the store in `root`; files themselves are only measured. */
export async function takeInventory(root: string): Promise<Inventory> {
  const found: Omit<StoredEntry, "usedBy" | "runs">[] = [];
  const leftovers: Leftover[] = [];
  for (const { name, isDirectory } of await entriesIfThere(root)) {
    if (!isDirectory || OTHER.has(name)) continue;
    if (/^(making|removing)-/.test(name)) {
      leftovers.push({ path: name, what: "half written", ...await measure(join(root, name)) });
      continue;
    }
    for (const inside of await entriesIfThere(join(root, name))) {
      const entry = `${name}/${inside.name}`;
      const size = await measure(join(root, entry));
      if (inside.name.includes(".damaged-")) leftovers.push({ path: entry, what: "damaged", ...size });
      else {
        const manifest = await readManifest(join(root, entry));
        const known = manifest === undefined || manifest === "damaged" ? undefined : manifest;
        found.push({
          entry,
          kind: name,
          key: known?.key ?? inside.name,
          ...size,
          ...(known === undefined ? {} : { manifest: known }),
        });
      }
    }
  }
  for (const kind of await entriesIfThere(join(root, "unfinished"))) {
    for (const { name } of await entriesIfThere(join(root, "unfinished", kind.name))) {
      const path = `unfinished/${kind.name}/${name}`;
      leftovers.push({ path, what: "checkpoints", ...await measure(join(root, path)) });
    }
  }
  return { entries: await withReferences(root, found), leftovers };
}

async function withReferences(root: string, found: Omit<StoredEntry, "usedBy" | "runs">[]): Promise<StoredEntry[]> {
  const usedBy = new Map<string, string[]>();
  for (const { entry, manifest } of found) {
    for (const input of Object.values(manifest?.identity.inputs ?? {})) {
      usedBy.set(input, [...usedBy.get(input) ?? [], entry]);
    }
  }
  const runs = new Map<string, string[]>();
  for (const { name, entries } of await readRuns(root)) {
    for (const entry of entries) runs.set(entry, [...runs.get(entry) ?? [], name]);
  }
  return found.map((each) => ({ ...each, usedBy: usedBy.get(each.key) ?? [], runs: runs.get(each.entry) ?? [] }));
}

async function readRuns(root: string): Promise<{ name: string; entries: string[] }[]> {
  const runs: { name: string; entries: string[] }[] = [];
  for (const { name } of await entriesIfThere(join(root, "runs"))) {
    const bytes = await readIfThere(join(root, "runs", name));
    try {
      const run = JSON.parse(new TextDecoder().decode(bytes));
      if (typeof run?.name === "string" && Array.isArray(run.entries)) runs.push(run);
    } catch (error) {
      // A record is for show: half of one, after a crash, is as good as none.
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return runs;
}

/** Bytes of all files under a folder, and when it was last touched. */
async function measure(folder: string): Promise<{ bytes: number; lastUsed: Date }> {
  const { mtime, size, isFile } = await Deno.lstat(folder);
  let bytes = isFile ? size : 0;
  let lastUsed = mtime ?? new Date(0);
  for (const { name } of isFile ? [] : await entriesIfThere(folder)) {
    const inside = await measure(join(folder, name));
    bytes += inside.bytes;
    if (inside.lastUsed > lastUsed) lastUsed = inside.lastUsed;
  }
  return { bytes, lastUsed };
}

/** An entry that is not what its manifest says. */
export interface Damage {
  readonly entry: string;
  /** Files that are missing or changed; empty when the manifest itself is missing, unreadable or that of another entry. */
  readonly files: readonly string[];
}

/** Reads every file of every entry against its digest. */
export async function verifyStore(
  root: string,
  { entries }: Inventory,
  onEntry?: (done: number, total: number) => void,
): Promise<Damage[]> {
  const damage: Damage[] = [];
  for (const [index, { entry, manifest }] of entries.entries()) {
    const own = manifest !== undefined && places(manifest.kind, manifest.key).entry === entry;
    const files = own ? await damagedFiles(join(root, entry), manifest) : undefined;
    if (files === undefined || files.length > 0) damage.push({ entry, files: files ?? [] });
    onEntry?.(index + 1, entries.length);
  }
  return damage;
}
