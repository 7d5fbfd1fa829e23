/** A task's own flags and script from deno.json, so that tests run exactly what users run. */
const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("../../deno.json", import.meta.url))) as {
  tasks: Record<string, { command: string }>;
};

/** Arguments for Deno that the task `name` gives: `run`, permissions, script, command. */
export function taskFlags(name: string): string[] {
  const { command } = tasks[name]!;
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  if (words[0] !== "deno" || words.includes("&&")) throw new TypeError(`task ${name} is no single deno command`);
  return words.slice(1);
}
