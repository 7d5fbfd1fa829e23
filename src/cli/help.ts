/**
 * What `--help` prints, 80 columns wide.
 * @module
 */
import type { Command } from "./types.ts";

const WIDTH = 80;

const EXIT_CODES: readonly (readonly [string, string])[] = [
  ["0", "done"],
  ["1", "a run failed"],
  ["2", "the spec, the data or the command line is wrong, or data are missing"],
  ["130", "interrupted"],
];

/** Help of the whole program: its commands and how to ask for more. */
export function programHelp(commands: readonly { readonly name: string; readonly summary: string }[]): string {
  return [
    "raie: experiments for recommenders whose users' tastes drift.",
    "",
    "Usage: deno task COMMAND [arguments] [options]",
    "",
    "Commands:",
    ...table(commands.map(({ name, summary }) => [name, summary])),
    "",
    "Every command explains itself with --help.",
    "",
    "Exit codes:",
    ...table(EXIT_CODES),
    "",
  ].join("\n");
}

/** Help of one command: what it does, its options, its exit codes, examples. */
export function commandHelp(command: Command): string {
  const options = [...command.options, { name: "help", summary: "show this" }];
  const rows = options.map(({ name, ...option }) => {
    const value = "value" in option && option.value !== undefined ? ` ${option.value}` : "";
    const again = "repeat" in option && option.repeat === true ? " (may be repeated)" : "";
    return [`--${name}${value}`, option.summary + again] as const;
  });
  const examples = command.examples ?? [];
  return [
    ...wrapped(`deno task ${command.name}: ${command.summary}`, 0),
    "",
    `Usage: ${command.usage}`,
    "",
    "Options:",
    ...table(rows),
    "",
    "Exit codes:",
    ...table(command.exitCodes ?? EXIT_CODES),
    ...(examples.length === 0 ? [] : ["", "Examples:", ...examples.map((line) => `  ${line}`)]),
    "",
  ].join("\n");
}

/** Two columns; the second wraps below itself. */
function table(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.min(24, Math.max(...rows.map(([name]) => name.length)) + 2);
  return rows.flatMap(([name, text]) => {
    const lines = wrapped(text, left + 2);
    const first = name.length + 2 <= left ? lines.shift() ?? "" : undefined;
    const indented = lines.map((line) => " ".repeat(left + 2) + line);
    return [first === undefined ? `  ${name}` : `  ${name.padEnd(left)}${first}`, ...indented];
  });
}

/** A text in lines that leave room for an indent. */
function wrapped(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH - indent) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
