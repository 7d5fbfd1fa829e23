import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describe, it } from "@std/testing/bdd";
import type { OpenRung } from "../../src/engine/rung.ts";
import { bitsSettings } from "../../src/engine/tensorflow_rung.ts";
import { engineId } from "../../src/pipeline/stages.ts";
import { tensorflowHere } from "./rungs_here.ts";

describe("the tensorflow rung's version", () => {
  const settings = (set: Record<string, string>) => bitsSettings((name) => set[name]);

  it("names what the user has set that changes bits, and nothing else", () => {
    assert.deepEqual(settings({}), []);
    assert.deepEqual(settings({ TF_DETERMINISTIC_OPS: "1", TF_ENABLE_ONEDNN_OPTS: "0", TF_XLA_FLAGS: "" }), []);
    assert.deepEqual(
      settings({
        TF_NUM_INTRAOP_THREADS: "1",
        TF_NUM_INTEROP_THREADS: "1",
        TF_ENABLE_ONEDNN_OPTS: "1",
        TF_DETERMINISTIC_OPS: "0",
        TF_XLA_FLAGS: "--tf_xla_auto_jit=2",
      }),
      [
        "TF_ENABLE_ONEDNN_OPTS=1",
        "TF_XLA_FLAGS=--tf_xla_auto_jit=2",
        "TF_NUM_INTEROP_THREADS=1",
        "TF_DETERMINISTIC_OPS=0",
      ],
    );
  });

  it("shows it, so that keys of stored stages tell such runs apart", {
    skip: tensorflowHere() ? false : "tensorflow is not set up",
  }, async () => {
    const opened = async (set: Record<string, string>): Promise<OpenRung> => {
      const script = fileURLToPath(new URL("../../src/engine/setup/check_product.ts", import.meta.url));
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-q", "--no-prompt", "--allow-read", "--allow-ffi", "--allow-env=TF_*", script],
        env: { TF_ENABLE_ONEDNN_OPTS: "", TF_XLA_FLAGS: "", TF_NUM_INTEROP_THREADS: "", ...set },
      }).output();
      return JSON.parse(new TextDecoder().decode(stdout)) as OpenRung;
    };
    const plain = await opened({});
    const set = await opened({ TF_ENABLE_ONEDNN_OPTS: "1" });
    assert.equal(set.version, `${plain.version}, TF_ENABLE_ONEDNN_OPTS=1`);
    assert.notEqual(engineId({ rung: "tensorflow", ...set }), engineId({ rung: "tensorflow", ...plain }));
  });
});
