/**
 * Command-line arguments.
 * @module
 */
import { nearestName } from "../spec/nearest.ts";
import type { Arguments, Command, CommandOption } from "./types.ts";

/** A command line that makes no sense; exit code 2. */
export class UsageError extends Error {
  /** Tells it from other errors. */
  override readonly name = "UsageError";
  /** The command it was meant for, where one is known. */
  readonly command: string | undefined;

  /** Makes the error; `command` is the one whose `--help` would say more. */
  constructor(message: string, command?: string) {
    super(message);
    this.command = command;
  }
}

/**
 * Understands a command's arguments: `--name VALUE`, `--name=VALUE`, switches, `--` before arguments that begin with a hyphen.
 * An option given twice counts the last time, unless it may be repeated.
 *
 * @throws {UsageError} for an unknown option, a missing or a superfluous value, too few or too many arguments.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const command = { name: "run", summary: "", usage: "", positional: { min: 1, max: 9 }, run: () => Promise.resolve(0),
 *   options: [{ name: "set", value: "PATH=VALUE", repeat: true, summary: "" }, { name: "quiet", summary: "" }] };
 * const args = parseArguments(command, ["a.json", "--set", "seeds=[1]", "--set=minRating=3", "--quiet"]);
 * assert.deepEqual(args.all("set"), ["seeds=[1]", "minRating=3"]);
 * assert.ok(args.has("quiet"));
 * ```
 */
export function parseArguments(command: Command, given: readonly string[]): Arguments {
  const positional: string[] = [];
  const values = new Map<string, string[]>();
  for (let at = 0; at < given.length; at++) {
    const word = given[at] ?? "";
    if (word === "--") {
      positional.push(...given.slice(at + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      positional.push(word);
      continue;
    }
    const equals = word.indexOf("=");
    const option = optionNamed(command, equals < 0 ? word : word.slice(0, equals));
    const before = values.get(option.name) ?? [];
    if (option.value === undefined) {
      if (equals >= 0) throw new UsageError(`--${option.name} takes no value: found "${word}"`, command.name);
      values.set(option.name, before);
      continue;
    }
    const value = equals < 0 ? given[++at] : word.slice(equals + 1);
    if (value === undefined || value === "" || (equals < 0 && value.startsWith("--"))) {
      const found = value === undefined ? "nothing" : `"${value}"`;
      throw new UsageError(`--${option.name} wants ${option.value} after it: found ${found}`, command.name);
    }
    values.set(option.name, [...before, value]);
  }
  checkCount(command, positional);
  return {
    positional,
    text: (name) => values.get(name)?.at(-1),
    all: (name) => values.get(name) ?? [],
    has: (name) => values.has(name),
  };
}

function optionNamed(command: Command, written: string): CommandOption {
  const name = written.replace(/^--?/, "");
  const option = written.startsWith("--") ? command.options.find((option) => option.name === name) : undefined;
  if (option !== undefined) return option;
  const names = command.options.map((option) => option.name);
  const nearest = names.includes(name) ? name : nearestName(name, [...names, "help"]);
  const hint = nearest === undefined ? "" : `; did you mean --${nearest}?`;
  throw new UsageError(`deno task ${command.name} has no option ${written}${hint}`, command.name);
}

function checkCount({ name, usage, positional: { min, max } }: Command, found: readonly string[]): void {
  if (found.length >= min && found.length <= max) return;
  const wanted = min === max ? `${min}` : max === Infinity ? `at least ${min}` : `${min} to ${max}`;
  const noun = wanted === "1" || wanted === "at least 1" ? "argument" : "arguments";
  throw new UsageError(`deno task ${name} wants ${wanted} ${noun}, found ${found.length}: ${usage}`, name);
}

/**
 * The value of `--name N`, a whole number of at least 1; undefined when it was not given.
 *
 * @throws {UsageError} for anything else.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const given = (text: string) => ({ positional: [], text: () => text, all: () => [], has: () => true });
 * assert.equal(wholeNumber(given("25"), "jobs", "run"), 25);
 * assert.throws(() => wholeNumber(given("2.5"), "jobs", "run"), UsageError);
 * ```
 */
export function wholeNumber(args: Arguments, name: string, command: string): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError(`--${name} wants a whole number of at least 1: found "${text}"`, command);
}
