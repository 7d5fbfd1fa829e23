/**
 * A matched budget in words: whose steps methods take, and how much of S they see.
 * @module
 */
import { pacemakerOf, yardstickOf } from "./control.ts";
import type { MethodKind } from "./method_types.ts";
import { series } from "./phrases.ts";
import type { MethodSpec, ResolvedSpec } from "./types.ts";

/** What a method's words depend on beside its own settings. */
export interface Surroundings {
  /** The raie whose steps the method takes; undefined where it trains for as long as its own settings say. */
  readonly yardstick: MethodSpec | undefined;
  /** Whether F is more than one slice. */
  readonly several: boolean;
}

/** Where a method of a spec stands. The yardstick itself trains as its settings say. */
export function surroundings(method: MethodSpec, spec: ResolvedSpec): Surroundings {
  const { slices } = spec;
  const finetune = slices.kind === "dates" ? slices.borders.length - 1 : slices.finetune.length;
  return { yardstick: pacemakerOf(method, spec), several: finetune > 1 };
}

/** Whether a yardstick sees anything of S beside F. */
export const replays = ({ regions }: MethodSpec): boolean => regions.replay > 0;

/** The sentence about a matched budget, with the methods here that it does not hold for word by word; none for another budget. */
export function budgetWords(spec: ResolvedSpec): string[] {
  const yardstick = yardstickOf(spec);
  if (yardstick === undefined) return [];
  const share = replays(yardstick) ? `S in the share of its rows that ${yardstick.label} does` : "nothing of S";
  const exceptions = Object.entries(exceptionWords(replays(yardstick))).flatMap(([kind, words]) => {
    const labels = spec.methods.filter((method) =>
      method.kind === kind && method !== yardstick && method.control === undefined
    );
    return labels.length === 0 ? [] : [`${series(labels.map(({ label }) => label))} (${words})`];
  });
  return [
    `The budget is matched: on each slice of F every method that adapts takes as many steps as ${yardstick.label} and sees ${share}${
      exceptions.length === 0 ? "" : `, but for ${series(exceptions)}`
    }.`,
  ];
}

/** Kinds that see S by a rule of their own. */
const exceptionWords = (replayed: boolean): Partial<Record<MethodKind, string>> => ({
  ...(replayed
    ? { lsat: "S has that share of the steps, and F the rest", ebpr: "the steps alone, nothing of S" }
    : { lsat: "its long adapter is not trained" }),
  ewc: "windows of S for its Fisher information come on top",
  raie: "replay is its own",
});
