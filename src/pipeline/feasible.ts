/**
 * What can be said before anything trains.
 * @module
 */
import { negativesOf } from "../backbones/losses.ts";
import { DataError } from "../data/errors.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import type { Prepared } from "./prepare.ts";
import { differentContexts, rowsWithoutNegatives, usersOf, windowsWithoutNegatives } from "./shortage.ts";

/** What the checks look at. */
export type Sliced = Pick<Prepared, "data" | "title" | "evaluated">;

/**
 * Refuses an experiment that the data cannot carry: one item or one user, no rows or no negatives for the backbone, a cut-off as long as the
 * catalogue, more regions than different sequences to build them on.
 *
 * @throws {DataError} naming the data set and the spec's field.
 */
export function mustBeFeasible(spec: ResolvedSpec, sliced: Sliced): void {
  const problem = catalogueProblem(spec, sliced) ?? usersProblem(sliced) ?? negativesProblem(spec, sliced) ??
    regionsProblem(spec, sliced);
  if (problem !== undefined) throw new DataError(`${sliced.title}: ${problem}`);
}

/** Sentences about what the data carry, but badly. */
export function feasibilityNotes(spec: ResolvedSpec, { data, evaluated }: Omit<Sliced, "title">): string[] {
  const notes: string[] = [];
  const { size } = data.catalogue;
  const { context } = spec.windows;
  const cutoffs = spec.evaluation.cutoffs.filter((cutoff) => cutoff < size && cutoff >= size - context);
  if (cutoffs.length > 0) {
    notes.push(
      `Of ${size} items a context of ${context} leaves as few as ${Math.max(1, size - context)} to rank: Recall@${
        cutoffs.join(", @")
      } is 1 there whatever the method does.`,
    );
  }
  const { short, rows } = rowsWithoutNegatives(data, spec.backbone);
  if (short > 0) {
    notes.push(
      `${short} of ${rows} training rows leave no item to draw negatives from: theirs are drawn from all items.`,
    );
  }
  const lone = evaluated.filter(({ windows }) => usersOf(windows).size === 1).map(({ name }) => name);
  if (lone.length > 0) notes.push(`In ${lone.join(" and in ")} all windows are of a single user.`);
  return notes;
}

function catalogueProblem({ evaluation }: ResolvedSpec, { data: { catalogue } }: Sliced): string | undefined {
  if (catalogue.size < 2) {
    return `Cannot recommend: the catalogue has one item (${JSON.stringify(catalogue.ids[1])}), wanted at least two`;
  }
  const cutoff = Math.max(...evaluation.cutoffs);
  return cutoff < catalogue.size
    ? undefined
    : `Cannot measure Recall@${cutoff}: the catalogue has ${catalogue.size} items, wanted more than evaluation.cutoffs, ` +
      `since a list of all items always holds the target`;
}

function usersProblem({ data: { userIds }, evaluated }: Sliced): string | undefined {
  const users = new Set(evaluated.flatMap(({ windows }) => [...usersOf(windows)]));
  if (users.size > 1) return undefined;
  return `Cannot compare methods: all windows are of one user (${JSON.stringify(userIds[[...users][0]!])}), ` +
    `wanted several, since users are what a comparison is over`;
}

function negativesProblem({ backbone, methods }: ResolvedSpec, { data }: Sliced): string | undefined {
  const { short, rows } = rowsWithoutNegatives(data, backbone);
  const { loss } = backbone.training;
  const outside = "negativesOutside" in backbone.training ? backbone.training.negativesOutside : "row";
  const advice = `choose another loss, such as "cross-entropy", which draws none`;
  if (short > 0 && short === rows) {
    return `Cannot draw negatives for the backbone's ${loss.kind}: every training row keeps away from all ${data.catalogue.size} items ` +
      `(backbone.training.negativesOutside "${outside}"); ${advice}`;
  }
  const drawing = methods.find(({ kind, lora }) => kind !== "base" && negativesOf(lora.training.loss) > 0);
  const slice = drawing &&
    data.finetune.find(({ windows }) => windowsWithoutNegatives(windows, data.catalogue.size) === windows.count);
  return slice &&
    `Cannot draw negatives for ${
        drawing!.label
      }: every window of ${slice.name} holds all ${data.catalogue.size} items ` +
      `(lora.training.loss "${drawing!.lora.training.loss.kind}"); ${advice}`;
}

function regionsProblem({ methods, backbone }: ResolvedSpec, { data: { setupDense } }: Sliced): string | undefined {
  // A language model's length is counted in tokens: its prompts hold whole contexts.
  const longest = backbone.kind === "llama" ? setupDense.context : backbone.maxLength;
  for (const { label, regions } of methods.filter(({ kind }) => kind === "raie")) {
    const cannot = `Cannot build the regions of ${label}: regions.k is ${regions.k}, wanted at most`;
    const { count } = setupDense;
    if (regions.k > count) return `${cannot} ${count}, the number of S windows at stride ${regions.stride}`;
    const different = differentContexts(setupDense, longest, regions.k);
    if (regions.k > different) {
      return `${cannot} ${different}, the number of different contexts among ${count} S windows: another region would be empty`;
    }
  }
  return undefined;
}
