import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describe, it } from "@std/testing/bdd";
import type { Diagnosis } from "../../src/cli/diagnosis.ts";
import { asText } from "../../src/cli/doctor.ts";

const HEALTHY: Diagnosis = {
  engine: "wasm",
  rungs: [
    { rung: "tensorflow", works: false, reason: 'TensorFlow is not set up here; run "deno task setup"' },
    { rung: "wasm", works: true, version: "tfjs 4.22.0, WebAssembly", device: "cpu", threads: 1 },
  ],
  cores: 8,
  threadsSet: "4",
  gpu: "NVIDIA H100",
  font: { path: "inter.woff2", exists: true },
  data: [{ path: "my-data", exists: true }, { path: "datasets/cache", exists: false }],
  cache: { path: "cache", exists: false },
  versions: { raie: "0.1.0", deno: "2.9.6", v8: "15", tfjs: "4.22.0", tensorflow: null },
  platform: "linux x86_64",
};

describe("doctor", () => {
  it("marks the engine a run takes, and says why others do not work and what to do", () => {
    const lines = asText(HEALTHY).split("\n");
    assert.ok(lines.includes('  tensorflow   no: TensorFlow is not set up here; run "deno task setup"'));
    assert.ok(lines.includes("* wasm         works: tfjs 4.22.0, WebAssembly, cpu, 1 thread"));
  });

  it("names threads, GPU, font, every data folder, the cache and the versions", () => {
    const text = asText(HEALTHY);
    for (
      const words of [
        "8 cores, TF_NUM_INTRAOP_THREADS=4",
        "NVIDIA H100",
        "inter.woff2",
        "my-data",
        "datasets/cache (not there)",
      ]
    ) {
      assert.ok(text.includes(words), words);
    }
    assert.match(text, /cache +cache \(not there yet; deno task setup makes it\)/);
    assert.match(text, /tensorflow +not set up/);
  });

  // A process of its own: a software Vulkan driver, which looking for a GPU loads, and TensorFlow bring two LLVMs that clash.
  it("prints one JSON object with --json and ends with 0 where an engine works; every other engine has a reason", async () => {
    const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
    const args = ["run", "-q", "--unstable-webgpu", "--allow-all", main, "doctor", "--json", "--data", "some-folder"];
    const { code, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
    assert.equal(code, 0);
    const printed = [new TextDecoder().decode(stdout)];
    const found = JSON.parse(printed.join("\n")) as Diagnosis;
    assert.deepEqual(found.rungs.map(({ rung }) => rung), ["tensorflow", "webgpu", "wasm", "cpu"]);
    for (const { works, reason, version, threads } of found.rungs) {
      if (works) assert.ok(version!.startsWith("tfjs ") && threads! >= 1);
      else assert.ok(reason!.length > 10 && !reason!.startsWith("Cannot open"));
    }
    assert.ok(found.rungs[2]!.works && found.rungs[3]!.works, "wasm and cpu work everywhere");
    assert.equal(found.data[0]!.path, "some-folder");
    assert.equal(found.font.exists, true);
    assert.equal(found.versions.deno, Deno.version.deno);
  });
});
