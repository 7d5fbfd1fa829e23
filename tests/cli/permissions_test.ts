/** What each task may do: as README says, no more than it needs, and no network where results are made. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { TINY } from "./tiny_spec.ts";
import { taskFlags } from "../faults/task_flags.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const { tasks } = JSON.parse(Deno.readTextFileSync(join(ROOT, "deno.json"))) as { tasks: Record<string, unknown> };

/** Cells of README's table of permissions by task. */
function documented(): Map<string, string[]> {
  const text = Deno.readTextFileSync(join(ROOT, "README.md"));
  const [, table] = /## What each task may do\n[^|]*((?:\|.*\n)+)/.exec(text) ??
    assert.fail("README has no such table");
  const rows = table!.trim().split("\n").map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
  const cells = new Map<string, string[]>();
  for (const [names, ...rest] of rows.slice(2)) {
    for (const name of names!.split(", ")) cells.set(name.replaceAll("`", ""), rest);
  }
  return cells;
}

/** What a task's flags grant, in the words of the table: read, write, reach, run. */
function granted(flags: readonly string[]): string[] {
  const of = (name: string) => {
    const flag = flags.find((flag) => flag === `--allow-${name}` || flag.startsWith(`--allow-${name}=`));
    if (flag === undefined) return "nothing";
    const [, value] = flag.split("=");
    return value === undefined ? "any" : value.split(",").map((each) => `\`${each}\``).join(", ");
  };
  return [of("read"), of("write"), of("net"), of("run")];
}

describe("the permissions of tasks", () => {
  const single = Object.keys(tasks).filter((name) => !["quickstart", "test", "ok"].includes(name));

  it("are those of README's table", () => {
    const table = documented();
    for (const name of single) assert.deepEqual(table.get(name)?.slice(0, 4), granted(taskFlags(name)), name);
    assert.deepEqual([...table.keys()].toSorted(), Object.keys(tasks).toSorted());
  });

  it("give the network to what fetches and to tests' own servers alone, and never everything", () => {
    for (const name of single) {
      const flags = taskFlags(name);
      assert.ok(!flags.includes("-A") && !flags.includes("--allow-all"), name);
      const reaches = flags.some((flag) => flag.startsWith("--allow-net"));
      assert.equal(reaches, ["data", "setup"].includes(name) || name.startsWith("test"), name);
    }
    for (const name of ["run", "check", "compare", "plan", "report", "watch", "store"]) {
      assert.ok(!taskFlags(name).some((flag) => flag.startsWith("--allow-net")), name);
    }
  });

  describe("that a user narrows", () => {
    const folder = Deno.makeTempDirSync();
    // By /usr/bin/ldd the charts' canvas finds out which of its libraries fits the system.
    const READ = `--allow-read=${ROOT},${folder},/usr/bin/ldd`;
    let spec: string;
    beforeAll(() => {
      spec = join(folder, "tiny.json");
      Deno.writeTextFileSync(spec, JSON.stringify(TINY));
    });
    afterAll(() => Deno.removeSync(folder, { recursive: true }));

    /** A task with these permissions and no others. */
    async function taskWith(task: string, permissions: readonly string[], words: readonly string[]) {
      const [, ...flags] = taskFlags(task);
      const others = flags.filter((flag) => !flag.startsWith("--allow-"));
      const at = others.findIndex((word) => !word.startsWith("-"));
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", ...others.slice(0, at), ...permissions, ...others.slice(at), ...words],
        cwd: ROOT,
        env: { NO_COLOR: "1", RAIE_STORE: join(folder, "store") },
      }).output();
      const text = new TextDecoder();
      return { code, out: text.decode(stdout), err: text.decode(stderr) };
    }

    /** `run` on the wasm engine. */
    const runWith = (permissions: readonly string[], more: readonly string[] = []) =>
      taskWith("run", permissions, [spec, "--engine", "wasm", "--out", join(folder, "out"), ...more]);

    const NARROW = [
      "--allow-env=RAIE_*,TF_*,DISABLE_SYSTEM_FONTS_LOAD,NAPI_RS_*,READABLE_STREAM",
      "--allow-ffi=node_modules",
    ];

    it("let run work with the project, the spec's folder and the store, with no programs, no host name, no network", async () => {
      const { code, err } = await runWith([...NARROW, READ, `--allow-write=${folder}`]);
      assert.equal(code, 0, err);
      assert.ok(Deno.statSync(join(folder, "out", "tiny", "report.md")).size > 1000);
    });

    const others: readonly [string, string, readonly string[], () => string[], RegExp][] = [
      [
        "plan",
        "no native code and no programs",
        [READ, "--allow-env=RAIE_*"],
        () => [spec, "--engine", "wasm"],
        /9 are in the store/,
      ],
      [
        "check",
        "no programs, no host name and no more than the store to write",
        [...NARROW, READ, `--allow-write=${folder}/store`],
        () => [spec, "--engine", "wasm", "--reports", join(folder, "out")],
        /nothing moved/,
      ],
      [
        "report",
        "no more than the reports to write",
        [...NARROW, READ, `--allow-write=${folder}/out`],
        () => [join(folder, "out", "tiny")],
        /report\.md/,
      ],
      [
        "compare",
        "no environment and the reports' folder to read",
        [READ],
        () => [join(folder, "out", "tiny"), join(folder, "out", "tiny", "results.json")],
        /No measure on S or T differs/,
      ],
      [
        "watch",
        "no environment and the reports' folder to read",
        [READ],
        () => [join(folder, "out", "tiny")],
        /report\.md/,
      ],
      ["store", "no host name and nothing to write", [READ, "--allow-env=RAIE_*"], () => ["list"], /backbone/],
      [
        "doctor",
        "no native code and no programs",
        [READ, "--allow-env=RAIE_*,TF_*,HOME,USERPROFILE,XDG_CACHE_HOME"],
        () => [],
        /wasm +works/,
      ],
    ];
    for (const [task, without, permissions, words, said] of others) {
      it(`let ${task} work after it with ${without}`, async () => {
        const { code, out, err } = await taskWith(task, permissions, words());
        assert.equal(code, 0, out + err);
        assert.match(out + err, said);
        assert.doesNotMatch(out + err, / at (file|ext):|Bug:/);
      });
    }

    it("say what is missing when it may not write its reports", async () => {
      const { code, err } = await runWith([
        ...NARROW,
        READ,
        `--allow-write=${folder}/store`,
      ]);
      assert.equal(code, 1, err);
      assert.match(err, /Cannot write the event log .*out.*--out names another folder/);
    });

    it("say that --jobs needs to start processes when it may not", async () => {
      Deno.removeSync(join(folder, "store"), { recursive: true });
      const { code, err } = await runWith([...NARROW, "--allow-read", `--allow-write=${folder}`], ["--jobs", "2"]);
      assert.equal(code, 1, err);
      assert.match(err, /Cannot start a worker process: .*--jobs 1 does not/);
      assert.doesNotMatch(err, / at (file|ext):|Bug:/);
    });
  });
});
