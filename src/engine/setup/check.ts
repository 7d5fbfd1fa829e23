/**
 * Holds a set-up to a product and a gradient, in a process of its own: a library that does not fit this CPU would end
 * the process that loads it.
 * @module
 */
import type { System } from "./system.ts";
import { lastLine } from "./wheel.ts";

/** A working TensorFlow, as the check found it. */
export interface Checked {
  /** E.g. "tfjs 4.22.0, TensorFlow 2.21.0". */
  readonly version: string;
  readonly device: string;
  readonly threads: number;
}

/** Runs the check; a string says in a few words what went wrong. */
export async function checkTensorflow(system: System): Promise<Checked | string> {
  const script = decodeURIComponent(new URL("./check_product.ts", import.meta.url).pathname);
  const args = ["run", "--quiet", "--no-prompt", "--allow-read", "--allow-ffi", "--allow-env=TF_*", script];
  // This very Deno: another one on the PATH may lack what the program needs.
  const ended = await system.run(Deno.execPath(), args, { seconds: 120 });
  if (ended.code !== 0) {
    const line = ended.stderr.split("\n").find((text) => text.includes("Error")) ?? lastLine(ended.stderr);
    return line.replace(/^.*?Error: /, "");
  }
  return JSON.parse(lastLine(ended.stdout)) as Checked;
}
