/**
 * Evidence over users for a whole table: intervals of every figure, intervals and tests of differences.
 * @module
 */
import type { EvaluationSpec } from "../spec/types.ts";
import { type Interval, percentileInterval, resampledMeans } from "./bootstrap.ts";
import { holm } from "./holm.ts";
import type { UserTable } from "./per_user.ts";
import { flippedSums, permutationP } from "./sign_flips.ts";
import { wilcoxonP } from "./wilcoxon.ts";

/** Share of resamples that an interval holds. */
export const LEVEL = .95;

/** One method's users on one slice, seed by seed. */
export interface MethodUsers {
  /** Name of the method. */
  readonly label: string;
  /** In the order of the seeds; the same users in each. */
  readonly seeds: readonly { readonly seed: number; readonly users: UserTable }[];
}

/** A slice with all methods that ranked it. */
export interface SliceUsers {
  /** "S", "F1".."Fn" or "T". */
  readonly slice: string;
  /** In the order of the spec. */
  readonly methods: readonly MethodUsers[];
}

/** Intervals of one method's figures on one slice. */
export interface FigureEvidence {
  /** Name of the method. */
  readonly label: string;
  /** "S", "F1".."Fn" or "T". */
  readonly slice: string;
  /** Seeds the figures are means over. */
  readonly seeds: readonly number[];
  /** Users drawn. */
  readonly users: number;
  /** By measure, its 95 % interval. */
  readonly intervals: Readonly<Record<string, Interval>>;
}

/** One method less another on one slice. */
export interface DifferenceEvidence {
  /** Name of the method. */
  readonly label: string;
  /** Label of the method subtracted. */
  readonly to: string;
  /** "S", "F1".."Fn" or "T". */
  readonly slice: string;
  /** Seeds that both have: the difference is a mean over them. */
  readonly seeds: readonly number[];
  /** Users drawn. */
  readonly users: number;
  /** By measure, the difference. */
  readonly values: Readonly<Record<string, number>>;
  /** By measure, its 95 % interval, resamples paired. */
  readonly intervals: Readonly<Record<string, Interval>>;
  /** Of the test, for the measure tested. */
  readonly p: number;
  /** p after Holm's correction over the list it stands in, or what that list says. */
  readonly pHolm: number;
}

/** All of a run's evidence over users. */
export interface Evidence {
  /** Of users, and draws of signs. */
  readonly resamples: number;
  /** Test of the differences. */
  readonly test: EvaluationSpec["test"];
  /** The measure that p is of. */
  readonly measure: string;
  /** Slice by slice, every method. */
  readonly figures: readonly FigureEvidence[];
  /** Slice by slice; Holm's correction is over all of them. */
  readonly differences: readonly DifferenceEvidence[];
  /** Of each slice the rated method with the highest figure less each other one; Holm's correction is over all pairs of rated methods on the slice. */
  readonly best: readonly DifferenceEvidence[];
}

/** What to compute. */
export interface EvidenceRules extends Pick<EvaluationSpec, "resamples" | "test"> {
  /** A mean over windows, such as "Recall@10". */
  readonly measure: string;
  /** Labels: each method is compared with each of these. */
  readonly to: readonly string[];
  /** Two labels each: the first is compared with the second too. */
  readonly pairs?: readonly (readonly [label: string, to: string])[];
  /** Labels of those that may be called the best of a slice. */
  readonly rated: readonly string[];
}

/**
 * Intervals of all measures of all methods on all slices, and their differences to the methods named.
 *
 * Figures and differences are those of the tables: means over windows, averaged over seeds. Their intervals resample users and hold the seeds'
 * models as they are ({@linkcode resampledMeans}). A difference is over the seeds that both methods have. Permutation tests that very
 * difference; Wilcoxon ranks the users' own mean differences, each user counting once.
 *
 * @param slices taken one by one: of all methods' users on all slices, no more than one slice's are needed at a time
 * @throws RangeError when seeds or methods of one slice have other users
 */
export function evidenceOf(slices: Iterable<SliceUsers>, rules: EvidenceRules): Evidence {
  const { resamples, test, measure } = rules;
  const each = Array.from(slices, (slice) => sliceEvidence(slice, rules));
  const differences = each.flatMap(({ differences }) => differences);
  const corrected = holm(differences.map(({ p }) => p));
  return {
    resamples,
    test,
    measure,
    figures: each.flatMap(({ figures }) => figures),
    differences: differences.map((difference, i) => ({ ...difference, pHolm: corrected[i]! })),
    best: each.flatMap(({ best }) => best),
  };
}

/** A method over some of its seeds: by measure, [users] sums over windows. */
interface Averaged {
  readonly seeds: readonly number[];
  readonly sums: Readonly<Record<string, Float64Array>>;
}

/** Two methods over the seeds that both have. */
interface Pair {
  readonly first: MethodUsers;
  readonly second: MethodUsers;
  readonly seeds: readonly number[];
  readonly a: Averaged;
  readonly b: Averaged;
}

function sliceEvidence({ slice, methods }: SliceUsers, rules: EvidenceRules) {
  const { resamples, test, measure, to, pairs = [], rated } = rules;
  const table = methods[0]?.seeds[0]?.users;
  const users = table?.users.length ?? 0;
  if (table === undefined || users === 0) return { figures: [], differences: [], best: [] };
  for (const { label, seeds } of methods) for (const { seed, users } of seeds) mustMatch(table, users, label, seed);
  const averages = new Map<string, Averaged>();
  const over = (method: MethodUsers, seeds: readonly number[]): Averaged => {
    const key = JSON.stringify([method.label, seeds]);
    const found = averages.get(key) ?? averaged(method, seeds);
    averages.set(key, found);
    return found;
  };
  const figures = methods.map((method) => ({ method, own: over(method, method.seeds.map(({ seed }) => seed)) }));
  const sharing = (pairs: readonly (readonly [MethodUsers, MethodUsers])[]): Pair[] =>
    pairs.map(([first, second]) => {
      const seeds = first.seeds.map(({ seed }) => seed)
        .filter((seed) => second.seeds.some((other) => other.seed === seed));
      return { first, second, seeds, a: over(first, seeds), b: over(second, seeds) };
    }).filter(({ seeds }) => seeds.length > 0);
  const named = sharing([...pairsOf(methods, to), ...extraPairs(methods, to, pairs)]);
  const candidates = figures.filter(({ method }) => rated.includes(method.label))
    .toSorted((a, b) => sum(b.own.sums[measure]!) - sum(a.own.sums[measure]!)).map(({ method }) => method);
  const ranked = sharing(
    candidates.flatMap((first, i) => candidates.slice(i + 1).map((other) => [first, other] as const)),
  );
  const windows = Float64Array.from(table.windows);
  const purpose = `users of ${slice}`;
  const columns = [...averages.values()].flatMap(({ sums }) => Object.values(sums));
  const means = resampledMeans({ windows, columns }, resamples, { purpose });
  const meansOf = new Map(columns.map((column, i) => [column, means[i]!]));
  const tested = [...new Set([...named, ...ranked].flatMap(({ a, b }) => [a.sums[measure]!, b.sums[measure]!]))];
  const flipped = test === "permutation" ? flippedSums(tested, resamples, { purpose }) : [];
  const flippedOf = new Map(tested.map((column, i) => [column, flipped[i]!]));
  const pOf = ({ a: { sums: { [measure]: a } }, b: { sums: { [measure]: b } } }: Pair) =>
    test === "permutation"
      ? permutationP(a!, b!, [flippedOf.get(a!)!, flippedOf.get(b!)!])
      : wilcoxonP(a!.map((sum, user) => (sum - b![user]!) / windows[user]!));
  const total = sum(windows);
  const compared = ({ first, second, seeds, a, b }: Pair) => ({
    label: first.label,
    to: second.label,
    slice,
    seeds,
    users,
    values: mapped(a.sums, (column, name) => (sum(column) - sum(b.sums[name]!)) / total),
    intervals: mapped(a.sums, (column, name) => {
      const others = meansOf.get(b.sums[name]!)!;
      return percentileInterval(meansOf.get(column)!.map((mean, i) => mean - others[i]!), LEVEL);
    }),
  });
  const ps = ranked.map(pOf);
  const corrected = holm(ps);
  return {
    figures: figures.map(({ method: { label }, own: { seeds, sums } }): FigureEvidence => ({
      label,
      slice,
      seeds,
      users,
      intervals: mapped(sums, (column) => percentileInterval(meansOf.get(column)!, LEVEL)),
    })),
    differences: named.map((pair) => ({ ...compared(pair), p: pOf(pair) })),
    best: ranked.flatMap((pair, i): DifferenceEvidence[] =>
      pair.first === candidates[0] ? [{ ...compared(pair), p: ps[i]!, pHolm: corrected[i]! }] : []
    ),
  };
}

/** Every method against each of those named, no two twice. */
function pairsOf(methods: readonly MethodUsers[], to: readonly string[]): (readonly [MethodUsers, MethodUsers])[] {
  const named = to.flatMap((label) => methods.filter((method) => method.label === label));
  return named.flatMap((second, i) =>
    methods.filter((first) => first !== second && !named.slice(0, i).includes(first))
      .map((first) => [first, second] as const)
  );
}

/** Pairs asked for beside those to the methods named; where one of the two is named, they are compared already. */
function extraPairs(
  methods: readonly MethodUsers[],
  to: readonly string[],
  pairs: readonly (readonly [string, string])[],
): (readonly [MethodUsers, MethodUsers])[] {
  return pairs.filter((pair) => !pair.some((label) => to.includes(label))).flatMap(([label, other]) => {
    const [first, second] = [label, other].map((wanted) => methods.find((method) => method.label === wanted));
    return first === undefined || second === undefined ? [] : [[first, second] as const];
  });
}

function averaged({ seeds }: MethodUsers, wanted: readonly number[]): Averaged {
  const tables = seeds.filter(({ seed }) => wanted.includes(seed)).map(({ users }) => users);
  const sums = mapped(
    tables[0]?.measures ?? {},
    (column, name) =>
      column.map((_, user) =>
        tables.reduce((sum, { measures, windows }) => sum + measures[name]![user]! * windows[user]!, 0) / tables.length
      ),
  );
  return { seeds: wanted, sums };
}

function mustMatch(first: UserTable, other: UserTable, label: string, seed: number): void {
  if (
    first.users.length === other.users.length &&
    first.users.every((user, row) => user === other.users[row] && first.windows[row] === other.windows[row])
  ) return;
  throw new RangeError(
    `Cannot compare users: ${label} with seed ${seed} ranked other windows than the first method, wanted the same`,
  );
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

const mapped = <From, To>(record: Readonly<Record<string, From>>, of: (value: From, key: string) => To) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, of(value, key)]));
