/**
 * The first paragraph of a report: what came out, in words, by rules from the numbers alone.
 * @module
 */
import { distance, isTested, type MethodDifference, methodDifference } from "./difference.ts";
import { bold, few, plain } from "./markdown.ts";
import { measure as digits, signed } from "./numbers.ts";
import { figureOf, methodSummaries, type MethodSummary } from "./summary.ts";
import { sawEvaluated } from "./suspicions.ts";
import type { Results } from "./types.ts";
import { costWords, testWords, unfinishedWords } from "./verdict_cautions.ts";
import { controlWords } from "./verdict_control.ts";
import { soloWords } from "./verdict_solo.ts";

/** A method that adapts, with its place on one slice. */
interface Standing {
  readonly method: MethodSummary;
  readonly mean: number;
  /** To the backbone as it was, if that ran. */
  readonly toBase: MethodDifference | undefined;
}

/**
 * Two paragraphs of Markdown, one line each: what was found, and how far to trust it. Methods that saw the evaluated rows do not count, and a K=1
 * control is held against its raie alone.
 */
export function verdict(results: Results): string {
  const discounted = [...sawEvaluated(results), ...controls(results)];
  const methods = methodSummaries(results).filter(({ label }) => !discounted.includes(label));
  const base = methods.find(({ kind }) => kind === "base");
  const adapting = methods.filter(({ kind }) => kind !== "base");
  const unfinished = unfinishedWords(results);
  const [only] = adapting;
  if (only !== undefined && methods.length === 1) {
    return [soloWords(results, only), ...controlWords(results), ...unfinished].join(" ");
  }
  if (adapting.length === 0) return [aloneWords(results, base), ...unfinished].join(" ");
  const t = standings(results, adapting, base, "T");
  const s = standings(results, adapting, base, "S");
  const found = [
    ...adaptationWords(results, t, base),
    ...referenceWords(results, t),
    ...retentionWords(results, s, base),
    ...controlWords(results),
    ...unfinished,
  ];
  const caution = [...costWords(results, adapting), testWords(results)];
  return `${found.join(" ")}\n\n${caution.join(" ")}`;
}

/** Labels of the K=1 controls. */
const controls = ({ spec }: Results): string[] =>
  spec.methods.flatMap(({ label, control }) => control === undefined ? [] : [label]);

function standings(
  results: Results,
  methods: readonly MethodSummary[],
  base: MethodSummary | undefined,
  slice: string,
): Standing[] {
  const { measure } = results.spec.report;
  return methods.flatMap((method) => {
    const mean = figureOf(results, method, slice, measure)?.mean;
    if (mean === undefined) return [];
    return [{
      method,
      mean,
      toBase: base === undefined ? undefined : methodDifference(results, method, base, slice),
    }];
  }).sort((a, b) => b.mean - a.mean);
}

function aloneWords(results: Results, base: MethodSummary | undefined): string {
  const { measure } = results.spec.report;
  const mean = (slice: string) => base === undefined ? undefined : figureOf(results, base, slice, measure)?.mean;
  const [s, t] = [mean("S"), mean("T")];
  const figures = s === undefined || t === undefined
    ? ""
    : `: it reaches ${measure} ${digits(s)} on S and ${digits(t)} on T`;
  return `Only the backbone as it was is measured here, so nothing can be said about adapting${figures}.`;
}

const name = ({ label }: MethodSummary): string => plain(label);

const gain = ({ method, toBase }: Standing): string => `${name(method)} (${signed(toBase?.value ?? 0)})`;

function adaptationWords(results: Results, standings: readonly Standing[], base: MethodSummary | undefined): string[] {
  const [best, ...others] = standings;
  if (best === undefined) return [];
  const figure = `${results.spec.report.measure} ${digits(best.mean)} on T${
    againstWords(best, base, ", the backbone as it was")
  }`;
  const who = bold(name(best.method));
  const sure = others.filter(adapts);
  const alone = others.length === 0;
  const opening = adapts(best)
    ? `${who} adapts ${alone ? "" : "best "}to what comes next: ${figure}.`
    : sure.length > 0
    ? `${who} reaches most on what comes next: ${figure}. Significantly better than the backbone: ${
      few(sure.map(gain))
    }.`
    : best.toBase !== undefined && best.toBase.value <= 0
    ? `On T no method improves on the backbone as it was; ${
      alone ? `${who} reaches` : `the best of them, ${who}, reaches`
    } ${figure}.`
    : best.toBase?.test === undefined
    ? `${who} reaches ${alone ? "" : "most on what comes next: "}${figure}.`
    : `No method adapts significantly to what comes next; ${who} ${alone ? "reaches" : "comes nearest:"} ${figure}.`;
  const counted = adapts(best) && others.length >= MANY
    ? [
      `Of the ${standings.length} methods, ${sure.length + 1} ${
        sure.length === 0 ? "improves" : "improve"
      } significantly on the backbone.`,
    ]
    : [];
  return [
    opening,
    ...rivalWords(results, best, others, "T"),
    ...counted,
    ...belowWords(standings, "Significantly worse than the backbone on T"),
  ];
}

/** From so many others on, counts say more than names. */
const MANY = 4;

/** Significantly better than the backbone. */
const adapts = ({ toBase }: Standing): boolean => toBase?.test?.significant === true && toBase.value > 0;

function againstWords({ method, mean, toBase }: Standing, base: MethodSummary | undefined, explained: string): string {
  if (base === undefined || toBase === undefined) return "";
  const shared = method.runs.length === base.runs.length ? "" : ", where both were finished";
  return ` against ${digits(mean - toBase.value)} for ${name(base)}${explained}${shared} (${distance(toBase)})`;
}

/** Those tested that might be the best as well, from the highest down. */
const rivalsOf = (results: Results, best: Standing, others: readonly Standing[], slice: string): Standing[] =>
  others.filter(({ method }) => methodDifference(results, best.method, method, slice)?.test?.significant === false);

/** Who else might be the best. */
function rivalWords(results: Results, best: Standing, others: readonly Standing[], slice: string): string[] {
  const second = others[0];
  if (second === undefined || !isTested(results)) return [];
  const rivals = rivalsOf(results, best, others, slice);
  if (rivals.length === 0) {
    const next = `The next, ${name(second.method)} (${digits(second.mean)}),`;
    const tested = methodDifference(results, best.method, second.method, slice)?.test !== undefined;
    return [tested ? `${next} is significantly behind it.` : `${next} was not tested against it.`];
  }
  const names = few(rivals.map(({ method, mean }) => `${name(method)} (${digits(mean)})`));
  if (rivals.length < MANY) return [`${names} ${rivals.length === 1 ? "is" : "are"} not significantly behind it.`];
  const share = rivals.length === others.length
    ? `All ${others.length} others`
    : `${rivals.length} of the ${others.length} others`;
  return [`${share} are not significantly behind it: ${names}.`];
}

/** The worst first. */
function belowWords(standings: readonly Standing[], words: string): string[] {
  const below = standings.filter(({ toBase }) => toBase?.test?.significant === true && toBase.value < 0)
    .sort((a, b) => (a.toBase?.value ?? 0) - (b.toBase?.value ?? 0));
  return below.length === 0 ? [] : [`${words}: ${few(below.map(gain))}.`];
}

function retentionWords(results: Results, standings: readonly Standing[], base: MethodSummary | undefined): string[] {
  const [best, ...others] = standings;
  if (best === undefined) return [];
  const windows = results.data.retention === "training"
    ? "windows the backbone was trained on"
    : "windows held out of training";
  const opening = `Of what was known, ${bold(name(best.method))} keeps ${
    others.length === 0 ? "" : "most: "
  }${results.spec.report.measure} ${digits(best.mean)} on S${againstWords(best, base, "")}, measured on ${windows}.`;
  const forgetting = belowWords(standings, "Forgetting significantly");
  const tested = standings.some(({ toBase }) => toBase?.test !== undefined);
  const none = !tested || forgetting.length > 0 ? [] : ["No method forgets significantly."];
  return [opening, ...rivalWords(results, best, others, "S"), ...forgetting, ...none];
}

/** Where the method that the experiment is about stands, if it is not the best one. */
function referenceWords(results: Results, standings: readonly Standing[]): string[] {
  const { reference } = results.spec.report;
  const [best, ...others] = standings;
  const own = others.find(({ method }) => method.label === reference);
  if (best === undefined || own === undefined) return [];
  const behind = methodDifference(results, own.method, best.method, "T");
  const rivals = rivalsOf(results, best, others, "T");
  if (behind === undefined || (rivals.length < MANY && rivals.includes(own))) return [];
  return [
    `${bold(name(own.method))}, which this experiment is about, reaches ${digits(own.mean)} on T, against ${
      name(best.method)
    } ${distance(behind)}.`,
  ];
}
