/**
 * The first paragraph of a report: what came out, in words, by rules from the numbers alone.
 * @module
 */
import { type MethodDifference, methodDifference } from "./difference.ts";
import { bold, plain, series } from "./markdown.ts";
import { count, measure as digits, plural, signed } from "./numbers.ts";
import { figureOf, hasSeveralSeeds, methodSummaries, type MethodSummary, windowsOf } from "./summary.ts";
import type { Results } from "./types.ts";

/** A method that adapts, with its place on one slice. */
interface Standing {
  readonly method: MethodSummary;
  readonly mean: number;
  /** To the backbone as it was, if that ran. */
  readonly toBase: MethodDifference | undefined;
}

/** Steps that differ by less than this ratio are called equal. */
const SAME_STEPS = 1.1;

/** Two paragraphs of Markdown, one line each: what was found, and how far to trust it. */
export function verdict(results: Results): string {
  const methods = methodSummaries(results);
  const base = methods.find(({ kind }) => kind === "base");
  const adapting = methods.filter(({ kind }) => kind !== "base");
  if (adapting.length === 0) return aloneWords(results, base);
  const t = standings(results, adapting, base, "T");
  const s = standings(results, adapting, base, "S");
  const found = [
    ...adaptationWords(results, t, base),
    ...referenceWords(results, t),
    ...retentionWords(results, s, base),
  ];
  const caution = [...costWords(adapting), noiseWords(results, adapting.length)];
  return `${found.join(" ")}\n\n${caution.join(" ")}`;
}

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
      toBase: base === undefined ? undefined : methodDifference(results, method, base, slice, measure),
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

/** "+0.0033, within noise (0.0130)". */
const distance = ({ value, noise, beyondNoise }: MethodDifference): string =>
  `${signed(value)}, ${beyondNoise ? "beyond" : "within"} noise of ${digits(noise)}`;

function adaptationWords(results: Results, standings: readonly Standing[], base: MethodSummary | undefined): string[] {
  const [best, ...others] = standings;
  if (best === undefined) return [];
  const figure = `${results.spec.report.measure} ${digits(best.mean)} on T${
    againstWords(best, base, ", the backbone as it was")
  }`;
  const who = bold(name(best.method));
  const sure = others.filter(adapts);
  const better = series(sure.map(({ method, toBase }) => `${name(method)} (${signed(toBase?.value ?? 0)})`));
  const alone = others.length === 0;
  const opening = adapts(best)
    ? `${who} adapts ${alone ? "" : "best "}to what comes next: ${figure}.`
    : sure.length > 0
    ? `${who} reaches most on what comes next, but not beyond noise: ${figure}. Better than the backbone beyond noise: ${better}.`
    : (best.toBase?.value ?? 0) > 0
    ? `No method adapts to what comes next beyond noise; ${who} ${alone ? "reaches" : "comes nearest:"} ${figure}.`
    : `No method improves on the backbone as it was; ${
      alone ? `${who} reaches` : `the best of them, ${who}, reaches`
    } ${figure}.`;
  return [
    opening,
    ...rivalWords(results, best, others, "T"),
    ...belowWords(others, "Worse than the backbone beyond noise on T"),
  ];
}

/** Better than the backbone beyond noise; without a backbone to compare with, nobody can deny it. */
const adapts = ({ toBase }: Standing): boolean => toBase === undefined || (toBase.value > 0 && toBase.beyondNoise);

function againstWords({ mean, toBase }: Standing, base: MethodSummary | undefined, explained: string): string {
  if (base === undefined || toBase === undefined) return "";
  return ` against ${digits(mean - toBase.value)} for ${name(base)}${explained} (${distance(toBase)})`;
}

/** Who else might be the best. */
function rivalWords(results: Results, best: Standing, others: readonly Standing[], slice: string): string[] {
  const { measure } = results.spec.report;
  const second = others[0];
  if (second === undefined) return [];
  const rivals = others.filter(({ method }) =>
    methodDifference(results, best.method, method, slice, measure)?.beyondNoise === false
  );
  if (rivals.length === 0) {
    return [`The next, ${name(second.method)} (${digits(second.mean)}), is behind it beyond noise.`];
  }
  const names = series(rivals.map(({ method, mean }) => `${name(method)} (${digits(mean)})`));
  return [`${names} ${rivals.length === 1 ? "is" : "are"} within noise of it.`];
}

function belowWords(standings: readonly Standing[], words: string): string[] {
  const below = standings.filter(({ toBase }) => toBase?.beyondNoise === true && toBase.value < 0);
  if (below.length === 0) return [];
  return [`${words}: ${series(below.map(({ method, toBase }) => `${name(method)} (${signed(toBase?.value ?? 0)})`))}.`];
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
  const forgetting = belowWords(standings, "Forgetting beyond noise");
  const none = base === undefined || forgetting.length > 0 ? [] : ["No method forgets beyond noise."];
  return [opening, ...rivalWords(results, best, others, "S"), ...forgetting, ...none];
}

/** Where the method that the experiment is about stands, if it is neither the best one nor named as its rival. */
function referenceWords(results: Results, standings: readonly Standing[]): string[] {
  const { reference, measure } = results.spec.report;
  const [best] = standings;
  const own = standings.find(({ method }) => method.label === reference);
  if (best === undefined || own === undefined || own === best) return [];
  const behind = methodDifference(results, own.method, best.method, "T", measure);
  if (behind === undefined || !behind.beyondNoise) return [];
  return [
    `${bold(name(own.method))}, which this experiment is about, reaches ${digits(own.mean)} on T: ${
      signed(behind.value)
    } to ${name(best.method)}.`,
  ];
}

/** Methods that train longer should not be praised for their method alone. */
function costWords(methods: readonly MethodSummary[]): string[] {
  const steps = methods.map((method) => ({ method, steps: method.runs[0].cost.steps })).filter(({ steps }) => steps > 0)
    .sort((a, b) => a.steps - b.steps);
  const [least, most] = [steps[0], steps.at(-1)];
  if (least === undefined || most === undefined || most.steps < SAME_STEPS * least.steps) return [];
  return [
    `Costs differ: ${name(most.method)} took ${count(most.steps)} optimiser steps, ${name(least.method)} ${
      count(least.steps)
    }, so that part of a difference may be training alone.`,
  ];
}

function noiseWords(results: Results, methods: number): string {
  const uncorrected = methods > 2 ? ", and nothing is corrected for comparing several methods" : "";
  if (hasSeveralSeeds(results)) {
    const seeds = new Set(results.runs.map(({ seed }) => seed)).size;
    return `Noise is the 95 % interval of a difference over ${
      plural(seeds, "seed")
    }, seed by seed (Student's t); all seeds rank the same windows${uncorrected}.`;
  }
  const bound = results.spec.report.measure.startsWith("Recall") ? "" : ", an upper bound for this measure";
  const windows = `${count(windowsOf(results, "S"))} windows of S or ${count(windowsOf(results, "T"))} of T`;
  return `Noise is two binomial standard errors of a difference over ${windows}${bound}: there is one seed, so nothing is known of how much another would change${uncorrected}.`;
}
