/**
 * What a store holds: entries, what refers to them, how large they are, whether they are whole.
 * @module
 */
import { join } from "node:path";
import { entriesIfThere, isThere, lstatIfThere, readIfFile } from "../files.ts";
import { damagedFiles, type Manifest, readManifest } from "./manifest.ts";
import { isDamagedName, isHalf, isKeyName, isKindName, places } from "./places.ts";

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

/**
 * Reads every manifest of the store in `root`; files themselves are only measured. Whatever has none of the store's names is not the store's, and
 * what another process removes meanwhile is gone.
 */
export async function takeInventory(root: string): Promise<Inventory> {
  const entries: Omit<StoredEntry, "usedBy" | "runs">[] = [];
  const leftovers: Leftover[] = [];
  const leave = async (path: string, what: Leftover["what"]) => {
    const size = await measure(join(root, path));
    if (size !== undefined) leftovers.push({ path, what, ...size });
  };
  for (const kind of await foldersIn(root)) {
    if (isHalf(kind)) {
      await leave(kind, "half written");
      continue;
    }
    for (const { name } of await entriesIfThere(join(root, kind))) {
      const entry = `${kind}/${name}`;
      if (isDamagedName(name)) await leave(entry, "damaged");
      else if (isKeyName(name)) {
        const manifest = await readManifest(join(root, entry));
        const known = manifest === undefined || manifest === "damaged" ? undefined : { manifest };
        const size = await measure(join(root, entry));
        if (size !== undefined) entries.push({ entry, kind, key: known?.manifest.key ?? name, ...size, ...known });
      }
    }
  }
  for (const kind of await foldersIn(join(root, "unfinished"))) {
    for (const { name } of await entriesIfThere(join(root, "unfinished", kind))) {
      if (isKeyName(name)) await leave(`unfinished/${kind}/${name}`, "checkpoints");
    }
  }
  return { entries: await withReferences(root, entries), leftovers };
}

/** Names of folders that may hold a kind's, or are being made or removed. */
const foldersIn = async (folder: string): Promise<string[]> =>
  (await entriesIfThere(folder)).filter(({ name, isDirectory }) => isDirectory && isKindName(name)).map(({ name }) =>
    name
  );

async function withReferences(root: string, found: Omit<StoredEntry, "usedBy" | "runs">[]): Promise<StoredEntry[]> {
  const usedBy = new Map<string, string[]>();
  for (const { entry, manifest } of found) {
    for (const input of Object.values(manifest?.identity.inputs ?? {})) {
      usedBy.set(input, [...usedBy.get(input) ?? [], entry]);
    }
  }
  const runs = new Map<string, string[]>();
  for (const { name, entries } of await readRuns(root)) {
    for (const entry of entries) runs.set(entry, [...new Set([...runs.get(entry) ?? [], name])]);
  }
  return found.map((each) => ({ ...each, usedBy: usedBy.get(each.key) ?? [], runs: runs.get(each.entry) ?? [] }));
}

async function readRuns(root: string): Promise<{ name: string; entries: string[] }[]> {
  const runs: { name: string; entries: string[] }[] = [];
  for (const { name } of await entriesIfThere(join(root, "runs"))) {
    try {
      const run = JSON.parse(new TextDecoder().decode(await readIfFile(join(root, "runs", name))));
      if (typeof run?.name === "string" && Array.isArray(run.entries)) runs.push(run);
    } catch (error) {
      // A record is for show: half of one, after a crash, is as good as none.
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return runs;
}

/** Bytes of all files under a folder, and when it was last touched; undefined when it is gone. */
async function measure(path: string): Promise<{ bytes: number; lastUsed: Date } | undefined> {
  const there = await lstatIfThere(path);
  if (there === undefined) return undefined;
  let bytes = there.isFile ? there.size : 0;
  let lastUsed = there.mtime ?? new Date(0);
  for (const { name } of there.isDirectory ? await entriesIfThere(path) : []) {
    const inside = await measure(join(path, name));
    if (inside === undefined) continue;
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
    // A process that puts an entry aside or removes it meanwhile damages nothing.
    if (files?.length !== 0 && await isThere(join(root, entry))) damage.push({ entry, files: files ?? [] });
    onEntry?.(index + 1, entries.length);
  }
  return damage;
}
