/** 10,000 malformed and mutated specs, and files that are none: places and reasons, never a stack trace, never accepted and ignored. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { plain } from "../../src/reporting/markdown.ts";
import { SpecError } from "../../src/spec/issue.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import { type ParsedExperiment, parseExperiment } from "../../src/spec/sweep.ts";
import { readSpecFile } from "../../src/spec/spec_file.ts";
import { damaged } from "../spec/damaged.ts";
import { anyJson, mutated, overridden } from "../spec/malformed.ts";
import { lost, neglected } from "../spec/taken_up.ts";
import { taskFlags } from "./task_flags.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SEED = Number(Deno.env.get("RAIE_FUZZ_SEED") ?? "1");
/** Longest time for one spec, and for all of them. */
const MOST_MS = 250;
const MOST_SECONDS = 60;
const SPECS = { mutated: 4500, damaged: 3000, "any JSON": 1000, "with --set": 1500 };
/** Of these, so many go through the real commands. */
const COMMANDS = 30;

/** What fuzzing came to. */
const tried = { specs: 0, accepted: 0, refused: 0, slowest: 0, checking: 0 };
/** Texts that were refused, one for each way the first reason began. */
const refusedTexts = new Map<string, Uint8Array>();

/** What a spec asks for, or the error that refused it: anything else thrown is a failure of the test. */
function judged(content: string | Uint8Array, file: string, set: readonly string[]): ParsedExperiment | SpecError {
  try {
    return parseExperiment(content, file, { set });
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
}

/** The shortest of three times at most: a machine with other work to do may stop a process at any moment. */
function timed<T>(act: () => T): T {
  for (let attempt = 1;; attempt++) {
    const start = performance.now();
    const result = act();
    const ms = performance.now() - start;
    if (ms > MOST_MS && attempt < 3) continue;
    tried.slowest = Math.max(tried.slowest, ms);
    tried.checking += ms;
    assert.ok(ms <= MOST_MS, `one spec took ${ms} ms`);
    return result;
  }
}

/** The property of every spec, well-formed or not. */
function holds(content: string | Uint8Array, file: string, set: readonly string[] = []): void {
  tried.specs++;
  const result = timed(() => judged(content, file, set));
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  if (result instanceof SpecError) {
    tried.refused++;
    isClear(result, text, file, set);
    if (set.length === 0) refusedTexts.set(result.issues[0]!.message.slice(0, 12), bytes);
    return;
  }
  tried.accepted++;
  for (const spec of result.specs) assert.deepEqual(JSON.parse(JSON.stringify(spec)), spec);
  // Cells of a sweep are made of several values each; what is held of one spec is held of those without a sweep.
  if (result.sweep !== undefined) return;
  const { raw, resolved } = parseSpec(content, file, { set });
  assert.deepEqual(resolved, result.specs[0]);
  if (set.length === 0) {
    assert.deepEqual(raw, JSON.parse(text.replace(/^\ufeff/, "")));
    assert.deepEqual(lost(text, raw), []);
    assert.deepEqual(new TextEncoder().encode(text), bytes);
  }
  assert.deepEqual(neglected(raw, resolved, file), []);
}

/** Words of the validator, of JavaScript, or of a stack: nobody who writes a spec knows them. */
const JARGON =
  /\bundefined\b|\[object |must (NOT|match|have required|pass)|instancePath|schemaPath|#\/\$defs|\bat .*\.[tj]s:\d/;

function isClear({ message, issues }: SpecError, text: string, file: string, set: readonly string[]): void {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  assert.ok(issues.length > 0 && message.length < 100_000, `a message of ${message.length} characters`);
  assert.doesNotMatch(message.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
  for (const { file: named, pointer, line, column, message: reason, option, excerpt } of issues) {
    assert.equal(named, file);
    assert.match(pointer, /^(\/([^~]|~[01])*)?$/s);
    assert.ok(line >= 1 && line <= lines.length, `line ${line} of ${lines.length}: ${reason}`);
    assert.ok(column >= 1 && column <= lines[line - 1]!.length + 1, `column ${column}: ${reason}`);
    assert.ok(reason.length > 10 && reason.length < 4000 && /[.?]$/.test(reason), reason);
    // What the author wrote stands in quotes, or behind "found".
    const ours = reason.replace(pointer.slice(1).replaceAll("/", "."), "").replace(/"(\\.|[^"\\])*"?/g, "").replace(
      /found [^;,]*/g,
      "",
    );
    assert.doesNotMatch(ours, JARGON, reason);
    assert.ok(!ours.includes("undefined") || `${text}${set}`.includes("undefined"), reason);
    if (option === undefined) assert.ok(excerpt.length >= 2 && message.includes(`${file}:`), reason);
    else assert.ok(set.length > 0 && option.startsWith("--set"), reason);
  }
}

describe("10,000 malformed and mutated specs", () => {
  let folder: string;
  beforeEach(() => {
    folder = Deno.makeTempDirSync();
  });
  afterEach(() => Deno.removeSync(folder, { recursive: true }));

  it("are accepted with an effect, or refused with file, pointer, line and reason", async () => {
    const file = join(folder, "a.json");
    const all = (kind: keyof typeof SPECS) => ({ seed: SEED, numRuns: SPECS[kind] });
    console.log(`RAIE_FUZZ_SEED=${SEED}`);
    fc.assert(fc.property(mutated, (text) => holds(text, file)), all("mutated"));
    const mutatedAccepted = tried.accepted;
    await fc.assert(
      fc.asyncProperty(damaged, async (bytes) => {
        Deno.writeFileSync(file, bytes);
        holds(await readSpecFile(file), file);
      }),
      all("damaged"),
    );
    fc.assert(fc.property(anyJson, (text) => holds(text, file)), all("any JSON"));
    fc.assert(fc.property(overridden, ({ text, set }) => holds(text, file, set)), all("with --set"));

    const { specs, accepted, refused, slowest, checking } = tried;
    console.log(`specs tried: ${specs}`);
    console.log(`  accepted ${accepted}, refused ${refused} for ${refusedTexts.size} kinds of reason`);
    console.log(`  slowest ${slowest.toFixed(1)} ms, all ${(checking / 1000).toFixed(1)} s`);
    assert.equal(specs, 10_000);
    assert.ok(checking < 1000 * MOST_SECONDS);
    assert.ok(mutatedAccepted > 450 && refused > 2000, "both sides of the property are met often");
  });

  it(`end plan and run with exit code 2 and no stack trace: ${COMMANDS} of them`, async () => {
    const chosen = [...refusedTexts.values()].slice(0, COMMANDS);
    assert.equal(chosen.length, COMMANDS);
    for (const [index, bytes] of chosen.entries()) {
      const file = join(folder, `${index}.json`);
      Deno.writeFileSync(file, bytes);
      const { code, out, err } = await command(index % 2 === 0 ? "plan" : "run", [file], folder);
      assert.equal(code, 2, err);
      assert.equal(out, "");
      assert.match(err, new RegExp(`^Cannot use ${RegExp.escape(file)}: .*problems?( or more)?\\.\n\n`));
      assert.match(err, new RegExp(`\n${RegExp.escape(file)}:\\d+:\\d+( at /.*)?\n  \\S`));
      assert.doesNotMatch(err, /\n\s+at |Bug:|Uncaught/);
    }
    console.log(`commands tried: ${chosen.length}`);
  });
});

describe("an option that cannot be used", () => {
  const wrong = [
    ["regions.k=1e999", "/regions/k", "at most 3.4e38"],
    ["__proto__.polluted=1", "/__proto__", "no field"],
    ['windows={"stride":1,"stride":2}', "/windows/stride", "given twice"],
    ["title=a\u202eb", "/title", "on one line"],
    [`name=${"x".repeat(3000)}`, "/name", "at most 80 characters"],
  ] as const;
  it("is named by the command, with exit code 2", async () => {
    for (const [option, pointer, reason] of wrong) {
      const { code, err } = await command("plan", ["experiments/quickstart.json", "--set", option], ROOT);
      assert.equal(code, 2, err);
      const [, place = "", ...more] = err.split("\n\n")[1]!.split("\n");
      assert.ok(err.includes(`\n--set ${option.slice(0, 7)}`) && err.includes(` at ${pointer}\n`), err);
      assert.ok(place.includes(reason) && more.length <= 1, err);
      assert.ok(err.length < 1000 && !err.includes("\u202e"), err);
    }
  });
});

describe("a file that is no spec", () => {
  let folder: string;
  beforeEach(() => {
    folder = Deno.makeTempDirSync();
  });
  afterEach(() => Deno.removeSync(folder, { recursive: true }));

  it("is refused within seconds, with as much memory as before: 100 MB, a pipe, an endless device, a folder", async () => {
    const large = join(folder, "large.json");
    const line = new TextEncoder().encode(`${" ".repeat(1023)}\n`);
    using opened = Deno.openSync(large, { create: true, write: true });
    for (let kilobyte = 0; kilobyte < 100 * 1024; kilobyte++) opened.writeSync(line);
    const pipe = join(folder, "pipe.json");
    assert.ok(new Deno.Command("mkfifo", { args: [pipe] }).outputSync().success);
    const files: readonly (readonly [string, RegExp])[] = [
      [large, /has 104857600 bytes: a spec has at most 1048576/],
      [pipe, /a pipe, a socket or a device/],
      ["/dev/zero", /a pipe, a socket or a device/],
      [folder, /a folder/],
    ];
    for (const [file, reason] of files) {
      const before = Deno.memoryUsage().rss;
      const start = performance.now();
      await assert.rejects(readSpecFile(file), { name: "SpecError", message: reason });
      assert.ok(performance.now() - start < 2000);
      assert.ok(Deno.memoryUsage().rss - before < 32 * 2 ** 20);
      const { code, err } = await command("plan", [file], folder);
      assert.equal(code, 2, err);
      assert.ok(err.startsWith(`Cannot use ${file}: one problem.\n\n${file}\n  `), err);
      assert.match(err, reason);
    }
  });
});

describe("an experiment of hostile names", () => {
  it("runs, plans and reports, and leaves no file but its own", async () => {
    const folder = Deno.makeTempDirSync();
    try {
      const labels = ["__proto__", "../../../evil", "a|b <b>\u202f`c`", "constructor"];
      const spec = {
        name: "hostile",
        title: "# [x](javascript:y) | <script>",
        description: "- one\n\n# two\n\n<img src=x>",
        dataset: { format: "synthetic", users: 60, items: 40, interactionsPerUser: 30, seed: 5 },
        engine: "wasm",
        windows: { context: 5, stride: 2 },
        backbone: { kind: "sasrec", hidden: 8, training: { epochs: 1 } },
        lora: { training: { epochs: 1 } },
        regions: { k: 2, training: { epochs: 1 } },
        methods: ["base", "lora", "raie", "lora"].map((kind, index) => ({ kind, label: labels[index] })),
        control: false,
        report: { reference: "__proto__" },
      };
      const file = join(folder, "a b'$(touch x).json");
      Deno.writeTextFileSync(file, JSON.stringify(spec));
      for (const task of ["plan", "run"] as const) {
        const out = task === "run" ? ["--out", join(folder, "out")] : [];
        const { code, err, out: printed } = await command(task, [file, ...out], folder);
        assert.equal(code, 0, err);
        assert.doesNotMatch((err + printed).replaceAll("\n", ""), /\p{Cc}/u);
      }
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [basename(file), "out", "store"]);
      assert.deepEqual([...Deno.readDirSync(join(folder, "out"))].map(({ name }) => name), ["hostile"]);
      const results = JSON.parse(Deno.readTextFileSync(join(folder, "out", "hostile", "results.json")));
      assert.deepEqual(results.runs.map(({ label }: { label: string }) => label).sort(), labels.toSorted());
      const report = Deno.readTextFileSync(join(folder, "out", "hostile", "report.md"));
      for (const label of labels) assert.ok(report.includes(plain(label)), label);
      assert.doesNotMatch(report, /(?<!\\)<(script|img|b>)/);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
});

/** A command as its task runs it, killed when it takes a minute. */
async function command(task: "plan" | "run", args: readonly string[], folder: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskFlags(task), ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", RAIE_STORE: join(folder, "store") },
    signal: AbortSignal.timeout(60_000),
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}
