/** A trained backbone taken out of the store, and used by another experiment. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { task } from "./task.ts";
import { TINY } from "./tiny_spec.ts";

describe("backbone.weights", () => {
  let folder: string, out: string, store: Record<string, string>, weights: string;
  const results = (name: string) => JSON.parse(Deno.readTextFileSync(join(out, name, "results.json")));
  const written = (name: string, backbone: Record<string, unknown>, more: Record<string, unknown> = {}): string => {
    const file = join(folder, `${name}.json`);
    Deno.writeTextFileSync(file, JSON.stringify({ ...TINY, name, methods: ["base", "lora"], backbone, ...more }));
    return file;
  };
  const run = (file: string, ...more: string[]) =>
    task(["run", file, "--out", out, "--engine", "wasm", ...more], store);

  beforeAll(async () => {
    folder = Deno.makeTempDirSync();
    out = join(folder, "out");
    store = { RAIE_STORE: join(folder, "store") };
    const trained = await run(written("trained", TINY.backbone));
    assert.equal(trained.code, 0, trained.err);
    const listed = await task(["store", "list"], store);
    const [, entry] = /^(backbone\/\w+) +sasrec seed 1 /m.exec(listed.out) ?? [];
    const copied = await task(["store", "export", entry!, join(folder, "weights")], store);
    assert.equal(copied.code, 0, copied.err);
    weights = join(folder, "weights", "weights.safetensors");
    assert.ok(copied.out.trim().split("\n").includes(weights), copied.out);
  });
  afterAll(() => Deno.removeSync(folder, { recursive: true }));

  it("gives a run the figures of the run that trained them, with its seed, and with several seeds one backbone for all", async () => {
    // Beside the spec: a relative path is seen from there.
    const file = written("taken", { kind: "sasrec", hidden: 8, weights: "weights/weights.safetensors" }, {
      seeds: [1, 2],
    });
    const { code, err } = await run(file);
    assert.equal(code, 0, err);
    const [taken, trained] = [results("taken"), results("trained")];
    const measures = ({ runs }: { runs: { label: string; seed: number; measures: unknown }[] }, label: string) =>
      runs.filter((run) => run.label === label).map(({ measures }) => measures);
    const [base] = measures(trained, "base"), [lora] = measures(trained, "lora");
    assert.deepEqual(measures(taken, "base"), [base, base]);
    assert.deepEqual(measures(taken, "lora")[0], lora);
    assert.notDeepEqual(measures(taken, "lora")[1], lora);
    assert.deepEqual(taken.backbone.loss, []);
    assert.equal(taken.backbone.parameters, trained.backbone.parameters);
    const { name, bytes } = taken.backbone.weights;
    assert.deepEqual([name, bytes], ["weights.safetensors", Deno.statSync(weights).size]);
    assert.equal(trained.backbone.weights, undefined);
    const stages = taken.durations.map(({ stage }: { stage: string }) => stage);
    assert.deepEqual(stages.slice(0, 3), ["data", "backbone", "base: rank S, F1, T"]);
    assert.equal(new Set(stages).size, stages.length);
  });

  it("gives the same with worker processes", async () => {
    const file = written("jobs", { kind: "sasrec", hidden: 8, weights });
    const { code, err } = await task(
      ["run", file, "--out", out, "--engine", "wasm", "--jobs", "2"],
      { RAIE_STORE: join(folder, "other-store") },
    );
    assert.equal(code, 0, err);
    const measures = (name: string) => results(name).runs.map(({ measures }: { measures: unknown }) => measures);
    assert.deepEqual(measures("jobs"), measures("trained"));
  });

  for (
    const [what, backbone, message] of [
      [
        "there is no such file",
        { weights: "none.safetensors" },
        /Cannot use backbone\.weights \S+none\.safetensors: there is no such file/,
      ],
      [
        "it does not fit",
        { hidden: 16 },
        /"item_emb\.weight" is float32 \[\d+,8\], wanted float32 \[\d+,16\] \(by backbone\.hidden 16\)/,
      ],
    ] as const
  ) {
    it(`makes plan and run end with 2 before anything is computed when ${what}`, async () => {
      const file = written("wrong", { kind: "sasrec", hidden: 8, weights, ...backbone });
      for (const command of ["plan", "run"]) {
        const { code, out, err } = await task([command, file, "--engine", "wasm"], store);
        assert.equal(code, 2, err);
        assert.match(out + err, message);
      }
    });
  }
});
