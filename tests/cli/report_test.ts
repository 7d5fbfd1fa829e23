import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { writeReport } from "../../src/reporting/report.ts";
import { writeResults } from "../../src/reporting/results_file.ts";
import { describe as specWords } from "../../src/spec/describe.ts";
import { madeResults } from "../reporting/results_fixture.ts";
import { task } from "./task.ts";

/** Calls the task as its user does. */
const report = (...args: string[]) => task(["report", ...args]);

describe("deno task report", () => {
  it("writes the report and its charts again, byte for byte, from results.json alone", async () => {
    const dir = await Deno.makeTempDir();
    try {
      const results = madeResults();
      await writeResults(dir, results);
      await writeReport(dir, results, specWords(results.spec));
      const [text, chart] = [join(dir, "report.md"), join(dir, "charts", "routing.png")];
      const before = [Deno.readFileSync(text), Deno.readFileSync(chart)];
      await Deno.remove(text);
      await Deno.remove(chart);
      const { code, out } = await report(dir);
      assert.deepEqual([code, out], [0, `${text}\n`]);
      assert.deepEqual([Deno.readFileSync(text), Deno.readFileSync(chart)], before);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });

  it("writes the same bytes in every language, time zone and year, and dates of the data alone", async () => {
    const dir = await Deno.makeTempDir();
    try {
      await writeResults(dir, madeResults());
      const [text, chart] = [join(dir, "report.md"), join(dir, "charts", "methods.png")];
      const written = async (env: Record<string, string>) => {
        const { code, err } = await task(["report", dir], env);
        assert.equal(code, 0, err);
        return [Deno.readTextFileSync(text), Deno.readFileSync(chart)] as const;
      };
      const here = await written({ LANG: "en_GB.UTF-8", TZ: "UTC" });
      const elsewhere = await written({ LANG: "ar_EG.UTF-8", LC_ALL: "ar_EG.UTF-8", TZ: "Pacific/Kiritimati" });
      assert.deepEqual(elsewhere, here);
      // The slices of the made-up results begin at 883 390 000 and 888 200 000 seconds.
      assert.deepEqual(here[0].match(/\d{4}-\d\d-\d\d/g), ["1997-12-29", "1998-02-23"]);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });

  it("says what is wrong with a folder that holds no results, and ends with 2", async () => {
    const dir = await Deno.makeTempDir();
    try {
      const missing = await report(dir);
      assert.equal(missing.code, 2);
      assert.match(missing.err, /Cannot read .*results\.json: there is no such file/);
      await Deno.writeTextFile(join(dir, "results.json"), '{"version": 1}');
      const wrong = await report(dir);
      assert.equal(wrong.code, 2);
      assert.match(wrong.err, /these are not results of this version:\n {2}the whole: must have required property/);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });

  it("leaves a folder of the bench's curves to the bench, and goes on", async () => {
    const dir = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(join(dir, "curves.json"), "{}");
      const { code, out } = await report(dir);
      assert.equal(code, 0);
      assert.match(out, /is of no run: deno task bench --render writes it again/);
      assert.deepEqual(Array.from(Deno.readDirSync(dir), ({ name }) => name), ["curves.json"]);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });

  it("wants a folder, and says which where it is given the report in it", async () => {
    const { code, err } = await task(["report", "reports/quickstart/report.md"]);
    assert.equal(code, 2);
    assert.match(err, /report wants the folder of a report: found a file, .*report\.md; try reports\/quickstart/);
  });
});
