/**
 * What a schema cannot say: fields of a spec that must fit each other.
 * @module
 */
import { backboneChecks } from "./backbone_checks.ts";
import { budgetChecks } from "./budget_checks.ts";
import { namedMethods } from "./control.ts";
import { dateOf } from "./dates.ts";
import { evidenceChecks, searchChecks } from "./evidence_checks.ts";
import { type Finding, nothingSeen, written } from "./finding.ts";
import { idleChecks } from "./idle_checks.ts";
import { MOST_PROBLEMS } from "./issue.ts";
import { isRecord, type JsonRecord, pathOf, valueAt } from "./json.ts";
import { methodChecks } from "./method_checks.ts";
import { nearestName } from "./nearest.ts";
import { seen } from "./shown_text.ts";
import type { ResolvedSpec } from "./types.ts";
import { listed } from "./wording.ts";

/** Problems between the fields of a spec that fits the schema: all of them, up to 200. */
export function crossChecks(raw: JsonRecord, spec: ResolvedSpec): Finding[] {
  const findings = new Map<string, Finding>();
  for (const finding of allChecks(raw, spec)) {
    findings.set(`${finding.pointer} ${finding.message}`, finding);
    if (findings.size === MOST_PROBLEMS) break;
  }
  return [...findings.values()];
}

function* allChecks(raw: JsonRecord, spec: ResolvedSpec): Generator<Finding> {
  // A control stands in no file: what is said of methods by their place there passes over it.
  const written: ResolvedSpec = { ...spec, methods: namedMethods(spec) };
  yield* title(spec);
  yield* slices(raw, spec);
  yield* synthetic(raw, spec);
  yield* marginals(raw, spec);
  yield* backboneChecks(raw, spec);
  yield* methodChecks(raw, written);
  yield* budgetChecks(raw, written);
  yield* report(raw, spec);
  yield* evidenceChecks(raw, spec);
  yield* searchChecks(raw, spec);
  yield* idleChecks(raw, written);
}

function* title({ title }: ResolvedSpec): Generator<Finding> {
  if (seen(title) === "") yield { pointer: "/title", message: nothingSeen("/title", title), about: ["/title"] };
}

function* slices(raw: JsonRecord, spec: ResolvedSpec): Generator<Finding> {
  const about = ["/slices"];
  if (spec.slices.kind === "fractions") {
    const parts = [spec.slices.setup, ...spec.slices.finetune, spec.slices.test];
    const sum = parts.reduce((total, part) => total + part, 0);
    if (Math.abs(sum - 1) > 1e-9) {
      const found = `${parts.join(" + ")} = ${Number(sum.toPrecision(10))}`;
      yield { pointer: "/slices", message: `slices must add up to 1: found ${found}.`, about };
    }
    return;
  }
  const several = isRecord(raw.slices) && Array.isArray(raw.slices.finetune);
  let last: number | undefined;
  for (const [index, border] of spec.slices.borders.entries()) {
    const isTest = index === spec.slices.borders.length - 1;
    const pointer = isTest ? "/slices/test" : several ? `/slices/finetune/${index}` : "/slices/finetune";
    const field = pathOf(pointer).join(".");
    if (Number.isNaN(border)) {
      const found = JSON.stringify(valueAt(raw, pathOf(pointer)) ?? null);
      yield { pointer, message: `${field} must be a day of the calendar: found ${found}.`, about };
      continue;
    }
    if (last !== undefined && border <= last) {
      yield {
        pointer,
        message: `${field} must be later than the border before it: ${dateOf(border)} is not after ${dateOf(last)}.`,
        about,
      };
    }
    last = border;
  }
}

function* synthetic(raw: JsonRecord, spec: ResolvedSpec): Generator<Finding> {
  const made = spec.dataset.synthetic;
  if (made === undefined) return;
  const about = ["/dataset"];
  if (2 * made.merging > made.regions) {
    const pointer = written(raw, "/dataset/merging", "/dataset/regions", "/dataset");
    yield {
      pointer,
      message:
        `dataset.merging must be at most half of dataset.regions: found ${made.merging} pairs of ${made.regions} regions.`,
      about,
    };
  }
  if (made.items < made.regions + made.emerging) {
    const pointer = written(raw, "/dataset/items", "/dataset/regions", "/dataset");
    yield {
      pointer,
      message: `dataset.items must be at least dataset.regions + dataset.emerging: found ${made.items} items for ${
        made.regions + made.emerging
      } regions.`,
      about,
    };
  }
}

function* marginals(raw: JsonRecord, { dataset }: ResolvedSpec): Generator<Finding> {
  const made = dataset.marginals;
  if (made === undefined) return;
  const { users, items, interactions, perUserLeast, perUserMost } = made;
  const check = function* (fits: boolean, field: string, other: string, message: string): Generator<Finding> {
    if (fits) return;
    const pointer = written(raw, `/dataset/${field}`, `/dataset/${other}`, "/dataset");
    yield { pointer, message: `dataset.${field} must be ${message}.`, about: ["/dataset"] };
  };
  yield* check(
    perUserMost <= items,
    "perUserMost",
    "items",
    `at most dataset.items, since nobody rates an item twice: found ${perUserMost} of ${items}`,
  );
  const [low, high] = [Math.max(items, users * perUserLeast), Math.min(users * perUserMost, items * users / 2)];
  yield* check(
    interactions >= low && interactions <= high,
    "interactions",
    "users",
    `from ${low} to ${high}, by dataset.users, items, perUserLeast and perUserMost: found ${interactions}`,
  );
}

function* report(raw: JsonRecord, spec: ResolvedSpec): Generator<Finding> {
  const labels = spec.methods.map(({ label }) => label);
  const allowed = measureNames(spec);
  const names = ["S", ...finetuneNames(spec), "T"];
  const check = function* (
    pointer: string,
    value: string,
    choices: readonly string[],
    about: string[],
  ): Generator<Finding> {
    if (choices.includes(value)) return;
    const nearest = nearestName(value, choices);
    const hint = nearest === undefined ? "" : ` Did you mean ${JSON.stringify(nearest)}?`;
    const field = pathOf(pointer).join(".");
    yield {
      pointer,
      message: `${field} must be ${listed(choices)}: found ${JSON.stringify(value)}.${hint}`,
      about: [pointer, ...about],
    };
  };
  yield* check("/report/reference", spec.report.reference, labels, ["/methods"]);
  yield* check(written(raw, "/report/measure", "/evaluation/cutoffs"), spec.report.measure, allowed, [
    "/evaluation/cutoffs",
  ]);
  for (const [index, figure] of (spec.report.published ?? []).entries()) {
    const at = `/report/published/${index}`;
    yield* check(`${at}/label`, figure.label, labels, ["/methods"]);
    yield* check(`${at}/slice`, figure.slice, names, ["/slices"]);
    if (figure.measure.startsWith("coverage@")) {
      const message = `report.published.${index}.measure must be a mean over windows: found ${
        JSON.stringify(figure.measure)
      }, which counts items and has no spread over windows to hold it against; use ${
        listed(allowed.filter((name) => !name.startsWith("coverage@")))
      }.`;
      yield { pointer: `${at}/measure`, message, about: [`${at}/measure`, "/evaluation/cutoffs"] };
      continue;
    }
    yield* check(`${at}/measure`, figure.measure, allowed, ["/evaluation/cutoffs"]);
  }
}

function finetuneNames(spec: ResolvedSpec): string[] {
  const count = spec.slices.kind === "dates" ? spec.slices.borders.length - 1 : spec.slices.finetune.length;
  return Array.from({ length: count }, (_, index) => `F${index + 1}`);
}

/** Names of all measures a run computes: Recall@k, NDCG@k and coverage@k for every cut-off, and MRR. */
export function measureNames(spec: ResolvedSpec): string[] {
  return [
    ...["Recall", "NDCG", "coverage"].flatMap((name) => spec.evaluation.cutoffs.map((k) => `${name}@${k}`)),
    "MRR",
  ];
}
