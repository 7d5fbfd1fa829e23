/**
 * Sizes in bytes, as people write and read them.
 * @module
 */
import { UsageError } from "./args.ts";

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  ...{ kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
};

/**
 * Bytes of a size such as "500MB" or "2 GiB".
 *
 * @throws {UsageError} for anything else.
 *
 * @example
 * ```ts
 * console.assert(parseSize("1.5 MB", "max-size", "store") === 1_500_000);
 * console.assert(parseSize("2GiB", "max-size", "store") === 2 ** 31);
 * ```
 */
export function parseSize(text: string, option: string, command: string): number {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(text) ?? [];
  const factor = UNITS[(unit ?? "?").toLowerCase()];
  if (number === undefined || factor === undefined) {
    throw new UsageError(`--${option} wants a size with its unit, such as 500MB or 2GiB: found "${text}"`, command);
  }
  return Math.round(Number(number) * factor);
}

/**
 * A size in the unit that suits it.
 *
 * @example
 * ```ts
 * console.assert(showSize(1_500_000) === "1.5 MB");
 * ```
 */
export function showSize(bytes: number): string {
  for (const [unit, size] of [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]] as const) {
    if (bytes >= size) return `${(bytes / size).toFixed(1)} ${unit}`;
  }
  return `${bytes} B`;
}
