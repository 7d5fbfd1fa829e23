/** Fetching, checking and unpacking, against a server on loopback. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { strToU8, zipSync } from "fflate";
import { parseDescriptor } from "../../src/data/descriptors.ts";
import { download } from "../../src/data/download.ts";
import { DataError } from "../../src/data/errors.ts";
import { fetchDataset } from "../../src/data/fetch_dataset.ts";
import { verifyDataset } from "../../src/data/verify_dataset.ts";
import { treeOf } from "../archive/tree.ts";
import { withFolder, writeFile } from "./files.ts";
import { type Served, withServer } from "./local_server.ts";

const body = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7 + (at >> 8)) % 251);

describe("download()", () => {
  it("goes on with a range after the connection broke", async () => {
    const file: Served = { body, etag: '"one"', breakAfter: 100_000 };
    await withServer({ "/f": file }, (url, ranges) =>
      withFolder(async (folder) => {
        const path = join(folder, "f");
        await download(`${url}/f`, path);
        assert.deepEqual(await Deno.readFile(path), body);
        assert.equal(ranges[0], null);
        assert.match(ranges[1] ?? "", /^bytes=[1-9]\d*-$/);
        assert.deepEqual(await names(folder), ["f"]);
      }));
  });

  it("goes on where an earlier call stopped", async () => {
    await withServer({ "/f": { body, etag: '"one"' } }, (url, ranges) =>
      withFolder(async (folder) => {
        await writeFile(folder, "f.part", body.slice(0, 1234));
        await writeFile(folder, "f.part.tag", '"one"');
        const seen: number[] = [];
        await download(`${url}/f`, join(folder, "f"), { onProgress: (done, total) => seen.push(done, total) });
        assert.deepEqual(ranges, ["bytes=1234-"]);
        assert.deepEqual(await Deno.readFile(join(folder, "f")), body);
        assert.deepEqual([seen[0], seen.at(-2), seen.at(-1)], [1234, body.length, body.length]);
      }));
  });

  it("begins anew when the file has changed, when ranges are not served, and when the part is longer than the file", async () => {
    const changed: Served = { body, etag: '"two"' };
    const rangeless: Served = { body, etag: '"one"', ranges: false };
    await withServer(
      { "/changed": changed, "/rangeless": rangeless, "/shorter": { body, etag: '"one"' } },
      (url) =>
        withFolder(async (folder) => {
          for (const name of ["changed", "rangeless", "shorter"]) {
            await writeFile(folder, `${name}.part`, new Uint8Array(name === "shorter" ? body.length + 5 : 999));
            await writeFile(folder, `${name}.part.tag`, '"one"');
            await download(`${url}/${name}`, join(folder, name));
            assert.deepEqual(await Deno.readFile(join(folder, name)), body, name);
          }
        }),
    );
  });

  it("says what the server answered, and that a broken part is kept", async () => {
    await withServer({ "/f": { body, etag: '"one"', breakAfter: 100_000 } }, (url) =>
      withFolder(async (folder) => {
        await assert.rejects(
          download(`${url}/none`, join(folder, "f")),
          /Cannot download .*\/none: the server answers 404/,
        );
        const once = download(`${url}/f`, join(folder, "f"), { retries: 0 });
        await assert.rejects(once, /\d+ bytes are kept, the same command goes on from there/);
        assert.deepEqual(await names(folder), ["f.part", "f.part.tag"]);
      }));
  });
});

describe("download() of a file of known size", () => {
  it("refuses a server that gives another size, before a byte is kept", async () => {
    await withServer({ "/f": { body } }, (url) =>
      withFolder(async (folder) => {
        const wrong = download(`${url}/f`, join(folder, "f"), { bytes: 1000 });
        await assert.rejects(wrong, /Cannot download .*\/f: the server gives 300000 bytes, wanted 1000/);
        assert.deepEqual(await names(folder), []);
      }));
  });

  it("stops listening to a server that gives no end", async () => {
    let sent = 0;
    const endless = () =>
      new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(controller) {
          sent += 1 << 16;
          controller.enqueue(new Uint8Array(1 << 16));
        },
      });
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => undefined },
      () => new Response(endless()),
    );
    try {
      await withFolder(async (folder) => {
        const wrong = download(`http://127.0.0.1:${server.addr.port}/f`, join(folder, "f"), { bytes: 1 << 20 });
        await assert.rejects(wrong, (error) => {
          return error instanceof DataError && /the server gives more than 1048576 bytes/.test(error.message);
        });
        assert.deepEqual(await names(folder), []);
        assert.ok(sent < 64 << 20, `${sent} bytes were sent`);
      });
    } finally {
      await server.shutdown();
    }
  });
});

describe("fetchDataset()", () => {
  const ratings = "1\t2\t3\t4\n".repeat(5000);
  const zip = zipSync({ "toy/u.data": strToU8(ratings), "toy/README": strToU8("read me") }) as Uint8Array<ArrayBuffer>;

  it("downloads, checks and unpacks an archive, and fetches nothing the second time", async () => {
    await withServer({ "/toy.zip": { body: zip } }, (url, ranges) =>
      withFolder(async (folder) => {
        const toy = descriptor(`${url}/toy.zip`, { md5: sumOf("md5", zip), bytes: zip.length });
        const paths = await fetchDataset(toy, folder);
        assert.deepEqual(paths, [join(folder, "toy", "u.data")]);
        assert.equal(await Deno.readTextFile(paths[0]!), ratings);
        assert.deepEqual(await names(join(folder, "toy")), ["checksums.json", "u.data"]);
        await fetchDataset(toy, folder);
        assert.equal(ranges.length, 1);
      }));
  });

  it("refuses an archive with the wrong checksum and leaves nothing of it behind", async () => {
    await withServer({ "/toy.zip": { body: zip } }, (url) =>
      withFolder(async (folder) => {
        const toy = descriptor(`${url}/toy.zip`, { md5: "0".repeat(32) });
        await assert.rejects(
          fetchDataset(toy, folder),
          new RegExp(`the archive of toy is not the file it should be: its md5 is ${sumOf("md5", zip)}, wanted 0{32}`),
        );
        assert.deepEqual(await names(join(folder, "toy")), []);
      }));
  });

  it("refuses an archive that is unsafe, though its checksum is right, and leaves nothing of it or elsewhere", async () => {
    const evil = zipSync({ "toy/u.data": strToU8(ratings), "../evil": strToU8("x") }) as Uint8Array<ArrayBuffer>;
    await withServer({ "/toy.zip": { body: evil } }, (url) =>
      withFolder(async (folder) => {
        await writeFile(folder, "neighbour", "must stay as it is");
        const toy = descriptor(`${url}/toy.zip`, { md5: sumOf("md5", evil), bytes: evil.length });
        await assert.rejects(fetchDataset(toy, join(folder, "cache")), /"\.\.\/evil" leaves the folder/);
        const { neighbour, ...rest } = treeOf(folder);
        assert.deepEqual(Object.keys(rest), ["cache", "cache/toy"]);
        assert.equal(neighbour, sumOf("sha256", strToU8("must stay as it is")));
      }));
  });

  it("removes an unpacked file with the wrong checksum, which a run would read", async () => {
    await withServer({ "/toy.zip": { body: zip } }, (url) =>
      withFolder(async (folder) => {
        const toy = descriptor(`${url}/toy.zip`, {}, { sha256: "0".repeat(64) });
        await assert.rejects(fetchDataset(toy, folder), /toy\/u\.data is not the file it should be: its sha256 is/);
        assert.deepEqual(await names(join(folder, "toy")), []);
      }));
  });

  it("says that a packed file is damaged", async () => {
    await withFolder(async (folder) => {
      await Deno.mkdir(join(folder, "toy"));
      const path = await writeFile(join(folder, "toy"), "u.data.gz", ratings);
      await Deno.truncate(path, 40);
      const [file] = await verifyDataset(descriptor("http://127.0.0.1/none"), [folder]);
      assert.equal(file!.state, "wrong");
      assert.match(file!.detail, /u\.data\.gz: .*the gzip file is damaged or cut off/);
    });
  });

  it("says that the kept checksums cannot be read", async () => {
    await withFolder(async (folder) => {
      const home = join(folder, "toy");
      await Deno.mkdir(home);
      await writeFile(home, "u.data", ratings);
      for (const text of ["null", "{"]) {
        await writeFile(home, "checksums.json", text);
        await assert.rejects(verifyDataset(descriptor("http://127.0.0.1/none"), [folder]), (error) => {
          return error instanceof DataError && /Cannot read .*checksums\.json: /.test(error.message);
        });
      }
    });
  });

  it("notices later damage to a file whose publisher gives no checksum", async () => {
    await withServer({ "/toy.zip": { body: zip } }, (url) =>
      withFolder(async (folder) => {
        const toy = descriptor(`${url}/toy.zip`);
        const [path] = await fetchDataset(toy, folder);
        assert.deepEqual((await verifyDataset(toy, [folder])).map(({ state }) => state), ["right"]);
        await Deno.writeTextFile(path!, ratings.replace("1", "9"));
        const [file] = await verifyDataset(toy, [folder]);
        assert.equal(file!.state, "wrong");
        assert.match(file!.detail, /its sha256 is [0-9a-f]{64}, wanted [0-9a-f]{64}/);
        await Deno.remove(join(folder, "toy"), { recursive: true });
        assert.deepEqual((await verifyDataset(toy, [folder])).map(({ state }) => state), ["missing"]);
      }));
  });

  it("verifies the contents of a packed file", async () => {
    await withFolder(async (folder) => {
      await Deno.mkdir(join(folder, "toy"));
      await writeFile(join(folder, "toy"), "u.data.gz", ratings);
      const toy = descriptor("http://127.0.0.1/none", {}, { sha256: sumOf("sha256", strToU8(ratings)) });
      assert.deepEqual((await verifyDataset(toy, [folder])).map(({ name, state }) => [name, state]), [[
        "toy/u.data.gz",
        "right",
      ]]);
    });
  });

  it("gives instructions for data that is got by hand", async () => {
    const byHand = parseDescriptor(
      JSON.stringify({ ...raw("http://x/"), access: "by-hand", instructions: "Ask them." }),
      "toy.json",
    );
    await assert.rejects(
      fetchDataset(byHand, "nowhere"),
      (error) => error instanceof DataError && /Ask them\./.test(error.message),
    );
  });
});

function descriptor(url: string, archive: object = {}, file: object = {}) {
  return parseDescriptor(JSON.stringify(raw(url, archive, file)), "toy.json");
}

function raw(url: string, archive: object = {}, file: object = {}) {
  return {
    id: "toy",
    title: "Toy",
    description: "For tests.",
    source: "tests",
    licence: "none",
    citation: "none",
    access: "download",
    archive: { url, ...archive },
    files: [{ name: "u.data", member: "toy/u.data", ...file }],
    format: "movielens-tab",
    ratings: { from: 1, to: 5, step: 1 },
  };
}

function sumOf(kind: "md5" | "sha256", bytes: Uint8Array): string {
  return createHash(kind).update(bytes).digest("hex");
}

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}
