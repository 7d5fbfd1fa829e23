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
    // With no way to TensorFlow open, it says so in two lines and runs go on with wasm.
    assert.match(said, /TensorFlow|tensorflow/);
    assert.ok(said.trim().split("\n").length <= 2, said);
    assert.ok(performance.now() - start < 60_000);
  });
});
