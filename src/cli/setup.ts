/**
 * `deno task setup`: makes the tensorflow engine work where it can.
 * @module
 */
import { headersFolder, nodePackageFolder } from "../engine/node_addon.ts";
import { setUp } from "../engine/setup/set_up.ts";
import { thisSystem } from "../engine/setup/system.ts";
import type { Command } from "./types.ts";

/** The command. It ends with 0 even where TensorFlow cannot be had: a run goes on with wasm there. */
export const command: Command = {
  name: "setup",
  summary: "make the TensorFlow engine work here; without it runs use WebAssembly",
  usage: "deno task setup [--force]",
  positional: { min: 0, max: 0 },
  options: [{ name: "force", summary: "build the addon anew even when a working one is there" }],
  async run(args) {
    const packages = { packageFolder: nodePackageFolder(), headersFolder: headersFolder() };
    const done = await setUp(thisSystem, packages, (line) => console.log(line), args.has("force"));
    if (done.checked === undefined) {
      console.log(`TensorFlow cannot be set up here: ${done.reasons.join("; ")}.`);
      console.log("Runs go on with WebAssembly (wasm), several times slower. Run this again when that has changed.");
      return 0;
    }
    const { version, device, threads } = done.checked;
    console.log(`TensorFlow is ready: ${version}, ${device}, ${threads} thread${threads === 1 ? "" : "s"}.`);
    return 0;
  },
};
