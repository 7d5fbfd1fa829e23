/**
 * Locks of stages: one process computes, others wait for its result.
 *
 * A lock is an advisory lock of the operating system on a file, which goes when its owner dies, however it dies. Beside it lies a note of who the
 * owner is, rewritten every few seconds: on file systems whose locks do not reach other hosts, an owner elsewhere counts as alive for as long as
 * its note changes. That is judged by this process's own steady clock, so clocks that jump or disagree take no lock and hold none.
 *
 * Two owners at once, which such a file system can bring about, cost time and no result: equal stages give equal bytes, and the first one renamed
 * into the store stays.
 * @module
 */
import { hostname } from "node:os";
import { dirname } from "node:path";
import { isThere, lstatIfThere, readIfFile, removeIfThere } from "../files.ts";
import { isDiskRefusal, storeError } from "./store_error.ts";

/** Who holds a lock. */
export interface Owner {
  /** Host name; "?" where it may not be asked for. */
  readonly host: string;
  readonly pid: number;
  /** ISO time at which it was taken, by the owner's clock; shown, never compared. */
  readonly since: string;
  /** No two takings share it. */
  readonly id: string;
}

/** A lock held by this process. */
export interface Lock {
  /** Gives it back; others may take it then. */
  release(): Promise<void>;
}

/** How to wait for a lock. */
export interface Waiting {
  /** Ends the waiting with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told once for each owner that is waited for. */
  readonly onWait?: ((owner: Owner | undefined) => void) | undefined;
  /** Told when a lock is taken over from an owner that died. */
  readonly onTakeOver?: ((owner: Owner) => void) | undefined;
  /** An owner on another host is dead when its note has not changed for this long; milliseconds. */
  readonly staleMs?: number;
}

/** Room for every note, so that one takes the place of another. */
const NOTE_BYTES = 512;
const BEAT_MS = 2000;
const STALE_MS = 60_000;
const LOOK_MS = 200;

/**
 * Takes the lock `path`, waiting for as long as another process has it.
 *
 * @throws what `signal` was aborted with, while waiting.
 * @throws {StoreError} when the file cannot be made.
 * @example
 * ```ts
 * import { acquireLock } from "./lock.ts";
 * const folder = await Deno.makeTempDir();
 * const lock = await acquireLock(`${folder}/a.lock`);
 * await lock.release();
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function acquireLock(path: string, waiting: Waiting = {}): Promise<Lock> {
  const { signal, onWait, onTakeOver, staleMs = STALE_MS } = waiting;
  const watch = new OwnerWatch();
  let told: string | undefined;
  while (true) {
    signal?.throwIfAborted();
    const file = await tryOpen(path);
    const owner = await readOwner(path);
    if (file !== undefined) {
      if (owner === undefined || owner.host === thisHost() || watch.silentFor(owner) > staleMs) {
        if (owner !== undefined) onTakeOver?.(owner);
        return await hold(path, file);
      }
      file.close();
    }
    if (told !== (owner?.id ?? "")) onWait?.(owner);
    told = owner?.id ?? "";
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Whether a live process has the lock `path`; the lock is left as it is. */
export async function isLocked(path: string, staleMs = STALE_MS): Promise<boolean> {
  if (!await isThere(path)) return false;
  const file = await tryOpen(path);
  if (file === undefined) return true;
  try {
    const owner = await readOwner(path);
    if (owner === undefined || owner.host === thisHost()) return false;
    // An owner elsewhere: the only sign of life that can be had at once is how fresh its note is.
    const note = await lstatIfThere(noteOf(path));
    return Date.now() - (note?.mtime?.getTime() ?? 0) < staleMs;
  } finally {
    file.close();
  }
}

/** The lock file, locked by this process and still in its place; undefined when another process has it. */
async function tryOpen(path: string): Promise<Deno.FsFile | undefined> {
  let file: Deno.FsFile;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    file = await Deno.open(path, { read: true, write: true, create: true });
  } catch (cause) {
    throw storeError(`Cannot make the lock ${path}`, cause, "; RAIE_STORE names another folder");
  }
  try {
    if (await file.tryLock(true) && await isSame(file, path)) return file;
  } catch (error) {
    file.close();
    throw storeError(`Cannot lock ${path}`, error, "; the file system must know advisory locks");
  }
  file.close();
  return undefined;
}

/** A released lock's file is removed: one that was opened before that is locked in vain. */
async function isSame(file: Deno.FsFile, path: string): Promise<boolean> {
  const own = await file.stat();
  try {
    const there = await Deno.stat(path);
    return there.ino === own.ino && there.dev === own.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const noteOf = (path: string): string => `${path}.owner`;

/** Holds the locked file and keeps the note fresh. */
async function hold(path: string, file: Deno.FsFile): Promise<Lock> {
  const owner: Owner = {
    host: thisHost(),
    pid: Deno.pid,
    since: new Date().toISOString(),
    id: crypto.randomUUID(),
  };
  let beats = 0;
  let writing = Promise.resolve();
  // In place and at once: whoever finds it emptied, to be written anew, would take it for no note.
  const write = async () => {
    using note = await Deno.open(noteOf(path), { write: true, create: true });
    const bytes = new TextEncoder().encode(JSON.stringify({ ...owner, beats: beats++ }).padEnd(NOTE_BYTES));
    await note.write(bytes);
    await note.truncate(bytes.length);
  };
  try {
    await write();
  } catch (cause) {
    // A full disk: the lock holds without its note, and making room is what it may have been taken for.
    if (!isDiskRefusal(cause)) {
      file.close();
      throw storeError(`Cannot write who holds the lock ${path}`, cause);
    }
  }
  const timer = setInterval(() => {
    // A beat that cannot be written makes this owner look dead from afar, no more.
    writing = writing.then(write).catch(() => undefined);
  }, BEAT_MS);
  Deno.unrefTimer(timer);
  return {
    async release() {
      clearInterval(timer);
      await writing;
      await removeIfThere(noteOf(path));
      await removeIfThere(path);
      file.close();
    },
  };
}

async function readOwner(path: string): Promise<Owner | undefined> {
  const bytes = await readIfFile(noteOf(path));
  if (bytes === undefined) return undefined;
  try {
    const note: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isOwner(note) ? note : undefined;
  } catch (error) {
    // Its owner is just writing it, or had no room for it.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isOwner(note: unknown): note is Owner {
  const { host, pid, since, id } = (note ?? {}) as Partial<Record<keyof Owner, unknown>>;
  return typeof host === "string" && typeof pid === "number" && typeof since === "string" && typeof id === "string";
}

/** For how long an owner's note has been the same, by this process's steady clock. */
class OwnerWatch {
  #note = "";
  #since = 0;

  silentFor(owner: Owner): number {
    const note = JSON.stringify(owner);
    if (note !== this.#note) {
      this.#note = note;
      this.#since = performance.now();
    }
    return performance.now() - this.#since;
  }
}

/** This host's name; "?" where the permission to ask for it is missing, which makes an owner of unknown host one to watch. */
function thisHost(): string {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? hostname() : "?";
}
