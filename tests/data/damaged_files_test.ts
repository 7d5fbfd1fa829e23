/** Files that are damaged, of another kind, or in flux: refused, or read and said to be what they are. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { mock } from "@std/testing/mock";
import { gzipSync } from "fflate";
import { DataError } from "../../src/data/errors.ts";
import { GrowableColumn } from "../../src/data/growable_column.ts";
import { loadDataset } from "../../src/data/load.ts";
import { readInteractions } from "../../src/data/read_interactions.ts";
import { withFolder, writeFile } from "./files.ts";
import { encode, read, refused } from "./reading.ts";

describe("lines", () => {
  it("that end in CR alone are refused with the reason", async () => {
    await refused(
      "movielens-tab",
      "1\t2\t3\t4\r5\t6\t7\t8\r",
      /carriage return \(CR\) inside, wanted lines that end in LF/,
      1,
    );
    await refused("csv", "user,item,timestamp\r1,2,3\r", /line 1: .*carriage return \(CR\)/, 1);
    await refused(
      "ndjson",
      '{"user":1,"item":2,"timestamp":3}\r{"user":1,"item":2,"timestamp":3}\r',
      /carriage return/,
      1,
    );
  });

  it("left out are counted by what was wrong with them", async () => {
    const content = "1\t2\t3\t4e8\nx\n1\t2\t3\tsoon\n\n1\t2\tgood\t4\n\t2\t3\t4\n1\t\t3\t4\ny\n";
    const { skippedLines, notes } = await read("movielens-tab", content, { badLines: "skip" });
    assert.equal(skippedLines, 6);
    assert.deepEqual(notes, [
      "Of the lines left out 2 could not be taken apart (first: line 2), 1 had no usable time (first: line 3), " +
      "1 had no usable rating (first: line 5), 1 had no usable user (first: line 6), 1 had no usable item (first: line 7).",
    ]);
  });

  it("without an end, last in a table, may be cut off; a JSON object shows that it is whole", async () => {
    const [cut] = (await read("movielens-tab", "1\t2\t3\t88125")).notes;
    assert.match(cut!, /^The last line has no line end: if the file was cut off/);
    assert.deepEqual((await read("ndjson", '{"user":1,"item":2,"timestamp":881250949}')).notes, []);
    await refused("ndjson", '{"user":1,"item":2,"timestamp":88125', /found no JSON object/, 1);
  });

  it("longer than any row are refused in bounded memory", async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "long.csv.gz");
      // 80 MiB that never end a line, and a quote that never closes over many lines.
      await Deno.writeFile(path, gzipSync(new Uint8Array(80 << 20).fill(120)));
      await assert.rejects(readInteractions({ path, format: "csv" }), /line 1: no line end within 64 MiB/);
      await Deno.writeFile(path, gzipSync(encode('user,item,timestamp\n"' + "1,2,3\n".repeat(14 << 20))));
      await assert.rejects(
        readInteractions({ path, format: "csv" }),
        /line 2: no line end within 64 MiB.*is every quote closed/,
      );
    });
  });
});

describe("headers", () => {
  it("without a row, with a column twice, or with quotes that go wrong are refused", async () => {
    await refused("csv", "user,item,timestamp\n", /holds a header and no row/);
    await refused("csv", "user,item,timestamp,user\n1,2,3,4\n", /found the column "user" more than once/, 1);
    await refused("csv", 'user,"item"x,timestamp\n1,2,3\n', /text after a closing quote in the header/, 1);
    await refused("csv", `${"a,".repeat(500)}b\n1,2,3\n`, /found the columns ("a", ){19}"a" and 481 more, wanted/, 1);
    await refused("csv", `${"a,".repeat(20_000)}b\n1,2,3\n`, /found 20001 columns, wanted 10000 at most/, 1);
  });

  it("cannot give one column two meanings, nor separate by what ends lines", async () => {
    const columns = { user: "a", item: "a", time: "t" };
    await assert.rejects(read("csv", "a,t\n1,2\n", { columns }), /found "a" twice in "columns"/);
    for (const separator of ["\n", "\r", '"', "→", ""]) {
      await assert.rejects(read("csv", "a,t\n1,2\n", { separator }), (error) => {
        assert(error instanceof DataError);
        return /wanted one ASCII character/.test(error.message);
      });
    }
  });
});

describe("files", () => {
  it("of another kind are told by their first bytes", async () => {
    const packed = gzipSync(encode("1\t2\t3\t4\n"));
    await refused("movielens-tab", packed, /it is a gzip file: give it a name that ends in \.gz/);
    await refused("csv", Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0), /a zip archive or a spreadsheet/);
    await refused("csv", Uint8Array.of(0xff, 0xfe, 117, 0, 10, 0), /text in UTF-16: save it as UTF-8/);
  });

  it("packed and cut off anywhere, or damaged, or followed by something else, give no rows", async () => {
    const packed = gzipSync(encode("1\t2\t3\t4\n".repeat(200)));
    const damaged = packed.slice();
    damaged[packed.length - 6]! ^= 1;
    const broken = [
      damaged,
      new Uint8Array([...packed, ...packed]),
      new Uint8Array([...packed, 1]),
      encode("1\t2\t3\t4\n"),
    ];
    await withFolder(async (folder) => {
      const path = join(folder, "u.data.gz");
      for (const bytes of [...Array.from(packed.keys(), (length) => packed.subarray(0, length)), ...broken]) {
        await Deno.writeFile(path, bytes);
        await assert.rejects(readInteractions({ path, format: "movielens-tab" }), (error) => {
          assert(error instanceof DataError);
          assert.equal(error.file, path);
          return /^Cannot unpack .*damaged or cut off/.test(error.message);
        });
      }
    });
  });

  it("that are folders or pipes are refused without waiting for what they may hold", async () => {
    await withFolder(async (folder) => {
      const pipe = join(folder, "pipe.csv");
      const made = await new Deno.Command("mkfifo", { args: [pipe] }).output();
      assert.equal(made.code, 0);
      await assert.rejects(readInteractions({ path: pipe, format: "csv" }), /found a pipe, wanted a regular file/);
      await assert.rejects(readInteractions({ path: folder, format: "csv" }), /found a folder, wanted a regular file/);
      await assert.rejects(
        readInteractions({ path: "/dev/zero", format: "csv" }),
        /found a device, wanted a regular file/,
      );
      const inline = { format: "csv", path: pipe, badLines: "stop" } as const;
      await assert.rejects(loadDataset(inline), /pipe\.csv is a pipe, wanted a file/);
      await Deno.mkdir(join(folder, "movielens-100k", "u.data"), { recursive: true });
      const known = loadDataset({ id: "movielens-100k", badLines: "stop" }, { dataDir: folder });
      await assert.rejects(known, /u\.data is a folder, wanted a file/);
    });
  });

  it("that the system does not let read, or not to their end, are named with its reason", async () => {
    await withFolder(async (folder) => {
      const path = await writeFile(folder, "u.data", "1\t2\t3\t4\n");
      const open = Deno.open;
      const refusals: [() => Promise<Deno.FsFile>, RegExp][] = [
        [
          () => Promise.reject(new Deno.errors.PermissionDenied("no right to it")),
          /^Cannot open .*u\.data: no right to it/,
        ],
        [async () => {
          const file = await open(path);
          mock.method(file, "read", () => Promise.reject(new Error("Input/output error (os error 5)")));
          return file;
        }, /^Cannot read .*u\.data: Input\/output error/],
      ];
      for (const [opened, message] of refusals) {
        const mocked = mock.method(Deno, "open", opened);
        try {
          await assert.rejects(readInteractions({ path, format: "movielens-tab" }), (error) => {
            assert(error instanceof DataError && error.cause instanceof Error);
            assert.equal(error.file, path);
            assert.match(error.message, message);
            return true;
          });
        } finally {
          mocked.mock.restore();
        }
      }
    });
  });

  it("that change while they are read give no rows", async () => {
    const changes: [string, (path: string) => void, RegExp][] = [
      [
        "u.data",
        (path) => Deno.writeTextFileSync(path, "1\t2\t3\t4\n", { append: true }),
        /size changed from \d+ to \d+/,
      ],
      ["u.data", (path) => Deno.truncateSync(path, 8), /size changed/],
      ["u.data", (path) => Deno.utimeSync(path, 1e9, 1e9), /it was written to while it was being read/],
      ["u.data", (path) => Deno.removeSync(path), /it was removed while it was being read/],
      ["u.data.gz", (path) => Deno.utimeSync(path, 1e9, 1e9), /it was written to while it was being read/],
    ];
    for (const [name, change, message] of changes) {
      await withFolder(async (folder) => {
        const path = await writeFile(folder, name, "1\t2\t3\t4\n".repeat(2_000_000));
        let changed = false;
        const onProgress = () => {
          if (!changed) change(path);
          changed = true;
        };
        await assert.rejects(readInteractions({ path, format: "movielens-tab" }, { onProgress }), (error) => {
          assert(error instanceof DataError);
          assert.equal(error.file, path);
          assert.match(error.message, message);
          return true;
        });
      });
    }
  });
});

describe("GrowableColumn", () => {
  it("refuses more rows than can be numbered", () => {
    const column = new GrowableColumn((length) => new Int32Array(length), 1);
    for (let row = 0; row < 1 << 20; row++) column.push(row);
    assert.throws(
      () => column.push(0),
      (error) => error instanceof DataError && /more than 1048576 rows/.test(error.message),
    );
  });
});
