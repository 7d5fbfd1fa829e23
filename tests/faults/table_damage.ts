/**
 * What can be wrong with a file of interactions, from its rows to its bytes.
 * @module
 */
import fc, { type GeneratorValue } from "fast-check";
import type { Cells, Reader } from "./table_files.ts";

/** A kind of fault: any of rows, lines and bytes may be changed, in this order. `draw` gives what is random. */
export interface Fault {
  readonly name: string;
  readonly rows?: (rows: readonly Cells[], draw: GeneratorValue) => readonly Cells[];
  readonly lines?: (lines: readonly string[], draw: GeneratorValue, reader: Reader) => readonly string[];
  /** Between two lines; a line feed if left out. */
  readonly end?: string;
  readonly bytes?: (bytes: Uint8Array, draw: GeneratorValue) => Uint8Array;
  /** "refused": never gives rows; "kept": always all of them. Left out: either, as the damage falls. */
  readonly must?: "refused" | "kept";
  /** What the error says; of a fault that is kept, or may be, what a note says. */
  readonly says?: RegExp;
}

/** Cells that are no number, date or id, or look like one. */
const BAD_CELLS = [
  "",
  " ",
  "-",
  ".",
  "abc",
  "NaN",
  "nan",
  "Infinity",
  "-Infinity",
  "1e400",
  "-1e400",
  "1e39",
  "0x10",
  "1,5",
  "1_000",
  "١٢٣",
  "null",
  "true",
  "[]",
  "07/07/2018",
  "2018/07/07",
  "2018-7-7",
  "2018-02-30",
  "2018-13-01",
  "7 Jul 2018",
  "24:00",
  "2018-07-07T25:00",
  "0000-00-00",
  "9999-12-31",
  "99999999999999999999",
  "-99999999999999999999",
  "\u0000",
  "a\u0000b",
  "\ufeff1",
  "\u202eabc",
  "\x1b[31m",
  '"',
  "'",
  "x".repeat(5000),
  "1\r2",
  "::",
  "\t",
];

const every = (change: (row: Cells, index: number) => Partial<Cells>): NonNullable<Fault["rows"]> => (rows) =>
  rows.map((row, index) => ({ ...row, ...change(row, index) }));

const timesOf = (name: string, time: (seconds: number) => string, rest: Partial<Fault>): Fault => ({
  name: `${name} times`,
  rows: every((row) => ({ time: time(Number(row.time)) })),
  ...rest,
});

/** One line changed, chosen among all. */
const oneLine = (name: string, change: (line: string, draw: GeneratorValue) => string): Fault => ({
  name,
  lines: (lines, draw) => {
    const chosen = draw(fc.nat, { max: lines.length - 1 });
    return lines.map((line, index) => index === chosen ? change(line, draw) : line);
  },
});

/** Bytes put in, from `at` on, for `length` that were there. */
function spliced(bytes: Uint8Array, at: number, length: number, put: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, at), ...put, ...bytes.subarray(at + length)]);
}

const somewhere = (bytes: Uint8Array, draw: GeneratorValue) => draw(fc.nat, { max: bytes.length });

/** Every kind of fault. */
export const FAULTS: readonly Fault[] = [
  { name: "none", must: "kept" },
  { name: "every row twice", rows: (rows) => rows.flatMap((row) => [row, row]), must: "kept" },
  {
    name: "rows in any order",
    rows: (rows, draw) => draw(fc.shuffledSubarray, [...rows], { minLength: rows.length }),
    must: "kept",
  },
  { name: "one user", rows: every(() => ({ user: "7" })), must: "kept" },
  { name: "one item", rows: every(() => ({ item: "7" })), must: "kept" },
  {
    name: "ids beyond 2^31",
    rows: every((_, index) => ({ user: String(2 ** 31 + index), item: String(2 ** 32 + index) })),
    must: "kept",
  },
  {
    name: "ids in other scripts",
    rows: every((_, index) => ({ user: `ü${index}é`, item: `映画${index}😀` })),
    must: "kept",
  },
  {
    name: "ids with spaces",
    rows: every((row) => ({ user: ` ${row.user}` })),
    must: "kept",
    says: /user ids begin or end with a space/,
  },
  {
    name: "ids lost before",
    rows: every(() => ({ item: "\ufffd\ufffd" })),
    must: "kept",
    says: /1 item ids hold U\+FFFD/,
  },
  { name: "one time", rows: every(() => ({ time: "881250949" })), must: "kept" },
  timesOf("negative", (seconds) => String(-seconds), { must: "kept", says: /have the time 0 or a negative one/ }),
  timesOf("zero", () => "0", { must: "kept", says: /have the time 0 or a negative one[^]*All times lie between 1970/ }),
  timesOf("tiny", (seconds) => String(seconds % 1000 + 1), { must: "kept", says: /All times lie between 1970/ }),
  timesOf("fractional", (seconds) => `${seconds}.25`, { must: "kept" }),
  timesOf("ISO", (seconds) => new Date(seconds * 1000).toISOString(), { must: "kept" }),
  timesOf("millisecond", (seconds) => `${seconds}123`, { must: "refused", says: /looks like milliseconds; divide/ }),
  timesOf("microsecond", (seconds) => `${seconds}123456`, { must: "refused", says: /looks like microseconds; divide/ }),
  timesOf("nanosecond", (seconds) => `${seconds}123456789`, {
    must: "refused",
    says: /looks like nanoseconds; divide/,
  }),
  timesOf("YYYYMMDD", (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10).replaceAll("-", ""), {
    must: "refused",
    says: /is a date written as one number/,
  }),
  timesOf("DD/MM/YYYY", () => "07/07/1997", { must: "refused", says: /wanted seconds since 1970 or an ISO date/ }),
  timesOf("missing", () => "", { must: "refused", says: /wanted seconds since 1970 or an ISO date|no usable key/ }),
  {
    name: "cells of another type",
    rows: (rows, draw) => {
      const chosen = draw(fc.nat, { max: rows.length - 1 });
      const cell = draw(fc.constantFrom<(keyof Cells)[]>, "user", "item", "rating", "time");
      const bad = draw(fc.constantFrom<string[]>, ...BAD_CELLS);
      return rows.map((row, index) => index === chosen ? { ...row, [cell]: bad } : row);
    },
  },
  {
    name: "columns in another order",
    rows: every((row) => ({ user: row.item, item: row.rating, rating: row.time, time: row.user })),
  },
  oneLine("a line cut off", (line, draw) => line.slice(0, draw(fc.nat, { max: line.length }))),
  oneLine(
    "a line with more",
    (line, draw) => line + draw(fc.constantFrom<string[]>, "\t5", "::5", ",5", ";5", "}", '"', " ", "x"),
  ),
  oneLine("a line of something else", (_, draw) => draw(fc.string, { unit: "binary", maxLength: 40 })),
  oneLine("quotes in a line", (line, draw) => {
    const at = draw(fc.nat, { max: line.length });
    return line.slice(0, at) + '"' + line.slice(at);
  }),
  oneLine("null for a value", (line) => line.replace(/:("[^"]*"|[\d.]+)/, ":null")),
  oneLine("half a character in JSON", (line) => line.replace(/:("[^"]*"|[\d.]+)/, ':"\\ud83d"')),
  { name: "no line but the first", lines: (lines) => lines.slice(0, 1) },
  { name: "no first line", lines: (lines) => lines.slice(1) },
  { name: "the first line twice", lines: (lines) => [lines[0]!, ...lines] },
  { name: "blank lines", lines: (lines) => lines.flatMap((line) => ["", line, ""]), must: "kept" },
  { name: "CRLF", end: "\r\n", must: "kept" },
  { name: "CR alone", lines: (lines) => [...lines, ...lines], end: "\r", must: "refused" },
  { name: "no last line end", bytes: (bytes) => bytes.subarray(0, -1), must: "kept" },
  { name: "nothing at all", bytes: () => new Uint8Array(0), must: "refused", says: /it holds none/ },
  { name: "line ends only", bytes: () => new Uint8Array(5000).fill(10), must: "refused", says: /it holds none/ },
  { name: "NULs only", bytes: () => new Uint8Array(5000), must: "refused" },
  { name: "a mark in front", bytes: (bytes) => spliced(bytes, 0, 0, Uint8Array.of(0xef, 0xbb, 0xbf)), must: "kept" },
  { name: "two files joined", bytes: (bytes) => Uint8Array.from([...bytes, 0xef, 0xbb, 0xbf, ...bytes]) },
  {
    name: "UTF-16",
    bytes: (bytes) => Uint8Array.from([0xff, 0xfe, ...[...bytes].flatMap((byte) => [byte, 0])]),
    must: "refused",
    says: /UTF-16/,
  },
  {
    name: "UTF-16 without a mark",
    bytes: (bytes) => Uint8Array.from([...bytes].flatMap((byte) => [byte, 0])),
    must: "refused",
  },
  { name: "another file", bytes: (_, draw) => draw(fc.uint8Array, { maxLength: 3000 }) },
  { name: "cut off", bytes: (bytes, draw) => bytes.subarray(0, somewhere(bytes, draw)) },
  { name: "without its beginning", bytes: (bytes, draw) => bytes.subarray(somewhere(bytes, draw)) },
  {
    name: "NULs inside",
    bytes: (bytes, draw) =>
      spliced(bytes, somewhere(bytes, draw), draw(fc.nat, { max: 60 }), new Uint8Array(draw(fc.nat, { max: 600 }))),
  },
  {
    name: "a byte changed",
    bytes: (bytes, draw) => spliced(bytes, somewhere(bytes, draw), 1, Uint8Array.of(draw(fc.nat, { max: 255 }))),
  },
  {
    name: "other bytes inside",
    bytes: (bytes, draw) =>
      spliced(bytes, somewhere(bytes, draw), draw(fc.nat, { max: 9 }), draw(fc.uint8Array, { maxLength: 9 })),
  },
  {
    name: "a piece lost",
    bytes: (bytes, draw) => spliced(bytes, somewhere(bytes, draw), draw(fc.nat, { max: 300 }), new Uint8Array(0)),
  },
  {
    name: "a piece twice",
    bytes: (bytes, draw) => {
      const at = somewhere(bytes, draw);
      return spliced(bytes, at, 0, bytes.subarray(at, at + draw(fc.nat, { max: 300 })));
    },
  },
  { name: "one line of a megabyte", lines: (lines) => [...lines, "x".repeat(1 << 20)] },
];
