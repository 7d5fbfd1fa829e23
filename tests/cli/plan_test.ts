import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "@std/testing/bdd";
import { describe as describeSpec } from "../../src/spec/describe.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { task } from "./task.ts";

const ABLATION = "experiments/paper/ablation.json";
const NOWHERE = ["--engine", "wasm", "--data", "/nowhere"];
const resolved = () => parseSpec(readFileSync(ABLATION, "utf8"), ABLATION).resolved;

describe("deno task plan", () => {
  it("says the spec once, then in words, on a few screens", async () => {
    const { out } = await task(["plan", ABLATION, ...NOWHERE]);
    const [json = "", words = ""] = out.split("\n}\n\n");
    const spec = JSON.parse(`${json}\n}`);
    assert.deepEqual(spec.methods.slice(0, 5), [
      { kind: "base", label: "base" },
      { kind: "lora", label: "lora" },
      { kind: "raie", label: "RAIE" },
      { kind: "raie", label: "RAIE K=1", control: "RAIE", regions: { k: 1, add: false } },
      { kind: "raie", label: "no regions", regions: { k: 1, add: false } },
    ]);
    assert.deepEqual([spec.lora.rank, spec.regions.k], [8, 3]);
    assert.ok(words.startsWith(describeSpec(resolved()).join("\n")), words);
    assert.ok(out.split("\n").length < 160, `${out.split("\n").length} lines`);
  });

  it("leaves nothing out of --json", async () => {
    const { out } = await task(["plan", ABLATION, ...NOWHERE, "--json"]);
    assert.deepEqual(JSON.parse(out).spec, { ...resolved(), engine: "wasm" });
  });

  it("ends with 2 without the data, says so in its help, and finds no fault with the spec", async () => {
    const { code, out } = await task(["plan", ABLATION, ...NOWHERE]);
    assert.equal(code, 2);
    assert.match(
      out,
      /^The spec was read without a problem; stages and sizes are not known: Cannot find movielens-10m/m,
    );
    const help = await task(["plan", "--help"]);
    assert.match(help.out.replaceAll(/\s+/g, " "), /Without its data a spec is shown too, and the exit code is 2/);
    assert.match(
      help.out.replaceAll(/\s+/g, " "),
      / 2 the spec, the data or the command line is wrong, or data are missing /,
    );
  });

  it("has examples, as run has", async () => {
    for (const name of ["plan", "run"]) {
      const { out } = await task([name, "--help"]);
      assert.ok(out.includes(`Examples:\n  deno task ${name} experiments/quickstart.json\n`), out);
    }
  });
});
