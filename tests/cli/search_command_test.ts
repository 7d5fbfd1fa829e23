import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { generateSynthetic } from "../../src/data/synthetic.ts";
import { resultsProblems } from "../../src/reporting/results_schema.ts";
import type { Results } from "../../src/reporting/types.ts";
import { task } from "./task.ts";
import { TINY } from "./tiny_spec.ts";

/** What TINY's data set is with its defaults written out. */
const MADE = { ...TINY.dataset, switching: 0, emerging: 0, popularity: 0.8 };

describe("a spec with a search", () => {
  let folder: string, spec: string, env: Record<string, string>;
  beforeAll(async () => {
    folder = Deno.makeTempDirSync();
    spec = join(folder, "tiny.json");
    env = { RAIE_STORE: join(folder, "store") };
    const search = { trials: 2, validation: 0.4, space: { "lora.rank": [2], "backbone.training.epochs": [2] } };
    Deno.writeTextFileSync(spec, JSON.stringify({ ...TINY, control: true, engine: "wasm", search }));
    const { code, err } = await task(["run", spec, "--out", join(folder, "out")], env);
    assert.equal(code, 0, err);
    assert.match(err, /search: backbone, trial 2 of 2: backbone\.training\.epochs = 2/);
  });
  afterAll(() => Deno.removeSync(folder, { recursive: true }));
  const results = () => JSON.parse(Deno.readTextFileSync(join(folder, "out/tiny/results.json"))) as Results;

  it("runs with what was chosen, and says in results.json and the report how it was", () => {
    const { search, spec, runs } = results();
    assert.deepEqual(resultsProblems(results()), []);
    assert.deepEqual(search!.choices.map(({ label, trials }) => [label ?? "", trials.length]), [
      ["", 2],
      ["lora", 2],
      ["RAIE", 2],
    ]);
    const [backbone, lora] = search!.choices;
    const best = Math.max(...lora!.trials.map(({ score }) => score!));
    assert.equal(lora!.trials[lora!.chosen]!.score, best);
    assert.equal(spec.backbone.training.epochs, backbone!.chosen === 0 ? 1 : 2);
    assert.equal(spec.methods.find(({ label }) => label === "lora")!.lora.rank, lora!.chosen === 0 ? 8 : 2);
    assert.deepEqual(runs.map(({ label }) => label), ["base", "lora", "RAIE", "RAIE K=1"]);
    const report = Deno.readTextFileSync(join(folder, "out/tiny/report.md"));
    assert.match(report, /^## How were the settings chosen\?$/m);
    assert.match(report, /Without T: it was left out of the data/);
  });

  it("judges on nothing of T: what it judged by ends where T begins", () => {
    const { search, data } = results();
    assert.equal(search!.to, data.borders.at(-1));
    assert.ok(search!.from > data.borders[0]! && search!.windows > 0);
  });

  it("chooses and scores the same whatever users do in T", async () => {
    const { interactions: { count, users, items, times } } = generateSynthetic({ ...MADE, merging: 0 });
    const border = results().data.borders.at(-1)!;
    const searched = async (name: string, late: (item: number, user: number) => readonly [number, number]) => {
      const rows = Array.from({ length: count }, (_, row) => {
        const own = [items[row]!, users[row]!] as const;
        const [item, user] = times[row]! < border ? own : late(...own);
        return `u${user},i${item},${times[row]}`;
      });
      const data = join(folder, `${name}.csv`);
      Deno.writeTextFileSync(data, `user,item,timestamp\n${rows.join("\n")}\n`);
      const file = join(folder, `${name}.json`);
      const columns = { user: "user", item: "item", time: "timestamp" };
      const read = JSON.parse(Deno.readTextFileSync(spec));
      Deno.writeTextFileSync(file, JSON.stringify({ ...read, name, dataset: { format: "csv", path: data, columns } }));
      const { code, err } = await task(["run", file, "--out", join(folder, "out")], env);
      assert.equal(code, 0, err);
      return JSON.parse(Deno.readTextFileSync(join(folder, "out", name, "results.json"))) as Results;
    };
    const one = await searched("one", (item, user) => [item, user]);
    const other = await searched("other", (item, user) => [(item * 7 + user) % 40, (user * 11 + 3) % 60]);
    assert.deepEqual(other.data.borders, one.data.borders);
    assert.notDeepEqual(other.runs.map(({ measures }) => measures.T), one.runs.map(({ measures }) => measures.T));
    assert.deepEqual(other.search, one.search);
  });

  it("cannot be held to results of another choice, and says whose doing that is", async () => {
    const held = join(folder, "held");
    Deno.mkdirSync(join(held, "tiny"), { recursive: true });
    const committed = results();
    const methods = committed.spec.methods.map((method) =>
      method.label === "lora" ? { ...method, lora: { ...method.lora, rank: 5 } } : method
    );
    const changed = { ...committed, spec: { ...committed.spec, methods } };
    Deno.writeTextFileSync(join(held, "tiny/results.json"), JSON.stringify(changed));
    const { code, err } = await task(["check", spec, "--reports", held, "--quiet"], env);
    assert.equal(code, 3, err);
    assert.match(err, /The search chose other settings than the committed results were made with/);
    assert.match(err, /lora\.rank/);
    const other = { ...committed, spec: { ...committed.spec, windows: { context: 4, stride: 2 } } };
    Deno.writeTextFileSync(join(held, "tiny/results.json"), JSON.stringify(other));
    const early = await task(["check", spec, "--reports", held], { RAIE_STORE: join(folder, "untouched") });
    assert.equal(early.code, 3);
    assert.doesNotMatch(early.err, /search:/, "what is wrong without a search is said before it is made");
  });

  it("comes out again, and a report is written again without computing", async () => {
    const { code, out } = await task(["check", spec, "--reports", join(folder, "out")], env);
    assert.equal(code, 0, out);
    const file = join(folder, "out/tiny/report.md");
    const before = Deno.readTextFileSync(file);
    await task(["report", join(folder, "out/tiny")], env);
    assert.equal(Deno.readTextFileSync(file), before);
  });

  it("computes in worker processes what it computes alone", async () => {
    const args = ["run", spec, "--out", join(folder, "jobs"), "--jobs", "2"];
    const { code, err } = await task(args, { RAIE_STORE: join(folder, "other") });
    assert.equal(code, 0, err);
    const jobs = JSON.parse(Deno.readTextFileSync(join(folder, "jobs/tiny/results.json"))) as Results;
    assert.deepEqual(jobs.search, results().search);
    assert.deepEqual(jobs.runs.map(({ measures }) => measures), results().runs.map(({ measures }) => measures));
  });

  it("is planned with its trials, and computes nothing", async () => {
    const { code, out } = await task(["plan", spec], { RAIE_STORE: join(folder, "none") });
    assert.equal(code, 0);
    assert.match(
      out,
      /Search: .*\n {2}the backbone: 2 trials\n {4}as the spec says\n {4}backbone\.training\.epochs = 2/,
    );
    const json = JSON.parse((await task(["plan", spec, "--json"], env)).out);
    assert.deepEqual(json.search.backbones, [{}, { "backbone.training.epochs": 2 }]);
  });
});
