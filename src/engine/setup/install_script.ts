/**
 * The npm package's own install script, which fetches a prebuilt addon and library from the package's host.
 * @module
 */
import type { System } from "./system.ts";
import { lastLine } from "./wheel.ts";

/** The host from which the package's install script fetches, as its package.json names it. */
export function scriptHost(packageFolder: string): string {
  const manifest = JSON.parse(Deno.readTextFileSync(`${packageFolder}/package.json`));
  return new URL(manifest.binary.host).origin;
}

/**
 * Runs the install script through the Deno that runs this.
 *
 * @returns What went wrong, in a few words, or undefined when it ended well.
 */
export async function runInstallScript(system: System): Promise<string | undefined> {
  const args = ["install", "--quiet", "--allow-scripts=npm:@tensorflow/tfjs-node-gpu"];
  const ended = await system.run(Deno.execPath(), args, { seconds: 900 });
  return ended.code === 0 ? undefined : `the package's install script failed (${lastLine(ended.stderr)})`;
}
