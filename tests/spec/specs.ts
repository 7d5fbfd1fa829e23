/** Specs that the tests of this room share. */
import { type ParsedSpec, parseSpec } from "../../src/spec/parse.ts";
import { SpecError, type SpecIssue } from "../../src/spec/issue.ts";

/** The smallest useful form. */
export const SMALLEST = {
  name: "ml100k",
  dataset: "movielens-100k",
  minRating: 4,
  windows: { context: 10, stride: 5 },
  slices: { setup: 0.5, finetune: 0.3, test: 0.2 },
  backbone: { kind: "sasrec", hidden: 128 },
  regions: { k: 3 },
  methods: ["base", "lora", { kind: "raie", label: "RAIE" }],
  seeds: [1],
};

/** A spec of the smallest form with other fields. */
export function specText(fields: Record<string, unknown>): string {
  return JSON.stringify({ ...SMALLEST, ...fields });
}

/** The parsed smallest spec with other fields. */
export function parsed(fields: Record<string, unknown> = {}, set: readonly string[] = []): ParsedSpec {
  return parseSpec(specText(fields), "specs/a.json", { set });
}

/** The problems of a spec's text; fails when there is none. */
export function issuesOf(text: string, set: readonly string[] = []): readonly SpecIssue[] {
  try {
    parseSpec(text, "a.json", { set });
  } catch (error) {
    if (error instanceof SpecError) return error.issues;
    throw error;
  }
  throw new TypeError(`Cannot show problems: the spec was accepted: ${text}`);
}
