/**
 * Leases: what running processes use, so that nobody removes it under them.
 *
 * A process notes every entry before it looks at it, in a file that it keeps locked until it ends or dies. Noting and removing exclude each other
 * by one short lock of the whole store.
 * @module
 */
import { join } from "node:path";
import { entriesIfThere, readIfThere, removeIfThere } from "../files.ts";
import { acquireLock, isLocked, type Lock } from "./lock.ts";

const FOLDER = "leases";
const GATE = "gate.lock";

/** What one process uses of a store. */
export class Lease {
  readonly #path: string;
  readonly #used = new Set<string>();
  #lock: Lock | undefined;

  /** A lease on entries of the store in `root`; nothing is written before the first one is noted. */
  constructor(readonly root: string) {
    this.#path = join(root, FOLDER, `${crypto.randomUUID()}.lease`);
  }

  /** Keeps the entry (its path under the root) from being removed until {@linkcode close}. */
  async use(entry: string): Promise<void> {
    if (this.#used.has(entry)) return;
    await atGate(this.root, async () => {
      // Taken at the gate: whoever cleans up never meets a lease that is not locked yet.
      this.#lock ??= await acquireLock(this.#path);
      await Deno.writeTextFile(`${this.#path}.entries`, `${entry}\n`, { append: true });
    });
    this.#used.add(entry);
  }

  /** Everything noted so far, in order of first use. */
  get used(): readonly string[] {
    return [...this.#used];
  }

  /** Gives all of it back. */
  async close(): Promise<void> {
    if (this.#lock === undefined) return;
    await removeIfThere(`${this.#path}.entries`);
    await this.#lock.release();
    this.#lock = undefined;
    this.#used.clear();
  }
}

/** Runs `act` while no process of this store notes or removes anything. */
export async function atGate<T>(root: string, act: () => Promise<T>): Promise<T> {
  const gate = await acquireLock(join(root, GATE));
  try {
    return await act();
  } finally {
    await gate.release();
  }
}

/** Entries that live processes use. Leases of dead ones are removed. Call it {@linkcode atGate}. */
export async function leasedEntries(root: string): Promise<Set<string>> {
  const leased = new Set<string>();
  for (const { name } of await entriesIfThere(join(root, FOLDER))) {
    if (!/^[0-9a-f-]{36}\.lease$/.test(name)) continue;
    const path = join(root, FOLDER, name);
    if (await isLocked(path)) {
      const text = new TextDecoder().decode(await readIfThere(`${path}.entries`) ?? new Uint8Array());
      for (const entry of text.split("\n")) if (entry !== "") leased.add(entry);
    } else {
      for (const end of ["", ".entries", ".owner"]) await removeIfThere(path + end);
    }
  }
  return leased;
}
