/** The quickstart as long as these tests need it: one seed, and no control beside RAIE. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const QUICKSTART = fileURLToPath(new URL("../../experiments/quickstart.json", import.meta.url));

/** Path of the shorter spec, written anew for each process. */
export const SPEC: string = shortened();

function shortened(): string {
  const spec = JSON.parse(Deno.readTextFileSync(QUICKSTART));
  const file = join(Deno.makeTempDirSync(), "quickstart.json");
  Deno.writeTextFileSync(file, JSON.stringify({ ...spec, seeds: [1], control: false }));
  return file;
}
