/** A small experiment in a folder of its own, run as users run it, so that faults can be put in its way. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { takeInventory, verifyStore } from "../../src/pipeline/inventory.ts";
import { TINY } from "../cli/tiny_spec.ts";
import { taskFlags } from "./task_flags.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** With a training that is long enough to be met half way. */
export const SPEC = {
  ...TINY,
  engine: "wasm",
  backbone: { kind: "sasrec", hidden: 8, training: { epochs: 2 } },
};

/** The experiment's folder, store, reports, and ways to run it. */
export class SmallRun {
  readonly folder = Deno.makeTempDirSync();
  readonly store = join(this.folder, "store");
  readonly spec = join(this.folder, "tiny.json");

  constructor() {
    Deno.writeTextFileSync(this.spec, JSON.stringify(SPEC));
  }

  /** Where its reports go. */
  get out(): string {
    return join(this.folder, "out");
  }

  /** The program as the task runs it, for a shell. */
  #commandLine(more: string[] = [], without: string[] = []): string {
    const flags = taskFlags("run").map((flag) => without.reduce((kept, name) => kept.replace(`,${name}`, ""), flag));
    const args = [...flags, this.spec, "--out", this.out, "--checkpoint-every", "3", ...more];
    return [Deno.execPath(), ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  }

  /** @param shell before the program: limits, or variables. @param meanwhile done once the stages are told. */
  async run(
    shell = "",
    more: string[] = [],
    env: Record<string, string> = {},
    without: string[] = [],
    meanwhile?: () => void,
  ) {
    const process = new Deno.Command("sh", {
      args: ["-c", `${shell} ${this.#commandLine(more, without)}`],
      cwd: ROOT,
      env: { NO_COLOR: "1", RAIE_STORE: this.store, ...env },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const ended = process.output();
    if (meanwhile !== undefined) {
      await this.#untilStagesAreTold();
      meanwhile();
    }
    const { code, stderr } = await ended;
    return { code, err: new TextDecoder().decode(stderr) };
  }

  /** Its event log. */
  get log(): string {
    return join(this.out, "tiny", "events.ndjson");
  }

  async #untilStagesAreTold(): Promise<void> {
    for (let looks = 0; looks < 6000; looks++) {
      try {
        if (Deno.readTextFileSync(this.log).includes('"event":"stages"')) return;
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.fail("no stages were told within 30 s");
  }

  /**
   * Runs on a disk of so many kilobytes at `disk`, then once more when it is 64 MB large, in a name space of mounts that ends with it. Gives what both
   * said, and copies of the store after each; or, as a text, why there can be no such disk.
   */
  async onSmallDisk(kilobytes: number, root: string, mode = "rw") {
    const disk = join(this.folder, "disk");
    Deno.mkdirSync(disk, { recursive: true });
    const copies = [Deno.makeTempDirSync({ dir: this.folder }), Deno.makeTempDirSync({ dir: this.folder })];
    const keep = (copy: string) => `if [ -d '${root}' ]; then cp -a '${root}' '${copy}/store'; fi`;
    const script = [
      `mount -t tmpfs -o size=${kilobytes}k,${mode} tmpfs '${disk}' || exit 99`,
      `${this.#commandLine()} 2>'${copies[0]}/err'; echo $? >'${copies[0]}/code'; ${keep(copies[0]!)}`,
      `mount -o remount,size=64m,rw tmpfs '${disk}' || exit 99`,
      `${this.#commandLine()} 2>'${copies[1]}/err'; echo $? >'${copies[1]}/code'; ${keep(copies[1]!)}`,
    ];
    try {
      const { code, stderr } = await new Deno.Command("unshare", {
        args: ["-Urm", "sh", "-c", script.join("\n")],
        cwd: ROOT,
        env: { NO_COLOR: "1", RAIE_STORE: root },
        stdout: "null",
      }).output();
      const text = new TextDecoder().decode(stderr).trim();
      if (code !== 0) return text;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "there is no unshare";
      throw error;
    }
    return copies.map((copy) => ({
      code: Number(Deno.readTextFileSync(join(copy, "code"))),
      err: Deno.readTextFileSync(join(copy, "err")),
      store: join(copy, "store"),
    }));
  }

  /** Ends well once the trouble is over, and finds every entry whole. */
  async recovers(): Promise<void> {
    const { code, err } = await this.run();
    assert.equal(code, 0, err);
    assert.deepEqual(await verifyStore(this.store, await takeInventory(this.store)), []);
  }

  /** Removes everything. */
  remove(): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

/** A message for the user: neither a stack trace nor a bug. */
export const isClear = (err: string) => assert.ok(!/ at (file|ext):|Bug:/.test(err), err);
