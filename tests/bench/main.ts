/**
 * `deno task bench`: what is fast and by how much, each thing in a process of its own, peers in the same sitting.
 *
 * Machines are noisy: what is compared runs in turn, several rounds, and the median of the rounds' ratios counts.
 * @module
 */
import { join } from "node:path";
import { parseArguments, UsageError } from "../../src/cli/args.ts";
import { failureOf } from "../../src/cli/failure.ts";
import { commandHelp } from "../../src/cli/help.ts";
import type { Arguments, Command } from "../../src/cli/types.ts";
import { cacheFolder } from "../../src/engine/setup/places.ts";
import { thisSystem } from "../../src/engine/setup/system.ts";
import { CURVE_OPTIONS, runCurves } from "./curves/command.ts";
import { findPython } from "./peer.ts";
import { type Row, ROWS, verdict } from "./rows.ts";
import { NotMeasured } from "./scripts.ts";

const command: Command = {
  name: "bench",
  summary: "measure speed and memory against their bars; steps against PyTorch's, which pip installs once into the " +
    "cache. It takes some minutes. Ends with 1 when a bar is missed",
  usage: "deno task bench [options]",
  positional: { min: 0, max: 0 },
  options: [
    {
      name: "only",
      value: "WORD",
      summary: "measure only the rows whose name contains it, such as scale, which takes an hour and is else left out",
    },
    { name: "data", value: "DIR", summary: "folder with data sets (else RAIE_DATA, else datasets/cache)" },
    { name: "rounds", value: "N", summary: "rounds whose median counts (3)" },
    { name: "windows", value: "N", summary: "windows that the ranking row ranks (20000)" },
    ...CURVE_OPTIONS,
  ],
  examples: [
    "deno task bench --only ranking",
    "deno task bench --curves interactions --most 1000000",
    "RAIE_PYTHON=.venv/bin/python deno task bench --only pretraining",
  ],
  async run(args) {
    if (args.has("curves") || args.has("render")) {
      return await runCurves(args, count(args, "most", 999_999_999));
    }
    const rows = chosen(args.text("only"));
    let python: ReturnType<typeof findPython> | undefined;
    const settings = {
      rounds: count(args, "rounds", 3),
      windows: count(args, "windows", 20_000),
      data: args.text("data") ?? Deno.env.get("RAIE_DATA") ?? "datasets/cache",
      python: () => python ??= findPython(join(cacheFolder(thisSystem, ".raie"), "bench")),
    };
    console.log(
      `raie bench: ${navigator.hardwareConcurrency} cores, deno ${Deno.version.deno}, ${settings.rounds} ` +
        `${settings.rounds === 1 ? "round" : "rounds in turn"}\n`,
    );
    const met: (boolean | undefined)[] = [];
    for (const row of rows) {
      const result = await measured(() => row.measure(settings));
      met.push(result.met);
      const mark = result.met === undefined ? "?" : result.met ? "+" : "-";
      console.log(`${mark} ${row.what.padEnd(60)} ${result.measured.padEnd(44)} ${row.bar}`);
    }
    console.log(`\n${verdict(met)}`);
    return met.includes(false) ? 1 : 0;
  },
};

async function measured(measure: () => ReturnType<Row["measure"]>): Promise<{ measured: string; met?: boolean }> {
  try {
    return await measure();
  } catch (error) {
    if (!(error instanceof NotMeasured)) throw error;
    return { measured: `not measured: ${error.message};` };
  }
}

function chosen(word: string | undefined): readonly Row[] {
  const rows = word === undefined
    ? ROWS.filter(({ long }) => long !== true)
    : ROWS.filter(({ what }) => what.toLowerCase().includes(word.toLowerCase()));
  if (rows.length > 0) return rows;
  throw new UsageError(`No row's name contains "${word}":\n${ROWS.map(({ what }) => `  ${what}`).join("\n")}`, "bench");
}

function count(args: Arguments, name: string, otherwise: number): number {
  const text = args.text(name) ?? `${otherwise}`;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} wants a whole number of at least 1 after it: found "${text}"`, "bench");
}

function help(): string {
  const rows = ROWS.map(({ what, bar }) => `  ${what}\n    ${bar}`);
  return [commandHelp(command), "What is measured, and its bar:", ...rows].join("\n");
}

if (import.meta.main) {
  try {
    if (Deno.args.some((word) => word === "--help" || word === "-h")) console.log(help());
    else Deno.exitCode = await command.run(parseArguments(command, Deno.args));
  } catch (error) {
    const colour = Deno.stderr.isTerminal() && !Deno.noColor;
    const { text, code } = failureOf(error, { colour, trace: Deno.env.get("RAIE_TRACE") === "1" });
    console.error(text);
    if (error instanceof UsageError) console.error("See deno task bench --help.");
    Deno.exitCode = code;
  }
}
