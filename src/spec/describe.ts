/**
 * A spec in words: what was asked, as sentences for a report.
 * @module
 */
import { dateOf } from "./dates.ts";
import { backboneWords } from "./describe_backbone.ts";
import { budgetWords, surroundings } from "./describe_budget.ts";
import { methodWords } from "./describe_methods.ts";
import { count, ordinal, percent, series } from "./phrases.ts";
import { portableSpec } from "./portable.ts";
import type { MarginalsSpec, ResolvedSpec, SlicesSpec, SyntheticSpec } from "./types.ts";

/**
 * What a spec asks for, one sentence a line: data, slices, windows, backbone, methods, measures, seeds. Plain text: whoever puts
 * it into Markdown escapes it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSpec } from "./parse.ts";
 * const spec = '{"name":"a","dataset":"movielens-100k","backbone":{"kind":"sasrec"},"methods":["base"],"seeds":[1,2]}';
 * assert.equal(describe(parseSpec(spec, "a.json").resolved).at(-1), "Each method runs with the seeds 1 and 2.");
 * ```
 */
export function describe(spec: ResolvedSpec): string[] {
  const { context, stride } = spec.windows;
  const step = stride === 1 ? "every positive" : `every ${ordinal(stride)} positive`;
  const ties = tieWords(spec.evaluation.ties);
  const seeds = series(spec.seeds.map(String));
  return [
    dataWords(spec) + positivesWords(spec),
    slicesWords(spec.slices),
    `Within a slice a user's positives are cut into windows of ${context} items and the target that follows, at ${step}, aligned to the end.`,
    spec.catalogue === "all"
      ? "The items that can be recommended are those of all windows."
      : "The items that can be recommended are those seen in S and F.",
    spec.retention === "training"
      ? "Retention is measured on S's own training windows."
      : "Retention is measured on each user's last window of S, kept out of training.",
    backboneWords(portableSpec(spec)),
    ...spec.methods.map((method) => `${method.label}: ${methodWords(method, surroundings(method, spec))}.`),
    ...budgetWords(spec),
    ...searchWords(spec),
    `Rankings are over the whole catalogue without the context's items; ties count ${ties}.`,
    `Measures are taken at the cut-offs ${series(spec.evaluation.cutoffs.map(String))}.`,
    `Each method runs with the ${spec.seeds.length === 1 ? "seed" : "seeds"} ${seeds}.`,
    ...(spec.reproduce === undefined
      ? []
      : [`On another engine a later run must come within ${spec.reproduce.tolerance} of each measure.`]),
  ];
}

function searchWords({ search, seeds }: ResolvedSpec): string[] {
  if (search === undefined) return [];
  const { kind, trials, validation, space } = search;
  const how = kind === "grid" ? "every combination" : "combinations drawn at random";
  return [
    `Settings are chosen on S and F, by the last ${percent(validation)} of F's positives in place of T, with the seed ${
      seeds[0]
    }: ${how} of ${series(Object.keys(space))}, at most ${
      count(trials, "trial")
    } for the backbone and for each method.`,
  ];
}

function positivesWords({ dataset, minRating }: ResolvedSpec): string {
  if (dataset.format === "synthetic") return "; every interaction is a positive.";
  return `; interactions rated at least ${minRating} are positives (all of them where there are no ratings).`;
}

function dataWords({ dataset }: ResolvedSpec): string {
  if (dataset.id !== undefined) return `The data set is ${dataset.id}`;
  if (dataset.marginals !== undefined) return `The data set is made up: ${marginalsWords(dataset.marginals)}`;
  if (dataset.synthetic === undefined) return `The data set is a file in the format ${dataset.format}`;
  const { users, items, regions, overlap = 0, drift, switching, emerging, merging } = dataset.synthetic;
  const changes = [
    drift > 0 ? `turn by ${count(drift, "radian")}` : "",
    emerging > 0 ? `are joined by ${emerging} new` : "",
    merging > 0 ? `merge in ${merging} ${merging === 1 ? "pair" : "pairs"}` : "",
  ].filter((part) => part !== "");
  const moving = changes.length === 0 ? "that stay as they are" : `that ${series(changes)}`;
  const switched = switching > 0
    ? `; the region of ${percent(switching)} of the users changes after the set-up slice`
    : "";
  const close = overlap > 0 ? `, with ${percent(overlap)} of their centres in common,` : "";
  const made = `${users} users and ${items} items in ${regions} preference regions${close} ${moving}${switched}`;
  return `The data set is made up: ${made}${rulesWords(dataset.synthetic)}`;
}

/** The stated totals, and what follows them. */
function marginalsWords(spec: MarginalsSpec): string {
  const { users, items, interactions, regions, perUserLeast, perUserMost, popularityExponent, popularityShift } = spec;
  return `${interactions} ratings of ${items} items by ${users} users in ${regions} preference regions, ` +
    `${perUserLeast} to ${perUserMost} by each, items' numbers of ratings falling with their rank r as ` +
    `(r + ${popularityShift})^-${popularityExponent}`;
}

/** The rules that lead from item to item, where they are not each region's own for good. */
function rulesWords({ rules = "own", turning = 0, together = false }: SyntheticSpec): string {
  const whose = rules === "shared" ? "one rule leads from item to item in all regions" : "";
  const subject = rules === "shared" ? "it" : "the rule that leads from item to item in a region";
  const way = together ? "the same way in all" : "in each its own way";
  const turns = turning > 0 ? `${subject} turns by ${count(turning, "radian")} after half of the time, ${way}` : "";
  const parts = [whose, turns].filter((part) => part !== "");
  return parts.length === 0 ? "" : `; ${parts.join(", and ")}`;
}

function slicesWords(slices: SlicesSpec): string {
  if (slices.kind === "dates") {
    const borders = slices.borders.map(dateOf);
    const names = borders.map((date, index) => `${index === borders.length - 1 ? "T" : `F${index + 1}`} on ${date}`);
    return `S is everything before ${borders[0]}; then begin ${series(names)}.`;
  }
  const parts = [
    `S is the first ${percent(slices.setup)} of the positives`,
    ...slices.finetune.map((share, index) => `F${index + 1} the next ${percent(share)}`),
    `T the last ${percent(slices.test)}`,
  ];
  return `In time order ${series(parts)}.`;
}

const tieWords = (ties: "optimistic" | "pessimistic" | "mean") => ({
  optimistic: "for the target",
  pessimistic: "against the target",
  mean: "as the mean of best and worst rank",
}[ties]);
