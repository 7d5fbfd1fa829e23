/** Numbers, times, ids and JSON read from bytes, held to what JavaScript's own parsers give. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { readNumber } from "../../src/data/byte_number.ts";
import { readTime } from "../../src/data/byte_time.ts";
import { IdTable } from "../../src/data/id_table.ts";
import { JsonScanner } from "../../src/data/json_scanner.ts";
import { scanLines } from "../../src/data/scan_lines.ts";
import { withFolder, writeFile } from "./files.ts";

const encode = (text: string) => new TextEncoder().encode(text);

describe("readNumber()", () => {
  it("gives what Number() gives for any written number", () => {
    fc.assert(
      fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.bigInt()), (value) => {
        const bytes = encode(` ${value} `);
        assert.equal(readNumber(bytes, 0, bytes.length), Number(value) + 0);
      }),
    );
  });

  it("gives NaN for what is no decimal number", () => {
    for (const text of ["", " ", "-", ".", "1.2.3", "0x10", "1,5", "Infinity", "12a", "1e", "+-1"]) {
      assert.equal(readNumber(encode(text), 0, text.length), NaN, text);
    }
  });
});

describe("readTime()", () => {
  it("gives what Date gives for any ISO date", () => {
    const date = fc.date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59Z"),
      noInvalidDate: true,
    });
    fc.assert(fc.property(date, (when) => {
      const iso = when.toISOString();
      for (const text of [iso, iso.replace("T", " ").replace("Z", ""), iso.replace("Z", "+00:00")]) {
        assert(Math.abs(readTime(encode(text), 0, text.length) - when.getTime() / 1000) < 1e-4, text);
      }
      assert.equal(readTime(encode(iso), 0, 10), Date.parse(iso.slice(0, 10)) / 1000);
    }));
  });

  it("takes zones off and refuses dates that do not exist", () => {
    const text = "2018-07-07T22:09-0330";
    assert.equal(readTime(encode(text), 0, text.length), Date.parse("2018-07-07T22:09:00-03:30") / 1000);
    for (
      const wrong of [
        "2019-02-29",
        "2019-13-01",
        "2019-00-10",
        "2019-01-01 25:00",
        "2019-01-01 10:60",
        "2019-01-01x",
        "2019-01-01T10:00+2",
      ]
    ) {
      assert.equal(readTime(encode(wrong), 0, wrong.length), NaN, wrong);
    }
  });
});

describe("IdTable", () => {
  it("numbers any ids in order of first appearance, as a Map would", () => {
    const id = fc.oneof(
      fc.nat({ max: 300 }).map(String),
      fc.string({ minLength: 1, maxLength: 3 }),
      fc.nat().map(String),
    );
    fc.assert(fc.property(fc.array(id, { maxLength: 2000 }), (ids) => {
      const table = new IdTable();
      const map = new Map<string, number>();
      for (const text of ids) {
        if (!map.has(text)) map.set(text, map.size);
        const bytes = encode(`<${text}>`);
        assert.equal(table.intern(bytes, 1, bytes.length - 1), map.get(text));
      }
      assert.deepEqual(table.ids, [...map.keys()]);
    }));
  });
});

describe("JsonScanner", () => {
  it("finds what JSON.parse finds in any object", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
        fc.jsonValue(),
        fc.boolean(),
        (rest, wanted, spaced) => {
          const object = { ...rest, wanted };
          const bytes = encode(JSON.stringify(object, null, spaced ? 1 : 0));
          const scanner = new JsonScanner(["wanted", "not there"]);
          assert.equal(scanner.scan(bytes, 0, bytes.length), true);
          const found = new TextDecoder().decode(bytes.subarray(scanner.starts[0], scanner.ends[0]));
          assert.deepEqual(typeof wanted === "string" ? found : JSON.parse(found), JSON.parse(JSON.stringify(wanted)));
          if (!Object.hasOwn(object, "not there")) assert.equal(scanner.starts[1], -1);
        },
      ),
    );
  });

  it("refuses what is no object", () => {
    for (
      const text of [
        "",
        "[]",
        "1",
        '{"a":1',
        '{"a" 1}',
        '{"a":}',
        '{"a":1}}',
        '{"a":"x}',
        '{"a":[1,{"b":2}',
        "{a:1}",
        '{"a":1,}',
      ]
    ) {
      assert.equal(new JsonScanner(["a"]).scan(encode(text), 0, encode(text).length), false, text);
    }
  });
});

describe("scanLines()", () => {
  it("finds the lines of any text, across the borders of its buffer", async () => {
    // Longer than the reader's buffer of 4 MiB, so that lines lie across its end.
    const lines = Array.from({ length: 60_000 }, (_, line) => `${line}:${"x".repeat(line % 173)}`);
    await withFolder(async (folder) => {
      const path = await writeFile(folder, "lines.gz", lines.join("\n"));
      const decoder = new TextDecoder();
      let count = 0;
      await scanLines(path, (bytes, start, end, line) => {
        assert.equal(decoder.decode(bytes.subarray(start, end)), lines[count]);
        assert.equal(line, ++count);
      });
      assert.equal(count, lines.length);
    });
  });
});
