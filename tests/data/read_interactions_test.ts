/** Reading files of interactions in every format. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { DataError } from "../../src/data/errors.ts";
import { type InteractionsSource, readInteractions, type ReadOptions } from "../../src/data/read_interactions.ts";
import type { Interactions } from "../../src/data/types.ts";
import { withFolder, writeFile } from "./files.ts";

/** Reads `content` as a file of the given name. */
function read(
  name: string,
  content: string | Uint8Array,
  source: Omit<InteractionsSource, "path">,
  options?: ReadOptions,
): Promise<Interactions> {
  return withFolder(async (folder) => {
    return await readInteractions({
      ...source,
      name: source.name ?? name,
      path: await writeFile(folder, name, content),
    }, options);
  });
}

/** Rows as [user, item, time, rating?] with raw ids. */
function rowsOf({ count, users, items, times, ratings, userIds, itemIds }: Interactions): (string | number)[][] {
  return Array.from({ length: count }, (_, row) => {
    const plain = [userIds[users[row]!]!, itemIds[items[row]!]!, times[row]!];
    return ratings === undefined ? plain : [...plain, ratings[row]!];
  });
}

describe("readInteractions()", () => {
  it("reads tab-separated MovieLens lines with either line end and without a last one", async () => {
    const data = await read("u.data", "196\t242\t3\t881250949\r\n186\t302\t3\t891717742\n196\t302\t5\t881250950", {
      format: "movielens-tab",
    });
    assert.deepEqual(rowsOf(data), [
      ["196", "242", 881250949, 3],
      ["186", "302", 891717742, 3],
      ["196", "302", 881250950, 5],
    ]);
    assert.deepEqual([...data.users], [0, 1, 0]);
    assert.deepEqual([...data.items], [0, 1, 1]);
  });

  it("keeps ids that differ only in leading zeros apart", async () => {
    const data = await read("ratings.dat", "1::0104257::8::10\n1::104257::4.5::11\n", { format: "movielens-dat" });
    assert.deepEqual(rowsOf(data), [["1", "0104257", 10, 8], ["1", "104257", 11, 4.5]]);
  });

  it("reads quoted CSV fields, a byte-order mark, columns in any order, ISO dates, and commas and line breaks inside quotes", async () => {
    const content =
      '\ufefftitle,when,"item id",user\r\n"a, ""b""\nc",2018-07-07 22:09:11,"x, ""y""",ann\r\nd,2018-07-08T00:00:00+02:00,z,"bob"\r\n';
    const data = await read("x.csv", content, {
      format: "csv",
      columns: { user: "user", item: "item id", time: "when" },
    });
    // 2018-07-07 22:09:11 UTC is 1531001351 (GNU date).
    assert.deepEqual(rowsOf(data), [["ann", 'x, "y"', 1531001351], ["bob", "z", 1531000800]]);
    assert.equal(data.ratings, undefined);
  });

  it("reads a CSV's rating column when one is named, and another separator", async () => {
    const data = await read("x.csv", "user;item;timestamp;stars\n1;2;3;4.5\n", {
      format: "csv",
      separator: ";",
      columns: { user: "user", item: "item", time: "timestamp", rating: "stars" },
    });
    assert.deepEqual(rowsOf(data), [["1", "2", 3, 4.5]]);
  });

  it("reads Yelp reviews, whatever else is in them", async () => {
    const lines = [
      {
        review_id: "r1",
        user_id: 'qV"u',
        business_id: "b-1",
        stars: 4.0,
        text: 'say "user_id":"no"\\',
        date: "2019-01-02 03:04:05",
      },
      {
        votes: { user_id: ["x", { stars: 1 }] },
        date: "2019-01-02 03:04:06",
        stars: 2,
        business_id: "b-2",
        user_id: "ü",
      },
    ];
    const data = await read("r.json", lines.map((line) => JSON.stringify(line)).join("\n"), { format: "yelp-ndjson" });
    assert.deepEqual(rowsOf(data), [['qV"u', "b-1", 1546398245, 4], ["ü", "b-2", 1546398246, 2]]);
  });

  it("reads plain NDJSON with its own keys, ids as numbers or strings", async () => {
    const data = await read("x.ndjson", '{ "who": 7, "what": "a", "at": 12.5 }\n{"what":"b","who":"7","at":"13"}\n', {
      format: "ndjson",
      columns: { user: "who", item: "what", time: "at" },
    });
    assert.deepEqual(rowsOf(data), [["7", "a", 12.5], ["7", "b", 13]]);
  });

  it("reads a packed file like the plain one, and gives the SHA-256 of the file on disk", async () => {
    await withFolder(async (folder) => {
      const path = await writeFile(folder, "ratings.dat.gz", "1::2::3::4\n5::6::4::7\n");
      const data = await readInteractions({ path, format: "movielens-dat" });
      assert.deepEqual(rowsOf(data), [["1", "2", 4, 3], ["5", "6", 7, 4]]);
      const bytes = await Deno.readFile(path);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      assert.deepEqual(data.files, [{ name: path, bytes: bytes.length, sha256 }]);
    });
  });

  it("says file, line, what was found and what was wanted for a bad line", async () => {
    const cases: [string, InteractionsSource["format"], string, RegExp, number][] = [
      ["r.dat", "movielens-dat", "1::2::3::4\n\n1::2::3\n", /r\.dat, line 3: found 3 fields, wanted 4 .*"1::2::3"/, 3],
      ["r.dat", "movielens-dat", "1::2::good::4\n", /line 1: found the rating "good", wanted a number/, 1],
      [
        "u.data",
        "movielens-tab",
        "1\t2\t3\tyesterday\n",
        /found the time "yesterday", wanted seconds since 1970 or an ISO date/,
        1,
      ],
      ["u.data", "movielens-tab", "\t2\t3\t4\n", /found an empty user, wanted an id/, 1],
      ["x.csv", "csv", "user,item,timestamp\n1,2,2019-02-29\n", /line 2: found the timestamp "2019-02-29"/, 2],
      ["x.csv", "csv", "user,item,timestamp\n1,2\n", /line 2: found 2 fields, wanted 3 as in the header/, 2],
      ["x.csv", "csv", 'user,item,timestamp\n1,"a\nb",5\n1,"2"3,4\n', /line 4: found text after a closing quote/, 4],
      [
        "x.csv",
        "csv",
        'user,item,timestamp\n1,2,3\n1,"2,3\n4,5,6\n',
        /line 3: a quoted field that begins here never closes/,
        3,
      ],
      [
        "x.csv",
        "csv",
        "who,item,timestamp\n1,2,3\n",
        /line 1: found the columns "who", "item", "timestamp", wanted "user"/,
        1,
      ],
      ["x.ndjson", "ndjson", '{"user":1,"item":2}\n', /line 1: found no usable key "timestamp"/, 1],
      ["x.ndjson", "ndjson", '{"user":1,"item":2,"timestamp":3\n', /line 1: found no JSON object/, 1],
    ];
    for (const [name, format, content, message, line] of cases) {
      await assert.rejects(read(name, content, { format }), (error) => {
        assert(error instanceof DataError);
        assert.match(error.message, message);
        assert.equal(error.line, line);
        assert.equal(error.file, name);
        return true;
      });
    }
  });

  it("recognises milliseconds and says what to do", async () => {
    const content = "user,item,timestamp\n1,2,1546456309000\n";
    await assert.rejects(
      read("x.csv", content, { format: "csv" }),
      /looks like milliseconds; divide the column by 1000/,
    );
  });

  it("skips and counts bad lines when told to, but not a bad header", async () => {
    const data = await read("u.data", "1\t2\t3\t4\nnonsense\n1\t2\tx\t4\n5\t6\t7\t8\n", { format: "movielens-tab" }, {
      badLines: "skip",
    });
    assert.equal(data.skippedLines, 2);
    assert.deepEqual(rowsOf(data), [["1", "2", 4, 3], ["5", "6", 8, 7]]);
    const header = read("x.csv", "a,b\n1,2\n", { format: "csv" }, { badLines: "skip" });
    await assert.rejects(header, /line 1: found the columns/);
    const none = read("u.data", "nonsense\n", { format: "movielens-tab" }, { badLines: "skip" });
    await assert.rejects(none, /all 1 lines are bad, the first: Cannot read u\.data, line 1/);
  });

  it("refuses an empty file, a missing one and a damaged packed one", async () => {
    await assert.rejects(read("u.data", "", { format: "movielens-tab" }), /it holds none/);
    await assert.rejects(readInteractions({ path: "no/such/file", format: "csv" }), DataError);
    await withFolder(async (folder) => {
      const path = await writeFile(folder, "u.data.gz", "1\t2\t3\t4\n".repeat(1000));
      await Deno.writeFile(path, (await Deno.readFile(path)).subarray(0, 40));
      await assert.rejects(readInteractions({ path, format: "movielens-tab" }), /damaged or cut off/);
    });
  });

  it("reads back any CSV that quotes as RFC 4180 says", async () => {
    const id = fc.string({ minLength: 1, maxLength: 8, unit: "grapheme" }).filter((text) => !text.includes("\r"));
    const quoted = (text: string) => /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(id, id, fc.nat({ max: 4e9 })), { minLength: 1, maxLength: 20 }),
        async (rows) => {
          const lines = rows.map(([user, item, time]) => [quoted(user), quoted(item), time].join(","));
          const data = await read("x.csv", ["user,item,timestamp", ...lines].join("\n"), { format: "csv" });
          assert.deepEqual(rowsOf(data), rows);
        },
      ),
      { numRuns: 60 },
    );
  });
});
