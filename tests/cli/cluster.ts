/** The Slurm that SLURM_CONF names, for tests that need a real one: .ci/slurm starts it. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { taskFlags } from "../faults/task_flags.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Why there is none; false where there is one. */
export async function noSlurm(): Promise<string | false> {
  if (!Deno.env.get("SLURM_CONF")) return "no Slurm: SLURM_CONF names none; .ci/slurm start DIR starts one";
  try {
    const { code, err } = await slurm("sinfo", "--noheader");
    return code === 0 ? false : `Slurm does not answer: ${err}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "no Slurm: there is no sinfo";
    throw error;
  }
}

/** One of Slurm's programs. */
export async function slurm(program: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

/** A command of the program as its task runs it, started. */
export class Started {
  readonly #process: Deno.ChildProcess;
  readonly #said: Promise<{ code: number; out: string; err: string }>;

  constructor(words: readonly string[], env: Record<string, string>) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [...taskFlags(words[0]!), ...words.slice(1)],
      cwd: ROOT,
      // Jobs start "deno" by its name.
      env: { NO_COLOR: "1", PATH: pathWithDeno(), ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const text = new TextDecoder();
    this.#said = this.#process.output().then(({ code, stdout, stderr }) => ({
      code,
      out: text.decode(stdout),
      err: text.decode(stderr),
    }));
  }

  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  async ended(): Promise<{ code: number; out: string; err: string }> {
    return await this.#said;
  }
}

/** PATH with this Deno first. */
export const pathWithDeno = (): string => `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`;

/** Waits until something is so, for a minute at most. */
export async function until(what: string, is: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 600; looks++) {
    if (await is()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`not within a minute: ${what}`);
}
