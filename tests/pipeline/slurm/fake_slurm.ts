/** Slurm's programs as scripts on the PATH that write down what they are given and say what a test has them say. */
import { join } from "node:path";

const SCRIPTS: Readonly<Record<string, string>> = {
  // Every word on lines of its own between markers, so that words with newlines can be told apart.
  sbatch: `if [ -s away ]; then read -r line <away; sed -i 1d away; echo "$line" >&2; exit 1; fi
n=$(($(cat count 2>/dev/null || echo 0) + 1))
[ -f refusal ] && [ $n -gt "$(cat taken)" ] && cat refusal >&2 && exit 1
echo $n >count
for word; do printf '%s\\0' "$word"; done >"order-$n"
echo $n`,
  squeue: `[ -f silent ] && echo "slurm_load_jobs error: Unable to contact slurm controller" >&2 && exit 1
cat queue 2>/dev/null; exit 0`,
  sacct: `[ -f accounts ] && cat accounts && exit 0
echo "Slurm accounting storage is disabled" >&2; exit 1`,
  scancel: `for word; do printf '%s\\n' "$word"; done >>cancelled`,
};

/** A cluster that does what a test says; it goes with {@linkcode remove}. */
export class FakeSlurm {
  readonly folder = Deno.makeTempDirSync();
  readonly #path = Deno.env.get("PATH") ?? "";

  constructor() {
    const bin = join(this.folder, "bin");
    Deno.mkdirSync(bin);
    for (const [name, script] of Object.entries(SCRIPTS)) {
      Deno.writeTextFileSync(join(bin, name), `#!/bin/sh\ncd '${this.folder}'\n${script}\n`, { mode: 0o755 });
    }
    Deno.env.set("PATH", `${bin}:${this.#path}`);
  }

  remove(): void {
    Deno.env.set("PATH", this.#path);
    Deno.removeSync(this.folder, { recursive: true });
  }

  /** What squeue says from now on. */
  queue(states: Readonly<Record<string, string>>): void {
    const lines = Object.entries(states).map(([job, state]) => `${job}|${state}\n`);
    this.#write("queue", lines.join(""));
  }

  /** What accounting has; without, there is none. */
  accounts(states: Readonly<Record<string, string>>): void {
    this.#write("accounts", Object.entries(states).map(([job, state]) => `${job}|${state}\n`).join(""));
  }

  /** Whether the controller does not answer. */
  set silent(is: boolean) {
    if (is) this.#write("silent", "");
    else Deno.removeSync(join(this.folder, "silent"));
  }

  /** What sbatch fails with the next times, one line each. */
  away(...lines: string[]): void {
    this.#write("away", lines.map((line) => `${line}\n`).join(""));
  }

  /** What sbatch refuses with after so many jobs. */
  refuse(words: string, taken = 0): void {
    this.#write("taken", String(taken));
    this.#write("refusal", words);
  }

  /** Words of every sbatch, in order. */
  get orders(): string[][] {
    const orders: string[][] = [];
    for (let n = 1; this.#has(`order-${n}`); n++) {
      orders.push(Deno.readTextFileSync(join(this.folder, `order-${n}`)).split("\0").slice(0, -1));
    }
    return orders;
  }

  /** The value of an option in an order; undefined where it has none. */
  option(order: number, name: string): string | undefined {
    return this.orders[order - 1]?.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
  }

  /** Words of all calls of scancel. */
  get cancelled(): string[] {
    if (!this.#has("cancelled")) return [];
    return Deno.readTextFileSync(join(this.folder, "cancelled")).trim().split("\n");
  }

  // Renamed into place: a script reads a file whole or not at all.
  #write(name: string, text: string): void {
    Deno.writeTextFileSync(join(this.folder, `${name}.new`), text);
    Deno.renameSync(join(this.folder, `${name}.new`), join(this.folder, name));
  }

  #has(name: string): boolean {
    try {
      return Deno.statSync(join(this.folder, name)).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }
}
