/**
 * Removing from a store what is no longer wanted, never what a running process uses.
 * @module
 */
import { join } from "node:path";
import { entriesIfThere, removeIfThere, renameIfThere } from "../files.ts";
import { type StoredEntry, takeInventory } from "./inventory.ts";
import { atGate, leasedEntries } from "./lease.ts";
import { isLocked } from "./lock.ts";
import { submittedFiles } from "./slurm/submitted_files.ts";
import { isRemoving, lockedStage, removingPlace } from "./places.ts";

/** What to remove beside leftovers of dead processes. */
export interface CollectRules {
  /** Results, checkpoints and what was submitted to a cluster go when no run has used them for more days than this. */
  readonly keepDays?: number | undefined;
  /** Bytes: least recently used results go until the rest is no larger. */
  readonly maxSize?: number | undefined;
  /** Says what would go, removes nothing. */
  readonly dryRun?: boolean;
  /** The present; given by tests. */
  readonly now?: Date;
}

/** One thing that was removed. */
export interface Removed {
  /** Path under the root. */
  readonly path: string;
  readonly bytes: number;
  /** E.g. "half written", "not used for 40 days". */
  readonly why: string;
}

/** What collecting did. */
export interface Collected {
  readonly removed: readonly Removed[];
  /** Entries that rules would have removed, but a running process uses. */
  readonly inUse: readonly string[];
  /** Bytes of the results that stay. */
  readonly left: number;
}

const leastRecentFirst = (entries: readonly StoredEntry[]): StoredEntry[] =>
  entries.toSorted((a, b) => a.lastUsed.getTime() - b.lastUsed.getTime());

const DAY_MS = 86_400_000;

/** Removes leftovers of dead processes, and what `rules` say; {@linkcode CollectRules}. */
export async function collect(root: string, rules: CollectRules = {}): Promise<Collected> {
  const { keepDays = Infinity, maxSize = Infinity, dryRun = false, now = new Date() } = rules;
  const { removed, inUse, left } = await atGate(root, async () => {
    const { entries, leftovers } = await takeInventory(root);
    const leased = await leasedEntries(root);
    const busy = await lockedStages(root);
    const removed: Removed[] = [];
    const inUse: string[] = [];
    const idleDays = (used: Date) => (now.getTime() - used.getTime()) / DAY_MS;
    for (const { path, what, bytes, lastUsed } of leftovers) {
      // Checkpoints are hours of work: they wait for their run to be started again, unless days say otherwise.
      if (what === "checkpoints" && idleDays(lastUsed) <= keepDays) continue;
      if (what === "half written" && busy.size > 0 && !isRemoving(path)) inUse.push(path);
      else if (busy.has(path.replace(/^unfinished\//, ""))) inUse.push(path);
      else removed.push({ path, bytes, why: what });
    }
    let left = entries.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { entry, bytes, lastUsed, manifest } of leastRecentFirst(entries)) {
      // No manifest of the store's: a name alone does not tell whose it is. A run that needs its place puts it aside as damaged.
      if (manifest === undefined) continue;
      const days = idleDays(lastUsed);
      const why = days > keepDays
        ? `not used for ${Math.floor(days)} days`
        : left > maxSize
        ? "over the size"
        : undefined;
      if (why === undefined) continue;
      if (leased.has(entry) || busy.has(entry)) inUse.push(entry);
      else {
        removed.push({ path: entry, bytes, why });
        left -= bytes;
      }
    }
    for (const { path, bytes, lastUsed } of await submittedFiles(root)) {
      const days = idleDays(lastUsed);
      if (days > keepDays) removed.push({ path, bytes, why: `not used for ${Math.floor(days)} days` });
    }
    return { removed: dryRun ? removed : await setAside(root, removed), inUse, left };
  });
  if (!dryRun) {
    for (const { name } of await entriesIfThere(root)) if (isRemoving(name)) await removeIfThere(join(root, name));
  }
  return { removed, inUse, left };
}

/** Out of the way by one rename each, so that the gate is open again before files are removed one by one; gives those that were still there. */
async function setAside(root: string, removed: readonly Removed[]): Promise<Removed[]> {
  const gone: Removed[] = [];
  for (const [index, each] of removed.entries()) {
    if (await renameIfThere(join(root, each.path), join(root, removingPlace(index)))) gone.push(each);
  }
  return gone;
}

/** KIND/KEY of stages that live processes compute; lock files of dead ones are removed. */
async function lockedStages(root: string): Promise<Set<string>> {
  const busy = new Set<string>();
  for (const { name } of await entriesIfThere(join(root, "locks"))) {
    const stage = lockedStage(name);
    if (stage === undefined) continue;
    const path = join(root, "locks", name);
    if (await isLocked(path)) busy.add(stage);
    else for (const end of ["", ".owner"]) await removeIfThere(path + end);
  }
  return busy;
}
