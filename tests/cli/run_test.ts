import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { decodeSafetensors } from "../../src/adapters/safetensors.ts";
import { task as runTask } from "./task.ts";
import { TINY } from "./tiny_spec.ts";

/** With a store of the test's own. */
const task = (args: string[], store: string) => runTask(args, { RAIE_STORE: store });

describe("deno task run", () => {
  let folder: string, store: string, file: string;
  const written = (spec: unknown, name = "tiny.json") => {
    const path = join(folder, name);
    Deno.writeTextFileSync(path, JSON.stringify(spec, null, 2));
    return path;
  };
  beforeAll(() => {
    folder = Deno.makeTempDirSync();
    store = join(folder, "store");
    file = written(TINY);
  });
  afterAll(() => Deno.removeSync(folder, { recursive: true }));
  const report = (name: string) => join(folder, "out", "tiny", name);

  it("writes a report, charts, results and per-user measures, ends with the report's path and 0", async () => {
    const { code, out, err } = await task(["run", file, "--out", join(folder, "out"), "--engine", "wasm"], store);
    assert.equal(code, 0, err);
    assert.equal(out.trim(), report("report.md"));
    const results = JSON.parse(Deno.readTextFileSync(report("results.json")));
    assert.deepEqual(results.runs.map((run: { label: string }) => run.label), ["base", "lora", "RAIE"]);
    for (const run of results.runs) {
      assert.deepEqual(Object.keys(run.measures), ["S", "F1", "T"]);
      assert.ok(run.measures.T["Recall@10"] > 0 && run.measures.T["Recall@10"] <= 1);
    }
    assert.equal(results.provenance.engine.rung, "wasm");
    const text = Deno.readTextFileSync(report("report.md"));
    for (const [, picture] of text.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)) {
      assert.ok(Deno.statSync(report(picture!)).size > 1000, picture);
    }
    const users = Deno.readTextFileSync(report("artifacts/per_user.ndjson")).trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    assert.ok(users.some(({ label, slice }) => label === "RAIE" && slice === "T"));
  });

  it("leaves out a method whose loss stops being finite, keeps its batch, says so in the report and ends with 1", async () => {
    // Decay of rate x multiple = 10^4 a step: item rows leave float32 within a few steps.
    const lora = { training: { epochs: 5, learningRate: 10, clip: null, weightDecay: 1 }, itemRate: 1000, anchor: 1 };
    const wild = { ...TINY, name: "wild", methods: ["base", { kind: "lora", label: "wild | one", lora }, "lora"] };
    const out = join(folder, "wild-out");
    const { code, err } = await task(["run", written(wild, "wild.json"), "--out", out, "--engine", "wasm"], store);
    assert.equal(code, 1, err);
    assert.match(err, /Failed: wild \| one, seed 1: .*the loss is (NaN|-?Infinity) at step \d+/);
    const { runs, failures } = JSON.parse(Deno.readTextFileSync(join(out, "wild", "results.json")));
    assert.deepEqual(runs.map(({ label }: { label: string }) => label), ["base", "lora"]);
    assert.deepEqual(failures.map(({ label, training }: Record<string, string>) => [label, training]), [
      ["wild | one", "lora F1"],
    ]);
    const batch = decodeSafetensors(Deno.readFileSync(join(out, "wild", failures[0].batch)));
    assert.deepEqual(batch.sequence!.shape.length, 2);
    assert.equal(batch.sequence!.shape[1], TINY.windows.context);
    assert.match(Deno.readTextFileSync(join(out, "wild", "report.md")), /## What failed\?[^]*wild \\\| one/);
  });

  it("writes no report when the backbone itself diverges, and says where the batch lies", async () => {
    const training = { epochs: 40, learningRate: 10, weightDecay: 1 };
    const lost = { ...TINY, name: "lost", backbone: { kind: "sasrec", hidden: 8, training } };
    const out = join(folder, "lost-out");
    const { code, err } = await task(["run", written(lost, "lost.json"), "--out", out, "--engine", "wasm"], store);
    assert.equal(code, 1, err);
    const [, path] = /no report was written\s.*; the batch lies in (\S+)/.exec(err) ?? [];
    assert.ok(decodeSafetensors(Deno.readFileSync(path!)).candidates !== undefined);
    assert.throws(() => Deno.statSync(join(out, "lost", "report.md")), Deno.errors.NotFound);
  });

  it("takes everything from the store the second time and writes the same bytes", async () => {
    const first = Deno.readTextFileSync(report("results.json"));
    const { code, err } = await task(["run", file, "--out", join(folder, "out"), "--engine", "wasm"], store);
    assert.equal(code, 0, err);
    assert.match(err, /backbone: train sasrec on S.*from the store/);
    assert.equal(Deno.readTextFileSync(report("results.json")), first);
  });

  it("prints one JSON line an experiment with --json", async () => {
    const { code, out } = await task(["run", file, "--out", join(folder, "out"), "--engine", "wasm", "--json"], store);
    assert.equal(code, 0);
    const line = JSON.parse(out);
    assert.deepEqual([line.name, line.report], ["tiny", report("report.md")]);
  });

  it("plans the same stages, and says that they are in the store", async () => {
    const { code, out } = await task(["plan", file, "--engine", "wasm"], store);
    assert.equal(code, 0);
    assert.match(out, /Stages: (\d+), of which \1 are in the store/);
    const other = await task(["plan", file, "--engine", "wasm", "--set", "regions.k=3"], store);
    assert.match(other.out, /RAIE: adapt to F1 .*to do/);
    assert.match(other.out, /lora: adapt to F1 .*in the store/);
  });

  it("draws the report again from results.json", async () => {
    const before = Deno.readTextFileSync(report("report.md"));
    Deno.removeSync(report("report.md"));
    const { code, err } = await task(["report", join(folder, "out", "tiny")], store);
    assert.equal(code, 0, err);
    assert.equal(Deno.readTextFileSync(report("report.md")), before);
  });

  it("ends with 2 and names file, line and field when the spec is wrong", async () => {
    const wrong = written({ ...TINY, backbone: { kind: "sasrek" } }, "wrong.json");
    const { code, err } = await task(["run", wrong], store);
    assert.equal(code, 2);
    assert.match(err, /wrong\.json:\d+:\d+/);
    assert.match(err, /sasrec/);
    assert.doesNotMatch(err, /\n\s+at /);
  });

  it("ends with 2 and says how to get the data when it is not there", async () => {
    const { dataset: _, ...rest } = TINY;
    const absent = written({ ...rest, dataset: "movielens-25m" }, "absent.json");
    const { code, err } = await task(["run", absent, "--engine", "wasm", "--data", join(folder, "nowhere")], store);
    assert.equal(code, 2);
    assert.match(err, /deno task data fetch movielens-25m/);
  });

  it("ends with 2 before anything trains when regions are more than sequences", async () => {
    const many = written({ ...TINY, regions: { k: 4000 } }, "many.json");
    const { code, err } = await task(["run", many, "--engine", "wasm", "--out", join(folder, "out")], store);
    assert.equal(code, 2, err);
    assert.match(err, /regions\.k is 4000, wanted at most \d+, the number of S windows/);
    assert.doesNotMatch(err, /train|Bug|\n\s+at /);
  });

  it("runs the other specs when one fails, and ends with the worst code", async () => {
    const columns = { user: "u", item: "i", time: "t" };
    const dataset = { format: "csv", path: "nowhere.csv", columns };
    const failing = written({ ...TINY, name: "failing", dataset }, "failing.json");
    const args = [failing, file, "--engine", "wasm", "--out", join(folder, "several")];
    const { code, out, err } = await task(["run", ...args], store);
    assert.equal(code, 2, err);
    assert.match(err, /failing: .*nowhere\.csv/s);
    const path = join(folder, "several", "tiny", "report.md");
    assert.equal(out.trim(), path);
    assert.match(Deno.readTextFileSync(path), /RAIE/);
    assert.throws(() => Deno.statSync(join(folder, "several", "failing", "report.md")), Deno.errors.NotFound);
  });
});
