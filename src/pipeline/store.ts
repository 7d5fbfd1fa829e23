/**
 * The content-addressed store: a stage's result is a folder named by the digest of everything it depends on.
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { canonicalJson } from "../spec/canonical.ts";

/** A store folder that cannot be used, or an entry that is not what its manifest says. */
export class StoreError extends Error {
  /** Tells the error apart where `instanceof` cannot: in logs, and between two copies of this module. */
  override readonly name = "StoreError";
}

/** Everything a stage's result depends on. Equal identities give equal results. */
export interface StageIdentity {
  /** E.g. "backbone". */
  readonly kind: string;
  /** Raised when the stage's code changes what it computes. */
  readonly version: number;
  /** Every setting and seed that moves the result, as JSON: a setting left out here gives stale results. */
  readonly parameters: unknown;
  /** Keys or digests of what it reads. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** A stage's result in the store. */
export interface StageResult {
  /** SHA-256 of the identity in hex; downstream stages name it among their inputs. */
  readonly key: string;
  /** Where its files lie. Read-only by agreement: a changed file is noticed at the next look and computed again. */
  readonly folder: string;
  /** Seconds it took when it was computed. */
  readonly seconds: number;
  /** Whether it was there already. */
  readonly cached: boolean;
}

interface Manifest {
  readonly key: string;
  readonly kind: string;
  readonly seconds: number;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

const MANIFEST = "manifest.json";

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/**
 * SHA-256 of the identity as canonical JSON, in hex.
 *
 * @example
 * ```ts
 * import { stageKey } from "./store.ts";
 * const identity = { kind: "ranks", version: 1, inputs: { adapted: "ab" } };
 * const key = stageKey({ ...identity, parameters: { slice: "T", batch: 512 } });
 * console.assert(key === stageKey({ ...identity, parameters: { batch: 512, slice: "T" } }));
 * ```
 */
export const stageKey = (identity: StageIdentity): string => sha256(canonicalJson(identity));

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
  /** A store in the folder `root`, which is made when it is first written to. */
  constructor(readonly root: string) {}

  /** Where a stage's result lies or would lie. */
  folder(kind: string, key: string): string {
    return join(this.root, kind, key.slice(0, 24));
  }

  /**
   * The result of a stage, if it is there and whole.
   *
   * @param mend put a damaged entry aside, so that it can be computed again; false only looks.
   */
  async find(identity: StageIdentity, mend = true): Promise<StageResult | undefined> {
    const key = stageKey(identity);
    const folder = this.folder(identity.kind, key);
    const manifest = await readManifest(folder);
    if (manifest === undefined) return undefined;
    if (manifest !== "damaged" && await isWhole(folder, manifest)) {
      return { key, folder, seconds: manifest.seconds, cached: true };
    }
    if (mend) await this.#putAside(folder);
    return undefined;
  }

  /**
   * The result of a stage: taken from the store, or computed into a folder of its own, which is renamed once it is whole.
   *
   * @param compute writes the result's files into `folder`. `scratch` is a folder it may make: what it keeps there is found again when the stage
   * is begun anew after the process was killed or the stage failed, and goes once the result is in the store.
   */
  async stage(
    identity: StageIdentity,
    compute: (folder: string, scratch: string) => Promise<void>,
  ): Promise<StageResult> {
    const found = await this.find(identity);
    if (found !== undefined) return found;
    const key = stageKey(identity);
    const folder = this.folder(identity.kind, key);
    const scratch = join(this.root, "unfinished", identity.kind, key.slice(0, 24));
    const aside = await this.#makeAside(identity.kind);
    try {
      const start = performance.now();
      await compute(aside, scratch);
      const seconds = Math.round(performance.now() - start) / 1000;
      const manifest: Manifest = { key, kind: identity.kind, seconds, files: await describeFiles(aside) };
      await Deno.writeTextFile(join(aside, MANIFEST), JSON.stringify(manifest, null, 1));
      await moveInto(aside, folder);
      await removeIfThere(scratch);
      return { key, folder, seconds, cached: false };
    } catch (error) {
      await Deno.remove(aside, { recursive: true });
      throw error;
    }
  }

  async #makeAside(kind: string): Promise<string> {
    try {
      await Deno.mkdir(join(this.root, kind), { recursive: true });
      return await Deno.makeTempDir({ dir: this.root, prefix: `making-${kind}-` });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new StoreError(`Cannot write to the store ${this.root}: ${why}; RAIE_STORE names another folder`, {
        cause,
      });
    }
  }

  async #putAside(folder: string): Promise<void> {
    const damaged = `${folder}.damaged-${Date.now()}`;
    await Deno.rename(folder, damaged);
    console.error(`The store's ${folder} is damaged: put aside as ${damaged}, computed again`);
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function removeIfThere(folder: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Undefined: there is none; "damaged": it is not what this program writes. */
async function readManifest(folder: string): Promise<Manifest | "damaged" | undefined> {
  const bytes = await readIfThere(join(folder, MANIFEST));
  if (bytes === undefined) return undefined;
  try {
    const manifest = JSON.parse(new TextDecoder().decode(bytes)) as Manifest;
    return Array.isArray(manifest.files) && typeof manifest.seconds === "number" ? manifest : "damaged";
  } catch (error) {
    if (error instanceof SyntaxError) return "damaged";
    throw error;
  }
}

async function isWhole(folder: string, { files }: Manifest): Promise<boolean> {
  for (const { name, sha256: wanted } of files) {
    const bytes = await readIfThere(join(folder, name));
    if (bytes === undefined || sha256(bytes) !== wanted) return false;
  }
  return true;
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

/** Renames; when another process has put the same result there meanwhile, that one stays. */
async function moveInto(aside: string, folder: string): Promise<void> {
  try {
    await Deno.rename(aside, folder);
  } catch (error) {
    if (await readManifest(folder) === undefined) throw error;
    await Deno.remove(aside, { recursive: true });
  }
}
