import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import type { Results } from "../../src/reporting/types.ts";
import { task } from "./task.ts";

const METHODS = ["base", "full", "lora", "replay", "lwf", "ewc", "lsat", "mole", "ebpr", "proximal", "raie"];
const SMALLER = ["control=false", "seeds=[1]", 'slices={"setup":0.5,"finetune":[0.15,0.15],"test":0.2}'];
const TRANSFORMER = ["backbone.training.epochs=2", "backbone.blocks=1", "backbone.heads=2"];
const LLAMA = {
  kind: "llama",
  checkpoint: { hidden: 16, heads: 2, kvHeads: 1, layers: 2, ffn: 24 },
  training: { epochs: 1, learningRate: 0.003 },
};
const BACKBONES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ["sasrec", "bert4rec", "tisasrec"].map((kind) => [kind, [`backbone.kind=${kind}`, ...TRANSFORMER]]),
  ),
  // What the quickstart says of its own backbone is of other fields.
  llama: [`backbone=${JSON.stringify(LLAMA)}`, "windows.stride=10", "dataset.users=120", "engine=wasm"],
};

describe("deno task run experiments/quickstart.json with every method, over two F slices", () => {
  let folder: string;
  beforeAll(() => {
    folder = Deno.makeTempDirSync();
  });
  afterAll(() => Deno.removeSync(folder, { recursive: true }));
  const run = async (kind: string): Promise<{ results: Results; report: string; path: string; err: string }> => {
    const set = [...BACKBONES[kind]!, `methods=${JSON.stringify(METHODS)}`, ...SMALLER].flatMap((one) => [
      "--set",
      one,
    ]);
    const args = ["run", "experiments/quickstart.json", ...set, "--out", join(folder, kind)];
    const { code, out, err } = await task(args, { RAIE_STORE: join(folder, "store") });
    assert.equal(code, 0, err);
    const path = join(folder, kind, "quickstart");
    const results = JSON.parse(Deno.readTextFileSync(join(path, "results.json"))) as Results;
    return { results, report: Deno.readTextFileSync(join(path, "report.md")), path: out.trim(), err };
  };

  for (const kind of Object.keys(BACKBONES)) {
    it(`finishes on ${kind}, tells the methods apart, and comes out again from the store`, async () => {
      const first = await run(kind);
      const { runs, failures } = first.results;
      assert.equal(failures, undefined);
      assert.deepEqual(runs.map(({ method }) => method), METHODS);
      const base = runs[0]!;
      for (const { method, measures, matrix, cost } of runs) {
        assert.deepEqual(matrix.map(({ stage }) => stage), ["S", "F1", "F2"], method);
        for (const slice of ["S", "F1", "F2", "T"]) {
          for (const value of Object.values(measures[slice]!)) {
            assert.ok(value >= 0 && value <= 1, `${method} ${slice}`);
          }
        }
        if (method === "base") continue;
        assert.ok(cost.steps > 0 && cost.finetuneRows > 0 && cost.parameters > 0, method);
        assert.notDeepEqual(measures, base.measures, `${method} is the base`);
        assert.match(first.report, new RegExp(`^\\| ${method} \\|.*\\d`, "m"));
      }
      const again = await run(kind);
      assert.deepEqual(again.results.runs, runs);
      assert.equal(again.report, first.report);
    });
  }
});
