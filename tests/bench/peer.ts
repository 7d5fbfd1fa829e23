/**
 * Running a peer script in Python: the same step in PyTorch, measured in the same sitting.
 * @module
 */
import { fileURLToPath } from "node:url";

/** What a peer prints. */
export interface PeerResult {
  readonly median_ms: number;
  readonly torch: string;
}

/** Python with torch and peft, or why there is none. RAIE_PYTHON names an interpreter; else a virtual environment under `cache` is made by pip. */
export async function findPython(cache: string): Promise<{ python: string } | { missing: string }> {
  const named = Deno.env.get("RAIE_PYTHON");
  const own = `${cache}/bench-python/bin/python`;
  for (const python of named === undefined ? [own] : [named]) {
    if (await succeeds(python, ["-c", "import torch, peft"])) return { python };
  }
  if (named !== undefined) return { missing: `RAIE_PYTHON (${named}) has no torch and peft` };
  if (!await succeeds("python3", ["-m", "venv", `${cache}/bench-python`])) return { missing: "no python3 with venv was found" };
  const installed = await succeeds(own, ["-m", "pip", "install", "--quiet", "torch==2.13.0", "peft"]);
  return installed ? { python: own } : { missing: "pip could not install torch and peft" };
}

async function succeeds(command: string, args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Runs `peers/NAME.py THREADS STEPS`. */
export async function runPeer(python: string, name: string, threads: number, steps: number): Promise<PeerResult> {
  const script = fileURLToPath(new URL(`./peers/${name}.py`, import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(python, { args: [script, String(threads), String(steps)] }).output();
  const text = new TextDecoder();
  if (!success) throw new TypeError(`Cannot run the peer ${name}: ${text.decode(stderr).trim().split("\n").at(-1)}`);
  return JSON.parse(text.decode(stdout).trim().split("\n").at(-1)!) as PeerResult;
}
