/**
 * What regions bring, in the first paragraph of a report: each raie against its K=1 control (method.md 12).
 * @module
 */
import { hasRegions } from "../spec/control.ts";
import { distance, type MethodDifference, methodDifference } from "./difference.ts";
import { bold, few, plain, series } from "./markdown.ts";
import { count, measure as digits } from "./numbers.ts";
import { average, figureOf, methodSummaries, type MethodSummary } from "./summary.ts";
import type { Results } from "./types.ts";

/** A sentence for each control; where a raie has none, that what regions bring cannot be told. */
export function controlWords(results: Results): string[] {
  const { methods } = results.spec;
  const pairs = methods.flatMap(({ label, control }) =>
    control === undefined ? [] : [{ raie: control, control: label }]
  );
  if (pairs.length > 0) return pairs.flatMap((pair) => pairWords(results, pair));
  const alone = methods.filter((method) =>
    hasRegions(method) && results.runs.some(({ label }) => label === method.label)
  );
  if (alone.length === 0) return [];
  const names = few(alone.map(({ label }) => plain(label)));
  return [
    `No control with one region stands beside ${names}, so that regions are not told apart from steps and replay.`,
  ];
}

function pairWords(results: Results, { raie, control }: { readonly raie: string; readonly control: string }): string[] {
  const summaries = methodSummaries(results);
  const [own, other] = [raie, control].map((wanted) => summaries.find(({ label }) => label === wanted));
  if (own === undefined) return [];
  if (other === undefined) {
    return [`What regions bring is not known: ${plain(control)}, the control of ${plain(raie)}, was not finished.`];
  }
  const found = ["T", "S"].flatMap((slice) => {
    const difference = methodDifference(results, own, other, slice);
    return difference === undefined ? [] : [{ slice, difference }];
  });
  if (found.length === 0) return [];
  const distances = found.map(({ slice, difference }) => `on ${slice} ${distance(difference)}`).join("; ");
  return [
    `${gist(found)}: ${bold(plain(raie))} less ${
      plain(control)
    }, its control with one region, as many optimiser steps, about as large a share of rows from S${
      sizes(own, other)
    }, is ${distances}.`,
    ...above(results, other),
  ];
}

/** A control is none of the methods asked for, but a reader sees its figures beside theirs. */
function above(results: Results, control: MethodSummary): string[] {
  const { measure } = results.spec.report;
  const methods = methodSummaries(results).filter(({ kind, control }) => kind !== "base" && control === undefined);
  const higher = ["T", "S"].flatMap((slice) => {
    const own = figureOf(results, control, slice, measure)?.mean;
    const others = methods.map((method) => figureOf(results, method, slice, measure)?.mean ?? -Infinity);
    return own === undefined || own <= Math.max(...others) ? [] : [`${digits(own)} on ${slice}`];
  });
  return higher.length === 0 ? [] : [`Higher still is the control ${plain(control.label)}: ${series(higher)}.`];
}

/** Several adapters hold more than one: that may be part of a difference. */
function sizes(raie: MethodSummary, control: MethodSummary): string {
  const [many, one] = [raie, control].map(({ runs }) => Math.round(average(runs.map(({ cost }) => cost.parameters))));
  return many === one ? "" : ` and ${count(one!)} trained numbers where it has ${count(many!)}`;
}

interface Found {
  readonly slice: string;
  readonly difference: MethodDifference;
}

/** What the tests say, in a few words. */
function gist(found: readonly Found[]): string {
  if (found.some(({ difference }) => difference.test === undefined)) return "What regions bring is not tested here";
  const on = (wanted: (difference: MethodDifference) => boolean) =>
    found.filter(({ difference }) => wanted(difference)).map(({ slice }) => slice).join(" and ");
  const pay = on(({ value, test }) => test?.significant === true && value > 0);
  const cost = on(({ value, test }) => test?.significant === true && value < 0);
  const said = [...(pay === "" ? [] : [`pay on ${pay}`]), ...(cost === "" ? [] : [`cost on ${cost}`])];
  return said.length === 0 ? "Regions bring nothing that can be told from chance" : `Regions ${said.join(" and ")}`;
}
