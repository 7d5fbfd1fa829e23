import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { openEngine } from "../../src/engine/open.ts";
import type { Engine } from "../../src/engine/types.ts";
import { sha256 } from "../../src/pipeline/digest.ts";
import { type ExperimentRun, runExperiment } from "../../src/pipeline/experiment.ts";
import { prepareData } from "../../src/pipeline/prepare.ts";
import { Progress } from "../../src/pipeline/progress.ts";
import { VERSIONS } from "../../src/pipeline/stages.ts";
import { Store } from "../../src/pipeline/store.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { TINY } from "../cli/tiny_spec.ts";

/** What the stages gave at their versions, on wasm, whose numbers are the same on every machine. */
const KNOWN = new URL("./stage_versions.json", import.meta.url);
const METHODS = ["base", "full", "lora", "replay", "lwf", "ewc", "lsat", "mole", "ebpr", "proximal", "raie"];
const BACKBONES = ["sasrec", "bert4rec", "tisasrec"];

interface Known {
  readonly versions: typeof VERSIONS;
  /** By backbone and method: digest of all ranks after every slice. */
  readonly ranks: Readonly<Record<string, string>>;
}

describe("stages at their versions", () => {
  let folder: string, engine: Engine, now: Known;
  const run = async (kind: string): Promise<ExperimentRun> => {
    const slices = { setup: 0.5, finetune: [0.15, 0.15], test: 0.2 };
    const { training: _training, ...backbone } = { ...TINY.backbone, kind } as Record<string, unknown>;
    const fields = { ...TINY, slices, backbone, methods: METHODS };
    const spec = parseSpec(JSON.stringify(fields), "a.json", { set: ["backbone.training.epochs=1"] }).resolved;
    const store = new Store(`${folder}/store`);
    try {
      return await runExperiment(spec, await prepareData(spec, undefined), { engine, store, progress: new Progress() });
    } finally {
      await store.close();
    }
  };
  const digest = ({ states }: ExperimentRun["runs"][number]): string =>
    sha256(JSON.stringify(states.map(({ ranks }) => ranks.map(({ read }) => [...read().greater])))).slice(0, 12);
  beforeAll(async () => {
    folder = Deno.makeTempDirSync();
    engine = await openEngine("wasm");
    const ranks: Record<string, string> = {};
    for (const kind of BACKBONES) {
      const { runs, failures } = await run(kind);
      assert.deepEqual(failures, []);
      for (const method of runs) ranks[`${kind} ${method.spec.kind}`] = digest(method);
    }
    now = { versions: VERSIONS, ranks };
    if (Deno.env.get("RAIE_UPDATE") === "stage versions") {
      Deno.writeTextFileSync(KNOWN, JSON.stringify(now, null, 2) + "\n");
    }
  });
  afterAll(() => {
    engine.close();
    Deno.removeSync(folder, { recursive: true });
  });

  it("give the numbers they gave, or have a higher version, so that no store takes old results for new ones", () => {
    const known = JSON.parse(Deno.readTextFileSync(KNOWN)) as Known;
    const advice =
      "raise what changed in src/pipeline/stages.ts, then write the file anew with RAIE_UPDATE='stage versions'";
    assert.deepEqual(now.ranks, known.ranks, `the numbers are others: ${advice}`);
    assert.deepEqual(now.versions, known.versions, `the versions are others: ${advice}`);
  });
});
