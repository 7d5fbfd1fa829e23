/**
 * Reading a spec: text in, resolved spec out, or every problem at once.
 * @module
 */
import { refusals } from "./availability.ts";
import { crossChecks } from "./checks.ts";
import { MOST_PROBLEMS, SpecError, type SpecIssue } from "./issue.ts";
import { isRecord, type Json, type JsonRecord, pathOf, valueAt } from "./json.ts";
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
 * @throws {SpecError} with all problems at once: syntax, fields and values, what this version cannot do, what does not fit together.
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
  const source = Source.read(typeof text === "string" ? text : decoded(text, file), file);
  const { value, origins, problems } = applyOverrides(source.value, options.set ?? []);
  const optionOf = (pointer: string): string | undefined => {
    for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
      const option = origins.get(at);
      if (option !== undefined) return option;
    }
    return undefined;
  };
  const found = (pointer: string) => {
    const option = optionOf(pointer);
    return option === undefined
      ? source.found(pointer)
      : shortened(JSON.stringify(valueAt(value, pathOf(pointer)) ?? null), 60);
  };
  const misfitting = misfits(value, found);
  const refused = refusals(value).slice(0, MOST_PROBLEMS);
  const fromOption = (option: string, pointer: string, message: string): SpecIssue => (
    { ...source.issue(pointer, message), excerpt: [], option }
  );
  const issueOf = (pointer: string, message: string, at: "value" | "key" | "start" = "value"): SpecIssue => {
    const option = optionOf(pointer);
    return option === undefined ? source.issue(pointer, message, at) : fromOption(option, pointer, message);
  };
  const issues = [
    ...problems.map(({ option, pointer, message }) => fromOption(option, pointer, message)),
    ...misfitting.map(({ pointer, message, at }) => issueOf(pointer, message, at)),
    ...refused.map(({ pointer, message }) => issueOf(pointer, message)),
  ];
  const spoilt = [...misfitting, ...refused].map(({ pointer }) => pointer);
  // Where so much is wrong, what does not fit together is of no interest yet.
  const whole = isRecord(value) && spoilt.length < MOST_PROBLEMS ? healed(value, spoilt) : undefined;
  const resolved = whole === undefined ? undefined : resolveSpec(whole, file);
  if (whole !== undefined && resolved !== undefined) {
    // A change made on the command line may leave a field of the file idle: ablations are made that way.
    const changed = (pointer: string) => [...origins.keys()].some((origin) => related(origin, pointer));
    for (const { pointer, message, about, idle } of crossChecks(whole, resolved)) {
      if (idle === true && !changed(pointer) && about.some(changed)) continue;
      if (!about.some((one) => spoilt.some((other) => related(one, other)))) {
        issues.push(issueOf(pointer, message));
      }
    }
  }
  if (issues.length > 0 || resolved === undefined || !isRecord(value)) throw new SpecError(file, inOrder(issues));
  return { resolved, raw: value, issue: issueOf };
}

/** The spec without what is wrong in it and with stand-ins for what it must have, so that the rest can be checked. */
function healed(value: JsonRecord, spoilt: readonly string[]): JsonRecord | undefined {
  const standIns: JsonRecord = { name: "spec", dataset: "data", backbone: { kind: "sasrec" }, methods: ["base"] };
  const rest: Json = spoilt.length === 0 ? value : without(value, spoilt.filter((pointer) => pointer !== ""));
  const whole = isRecord(rest) ? { ...standIns, ...rest } : standIns;
  return misfits(whole, () => "").length === 0 && refusals(whole).length === 0 ? whole : undefined;
}

function related(a: string, b: string): boolean {
  return a === b || a.startsWith(b + "/") || b.startsWith(a + "/");
}

function inOrder(issues: readonly SpecIssue[]): SpecIssue[] {
  return [...issues].sort((a, b) => a.line - b.line || a.column - b.column);
}
