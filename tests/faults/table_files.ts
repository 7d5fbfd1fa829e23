/**
 * Files of interactions in every format a reader knows, made from rows.
 * @module
 */
import fc from "fast-check";
import type { InteractionsSource } from "../../src/data/read_interactions.ts";

/** One interaction, cell by cell as the file has it. */
export interface Cells {
  readonly user: string;
  readonly item: string;
  readonly rating: string;
  readonly time: string;
}

/** A format and how a file of it is written. */
export interface Reader {
  readonly name: string;
  readonly source: Omit<InteractionsSource, "path">;
  /** Whether double quotes may hold a line end. */
  readonly quoted: boolean;
  readonly header?: string;
  line(row: Cells): string;
}

const rated = { user: "user", item: "item", time: "timestamp", rating: "stars" };

/** All formats; CSV also without ratings and with another separator. */
export const READERS: readonly Reader[] = [
  joined("movielens-tab", "\t"),
  joined("movielens-dat", "::"),
  headed("csv", { format: "csv", columns: rated }, ",", ["title", "user", "stars", "item", "timestamp"]),
  headed("csv without ratings", { format: "csv" }, ",", ["user", "item", "timestamp"]),
  headed("csv with ;", { format: "csv", columns: rated, separator: ";" }, ";", ["timestamp", "item", "user", "stars"]),
  headed("tsv", { format: "tsv", columns: rated }, "\t", ["user", "item", "stars", "timestamp"]),
  json("ndjson", { format: "ndjson", columns: rated }, rated),
  json("ndjson without ratings", { format: "ndjson" }, { user: "user", item: "item", time: "timestamp" }),
  json("yelp-ndjson", { format: "yelp-ndjson" }, {
    user: "user_id",
    item: "business_id",
    rating: "stars",
    time: "date",
  }),
];

function joined(format: "movielens-tab" | "movielens-dat", separator: string): Reader {
  return {
    name: format,
    source: { format },
    quoted: false,
    line: ({ user, item, rating, time }) => [user, item, rating, time].join(separator),
  };
}

function headed(
  name: string,
  source: Omit<InteractionsSource, "path">,
  separator: string,
  columns: readonly string[],
): Reader {
  const cell = (text: string) =>
    text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return {
    name,
    source,
    quoted: true,
    header: columns.join(separator),
    line: ({ user, item, rating, time }) => {
      const cells: Record<string, string> = {
        user,
        item,
        stars: rating,
        timestamp: time,
        title: `The "${item}", again`,
      };
      return columns.map((column) => cell(cells[column]!)).join(separator);
    },
  };
}

function json(name: string, source: Omit<InteractionsSource, "path">, keys: Record<string, string>): Reader {
  // Numbers stand bare and everything else in quotes, as exporters write them.
  const value = (text: string) => /^-?\d+(\.\d+)?$/.test(text) ? text : JSON.stringify(text);
  return {
    name,
    source,
    quoted: false,
    line: (row) => {
      const pairs = Object.entries(keys).map(([cell, key]) =>
        `${JSON.stringify(key)}:${value(row[cell as keyof Cells])}`
      );
      return `{${pairs.join(",")},"text":"so \\"good\\", {really}"}`;
    },
  };
}

/** Ids of every kind that is kept as written: small, beyond 2^31 and 2^53, words, other scripts. */
const id = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 8 }).map(String) },
  fc.bigInt({ min: 2n ** 31n - 2n, max: 2n ** 31n + 2n }).map(String),
  fc.bigInt({ min: 2n ** 64n, max: 2n ** 64n + 2n }).map(String),
  fc.constantFrom("0104257", "tt9", "Ünï", "中文", "👩‍🚀", "-1", "a b"),
);

/** Rows that any reader takes, over three months of 1997. */
export const goodRows: fc.Arbitrary<Cells[]> = fc.array(
  fc.record({
    user: id,
    item: id,
    rating: fc.constantFrom("1", "3", "4", "4.5", "5"),
    time: fc.integer({ min: 874_724_710, max: 882_000_000 }).map(String),
  }),
  { minLength: 1, maxLength: 60 },
);

/** The lines of a file, the header's included. */
export function linesOf(reader: Reader, rows: readonly Cells[]): string[] {
  const lines = rows.map((row) => reader.line(row));
  return reader.header === undefined ? lines : [reader.header, ...lines];
}
