/**
 * Reading a spec: text in, resolved spec out, or every problem at once.
 * @module
 */
import { crossChecks } from "./checks.ts";
import { MOST_PROBLEMS, SpecError, type SpecIssue } from "./issue.ts";
import { has, isRecord, type Json, type JsonRecord, pathOf, valueAt } from "./json.ts";
import { applyOverrides } from "./overrides.ts";
import { resolveSpec } from "./resolve.ts";
import { shortened } from "./shown_text.ts";
import { Source } from "./source.ts";
import type { ResolvedSpec } from "./types.ts";
import { decoded } from "./utf8.ts";
import { misfits, without } from "./validate.ts";

/** A spec as written, with its overrides applied, and as resolved. */
export interface ParsedSpec {
  /** With every default and preset filled in. */
  readonly resolved: ResolvedSpec;
  /** As written, with overrides applied. */
  readonly raw: JsonRecord;
  /** A problem that is found later, with the place of its pointer in the file. */
  issue(pointer: string, message: string): SpecIssue;
}

/** How a spec is read. */
export interface ParseOptions {
  /** `PATH=VALUE` changes from the command line, applied in order. */
  readonly set?: readonly string[];
}

/**
 * Reads a spec.
 *
 * @param text Plain JSON; bytes are UTF-8.
 * @param file Where it comes from: named in errors, and paths in the spec are seen from its folder.
 * @throws {SpecError} with all problems at once: syntax, fields and values, what does not fit together.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const text = '{"name":"a","dataset":"movielens-100k","backbone":{"kind":"sasrec"},"methods":["base"]}';
 * const { resolved } = parseSpec(text, "a.json", { set: ["windows.context=20"] });
 * assert.equal(resolved.backbone.maxLength, 20);
 * ```
 */
export function parseSpec(text: string | Uint8Array, file: string, options: ParseOptions = {}): ParsedSpec {
  const written = readWritten(text, file, options);
  const { findings, resolved, issueOf } = judged(written);
  const { value } = written;
  const issues = [...written.issues, ...findings.map(({ pointer, message, at }) => issueOf(pointer, message, at))];
  if (isRecord(value) && has(value, "sweep")) {
    const message = "sweep makes several experiments of a spec: parseExperiment() gives them, parseSpec() reads one.";
    issues.push(issueOf("/sweep", message, "key"));
  }
  if (issues.length > 0 || resolved === undefined || !isRecord(value)) throw new SpecError(file, inOrder(issues));
  return { resolved, raw: value, issue: issueOf };
}

/** A spec's value, and where each part of it comes from. */
export interface Written {
  readonly file: string;
  readonly source: Source;
  readonly value: Json;
  /** JSON pointer -> the option that put the value there. */
  readonly origins: ReadonlyMap<string, string>;
  /** Options that could not be applied. */
  readonly issues: readonly SpecIssue[];
  /** JSON pointer -> what of `sweep` put the value there; absent where nothing is swept. */
  readonly swept?: ReadonlyMap<string, SweptFrom>;
}

/** Where a sweep says what is tried. */
export interface SweptFrom {
  /** JSON pointer of the path's field in `sweep`. */
  readonly field: string;
  /** Of the value in its list; absent for what the path alone has made. */
  readonly index?: number;
}

/** A problem of a spec's value, before its place in the text is known. */
export interface Judgement {
  readonly pointer: string;
  readonly message: string;
  readonly at: "value" | "key" | "start";
  /** Everything it depends on. */
  readonly about: readonly string[];
  /** Of a field that nothing reads. */
  readonly idle?: true;
}

/** What was found of a written spec. */
export interface Judged {
  readonly findings: readonly Judgement[];
  /** Absent where too much is wrong. */
  readonly resolved: ResolvedSpec | undefined;
  /** A problem at a pointer of the value, with the place it was written at. */
  issueOf(pointer: string, message: string, at?: "value" | "key" | "start"): SpecIssue;
}

/** Reads a spec's text and applies the options of the command line. @throws {SpecError} where the text is no plain JSON. */
export function readWritten(text: string | Uint8Array, file: string, { set = [] }: ParseOptions): Written {
  const source = Source.read(typeof text === "string" ? text : decoded(text, file), file);
  const { value, origins, problems } = applyOverrides(source.value, set);
  const issues = problems.map(({ option, pointer, message }) => fromOption(source, option, pointer, message));
  return { file, source, value, origins, issues };
}

/** Everything that is wrong with a spec, in no particular order, and what it resolves to. */
export function judged({ file, source, value, origins, swept = new Map() }: Written): Judged {
  const found = (pointer: string) =>
    (nearest(origins, pointer) ?? nearest(swept, pointer)) === undefined
      ? source.found(pointer)
      : shortened(JSON.stringify(valueAt(value, pathOf(pointer)) ?? null), 60);
  const issueOf = (pointer: string, message: string, at: "value" | "key" | "start" = "value"): SpecIssue => {
    const from = nearest(swept, pointer);
    if (from !== undefined) {
      const { value: { field, index }, rest } = from;
      return index === undefined || (rest === "" && at === "key")
        ? issueOf(field, message, "key")
        : issueOf(`${field}/${index}${rest}`, message, at);
    }
    const option = nearest(origins, pointer)?.value;
    return option === undefined ? source.issue(pointer, message, at) : fromOption(source, option, pointer, message);
  };
  const misfitting = misfits(value, found);
  const findings = misfitting.map((misfit): Judgement => ({ ...misfit, about: [misfit.pointer] }));
  const spoilt = misfitting.map(({ pointer }) => pointer);
  // Where so much is wrong, what does not fit together is of no interest yet.
  const whole = isRecord(value) && spoilt.length < MOST_PROBLEMS ? healed(value, spoilt) : undefined;
  const resolved = whole === undefined ? undefined : resolveSpec(whole, file);
  if (whole !== undefined && resolved !== undefined) {
    // A change made on the command line, or by a sweep, may leave a field of the file idle: ablations are made that way.
    const changes = [...origins.keys(), ...swept.keys()];
    const changed = (pointer: string) => changes.some((origin) => related(origin, pointer));
    for (const { pointer, message, about, idle } of crossChecks(whole, resolved)) {
      if (idle === true && !changed(pointer) && about.some(changed)) continue;
      if (!about.some((one) => spoilt.some((other) => related(one, other)))) {
        findings.push({ pointer, message, at: "value", about: [pointer, ...about], ...(idle === true && { idle }) });
      }
    }
  }
  return { findings, resolved, issueOf };
}

/** What stands at a pointer or at the nearest one around it, and the rest of the way. */
function nearest<T>(map: ReadonlyMap<string, T>, pointer: string): { value: T; rest: string } | undefined {
  for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    const value = map.get(at);
    if (value !== undefined) return { value, rest: pointer.slice(at.length) };
  }
  return undefined;
}

const fromOption = (source: Source, option: string, pointer: string, message: string): SpecIssue => (
  { ...source.issue(pointer, message), excerpt: [], option }
);

/** The spec without what is wrong in it and with stand-ins for what it must have, so that the rest can be checked. */
function healed(value: JsonRecord, spoilt: readonly string[]): JsonRecord | undefined {
  const standIns: JsonRecord = { name: "spec", dataset: "data", backbone: { kind: "sasrec" }, methods: ["base"] };
  const rest: Json = spoilt.length === 0 ? value : without(value, spoilt.filter((pointer) => pointer !== ""));
  const whole = isRecord(rest) ? { ...standIns, ...rest } : standIns;
  return misfits(whole, () => "").length === 0 ? whole : undefined;
}

/** Whether one pointer is the other, or lies in it. */
export function related(a: string, b: string): boolean {
  return a === b || a.startsWith(b + "/") || b.startsWith(a + "/");
}

/** Problems in the order of the text. */
export function inOrder(issues: readonly SpecIssue[]): SpecIssue[] {
  return [...issues].sort((a, b) => a.line - b.line || a.column - b.column);
}
