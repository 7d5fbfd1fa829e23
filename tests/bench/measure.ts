/**
 * What bench scripts share: arguments, timing, printing. Each script measures one thing in a process of its own.
 * @module
 */
import type { Engine } from "../../src/engine/types.ts";

/** The value of `--NAME VALUE` on the command line. */
export function argument(name: string, otherwise: string): string {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? otherwise : Deno.args[at + 1] ?? otherwise;
}

/** The median of a list. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds of each of `times` runs, after a few unmeasured ones. */
export async function timed(run: () => Promise<void>, times: number, warm = 5): Promise<number[]> {
  for (let i = 0; i < warm; i++) await run();
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    await run();
    taken.push(performance.now() - start);
  }
  return taken;
}

/** One JSON line: what was measured and on what engine, the median and the fastest run. */
export function printTimes(
  what: string,
  { rung, version, threads, device }: Pick<Engine, "rung" | "version" | "threads" | "device">,
  milliseconds: readonly number[],
): void {
  const rounded = (value: number) => Math.round(10 * value) / 10;
  console.log(
    JSON.stringify({
      what: `${what}, ${rung} rung (${version})`,
      milliseconds: rounded(median(milliseconds)),
      fastest: rounded(Math.min(...milliseconds)),
      threads,
      device,
    }),
  );
}

/** Seconds of computing that this process has taken on all its threads, on Linux: a busy machine makes them no more. */
export function computingSeconds(): number {
  const { stdout } = new Deno.Command("cat", { args: [`/proc/${Deno.pid}/stat`] }).outputSync();
  // What comes after the name in brackets begins with the third field; the 14th and 15th count hundredths of a second.
  const fields = new TextDecoder().decode(stdout).replace(/^.*\) /s, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/**
 * Bytes that a process, this one where none is named, has held at most, on Linux; undefined of one that has ended. The maxRSS of resourceUsage() would be
 * that of the process which started it, where that is more; what /proc says Deno reads for nobody without every permission, so `cat` does.
 */
export function peakBytes(): number;
export function peakBytes(pid: number): number | undefined;
export function peakBytes(pid = Deno.pid): number | undefined {
  const { stdout } = new Deno.Command("cat", { args: [`/proc/${pid}/status`], stderr: "null" }).outputSync();
  const [, kilobytes] = /VmHWM:\s*(\d+)/.exec(new TextDecoder().decode(stdout)) ?? [];
  return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
}
