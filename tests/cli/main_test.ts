import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";

const MAIN = new URL("../../src/cli/main.ts", import.meta.url);

/** Calls the program as a task does, and reads what a user would see. */
async function raie(
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  const args = [
    "run",
    "-q",
    "--no-check",
    "--no-prompt",
    "--allow-read",
    "--allow-env=TF_*,RAIE_*",
    "--allow-ffi=node_modules",
    MAIN.href,
    ...words,
  ];
  const ended = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1", ...env } }).output();
  const text = new TextDecoder();
  return { code: ended.code, out: text.decode(ended.stdout), err: text.decode(ended.stderr) };
}

describe("the program", () => {
  it("explains itself with --help, and every command too", async () => {
    const program = await raie(["--help"]);
    assert.equal(program.code, 0);
    assert.match(program.out, /Usage: deno task COMMAND/);
    const plan = await raie(["plan", "--help"]);
    assert.equal(plan.code, 0);
    assert.match(plan.out, /Usage: deno task plan SPEC\.\.\.[\s\S]*--set PATH=VALUE/);
    assert.ok(plan.out.split("\n").every((line) => line.length <= 80), plan.out);
  });

  it("ends with 2 and the nearest name where a command or an option is misspelt", async () => {
    const command = await raie(["plam"]);
    assert.deepEqual([command.code, command.out], [2, ""]);
    assert.match(command.err, /There is no command "plam"; did you mean "plan"\?/);
    const option = await raie(["plan", "a.json", "--sat", "x=1"]);
    assert.equal(option.code, 2);
    assert.match(option.err, /no option --sat; did you mean --set\?/);
  });

  it("ends with 2 and all problems of a wrong spec, without a stack trace", async () => {
    const folder = await Deno.makeTempDir();
    try {
      const file = `${folder}/a.json`;
      await Deno.writeTextFile(
        file,
        '{\n  "name": "a",\n  "dataset": "b",\n  "backbone": { "kind": "sasrek" },\n  "methds": []\n}\n',
      );
      const { code, out, err } = await raie(["plan", file, "--set", "windows.context=ten"]);
      assert.deepEqual([code, out], [2, ""]);
      for (
        const part of [
          `${file}:4:25 at /backbone/kind`,
          `${file}:5:3 at /methds`,
          'needs the field "methods"',
          "--set windows.context=ten at",
        ]
      ) {
        assert.ok(err.includes(part), `${part}\nis not in\n${err}`);
      }
      assert.doesNotMatch(err, /^\s+at /m);
      assert.ok(!err.includes("\u001b"));
      assert.match((await raie(["plan", file], { RAIE_TRACE: "1" })).err, /^\s+at /m);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  it("ends with 2 where the spec's file is missing", async () => {
    const { code, err } = await raie(["plan", "nowhere/a.json"]);
    assert.equal(code, 2);
    assert.match(err, /nowhere\/a\.json/);
  });
});
