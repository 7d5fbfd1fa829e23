/**
 * Writing into a report's folder while no other process does.
 * @module
 */
import { join } from "node:path";
import { acquireLock } from "./lock.ts";
import type { Progress } from "./progress.ts";
import { isDiskRefusal, storeError } from "./store_error.ts";

/**
 * Makes the folder and does something in it, while no other process writes there: two runs of one name never mix.
 *
 * @throws {StoreError} when the disk takes no more.
 */
export async function writeAlone<T>(folder: string, progress: Progress, write: () => Promise<T>): Promise<T> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    const lock = await acquireLock(join(folder, ".writing"), {
      signal: progress.signal,
      onWait: () => progress.say(`waiting: another run is writing its report into ${folder}`),
    });
    try {
      return await write();
    } finally {
      await lock.release();
    }
  } catch (error) {
    if (!isDiskRefusal(error)) throw error;
    throw storeError(`Cannot write the report into ${folder}`, error, "; --out names another folder");
  }
}
