/**
 * Running bench scripts: each measures one thing in a process of its own and prints one line of JSON last.
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./measure.ts";

const HERE = dirname(fileURLToPath(import.meta.url));

/** The project's folder. */
export const ROOT = join(HERE, "..", "..");

/** What a script prints: milliseconds are the median of its runs. */
export interface Measured {
  readonly what: string;
  readonly milliseconds: number;
  /** The engine's; a peer is given as many. */
  readonly threads: number;
  /** The engine's, "cpu" or a GPU's name. */
  readonly device: string;
}

/** Something that cannot be measured here; the message says why. */
export class NotMeasured extends Error {
  override readonly name = "NotMeasured";
}

/** Runs one of this folder's scripts with Deno. */
export function script<T = Measured>(name: string, ...args: string[]): Promise<T> {
  const may = ["--allow-read", "--allow-write", "--allow-env", "--allow-ffi=node_modules", "--allow-run=cat"];
  may.push("--allow-sys=hostname,systemMemoryInfo");
  return measuredBy<T>(Deno.execPath(), ["run", "-q", "--no-prompt", ...may, join(HERE, name), ...args]);
}

/** Runs one of the peers' scripts. */
export function peerScript<T = { milliseconds: number }>(python: string, name: string, ...args: string[]): Promise<T> {
  return measuredBy<T>(python, [join(HERE, "peers", name), ...args]);
}

async function measuredBy<T>(command: string, args: readonly string[]): Promise<T> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd: ROOT }).output();
  const text = new TextDecoder();
  if (!success) throw new NotMeasured(complaint(text.decode(stderr)));
  return JSON.parse(text.decode(stdout).trim().split("\n").at(-1)!) as T;
}

/** The line of a program's complaints that says most. */
export function complaint(stderr: string): string {
  const lines = stderr.trim().split("\n");
  return (lines.find((line) => /Error\b/.test(line)) ?? lines.at(-1)!).replace(/^.*?Error: /, "");
}

/** Rounds of two things in turn, and the median of the rounds' ratios: what slows the machine slows both. */
export async function inTurn<T extends { readonly milliseconds: number }>(
  rounds: number,
  ours: () => Promise<T>,
  other: (ours: T) => Promise<{ readonly milliseconds: number }>,
): Promise<{ readonly ours: number; readonly other: number; readonly ratio: number }> {
  const taken: { ours: number; other: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const mine = await ours();
    taken.push({ ours: mine.milliseconds, other: (await other(mine)).milliseconds });
  }
  return {
    ours: median(taken.map(({ ours }) => ours)),
    other: median(taken.map(({ other }) => other)),
    ratio: median(taken.map(({ ours, other }) => ours / other)),
  };
}
