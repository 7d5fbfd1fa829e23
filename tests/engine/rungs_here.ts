/** Which rungs tests can use on this machine. */
import { addonPath } from "../../src/engine/node_addon.ts";
import type { Rung } from "../../src/engine/types.ts";

/** Whether tensorflow is set up here; tests that need it say so when they skip. */
export function tensorflowHere(): boolean {
  try {
    return Deno.statSync(addonPath()).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The rungs every test runs on: wasm and cpu always, tensorflow where it is set up. */
export const rungsHere = (): Rung[] => [...(tensorflowHere() ? ["tensorflow" as const] : []), "wasm", "cpu"];
