/** Data that no experiment can be run on, met by the commands as their users type them: exit code 2, one sentence, no trace. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { gzipSync } from "fflate";
import { taskFlags } from "./task_flags.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Far more than starting the program takes, far less than a pipe would wait. */
const SECONDS = 60;

const SPEC = {
  name: "small",
  dataset: { format: "csv", path: "x.csv" },
  engine: "wasm",
  windows: { context: 3, stride: 2 },
  backbone: { kind: "sasrec", hidden: 8, training: { epochs: 1 } },
  lora: { training: { epochs: 1 } },
  regions: { k: 2, training: { epochs: 1 } },
  methods: ["base", "lora", { kind: "raie", label: "RAIE" }],
  evaluation: { cutoffs: [5] },
  seeds: [1],
};

const HEADER = "user,item,timestamp\n";

/** A table of users who go through items in turn, an hour between two rows. */
function table(
  users: number,
  items: number,
  rows: number,
  time = (row: number) => String(1_500_000_000 + row * 3600),
): string {
  const lines = Array.from({ length: rows }, (_, row) => `u${row % users},${(row * 7) % items},${time(row)}\n`);
  return HEADER + lines.join("");
}

interface Case {
  readonly data?: string | Uint8Array;
  /** Puts something else where the data should be. */
  readonly place?: (path: string) => Promise<unknown>;
  readonly spec?: Record<string, unknown>;
  readonly says: RegExp;
}

const packed = gzipSync(new TextEncoder().encode(table(9, 40, 900)));
const gz = { dataset: { format: "csv", path: "x.csv.gz" } };

const CASES: Readonly<Record<string, Case>> = {
  "no file": { says: /Cannot find .*x\.csv: there is no such file/ },
  "a folder": { place: (path) => Deno.mkdir(path), says: /x\.csv is a folder, wanted a file/ },
  "a pipe": {
    place: (path) => new Deno.Command("mkfifo", { args: [path] }).output(),
    says: /x\.csv is a pipe, wanted a file/,
  },
  "a link to itself": { place: (path) => Deno.symlink(path, path), says: /Cannot look at .*x\.csv/ },
  "an empty file": { data: "", says: /Cannot read interactions from .*x\.csv: it holds none/ },
  "a header alone": { data: HEADER, says: /x\.csv: it holds a header and no row/ },
  "other columns": { data: "a,b\n1,2\n", says: /x\.csv, line 1: found the columns "a", "b", wanted "user"/ },
  "a packed file cut off": {
    data: packed.subarray(0, 200),
    spec: gz,
    says: /Cannot unpack .*x\.csv\.gz: .*damaged or cut off/,
  },
  "a row that is none": { data: `${table(9, 40, 900)}x\n`, says: /x\.csv, line 902: found 1 field, wanted 3/ },
  "binary data": { data: new Uint8Array(100_000), says: /x\.csv, line 1: .*wanted "user"/ },
  "milliseconds": {
    data: table(9, 40, 900, (row) => `${1_500_000_000_000 + row}`),
    says: /line 2: .*looks like milliseconds/,
  },
  "one time": {
    data: table(9, 40, 900, () => "1500000000"),
    says: /x\.csv: Cannot slice interactions: all 900 positives have the time/,
  },
  "two times": {
    data: table(9, 40, 900, (row) => `${row < 450 ? 1.5e9 : 1.6e9}`),
    says: /x\.csv: Cannot slice interactions: F1 .* has no window: its 0 users/,
  },
  "slices outside the data": {
    data: table(9, 40, 900),
    spec: { slices: { finetune: "2031-01-01", test: "2032-01-01" } },
    says: /x\.csv: Cannot slice interactions: F1 .* has no window: its 0 users/,
  },
  "users with few rows": { data: table(400, 40, 900), says: /x\.csv: .* has no window: .*windows\.context \+ 1/ },
  "one item": { data: table(9, 1, 900), says: /x\.csv: Cannot recommend: the catalogue has one item/ },
  "one user": { data: table(1, 40, 900), says: /x\.csv: Cannot compare methods: all windows are of one user/ },
  "fewer items than a cut-off": {
    data: table(9, 4, 900),
    says: /x\.csv: Cannot measure Recall@5: .*evaluation\.cutoffs/,
  },
  "more regions than sequences": {
    data: table(9, 40, 900),
    spec: { regions: { k: 500 } },
    says: /x\.csv: Cannot build the regions of RAIE: regions\.k is 500, wanted at most \d+/,
  },
  "ratings that are all too low": {
    data: table(9, 40, 900).replaceAll("\n", ",1\n").replace(",1\n", ",stars\n"),
    spec: {
      dataset: { format: "csv", path: "x.csv", columns: { rating: "stars" } },
      minRating: 4,
    },
    says: /x\.csv: Cannot slice interactions: none of 900 is rated 4 or more/,
  },
};

describe("commands given data that carry no experiment", () => {
  let folder: string, spec: string;
  beforeEach(() => {
    folder = Deno.makeTempDirSync();
    spec = join(folder, "small.json");
  });
  afterEach(() => Deno.removeSync(folder, { recursive: true }));

  async function command(name: "plan" | "run", more: string[] = []) {
    const start = performance.now();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...taskFlags(name), spec, ...more],
      cwd: ROOT,
      env: { NO_COLOR: "1", RAIE_STORE: join(folder, "store") },
      signal: AbortSignal.timeout(SECONDS * 1000),
    }).output();
    assert((performance.now() - start) / 1000 < SECONDS);
    const text = new TextDecoder();
    // A plan begins with the whole spec.
    return { code, said: text.decode(stdout).replace(/^\{[^]*?\n\}\n/, "") + text.decode(stderr) };
  }

  async function place({ data, place, spec: fields }: Case): Promise<void> {
    const written = { ...SPEC, ...fields };
    const path = join(dirname(spec), written.dataset.path);
    await Deno.writeTextFile(spec, JSON.stringify(written));
    await place?.(path);
    if (typeof data === "string") await Deno.writeTextFile(path, data);
    else if (data !== undefined) await Deno.writeFile(path, data);
  }

  for (const [name, faulty] of Object.entries(CASES)) {
    it(`plan says so: ${name}`, async () => {
      await place(faulty);
      const { code, said } = await command("plan");
      assert.equal(code, 2, said);
      assert.match(said, faulty.says);
      assert.doesNotMatch(said, / at (file|ext):|Bug:|Stages: /);
    });
  }

  for (const name of ["a pipe", "a packed file cut off", "one time", "one item", "more regions than sequences"]) {
    it(`run says so before it trains: ${name}`, async () => {
      await place(CASES[name]!);
      const { code, said } = await command("run", ["--out", join(folder, "out")]);
      assert.equal(code, 2, said);
      assert.match(said, CASES[name]!.says);
      assert.doesNotMatch(said, / at (file|ext):|Bug:|backbone/);
    });
  }

  it("run goes through where the data only leave doubts, and terminal, results and report say what was decided", async () => {
    const lines = table(9, 40, 900).trimEnd().split("\n");
    const doubtful = [...lines.slice(0, 400), "nonsense", ...lines.slice(400), lines[5]!].join("\n");
    await place({ data: doubtful, spec: { dataset: { ...SPEC.dataset, badLines: "skip" } }, says: /./ });
    const { code, said } = await command("run", ["--out", join(folder, "out")]);
    assert.equal(code, 0, said);
    const { data } = JSON.parse(await Deno.readTextFile(join(folder, "out", "small", "results.json")));
    assert.deepEqual([data.interactions, data.skippedLines], [901, 1]);
    assert.deepEqual(data.notes, [
      "Of the lines left out 1 could not be taken apart (first: line 401).",
      "The last line has no line end: if the file was cut off, that row may not be whole.",
      "1 of 901 positives share user and time with the one before; they keep the file's order.",
      "1 of 901 positives repeat an earlier one (same user, item and time); they are kept.",
    ]);
    const report = await Deno.readTextFile(join(folder, "out", "small", "report.md"));
    for (const note of data.notes) assert(said.includes(note) && report.includes(note), note);
  });
});
