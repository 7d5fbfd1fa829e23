/** Commands through their tasks: the permissions that deno.json grants are enough, and nobody is asked for more. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import type { Diagnosis } from "../../src/cli/diagnosis.ts";
import { task } from "./task.ts";

describe("deno task", () => {
  it("data list shows every data set, with those of RAIE_DATA and --data found", async () => {
    const folder = await Deno.makeTempDir();
    try {
      const place = join(folder, "movielens-100k");
      await Deno.mkdir(place);
      await Deno.writeTextFile(join(place, "u.data"), "1\t2\t3\t4\n");
      const byName = await task(["data", "list"], { RAIE_DATA: folder });
      assert.equal(byName.code, 0, byName.err);
      assert.equal(byName.err, "");
      for (const id of ["movielens-100k", "movielens-1m", "movielens-10m", "yelp", "synthetic"]) {
        assert.match(byName.out, new RegExp(`^${id} `, "m"));
      }
      assert.ok(byName.out.includes(`here: ${join(place, "u.data")}`), byName.out);
      const byOption = await task(["data", "list", "--data", folder], { RAIE_DATA: "" });
      assert.equal(byOption.code, 0, byOption.err);
      assert.ok(byOption.out.includes(`here: ${join(place, "u.data")}`), byOption.out);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  it("doctor --json prints one object that names every engine, and takes one that works", async () => {
    const { code, out, err } = await task(["doctor", "--json"]);
    assert.equal(code, 0, err);
    const { rungs, engine, versions } = JSON.parse(out) as Diagnosis;
    assert.deepEqual(rungs.map(({ rung }) => rung), ["tensorflow", "webgpu", "wasm", "cpu"]);
    assert.equal(rungs.find(({ rung }) => rung === engine)?.works, true);
    assert.equal(versions.deno, Deno.version.deno);
    // What the task may not do would be given as the reason why an engine does not work.
    for (const { rung, reason } of rungs) assert.doesNotMatch(reason ?? "", /NotCapable|Requires .* access/, rung);
  });
});
