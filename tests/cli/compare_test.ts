import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { writeResults } from "../../src/reporting/results_file.ts";
import { madeResults, METHODS } from "../reporting/results_fixture.ts";
import { task } from "./task.ts";

describe("deno task compare", () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  beforeAll(async () => {
    folder = await Deno.makeTempDir();
    await writeResults(at("a"), madeResults());
    await writeResults(at("b"), madeResults({ methods: METHODS.slice(0, 2) }));
  });
  afterAll(() => Deno.removeSync(folder, { recursive: true }));

  it("prints Markdown alone on standard output, from folders or files, whatever language and time zone", async () => {
    const { code, out, err } = await task(["compare", at("a"), at("b")], { LANG: "en_GB.UTF-8", TZ: "UTC" });
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^## RAIE on MovieLens 100K\n/);
    assert.match(out, /`\[RAIE\]` \| `raie` \| –/);
    const elsewhere = { LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8", TZ: "Asia/Tokyo" };
    assert.equal((await task(["compare", at("a"), at("b")], elsewhere)).out, out);
    const files = await task(["compare", join(at("a"), "results.json"), join(at("b"), "results.json")]);
    assert.equal(files.out.replaceAll("/results.json", ""), out);
  });

  it("prints one object with --json", async () => {
    const { code, out } = await task(["compare", at("a"), at("b"), at("a"), "--json"]);
    assert.equal(code, 0);
    const { reports, spec, data, engine, measures } = JSON.parse(out);
    assert.deepEqual(reports.map(({ path }: { path: string }) => path), ["a", "b", "a"].map(at));
    assert.deepEqual([spec, data, engine], [[{ place: "[RAIE]", values: ["raie", null, "raie"] }], [], []]);
    const row = measures.find((each: Record<string, string>) =>
      each.slice === "T" && each.label === "base" && each.measure === "Recall@10"
    );
    assert.deepEqual(row.figures.map(({ mean }: { mean: number }) => mean), [.0879, .0879, .0879]);
    assert.deepEqual(row.differences.map(({ value }: { value: number }) => value), [0, 0]);
  });

  it("ends with 2 where a folder holds no results, or one alone is given", async () => {
    const missing = await task(["compare", at("a"), at("c")]);
    assert.deepEqual([missing.code, missing.out], [2, ""]);
    assert.match(missing.err, /Cannot read .*c\/results\.json: there is no such file/);
    const alone = await task(["compare", at("a")]);
    assert.equal(alone.code, 2);
    assert.match(alone.err, /wants at least 2 arguments, found 1/);
  });
});
