/**
 * Reading specs the way every command does: files, `--engine`, `--data`, `--set`.
 * @module
 */
import { specDigest } from "../spec/canonical.ts";
import type { ExecutorSpec } from "../spec/executor.ts";
import { portableSpec } from "../spec/portable.ts";
import { SpecError } from "../spec/issue.ts";
import { readSpecFile } from "../spec/spec_file.ts";
import type { SearchPlan } from "../spec/search.ts";
import { parseExperiment, type Sweep } from "../spec/sweep.ts";
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

/** A spec's file: one experiment, or a sweep of several. */
export interface ReadExperiment {
  readonly file: string;
  /** Of its folder under reports/. */
  readonly name: string;
  /** What is to run; of a sweep one for each cell, in its order. */
  readonly runs: readonly ReadSpec[];
  /** Where stages run. */
  readonly executor: ExecutorSpec;
  /** Absent where the spec has none. */
  readonly sweep?: Sweep;
}

/** A spec with nothing left open, and its digest. */
export interface ReadSpec {
  readonly spec: ResolvedSpec;
  /** SHA-256 of the resolved spec, the same on every machine. */
  readonly digest: string;
  /** What is tried before it runs; absent where it has no search. */
  readonly search?: SearchPlan;
}

/** Reads and resolves all specs of a command line. @throws {SpecError} for the first file that is wrong, with all its problems. */
export async function readSpecs(args: Arguments): Promise<ReadExperiment[]> {
  const engine = args.text("engine");
  const overrides = [...args.all("set"), ...(engine === undefined ? [] : [`engine=${engine}`])];
  const all: ReadExperiment[] = [];
  for (const file of args.positional) {
    const { name, specs, sweep, search, executor, issue } = parseExperiment(await readSpecFile(file), file, {
      set: overrides,
    });
    const same = all.find((other) => other.name === name);
    if (same !== undefined) {
      const message = `"${name}" is also the name of ${same.file}: their reports would go to one folder.`;
      throw new SpecError(file, [issue("/name", message)]);
    }
    const runs = specs.map((spec) => ({ spec, digest: specDigest(portableSpec(spec)), ...(search && { search }) }));
    all.push({ file, name, runs, executor, ...(sweep !== undefined && { sweep }) });
  }
  return all;
}

/** The store's folder: RAIE_STORE, or .store. */
export const storeRoot = (): string => Deno.env.get("RAIE_STORE") || ".store";
