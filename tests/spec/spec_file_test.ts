import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { readSpecFile, readUpTo } from "../../src/spec/spec_file.ts";

describe("readSpecFile()", () => {
  let folder: string;
  beforeEach(() => {
    folder = Deno.makeTempDirSync();
  });
  afterEach(() => Deno.removeSync(folder, { recursive: true }));

  const refused = async (file: string, message: RegExp) => {
    const start = performance.now();
    await assert.rejects(readSpecFile(file), (error: Error & { issues: unknown[] }) => {
      assert.equal(error.name, "SpecError");
      assert.match(error.message, message);
      const [issue] = error.issues as { file: string; pointer: string; line: number; column: number }[];
      assert.deepEqual([issue?.file, issue?.pointer, issue?.line, issue?.column], [file, "", 1, 1]);
      return true;
    });
    assert.ok(performance.now() - start < 2000);
  };

  it("reads a file up to its limit, byte by byte as it is", async () => {
    for (
      const content of [new Uint8Array(), Uint8Array.of(0xef, 0xbb, 0xbf, 0xff, 0), new Uint8Array(1 << 20).fill(32)]
    ) {
      Deno.writeFileSync(join(folder, "a.json"), content);
      assert.deepEqual(await readSpecFile(join(folder, "a.json")), content);
    }
  });

  it("refuses one byte more", async () => {
    Deno.writeFileSync(join(folder, "a.json"), new Uint8Array((1 << 20) + 1));
    await refused(join(folder, "a.json"), /has 1048577 bytes: a spec has at most 1048576/);
  });

  it("refuses a folder, and what is not there", async () => {
    await refused(folder, /This is a folder: wanted the path of a JSON spec/);
    await refused(join(folder, "none.json"), /There is no such file/);
    await refused(join(folder, "none.json", "a.json"), /There is no such file|cannot be read/);
    await refused("", /cannot be read/);
    await refused("a\0b.json", /cannot be read/);
  });

  it("refuses a pipe nobody writes into, and an endless device, without waiting", async () => {
    const pipe = join(folder, "pipe.json");
    assert.ok(new Deno.Command("mkfifo", { args: [pipe] }).outputSync().success);
    await refused(pipe, /a pipe, a socket or a device/);
    await refused("/dev/zero", /a pipe, a socket or a device/);
  });

  it("follows a link, and refuses one that leads to itself", async () => {
    Deno.writeTextFileSync(join(folder, "a.json"), "{}");
    Deno.symlinkSync(join(folder, "a.json"), join(folder, "b.json"));
    assert.equal((await readSpecFile(join(folder, "b.json"))).length, 2);
    Deno.symlinkSync(join(folder, "c.json"), join(folder, "c.json"));
    await refused(join(folder, "c.json"), /cannot be read/);
  });
});

describe("readUpTo()", () => {
  it("puts pieces together", async () => {
    const pieces = [[1, 2], [], [3, 4, 5]];
    const source = {
      read: (into: Uint8Array) => {
        const piece = pieces.shift();
        into.set(piece ?? []);
        return Promise.resolve(piece?.length ?? null);
      },
    };
    assert.deepEqual(await readUpTo(source, 5), Uint8Array.of(1, 2, 3, 4, 5));
  });

  it("stops at what never ends", async () => {
    let reads = 0;
    const endless = { read: (into: Uint8Array) => Promise.resolve((reads++, Math.min(1000, into.length))) };
    assert.equal(await readUpTo(endless, 10_000), undefined);
    assert.equal(reads, 11);
  });
});
