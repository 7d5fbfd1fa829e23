/**
 * Reading specs the way every command does: files, `--engine`, `--data`, `--set`.
 * @module
 */
import { specDigest } from "../spec/canonical.ts";
import { parseSpec } from "../spec/parse.ts";
import { portableSpec } from "../spec/portable.ts";
import { SpecError } from "../spec/issue.ts";
import { readSpecFile } from "../spec/spec_file.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import type { Arguments, CommandOption } from "./types.ts";

/** Options that every command taking specs has. */
export const SPEC_OPTIONS: readonly CommandOption[] = [
  {
    name: "engine",
    value: "NAME",
    summary: "tensorflow, webgpu, wasm or cpu (default: the spec's, else the best that works)",
  },
  {
    name: "data",
    value: "DIR",
    summary: "folder that holds data sets, looked in first (then RAIE_DATA, then datasets/cache)",
  },
  { name: "set", value: "PATH=VALUE", repeat: true, summary: "change a field of the spec, e.g. regions.k=5" },
];

/** A spec as read from its file. */
export interface ReadSpec {
  readonly file: string;
  readonly spec: ResolvedSpec;
  /** SHA-256 of the resolved spec, the same on every machine. */
  readonly digest: string;
}

/** Reads and resolves all specs of a command line. @throws {SpecError} for the first file that is wrong, with all its problems. */
export async function readSpecs(args: Arguments): Promise<ReadSpec[]> {
  const engine = args.text("engine");
  const overrides = [...args.all("set"), ...(engine === undefined ? [] : [`engine=${engine}`])];
  const specs: ReadSpec[] = [];
  for (const file of args.positional) {
    const { resolved, issue } = parseSpec(await readSpecFile(file), file, { set: overrides });
    const same = specs.find(({ spec }) => spec.name === resolved.name);
    if (same !== undefined) {
      const message = `"${resolved.name}" is also the name of ${same.file}: their reports would go to one folder.`;
      throw new SpecError(file, [issue("/name", message)]);
    }
    specs.push({ file, spec: resolved, digest: specDigest(portableSpec(resolved)) });
  }
  return specs;
}

/** The store's folder: RAIE_STORE, or .store. */
export const storeRoot = (): string => Deno.env.get("RAIE_STORE") || ".store";
