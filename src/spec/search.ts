/**
 * What a search tries: for the backbone and for each method the spec's own settings, and combinations of those in `search.space`.
 * @module
 */
import { stepFields } from "./budget_checks.ts";
import { canonicalJson } from "./canonical.ts";
import type { CellSetting } from "./cell_names.ts";
import { namedMethods, pacemakerOf } from "./control.ts";
import { SpecError } from "./issue.ts";
import { isRecord, type Json, type JsonRecord } from "./json.ts";
import { settingsOf } from "./method_types.ts";
import { inOrder, type Judged, type Judgement, type Written } from "./parse.ts";
import { overlay } from "./schema.ts";
import { allOf, type Combination, countOf, drawn } from "./search_draw.ts";
import { type SearchPath, searchPaths, SECTIONS, tried } from "./search_paths.ts";
import type { BackboneSpec, MethodSpec, ResolvedSpec, SearchSpec } from "./types.ts";
import { without } from "./validate.ts";

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
  const { paths, problems } = searchPaths(search, resolved, hasSpace(written));
  const each = problems.length > 0 ? [] : paths.map((path) => ({
    path,
    tries: path.values.map((_, at) => tried(written, [{ path, at }])),
  }));
  // A preset's space serves many specs: what a spec has no use for is passed over. What the spec itself names in vain is an error.
  const useful = hasSpace(written)
    ? each
    : each.filter(({ tries }) => !tries.some(({ findings }) => findings.some(isIdle)));
  const wrong = [
    ...problems.map((problem) => ({ ...problem, by: own })),
    ...flaws(useful.flatMap(({ tries }) => tries)),
  ];
  if (wrong.length > 0) throw refusal(written.file, wrong);
  const ground = { tries: useful, search, written, resolved };
  const backbones = trialsOf("backbone", ground, ({ backbone }) => backbone);
  const methods = namedMethods(resolved).map(({ label }) => {
    const trials = trialsOf(label, ground, ({ methods }) => methods.find((method) => method.label === label)!);
    return { label, trials: trials.map((trial) => ({ ...trial, made: withOptions(trial) })) };
  });
  if (paths.length > 0 && backbones.length === 1 && methods.every(({ trials }) => trials.length === 1)) {
    const message = "search.space must change something: found only what the spec says already.";
    const nothing: Judgement = { pointer: "/search/space", message, at: "start", about: ["/search"] };
    throw refusal(written.file, [{ ...nothing, by: own }]);
  }
  return { search, backbones, methods: methods.filter(({ trials }) => trials.length > 1) };
}

const isIdle = ({ idle }: Judgement): boolean => idle === true;

/** Whether the spec has a space of its own. */
const hasSpace = ({ value }: Written): boolean =>
  isRecord(value) && isRecord(value.search) && value.search.space !== undefined;

type Wrong = Judgement & { readonly by: Judged };

/** What is wrong with values, each by itself. */
const flaws = (tries: readonly Judged[]): Wrong[] =>
  tries.flatMap((by) => by.findings.map((finding) => ({ ...finding, by })));

function refusal(file: string, wrong: readonly Wrong[]): SpecError {
  const issues = wrong.map(({ pointer, message, at, by }) => by.issueOf(pointer, message, at));
  const told = new Map(issues.map((issue) => [`${issue.pointer} ${issue.message}`, issue]));
  return new SpecError(file, inOrder([...told.values()]));
}

/** What trials are made from. */
interface Ground {
  /** Each path of the space with the spec under each of its values. */
  readonly tries: readonly { readonly path: SearchPath; readonly tries: readonly Judged[] }[];
  readonly search: SearchSpec;
  readonly written: Written;
  readonly resolved: ResolvedSpec;
}

/** The spec's own settings and combinations that differ from them and from each other, `search.trials` in all at most. */
function trialsOf<Made extends BackboneSpec | MethodSpec>(
  who: string,
  { tries, search, written, resolved }: Ground,
  of: (spec: ResolvedSpec) => Made,
): Trial<Made>[] {
  const digest = (spec: ResolvedSpec) => {
    const made = of(spec);
    return canonicalJson("label" in made ? readOf(made, spec) : made);
  };
  const known = new Set([digest(resolved)]);
  const trials: Trial<Made>[] = [{ settings: [], made: of(resolved) }];
  const concerned = tries.filter(({ tries }) => tries.some((one) => digest(one.resolved!) !== digest(resolved)))
    .map(({ path }) => path);
  for (const combination of combinations(who, concerned, search, written)) {
    if (trials.length >= search.trials) {
      if (search.kind === "random") break;
      throw tooMany(who, concerned, search, written);
    }
    const judged = tried(written, combination);
    const wrong = judged.findings.filter((finding) => !isIdle(finding));
    if (wrong.length > 0) throw refusal(written.file, wrong.map((finding) => ({ ...finding, by: judged })));
    const same = digest(judged.resolved!);
    if (known.has(same)) continue;
    known.add(same);
    const settings = combination.map(({ path: { path, values }, at }) => ({ path, value: values[at]! }));
    trials.push({ settings, made: of(judged.resolved!) });
  }
  return trials;
}

/** What a method reads: of one that takes another's steps, not how long it would train by itself. */
function readOf(method: MethodSpec, spec: ResolvedSpec): Json {
  const read = settingsOf(method) as JsonRecord;
  if (pacemakerOf(method, spec) === undefined) return read;
  return without(read, stepFields(method));
}

function tooMany(who: string, paths: readonly SearchPath[], search: SearchSpec, { file, source }: Written): SpecError {
  const count = countOf(paths);
  const grid = search.kind === "grid" && count <= MOST;
  const most = grid ? search.trials : MOST;
  const advice = grid ? 'raise search.trials, or draw with kind "random"' : "leave out values";
  const names = paths.map(({ path }) => path).join(", ");
  const message =
    `search.space must have at most ${most} combinations for ${who}: found ${count} of ${names}; ${advice}.`;
  return new SpecError(file, [source.issue("/search", message)]);
}

/** All combinations in the order in which they are tried. */
function combinations(who: string, paths: readonly SearchPath[], search: SearchSpec, written: Written): Combination[] {
  if (countOf(paths) > MOST) throw tooMany(who, paths, search, written);
  return search.kind === "grid" ? allOf(paths) : drawn(who, paths, search.seed);
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
