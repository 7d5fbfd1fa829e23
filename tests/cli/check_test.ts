import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import type { Results } from "../../src/reporting/types.ts";
import { task } from "./task.ts";
import { TINY } from "./tiny_spec.ts";

/** Rows of a few users who alternate between two halves of the items. */
function csv(): string {
  const rows = Array.from({ length: 1200 }, (_, i) => [i % 30, (i * 7 + (i % 2) * 20) % 40, 5, 1_000_000 + i * 60]);
  return ["user,item,rating,time", ...rows.map((row) => row.join(","))].join("\n") + "\n";
}

describe("deno task check", () => {
  let folder: string, tiny: string, csvSpec: string;
  const written = (spec: unknown, name: string) => {
    const path = join(folder, name);
    Deno.writeTextFileSync(path, JSON.stringify(spec, null, 2));
    return path;
  };
  const reports = () => join(folder, "reports");
  const committed = (name = "tiny") => join(reports(), name, "results.json");
  const call = (words: readonly string[], store = "store") =>
    task(words, { RAIE_STORE: join(folder, store), RAIE_DATA: "" });
  const check = (spec: string, more: readonly string[] = [], store = "store") =>
    call(["check", spec, "--reports", reports(), "--engine", "wasm", ...more], store);

  /** Changes the committed results while something is done, and puts them back. */
  async function tampered(change: (results: Results) => void, work: () => Promise<void>) {
    const before = Deno.readTextFileSync(committed());
    try {
      const results = JSON.parse(before);
      change(results);
      Deno.writeTextFileSync(committed(), JSON.stringify(results));
      await work();
    } finally {
      Deno.writeTextFileSync(committed(), before);
    }
  }

  beforeAll(async () => {
    folder = Deno.makeTempDirSync();
    tiny = written(TINY, "tiny.json");
    Deno.writeTextFileSync(join(folder, "rows.csv"), csv());
    const columns = { user: "user", item: "item", time: "time", rating: "rating" };
    const dataset = { format: "csv", path: "rows.csv", columns };
    csvSpec = written(
      { ...TINY, name: "rows", dataset, methods: ["base"], lora: undefined, regions: undefined },
      "rows.json",
    );
    for (const spec of [tiny, csvSpec]) {
      const { code, err } = await call(["run", spec, "--out", reports(), "--engine", "wasm", "--quiet"]);
      assert.equal(code, 0, err);
    }
  });
  afterAll(() => Deno.removeSync(folder, { recursive: true }));

  it("finds that nothing moved and ends with 0, from the store and computed anew, and writes no report", async () => {
    const files = () => [...Deno.readDirSync(join(reports(), "tiny"))].map(({ name }) => name).sort();
    const [bytes, before] = [Deno.readTextFileSync(committed()), files()];
    for (const store of ["store", "store of its own"]) {
      const { code, out, err } = await check(tiny, [], store);
      assert.equal(code, 0, out + err);
      assert.match(
        out,
        /^tiny: nothing moved; \d{3,} figures are as in .*results\.json, held exactly: rung, versions, /,
      );
      assert.equal(/from the store/.test(err), store === "store");
    }
    assert.deepEqual([Deno.readTextFileSync(committed()), files()], [bytes, before]);
  });

  it("says what moved, by how much and by how many standard errors, and ends with 1", async () => {
    let error = 0;
    await tampered((results) => {
      const measures = results.runs[2]!.measures.T as Record<string, number>;
      measures["Recall@10"]! += 0.05;
      const users = results.evidence!.figures.find(({ label, slice }) => label === "RAIE" && slice === "T");
      const [low, high] = users!.intervals["Recall@10"]!;
      error = (high - low) / 2 / 1.96;
      (results.runs[1]!.cost as { steps: number }).steps += 3;
    }, async () => {
      const bytes = Deno.readTextFileSync(committed());
      const { code, out } = await check(tiny, ["--quiet"]);
      assert.equal(code, 1, out);
      assert.match(out, /^tiny: 2 of \d+ figures moved from /);
      const line = out.split("\n").find((line) => line.includes("runs[RAIE, seed 1].measures.T.Recall@10"));
      assert.match(line ?? out, new RegExp(`−0\\.050000 +${(0.05 / error).toFixed(2)}$`));
      assert.match(out, /runs\[lora, seed 1\]\.cost\.steps +\d+ +\d+ +−3\.0+ +–$/m);
      assert.equal(Deno.readTextFileSync(committed()), bytes);

      const json = JSON.parse((await check(tiny, ["--json"])).out);
      assert.deepEqual([json.name, json.outcome, json.held.kind], ["tiny", "moved", "exact"]);
      assert.deepEqual(json.moved.map(({ verdict }: { verdict: string }) => verdict), ["drift", "drift"]);

      const tolerant = await check(tiny, ["--quiet", "--tolerance", "0.06"]);
      assert.equal(tolerant.code, 0, tolerant.out);
      assert.match(
        tolerant.out,
        /measures held within 0\.06\n {2}1 measure moved within the tolerance, by 0\.050000 at most/,
      );
      assert.match(tolerant.out, /1 figure of costs, losses and regions moved: not held here/);
    });
  });

  it("compares across engines within reproduce.tolerance, and ends with 3 where the spec has none", async () => {
    const other = ["--engine", "cpu"];
    const refused = await check(tiny, other, "unused");
    assert.equal(refused.code, 3, refused.out);
    assert.match(refused.err, /engine\.rung +wasm +cpu/);
    assert.match(refused.err, /--engine wasm takes the same rung/);
    const within = await check(tiny, [...other, "--set", "reproduce.tolerance=1"]);
    assert.equal(within.code, 0, within.out + within.err);
    assert.match(within.out, /tiny: nothing drifted; .*measures held within 1, since engine\.rung is cpu, was wasm/);
  });

  it("ends with 3 where the spec is another, names the fields with both values, and computes nothing", async () => {
    const { code, out, err } = await check(tiny, ["--set", "regions.k=3", "--set", "seeds=[1,2]"], "unused");
    assert.deepEqual([code, out], [3, ""]);
    assert.match(err, /made from another spec/);
    assert.match(err, /regions\.k +2 +3/);
    assert.match(err, /seeds +\[1\] +\[1,2\]/);
    const json = await check(tiny, ["--set", "regions.k=3", "--json"], "unused");
    assert.equal(json.code, 3);
    const { outcome, obstacle, differing } = JSON.parse(json.out);
    assert.deepEqual([outcome, obstacle], ["incomparable", "spec"]);
    assert.deepEqual(differing, [{ place: "regions.k", committed: 2, here: 3 }]);
    assert.throws(() => Deno.statSync(join(folder, "unused")), Deno.errors.NotFound);
  });

  it("ends with 3 where the data are others, before it trains on them", async () => {
    assert.equal((await check(csvSpec)).code, 0);
    const file = join(folder, "rows.csv");
    Deno.writeTextFileSync(file, csv().replace("\n0,", "\n1,"));
    const { code, err } = await check(csvSpec, [], "unused");
    Deno.writeTextFileSync(file, csv());
    assert.equal(code, 3, err);
    assert.match(err, /made from other data.*deno task data verify/);
    assert.match(err, /files\[rows\.csv\]\.sha256 +[0-9a-f]{12}… +[0-9a-f]{12}…/);
    assert.doesNotMatch(err, /train/);
  });

  it("ends with 3 where nothing is committed, or what is no results, and says what to do", async () => {
    const none = await call(["check", tiny, "--reports", join(folder, "nowhere"), "--engine", "wasm"], "unused");
    assert.equal(none.code, 3, none.err);
    assert.match(none.err, /Cannot hold tiny to .*results\.json: There are no committed results.*deno task run SPEC/);
    await tampered((results) => Object.assign(results, { version: 7 }), async () => {
      const { code, err } = await check(tiny, [], "unused");
      assert.equal(code, 3, err);
      assert.match(err, /these are not results of this version/);
    });
  });

  it("ends with 2 where spec, data or command line are wrong", async () => {
    const wrong = written({ ...TINY, backbone: { kind: "sasrek" } }, "wrong.json");
    for (
      const [words, message] of [
        [[wrong], /wrong\.json:\d+:\d+ at \/backbone\/kind/],
        [[tiny, "--tolerance", "much"], /--tolerance wants a number from 0 to 1: found "much"/],
        [[tiny, "--out", reports()], /--out wants a folder beside the committed reports/],
        [[csvSpec, "--set", "dataset.path=gone.csv"], /made from another spec/],
      ] as const
    ) {
      const { code, err } = await check(words[0], words.slice(1), "unused");
      assert.match(err, message);
      assert.equal(code, words[0] === csvSpec ? 3 : 2);
    }
    const file = join(folder, "rows.csv");
    Deno.renameSync(file, `${file}.away`);
    const gone = await check(csvSpec, [], "unused");
    Deno.renameSync(`${file}.away`, file);
    assert.equal(gone.code, 2, gone.err);
    assert.match(gone.err, /rows\.csv/);
  });

  it("checks all specs and ends with the highest code", async () => {
    const absent = written({ ...TINY, name: "absent" }, "absent.json");
    const { code, out, err } = await check(tiny, [csvSpec, absent, "--quiet"]);
    assert.equal(code, 3, err);
    assert.deepEqual(out.trim().split("\n").map((line) => line.slice(0, line.indexOf(";"))), [
      "tiny: nothing moved",
      "rows: nothing moved",
    ]);
    assert.match(err, /Cannot hold absent to /);
  });

  it("writes the new report where --out says, the same bytes but for durations", async () => {
    const out = join(folder, "fresh");
    const { code, err } = await check(tiny, ["--out", out, "--quiet"]);
    assert.equal(code, 0, err);
    assert.equal(Deno.readTextFileSync(join(out, "tiny", "results.json")), Deno.readTextFileSync(committed()));
    assert.equal(
      Deno.readTextFileSync(join(out, "tiny", "report.md")),
      Deno.readTextFileSync(join(reports(), "tiny", "report.md")),
    );
  });

  it("explains its exit codes", async () => {
    const { code, out } = await call(["check", "--help"]);
    assert.equal(code, 0);
    assert.match(out, /3 +it cannot be compared/);
    assert.match(out, /deno task check experiments\/quickstart\.json\n/);
    assert.ok(out.split("\n").every((line) => line.length <= 80), out);
  });
});
