import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { zipSync } from "fflate";
import { EngineError } from "../../src/engine/errors.ts";
import { unpack } from "../../src/engine/setup/zip_entries.ts";

let folder: string;
beforeEach(async () => {
  folder = await Deno.makeTempDir();
});
afterEach(() => Deno.remove(folder, { recursive: true }));

describe("unpack()", () => {
  it("restores stored and deflated files byte for byte", async () => {
    const big = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * i) % 251);
    await Deno.writeFile(
      `${folder}/a.zip`,
      zipSync({ "x/deflated": big, "x/stored": [big, { level: 0 }], "y/other": big }),
    );
    assert.equal(await unpack(`${folder}/a.zip`, `${folder}/out`, (name) => name.startsWith("x/")), 2);
    assert.deepEqual(await Deno.readFile(`${folder}/out/x/deflated`), big);
    assert.deepEqual(await Deno.readFile(`${folder}/out/x/stored`), big);
  });

  it("refuses a path that leaves the folder, and a file that is no archive", async () => {
    await Deno.writeFile(`${folder}/a.zip`, zipSync({ "../evil": new Uint8Array(3) }));
    await assert.rejects(unpack(`${folder}/a.zip`, `${folder}/out`, () => true), EngineError);
    await Deno.writeTextFile(`${folder}/b.zip`, "no archive at all, but long enough to hold an end record");
    await assert.rejects(unpack(`${folder}/b.zip`, `${folder}/out`, () => true), /no ZIP directory found/);
  });
});
