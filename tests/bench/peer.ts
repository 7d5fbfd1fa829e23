/**
 * Python for the peers: the same steps in PyTorch, measured in the same sitting.
 * @module
 */
import { join } from "node:path";
import { thisSystem } from "../../src/engine/setup/system.ts";

/** Python with torch and peft, or why there is none. RAIE_PYTHON names an interpreter; else a virtual environment is made under `folder`. */
export async function findPython(folder: string): Promise<{ python: string } | { missing: string }> {
  const named = Deno.env.get("RAIE_PYTHON");
  const own = join(folder, "python");
  const python = named ?? join(own, "bin", "python");
  if (await succeeds(python, "-c", "import torch, peft")) return { python };
  if (named !== undefined) return { missing: `RAIE_PYTHON (${named}) has no torch and peft` };
  console.log("Installing PyTorch to compare with, once; this downloads much ...");
  if (!await succeeds("python3", "-m", "venv", own)) return { missing: "no python3 with venv was found" };
  if (await succeeds(python, "-m", "pip", "install", "--quiet", "torch==2.13.0", "peft")) return { python };
  return { missing: "pip could not install torch and peft" };
}

const succeeds = async (command: string, ...args: string[]) => (await thisSystem.run(command, args)).code === 0;
