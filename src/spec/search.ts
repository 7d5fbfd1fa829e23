/**
 * What a search tries: for the backbone and for each method the spec's own settings, and combinations of those in `search.space`.
 * @module
 */
import { canonicalJson, sha256 } from "./canonical.ts";
import type { CellSetting } from "./cell_names.ts";
import { namedMethods } from "./control.ts";
import { SpecError } from "./issue.ts";
import { isRecord, type Json, type JsonRecord } from "./json.ts";
import { settingsOf } from "./method_types.ts";
import { inOrder, type Judged, type Judgement, type Written } from "./parse.ts";
import { overlay } from "./schema.ts";
import { type SearchPath, searchPaths, SECTIONS, tried } from "./search_paths.ts";
import type { BackboneSpec, MethodSpec, ResolvedSpec, SearchSpec } from "./types.ts";

/** Settings of a trial, and what they make. */
export interface Trial<Made> {
  /** What differs from the spec's own settings; empty for the spec's own. */
  readonly settings: readonly CellSetting[];
  /** The backbone or the method with these settings. */
  readonly made: Made;
}

/** Everything a search tries. */
export interface SearchPlan {
  /** Shares of S and F, the draw, and the space. */
  readonly search: SearchSpec;
  /** The spec's own backbone first; alone where the space has nothing for it. */
  readonly backbones: readonly Trial<BackboneSpec>[];
  /** Each method that the space has something for, the spec's own settings first; controls have none of their own. */
  readonly methods: readonly { readonly label: string; readonly trials: readonly Trial<MethodSpec>[] }[];
}

/** More combinations than these are drawn from no more. */
const MOST = 100_000;

/**
 * The trials of a spec with a search.
 *
 * @param written the spec, in which nothing was found wrong; `resolved` is what it comes to.
 * @throws {SpecError} with what is wrong with the space, at its place in `search.space`.
 */
export function searchPlan(written: Written, resolved: ResolvedSpec, own: Judged): SearchPlan {
  const search = resolved.search!;
  const { paths, problems } = searchPaths(search, resolved);
  const values = problems.length > 0
    ? []
    : paths.map((path) => path.values.map((_, at) => tried(written, [{ path, at }])));
  const wrong = [...problems.map((problem) => ({ ...problem, by: own })), ...flaws(values.flat())];
  if (wrong.length > 0) throw refusal(written.file, wrong);
  const backbones = trialsOf("backbone", paths, values, search, written, resolved, ({ backbone }) => backbone);
  const methods = namedMethods(resolved).map(({ label }) => {
    const of = ({ methods }: ResolvedSpec) => methods.find((method) => method.label === label)!;
    const { trials } = trialsOf(label, paths, values, search, written, resolved, of);
    return { label, trials: trials.map((trial) => ({ ...trial, made: withOptions(trial) })) };
  });
  if (paths.length > 0 && backbones.trials.length === 1 && methods.every(({ trials }) => trials.length === 1)) {
    throw refusal(written.file, [{
      ...said("search.space must change something: found only what the spec says already."),
      by: own,
    }]);
  }
  return { search, backbones: backbones.trials, methods: methods.filter(({ trials }) => trials.length > 1) };
}

const said = (message: string): Judgement => ({ pointer: "/search/space", message, at: "start", about: ["/search"] });

type Wrong = Judgement & { readonly by: Judged };

/** What is wrong with values, each by itself. */
const flaws = (tries: readonly Judged[]): Wrong[] =>
  tries.flatMap((by) => by.findings.map((finding) => ({ ...finding, by })));

function refusal(file: string, wrong: readonly Wrong[]): SpecError {
  const issues = wrong.map(({ pointer, message, at, by }) => by.issueOf(pointer, message, at));
  return new SpecError(
    file,
    inOrder([...new Map(issues.map((issue) => [`${issue.pointer} ${issue.message}`, issue])).values()]),
  );
}

/** One value of each of some paths. */
type Combination = readonly { readonly path: SearchPath; readonly at: number }[];

/** The spec's own settings and combinations that differ from them and from each other, `search.trials` in all at most. */
function trialsOf<Made extends BackboneSpec | MethodSpec>(
  who: string,
  paths: readonly SearchPath[],
  values: readonly (readonly Judged[])[],
  search: SearchSpec,
  written: Written,
  resolved: ResolvedSpec,
  of: (spec: ResolvedSpec) => Made,
): { readonly trials: Trial<Made>[] } {
  const digest = (made: Made) => canonicalJson("label" in made ? settingsOf(made) : made);
  const own = of(resolved);
  const known = new Set([digest(own)]);
  const trials: Trial<Made>[] = [{ settings: [], made: own }];
  const concerned = paths.filter((_, i) => values[i]!.some((one) => digest(of(one.resolved!)) !== digest(own)));
  for (const combination of combinations(who, concerned, search, written)) {
    if (trials.length >= search.trials) {
      if (search.kind === "random") break;
      throw tooMany(who, concerned, search, written);
    }
    const judged = tried(written, combination);
    if (judged.findings.length > 0) throw refusal(written.file, flaws([judged]));
    const made = of(judged.resolved!);
    if (known.has(digest(made))) continue;
    known.add(digest(made));
    const settings = combination.map(({ path: { path, values }, at }) => ({ path, value: values[at]! }));
    trials.push({ settings, made });
  }
  return { trials };
}

/** All combinations of the values of paths, in the order in which they are tried: as written, or drawn by the search's seed. */
function combinations(who: string, paths: readonly SearchPath[], search: SearchSpec, written: Written): Combination[] {
  if (paths.length === 0) return [];
  const count = paths.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST) throw tooMany(who, paths, search, written);
  const all = paths.reduce<Combination[]>(
    (done, path) => done.flatMap((one) => path.values.map((_, at) => [...one, { path, at }])),
    [[]],
  );
  if (search.kind === "grid") return all;
  const drawn = all.map((combination, index) => ({ combination, place: sha256(`${search.seed} ${who} ${index}`) }));
  return drawn.sort((a, b) => a.place < b.place ? -1 : 1).map(({ combination }) => combination);
}

function tooMany(who: string, paths: readonly SearchPath[], search: SearchSpec, { file, source }: Written): SpecError {
  const count = paths.reduce((product, { values }) => product * values.length, 1);
  const most = search.kind === "grid" ? search.trials : MOST;
  const advice = search.kind === "grid" && count <= MOST
    ? 'raise search.trials, or draw with kind "random"'
    : "leave out values";
  const message = `search.space must have at most ${most} combinations for ${who}: found ${count} of ${
    paths.map(({ path }) => path).join(", ")
  }; ${advice}.`;
  return new SpecError(file, [source.issue("/search", message)]);
}

/** What a trial sets, as a method's entry in the spec would: for `options` of results. */
function withOptions({ settings, made }: Trial<MethodSpec>): MethodSpec {
  const options = settings.reduce<Json>((sum, { path, value }) => {
    const [section = "", ...rest] = path.split(".");
    const place = SECTIONS.includes(section) ? [section, ...rest] : rest;
    return overlay(sum, place.reduceRight<Json>((inner, key) => ({ [key]: inner }), value));
  }, made.options as JsonRecord);
  return settings.length === 0 || !isRecord(options) ? made : { ...made, options };
}
