/**
 * Where the conformance files are: the folder named by RAIE_CONFORMANCE, else the copies kept with the tests.
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Path of a conformance file, e.g. `conformancePath("sasrec", "weights.safetensors")`. */
export function conformancePath(...parts: string[]): string {
  const own = fileURLToPath(new URL("../fixtures/conformance", import.meta.url));
  return join(Deno.env.get("RAIE_CONFORMANCE") ?? own, ...parts);
}
