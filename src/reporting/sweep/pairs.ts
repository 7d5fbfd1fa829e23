/**
 * Who is compared with whom in the cells of a sweep: a raie with its control of one region, else with the method that the report names.
 * @module
 */
import { type MethodDifference, methodDifference } from "../difference.ts";
import { methodSummaries } from "../summary.ts";
import type { Results } from "../types.ts";
import { type MethodEffect, methodEffects } from "./effects.ts";
import type { FinishedCell, SweepResults } from "./types.ts";

/** Two methods that are compared in every cell that has both. */
export interface Pair {
  /** The method asked about. */
  readonly effect: MethodEffect;
  /** Label of the one subtracted. */
  readonly to: string;
  /** Whether that one is its control. */
  readonly control: boolean;
  /** In the order of the runs; never empty. */
  readonly cells: readonly FinishedCell[];
}

/** Each raie with its control or reference; where nobody keeps regions, each method that the setting concerns with the reference. */
export function pairsOf(sweep: SweepResults): Pair[] {
  const effects = methodEffects(sweep).filter(({ discounted }) => !discounted);
  const controls = new Set(sweep.cells.flatMap(({ results }) => controlsIn(results).map(({ label }) => label)));
  const raies = effects.filter(({ kind, label }) => kind === "raie" && !controls.has(label));
  const asked = raies.length > 0 ? raies : effects.filter(({ paths, kind }) => paths.length > 0 && kind !== "base");
  return asked.flatMap((effect): Pair[] => {
    const partners = effect.cells.map(({ cell: { results } }) => partnerOf(results, effect.label));
    const found = partners.find((partner) => partner?.control === true) ?? partners.find((one) => one !== undefined);
    if (found === undefined) return [];
    const cells = effect.cells.map(({ cell }) => cell).filter(({ results }) =>
      methodSummaries(results).some(({ label }) => label === found.to)
    );
    return cells.length === 0 ? [] : [{ effect, ...found, cells }];
  });
}

/** The difference of a pair in a cell; undefined where it has none. */
export function pairDifference(
  { effect: { label }, to }: Pair,
  { results }: FinishedCell,
  slice: string,
): MethodDifference | undefined {
  const summaries = methodSummaries(results);
  const [first, second] = [label, to].map((name) => summaries.find((each) => each.label === name));
  return first === undefined || second === undefined ? undefined : methodDifference(results, first, second, slice);
}

/** Methods that are another's control. */
const controlsIn = ({ spec }: Results) => spec.methods.filter(({ control }) => control !== undefined);

function partnerOf(results: Results, label: string): { to: string; control: boolean } | undefined {
  const control = controlsIn(results).find((method) => method.control === label);
  if (control !== undefined) return { to: control.label, control: true };
  const { reference } = results.spec.report;
  const base = results.spec.methods.find(({ kind }) => kind === "base")?.label;
  const to = [reference, base].find((each) => each !== undefined && each !== label);
  return to === undefined ? undefined : { to, control: false };
}
