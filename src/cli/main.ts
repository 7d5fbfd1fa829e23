/**
 * The program: every `deno task` that is a command of ours, as commands.ts lists them.
 * @module
 */
import { nearestName } from "../spec/nearest.ts";
import { parseArguments, UsageError } from "./args.ts";
import { COMMANDS } from "./commands.ts";
import { failureOf } from "./failure.ts";
import { commandHelp, programHelp } from "./help.ts";

/** Runs a command line; resolves to the exit code and never throws. */
export async function main(words: readonly string[]): Promise<number> {
  try {
    return await dispatch(words);
  } catch (error) {
    const colour = Deno.stderr.isTerminal() && !Deno.noColor;
    const { text, code } = failureOf(error, { colour, trace: Deno.env.get("RAIE_TRACE") === "1" });
    console.error(text);
    if (error instanceof UsageError) {
      console.error(`See deno task ${error.command ?? "run"} --help.`);
    }
    return code;
  }
}

async function dispatch([name, ...words]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(programHelp(COMMANDS));
    return name === undefined ? 2 : 0;
  }
  const entry = COMMANDS.find((command) => command.name === name);
  if (entry === undefined) {
    const nearest = nearestName(name, COMMANDS.map((command) => command.name));
    throw new UsageError(`There is no command "${name}"${nearest === undefined ? "" : `; did you mean "${nearest}"?`}`);
  }
  const command = await entry.load();
  if (asksForHelp(words)) {
    console.log(commandHelp(command));
    return 0;
  }
  return await command.run(parseArguments(command, words));
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return (end < 0 ? words : words.slice(0, end)).some((word) => word === "--help" || word === "-h");
}

if (import.meta.main) {
  const code = await main(Deno.args);
  // A native engine keeps the process alive; whatever it holds is the system's to take back.
  Deno.exit(code);
}
