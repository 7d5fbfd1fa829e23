/**
 * The content-addressed store: a stage's result is a folder named by the digest of everything it depends on.
 *
 * A result is written aside, handed to the disk and renamed; it is read back against its manifest before it is used. One process computes a stage
 * while others that want it wait. Under the root: KIND/KEY (results), unfinished/KIND/KEY (what a stage keeps over a kill), making-* (results being
 * written), locks, leases (what running processes use), runs (what finished runs used).
 * @module
 */
import { join, resolve } from "node:path";
import { removeIfThere, removeUnlessFolder, renameIfThere, syncFolder, syncTree, writeWhole } from "../files.ts";
import { sha256 } from "./digest.ts";
import { Lease } from "./lease.ts";
import { acquireLock, type Owner } from "./lock.ts";
import { damagedFiles, type Manifest, readManifest, writeManifest } from "./manifest.ts";
import { damagedPlace, makingPrefix, places } from "./places.ts";
import { type StageIdentity, stageKey } from "./stage_key.ts";
import { spentSeconds } from "./spent.ts";
import { isDiskRefusal, StoreError, storeError } from "./store_error.ts";

/** A stage's result in the store. */
export interface StageResult {
  /** SHA-256 of the identity in hex; downstream stages name it among their inputs. */
  readonly key: string;
  /** Where its files lie. Read-only by agreement: a changed file is noticed at the next look and computed again. */
  readonly folder: string;
  /** Seconds it took when it was computed, over all attempts. */
  readonly seconds: number;
  /** Whether it was there already, or another process computed it meanwhile. */
  readonly cached: boolean;
}

/** How a store reaches its user. */
export interface StoreOptions {
  /** Ends waiting for another process. */
  readonly signal?: AbortSignal | undefined;
  /** Prints a line; left out: standard error. */
  readonly say?: ((line: string) => void) | undefined;
}

/**
 * Folders of stage results under one root.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Store } from "./store.ts";
 * const root = await Deno.makeTempDir();
 * const store = new Store(root);
 * const identity = { kind: "greeting", version: 1, parameters: { to: "you" }, inputs: {} };
 * const compute = (folder: string) => Deno.writeTextFile(`${folder}/text`, "hello");
 * assert.equal((await store.stage(identity, compute)).cached, false);
 * const { folder, cached } = await store.stage(identity, compute);
 * assert.equal(cached, true);
 * assert.equal(await Deno.readTextFile(`${folder}/text`), "hello");
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export class Store {
  readonly #lease: Lease;
  readonly #say: (line: string) => void;
  readonly #signal: AbortSignal | undefined;

  /** A store in the folder `root`, which is made when it is first written to. */
  constructor(readonly root: string, { signal, say = (line) => console.error(line) }: StoreOptions = {}) {
    this.#lease = new Lease(root);
    this.#say = say;
    this.#signal = signal;
  }

  /** Where a stage's result lies or would lie. */
  folder(kind: string, key: string): string {
    return join(this.root, places(kind, key).entry);
  }

  /** Keeps a result that is there from being removed for as long as this process runs: what {@linkcode look} finds after this stays. */
  async keep(identity: StageIdentity): Promise<void> {
    await this.#guarded(() => this.#lease.use(places(identity.kind, stageKey(identity)).entry));
  }

  /** The result of a stage, if it is there and whole; nothing is written, mended or kept for this process. */
  async look(identity: StageIdentity): Promise<StageResult | undefined> {
    const key = stageKey(identity);
    const folder = this.folder(identity.kind, key);
    const manifest = await readManifest(folder);
    if (manifest === undefined || manifest === "damaged" || manifest.key !== key) return undefined;
    if ((await damagedFiles(folder, manifest)).length > 0) return undefined;
    return { key, folder, seconds: manifest.seconds, cached: true };
  }

  /**
   * The result of a stage: taken from the store, or computed into a folder of its own, which is renamed once it is whole. It stays in the store
   * for as long as this process runs.
   *
   * @param compute writes the result's files into `folder`. `scratch` is a folder it may make: what it keeps there is found again when the stage
   * is begun anew after the process was killed or the stage failed, and goes once the result is in the store.
   * @throws {StoreError} when the folder cannot be written.
   */
  async stage(
    identity: StageIdentity,
    compute: (folder: string, scratch: string) => Promise<void>,
  ): Promise<StageResult> {
    const key = stageKey(identity);
    const { entry, lock: lockName } = places(identity.kind, key);
    await this.keep(identity);
    const found = await this.#found(identity);
    if (found !== undefined) return found;
    const lock = await acquireLock(join(this.root, lockName), {
      signal: this.#signal,
      onWait: (owner) => this.#say(`waiting: ${describeOwner(owner)} is computing ${identity.kind} ${key.slice(0, 8)}`),
      onTakeOver: (owner) =>
        this.#say(`${describeOwner(owner)} ended before ${identity.kind} was done: going on from there`),
    });
    try {
      const meanwhile = await this.#found(identity);
      if (meanwhile !== undefined) return meanwhile;
      // Under the lock, or it might be the whole one that another process has just put there.
      await this.#putAside(entry);
      return await this.#compute(identity, key, compute);
    } finally {
      await lock.release();
    }
  }

  /** Notes that a finished run used all that this store has handed out so far, in place of what an earlier one of this name and report did. */
  async record(name: string, report: string): Promise<void> {
    const folder = join(this.root, "runs");
    await this.#guarded(async () => {
      await Deno.mkdir(folder, { recursive: true });
      const run = { name, report, finished: new Date().toISOString(), entries: this.#lease.used };
      // The name of a sweep's cell is a path.
      const file = `${name.replaceAll("/", "+")}-${sha256(resolve(report)).slice(0, 8)}.json`;
      await writeWhole(join(folder, file), JSON.stringify(run, null, 1));
    });
  }

  /** Gives back what this process kept from being removed. */
  async close(): Promise<void> {
    await this.#lease.close();
  }

  /** The stored result, whole, with this use noted in its folder's time. */
  async #found(identity: StageIdentity): Promise<StageResult | undefined> {
    const found = await this.look(identity);
    if (found !== undefined) await this.#guarded(() => touch(found.folder));
    return found;
  }

  async #compute(
    identity: StageIdentity,
    key: string,
    compute: (folder: string, scratch: string) => Promise<void>,
  ): Promise<StageResult> {
    const { kind } = identity;
    const folder = this.folder(kind, key);
    const scratch = join(this.root, places(kind, key).unfinished);
    const aside = await this.#makeAside(kind);
    let manifest: Manifest;
    try {
      await removeUnlessFolder(scratch);
      const earlier = await spentSeconds(scratch);
      const start = performance.now();
      await compute(aside, scratch);
      const seconds = Math.round(1000 * earlier + performance.now() - start) / 1000;
      manifest = await this.#guarded(async () => {
        const about = { key, kind, identity, seconds, made: new Date().toISOString() };
        const written = await writeManifest(aside, about);
        await syncTree(aside);
        await moveInto(aside, folder);
        await syncFolder(join(this.root, kind));
        return written;
      });
    } catch (error) {
      await this.#discard(aside);
      if (isDiskRefusal(error)) throw this.#refused(error);
      throw error;
    }
    await removeIfThere(scratch);
    return { key, folder, seconds: manifest.seconds, cached: false };
  }

  async #makeAside(kind: string): Promise<string> {
    return await this.#guarded(async () => {
      await Deno.mkdir(join(this.root, kind), { recursive: true });
      return await Deno.makeTempDir({ dir: this.root, prefix: makingPrefix(kind) });
    });
  }

  /** What was begun goes; when even that fails, the failure that came first is the one to tell. */
  async #discard(aside: string): Promise<void> {
    try {
      await removeIfThere(aside);
    } catch (error) {
      this.#say(`Cannot remove ${aside}: ${(error as Error).message}; "deno task store gc" will`);
    }
  }

  /** Whatever lies in the place of a result goes out of its way. */
  async #putAside(entry: string): Promise<void> {
    const folder = join(this.root, entry);
    const damaged = join(this.root, damagedPlace(entry));
    if (await this.#guarded(() => renameIfThere(folder, damaged))) {
      this.#say(`The store's ${folder} is damaged: put aside as ${damaged}, computed again`);
    }
  }

  /** Says which store it was when the system refuses something. */
  async #guarded<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw error instanceof StoreError ? error : this.#refused(error);
    }
  }

  #refused(error: unknown): StoreError {
    return storeError(`Cannot write to the store ${this.root}`, error, "; RAIE_STORE names another folder");
  }
}

/** E.g. "process 4711 on host node3 (since 12:01:07)". */
function describeOwner(owner: Owner | undefined): string {
  if (owner === undefined) return "another process";
  return `process ${owner.pid} on host ${owner.host} (since ${owner.since.slice(11, 19)})`;
}

/** Last use, for those who clean up. */
async function touch(folder: string): Promise<void> {
  const now = new Date();
  await Deno.utime(folder, now, now);
}

/** Renames; when another process has put the same result there meanwhile, that one stays. */
async function moveInto(aside: string, folder: string): Promise<void> {
  try {
    await Deno.rename(aside, folder);
  } catch (error) {
    const there = await readManifest(folder);
    if (there === undefined || there === "damaged") throw error;
    await removeIfThere(aside);
  }
}
