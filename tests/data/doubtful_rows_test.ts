/** Ids, times and ratings in doubt: refused, or kept as they are written and said to be. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import { loadDataset } from "../../src/data/load.ts";
import { withFolder, writeFile } from "./files.ts";
import { read, refused, withBytes } from "./reading.ts";

describe("ids", () => {
  it("that are no UTF-8, hold a NUL, begin with a byte-order mark or are text are bad lines", async () => {
    await refused(
      "movielens-tab",
      withBytes("1\t2\t3\t4\n#\t2\t3\t4\n", 0xff),
      /line 2: found the user .* is no UTF-8/,
      2,
    );
    await refused("movielens-dat", withBytes("1::#::3::4\n", 0), /found the item "\\u0000", which holds a NUL byte/, 1);
    await refused("tsv", "user\titem\ttimestamp\n1\t2\t3\n\ufeff4\t5\t6\n", /byte-order mark.*were files joined/, 3);
    await refused(
      "csv",
      `user,item,timestamp\n${"x".repeat(5000)},2,3\n`,
      /is 5000 bytes long, wanted at most 4096/,
      2,
    );
  });

  it("that differ are never one, whatever bytes they are made of", async () => {
    // As text with replacement characters both users would be "\ufffd".
    const bytes = Uint8Array.from([...withBytes("#\t2\t3\t4\n", 0xfe), ...withBytes("#\t2\t3\t4\n1\t2\t3\t4\n", 0xff)]);
    const data = await read("movielens-tab", bytes, { badLines: "skip" });
    assert.deepEqual([data.userIds, data.skippedLines], [["1"], 2]);
  });

  it("above 2^31, above 2^53 and in any script are kept as they are written", async () => {
    const ids = [
      "2147483648",
      "2147483647",
      "9007199254740993",
      "9007199254740992",
      "18446744073709551616",
      "Ünï 中文",
      "👩‍🚀",
    ];
    const data = await read("movielens-dat", ids.map((id, at) => `${id}::${id}::5::${100 + at}\n`).join(""));
    assert.deepEqual([data.userIds, data.itemIds], [ids, ids]);
    assert.deepEqual([...data.users], [0, 1, 2, 3, 4, 5, 6]);
  });

  it("of JSON are strings or numbers, and no half characters", async () => {
    for (const id of ["null", "true", "[1]", "{}", "nobody", '"\\ud800"', "1.2.3"]) {
      await refused(
        "ndjson",
        `{"user":${id},"item":1,"timestamp":5}\n`,
        /no usable key "user".*a string or a number/,
        1,
      );
    }
    const data = await read("ndjson", '{"user":"null","item":-3,"timestamp":5}');
    assert.deepEqual([data.userIds, data.itemIds], [["null"], ["-3"]]);
  });

  it("with spaces around them, or damaged before, are kept and counted in a note", async () => {
    const { userIds, notes } = await read("csv", "user,item,timestamp\n a,\ufffd,200000000\na,x,200000001\n");
    assert.deepEqual(userIds, [" a", "a"]);
    assert.match(notes.join("\n"), /^1 user ids begin or end with a space[^]*\n1 item ids hold U\+FFFD/);
  });
});

describe("times", () => {
  it("too large for seconds are named by their unit", async () => {
    for (
      const [time, unit] of [["1546456309000", "milli"], ["1546456309000000", "micro"], ["1546456309000000000", "nano"]]
    ) {
      await refused("movielens-tab", `1\t2\t3\t${time}\n`, new RegExp(`looks like ${unit}seconds; divide`), 1);
    }
    await refused(
      "movielens-tab",
      "1\t2\t3\t9999-12-31\n",
      /found the time "9999-12-31", wanted a date before the year 5138/,
      1,
    );
  });

  it("in other forms of date are bad lines, and days written as one number are refused", async () => {
    for (
      const time of [
        "07/07/2018",
        "2018/07/07",
        "7 Jul 2018",
        "2018-7-7",
        "2018-W27-6",
        "2018-07-07T10:00+99:00",
        "NaN",
      ]
    ) {
      await refused("csv", `user,item,timestamp\n1,2,${time}\n`, /wanted seconds since 1970 or an ISO date/, 2);
    }
    await refused(
      "csv",
      "user,item,timestamp\n1,2,20180707\n1,3,20181231\n",
      /is a date written as one number \(YYYYMMDD\)/,
    );
    assert.equal((await read("csv", "user,item,timestamp\n1,2,20180707\n1,3,20181399\n")).count, 2);
  });

  it("before 1970, or all near it, are taken as they stand and said to be", async () => {
    const { times, notes } = await read("movielens-tab", "1\t2\t3\t-86400\n1\t2\t3\t0\n1\t2\t3\t5\n");
    assert.deepEqual([...times], [-86400, 0, 5]);
    assert.match(notes[0]!, /^2 of 3 rows have the time 0 or a negative one \(1969-12-31T00:00:00Z is the earliest\)/);
    assert.match(notes[1]!, /^All times lie between 1969-12-31T00:00:00Z and 1970-01-01T00:00:05Z/);
    assert.deepEqual((await read("movielens-tab", "1\t2\t3\t881250949\n")).notes, []);
  });
});

describe("ratings", () => {
  it("that are no finite number, or look like times, are bad lines", async () => {
    for (const rating of ["NaN", "Infinity", "1e400", "", "five", "0x5"]) {
      await refused("movielens-dat", `1::2::${rating}::4\n`, /found the rating .*, wanted a number/, 1);
    }
    await refused("movielens-tab", "1\t2\t881250949\t3\n", /do the columns stand in another order\?/, 1);
  });

  it("outside a data set's scale are bad lines", async () => {
    await withFolder(async (folder) => {
      await Deno.mkdir(join(folder, "movielens-100k"));
      await writeFile(join(folder, "movielens-100k"), "u.data", "1\t2\t3\t881250949\n1\t2\t6\t881250949\n");
      const load = (badLines: "stop" | "skip") => loadDataset({ id: "movielens-100k", badLines }, { dataDir: folder });
      await assert.rejects(load("stop"), /u\.data, line 2: found the rating "6", wanted 1 to 5/);
      const { count, skippedLines, notes } = await load("skip");
      assert.deepEqual([count, skippedLines], [1, 1]);
      assert.deepEqual(notes, [
        "Of the lines left out 1 had no usable rating (first: line 2).",
        "MovieLens 100K has 100000 rows, and this file 2: it is another edition, or not whole.",
      ]);
    });
  });
});
