import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describe, it } from "@std/testing/bdd";
import { ROWS, verdict } from "../bench/rows.ts";

async function bench(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "bench", ...args],
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

describe("deno task bench", () => {
  it("says with --help what it measures and which options it has", async () => {
    const { code, out, err } = await bench("--help");
    assert.equal(code, 0, err);
    for (const option of ["--only WORD", "--data DIR", "--help"]) assert.ok(out.includes(option), out);
    for (const { what, bar } of ROWS) assert.ok(out.includes(`  ${what}\n    ${bar}`), out);
  });

  it("measures only the rows whose name contains --only's word", async () => {
    const { code, out, err } = await bench("--only", "ranking", "--rounds", "1", "--windows", "1000");
    // Exit code 1 says that a slow or busy machine missed the bar; where tensorflow is not set up, the row says so.
    assert.ok(code === 0 || code === 1, err);
    assert.equal(err, "");
    const rows = out.split("\n").filter((line) => /^[-+?] /.test(line));
    assert.equal(rows.length, 1, out);
    assert.match(rows[0]!, /^([-+] ranking.* \d+ windows\/s|\? ranking.* not measured: .*set up)/);
  });

  it("refuses unknown options and words with exit code 2 and names what there is", async () => {
    const option = await bench("--onyl", "ranking");
    assert.deepEqual([option.code, option.out], [2, ""]);
    assert.match(option.err, /did you mean --only\?/);
    const word = await bench("--only", "swimming");
    assert.deepEqual([word.code, word.out], [2, ""]);
    assert.match(word.err, /No row's name contains "swimming"[^]*ranking/);
  });

  it("counts what was not measured apart from what met its bar", () => {
    assert.equal(verdict([true, true]), "2 of 2 bars met.");
    assert.equal(verdict([true, undefined, false, undefined]), "1 of 4 bars met, 1 missed, 2 not measured.");
    assert.equal(verdict([undefined]), "0 of 1 bar met, 1 not measured.");
  });
});
