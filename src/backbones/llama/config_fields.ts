/**
 * Fields of a JSON object that somebody else wrote, each held to what it has to be.
 * @module
 */
import { CheckpointError } from "./checkpoint_error.ts";

/** Bounds of a number: `above` and `from` from below, `to` from above. */
export interface Bounds {
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
}

/** The fields of one object of a checkpoint's config.json. A field of null is one that is left out, as in Python. */
export class ConfigFields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #source: string;
  readonly #path: string;

  /**
   * @param source Checkpoint, for messages.
   * @param path Where the object stands, e.g. "rope_scaling."; empty for the file's own.
   * @throws {CheckpointError} where it is no object.
   */
  constructor(json: unknown, source: string, path = "") {
    this.#source = source;
    this.#path = path;
    if (!isRecord(json)) {
      throw new CheckpointError(
        `Cannot use checkpoint ${source}: ${path.slice(0, -1) || "config.json"} is ${shown(json)}, wanted an object`,
      );
    }
    this.#values = json;
  }

  /** Whether it has no field. */
  get isEmpty(): boolean {
    return Object.keys(this.#values).length === 0;
  }

  /** The field as it stands; undefined where there is none, or null. */
  get(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? this.#values[name] ?? undefined : undefined;
  }

  /** Whether it is there at all, null included. */
  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  /** A whole number. @throws {CheckpointError} for any other, and for none unless there is a default. */
  whole(name: string, bounds: Bounds, missing?: number): number {
    const value = this.get(name) ?? missing;
    if (Number.isSafeInteger(value) && within(value as number, bounds)) return value as number;
    throw this.refusal(name, `a whole number${inWords(bounds)}`);
  }

  /** A finite number. @throws {CheckpointError} for any other, and for none unless there is a default. */
  number(name: string, bounds: Bounds, missing?: number): number {
    const value = this.get(name) ?? missing;
    if (isFinite(value) && within(value, bounds)) return value;
    throw this.refusal(name, `a number${inWords(bounds)}`);
  }

  /** A list of so many finite numbers. @throws {CheckpointError} for anything else. */
  numbers(name: string, length: number, bounds: Bounds): readonly number[] {
    const list = this.get(name);
    if (Array.isArray(list) && list.length === length && list.every((each) => isFinite(each) && within(each, bounds))) {
      return list;
    }
    throw this.refusal(name, `${length} numbers${inWords(bounds)}`);
  }

  /** True or false. @throws {CheckpointError} for anything else. */
  flag(name: string, missing: boolean): boolean {
    const value = this.get(name) ?? missing;
    if (typeof value === "boolean") return value;
    throw this.refusal(name, "true or false");
  }

  /** What is wrong with a field. */
  refusal(name: string, wanted: string): CheckpointError {
    const found = this.has(name) ? `is ${shown(this.#values[name])}` : "is missing";
    return new CheckpointError(
      `Cannot use checkpoint ${this.#source}: its ${this.#path}${name} ${found}, wanted ${wanted}`,
    );
  }
}

/** A value for a message, cut to a readable length. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

/** Whether a value is a JSON object. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isFinite = (value: unknown): value is number => Number.isFinite(value);

const within = (value: number, { from = -Infinity, above = -Infinity, to = Infinity }: Bounds) =>
  value >= from && value > above && value <= to;

function inWords({ from, above, to }: Bounds): string {
  const low = from !== undefined ? ` from ${from}` : above !== undefined ? ` above ${above}` : "";
  return to === undefined ? low : `${low} to ${to}`;
}
