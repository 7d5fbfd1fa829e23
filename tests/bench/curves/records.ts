/**
 * What measuring cost curves writes down: reports/scaling/curves.json.
 * @module
 */
import { join } from "node:path";
import { readIfThere, writeWhole } from "../../../src/files.ts";
import { jsonText } from "../../../src/reporting/json_text.ts";

/** What is varied while the rest stays. */
export type Axis = "interactions" | "items" | "k" | "context";

/** One stage, measured in a process of its own. */
export interface StageRecord {
  /** The same at every point, e.g. "lora: adapt". */
  readonly stage: string;
  /** Of its result in the store: stages of two points with the same key are one. */
  readonly key: string;
  /** Windows and steps, for readers. */
  readonly size: string;
  /** Of the stage alone: neither the process' start nor reading the data. */
  readonly seconds: number;
  /** The most that the process held, reading the data included. */
  readonly megabytes: number;
}

/** What a point's data turned out to be. */
export interface Facts {
  readonly interactions: number;
  /** With positives in S. */
  readonly users: number;
  /** In the catalogue. */
  readonly items: number;
  /** Windows of S, F and T. */
  readonly windows: { readonly S: number; readonly F: number; readonly T: number };
  readonly context: number;
  readonly k: number;
}

/** All stages at one size. */
export interface PointRecord {
  /** The size asked for; its curve's place for it. */
  readonly at: number;
  readonly facts: Facts;
  /** In the order of the run; only what no point before it has measured. */
  readonly stages: readonly StageRecord[];
  /** False while there are stages to measure. */
  readonly done: boolean;
}

/** What measured. */
export interface Machine {
  readonly cores: number;
  /** Gigabytes. */
  readonly memory: number;
  readonly engine: string;
  readonly deno: string;
  readonly raie: string;
}

/** The whole file. */
export interface Curves {
  readonly machine: Machine;
  /** Next to no data: what a stage costs however little there is to do. */
  readonly fixed?: PointRecord;
  readonly curves: Readonly<Partial<Record<Axis, readonly PointRecord[]>>>;
}

const FILE = "curves.json";

/** What has been measured so far; undefined where nothing has. */
export async function readCurves(out: string): Promise<Curves | undefined> {
  const bytes = await readIfThere(join(out, FILE));
  return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes)) as Curves;
}

/** Keeps what has been measured so far. */
export async function saveCurves(out: string, curves: Curves): Promise<void> {
  await Deno.mkdir(out, { recursive: true });
  await writeWhole(join(out, FILE), jsonText(curves) + "\n");
}
