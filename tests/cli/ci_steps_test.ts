/** What README's workflow runs on a pull request, as a script, with experiments and reports of the test's own. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { TINY } from "./tiny_spec.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The workflow's steps; the second runs whether the first fails or not. */
const CHECK = "deno task check experiments/quickstart.json --engine wasm --out fresh";
const COMPARE = "deno task compare reports/quickstart fresh/quickstart > comment.md";

describe("a pull request's job", () => {
  const folder = Deno.makeTempDirSync();
  const results = join(folder, "reports", "quickstart", "results.json");

  /** A step in the project's folder: its experiments, reports and what it writes are the test's. */
  async function step(command: string) {
    const own = command.replace(/\b(experiments\/|reports\/|fresh\b|comment\.md)/g, (path) => join(folder, path));
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", command.includes("task check") ? `${own} --reports ${join(folder, "reports")}` : own],
      cwd: ROOT,
      env: { NO_COLOR: "1", RAIE_STORE: join(folder, "store"), PATH: `${folder}:${Deno.env.get("PATH") ?? ""}` },
    }).output();
    const text = new TextDecoder();
    return { code, out: text.decode(stdout), err: text.decode(stderr) };
  }

  beforeAll(async () => {
    Deno.symlinkSync(Deno.execPath(), join(folder, "deno"));
    Deno.mkdirSync(join(folder, "experiments"));
    const spec = join(folder, "experiments", "quickstart.json");
    Deno.writeTextFileSync(spec, JSON.stringify({ ...TINY, name: "quickstart" }));
    const { code, err } = await step("deno task run experiments/quickstart.json --engine wasm --quiet --out reports/");
    assert.equal(code, 0, err);
    // What a run has stored is not committed: the job computes everything.
    Deno.removeSync(join(folder, "store"), { recursive: true });
  });
  afterAll(() => Deno.removeSync(folder, { recursive: true }));

  it("passes where the results come out again, and its comment says so", async () => {
    const check = await step(CHECK);
    assert.equal(check.code, 0, check.err);
    assert.match(check.out, /quickstart: nothing moved/);
    const compare = await step(COMPARE);
    assert.equal(compare.code, 0, compare.err);
    const comment = Deno.readTextFileSync(join(folder, "comment.md"));
    assert.match(comment, /^## quickstart\n[^]*No measure on S or T differs\./);
    assert.match(comment, /- \*\*A\*\*: `.*reports\/quickstart`\n- \*\*B\*\*: `.*fresh\/quickstart`/);
  });

  it("fails where they do not, and its comment shows where", async () => {
    const before = Deno.readTextFileSync(results);
    const changed = JSON.parse(before);
    changed.runs[1].measures.T["Recall@10"] = 0.987654;
    Deno.writeTextFileSync(results, JSON.stringify(changed));
    const check = await step(CHECK);
    assert.equal(check.code, 1, check.err);
    assert.match(check.out, /runs\[lora, seed 1\]\.measures\.T\.Recall@10 +0\.987654/);
    const compare = await step(COMPARE);
    assert.equal(compare.code, 0, compare.err);
    const comment = Deno.readTextFileSync(join(folder, "comment.md"));
    assert.match(comment, /1 measure on S and T differs; most: lora on T in Recall@10, B: −0\.\d{4}/);
    assert.match(comment, /\| lora \| Recall@10 \| 0\.9877 \| 0\.\d{4} \| −0\.\d{4} \(−\d+\.\d\) \|/);
    Deno.writeTextFileSync(results, before);
  });
});
