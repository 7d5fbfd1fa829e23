/**
 * Section: what was asked, and of which data.
 * @module
 */
import { plain, table } from "../markdown.ts";
import { count, grouped } from "../numbers.ts";
import { ADAPTING } from "../../spec/method_types.ts";
import type { MethodSpec } from "../../spec/types.ts";
import type { Results } from "../types.ts";
import { adapterChanges, variantWords } from "./variant_words.ts";

/** The spec in words, one bullet a sentence, and the time slices. */
export function askedSection({ spec, data, runs }: Results, words: readonly string[]): string[] {
  const finished = spec.methods.filter(({ label }) => runs.some((run) => run.label === label));
  const description = plain(spec.description);
  const rows = data.slices.map(({ name, users, items, interactions, windows }, i) => [
    name,
    i === 0 ? "the first interaction" : day(data.borders[i - 1]),
    count(users),
    count(items),
    count(interactions),
    count(windows),
  ]);
  return [
    "## What was asked?",
    ...(description === "" ? [] : [description]),
    words.map((sentence) => `- ${plain(shorter(sentence, spec.methods, finished, words))}`).join("\n"),
    table([["Slice", "left"], ["Begins with", "left"], ["Users", "right"], ["Items", "right"], ["Positives", "right"], [
      "Windows ranked",
      "right",
    ]], rows),
    `${count(data.interactions)} interactions were read, ${count(data.positives)} of them positives; ${
      count(data.items)
    } items can be recommended.${droppedWords(data)}${
      data.skippedLines === 0 ? "" : ` ${count(data.skippedLines)} lines were unreadable and left out.`
    }`,
    ...(data.notes === undefined ? [] : [data.notes.map((note) => `- ${grouped(plain(note))}`).join("\n")]),
  ];
}

/** A method's sentence, told by what differs from the first finished method of its kind, or with what it has in common with lora named. */
function shorter(
  sentence: string,
  methods: readonly MethodSpec[],
  finished: readonly MethodSpec[],
  words: readonly string[],
): string {
  const method = methods.find(({ label }) => sentence.startsWith(`${label}: `));
  if (method === undefined) return sentence;
  const lora = finished.find(({ kind }) => kind === "lora");
  return variantWords(method, finished) ??
    (lora === undefined || method === lora || !ADAPTING.has(method.kind)
      ? sentence
      : besideLora(sentence, method, lora, words));
}

/** Settings that the sentence itself does not tell may differ too: they are named. */
function besideLora(sentence: string, method: MethodSpec, lora: MethodSpec, words: readonly string[]): string {
  const prefix = `${lora.label}: `;
  const common = words.find((other) => other.startsWith(prefix))?.slice(prefix.length, -1) ?? "";
  const changes = adapterChanges(method, lora);
  if (common !== "" && sentence.includes(common)) {
    const alike = `adapters as ${lora.label}'s${changes === undefined ? "" : `, but with ${changes}`}`;
    return sentence.replace(common, () => alike);
  }
  return changes === undefined ? sentence : `${sentence.slice(0, -1)}; unlike ${lora.label}'s adapters: ${changes}.`;
}

function droppedWords({ slices }: Results["data"]): string {
  return slices.map(({ name, windows, droppedWindows = 0 }) =>
    droppedWindows === 0
      ? ""
      : ` ${count(droppedWindows)} of ${
        count(windows + droppedWindows)
      } windows of ${name} are left out: their target, or all of their context, is new there.`
  ).join("");
}

/** Largest time a date can hold, in seconds. */
const LAST = 8.64e12;

/** A day in UTC, for tables. */
export function day(seconds: number | undefined): string {
  if (seconds === undefined) return "–";
  return Math.abs(seconds) > LAST ? `second ${count(seconds)}` : new Date(seconds * 1000).toISOString().slice(0, 10);
}
