/** Which Python tests can use on this machine. */

/** Python with torch and peft (RAIE_PYTHON, else python3), or why there is none; tests that need it say so when they skip. */
export async function pythonHere(): Promise<{ readonly python: string } | { readonly missing: string }> {
  const named = Deno.env.get("RAIE_PYTHON");
  const python = named ?? "python3";
  try {
    const args = ["-c", "import torch, peft, safetensors"];
    if ((await new Deno.Command(python, { args, stdout: "null", stderr: "null" }).output()).success) return { python };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const who = named === undefined ? "python3" : `RAIE_PYTHON (${named})`;
  return { missing: `${who} has no torch, peft and safetensors; RAIE_PYTHON may name a Python that has` };
}
