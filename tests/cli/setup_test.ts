import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describe, it } from "@std/testing/bdd";

describe("deno task setup", () => {
  it("ends with 0 where it was run before, says what it found, and is done in seconds", async () => {
    const start = performance.now();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "-q", "setup"],
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.equal(code, 0, said);
    // What it tries on the way takes a line each; how it ended takes one, or two where runs go on with wasm.
    const [before, last] = ["", ...said.trim().split("\n")].slice(-2);
    if (last!.startsWith("TensorFlow is ready: ")) assert.match(last!, /, \d+ threads?\.$/);
    else {
      assert.match(before!, /^TensorFlow cannot be set up here: .+\.$/);
      assert.match(last!, /^Runs go on with WebAssembly \(wasm\)/);
    }
    assert.ok(performance.now() - start < 60_000);
  });
});
