/**
 * Fields a spec sets that nothing would read: refused, so that nobody takes them for having had an effect.
 * @module
 */
import type { Finding } from "./finding.ts";
import { type JsonRecord, pathOf, valueAt } from "./json.ts";
import type { MethodSpec, ResolvedSpec } from "./types.ts";

/** A field of `lora` or `regions` that counts only while another one says so. */
interface Conditional {
  /** Pointer within the spec, and within a method's own settings. */
  readonly field: string;
  /** What decides. */
  readonly on: string;
  /** Whether methods of a kind have the field at all. */
  readonly has: (method: MethodSpec) => boolean;
  readonly counts: (method: MethodSpec) => boolean;
  /** When it counts, and what to do, as two ends of the sentence. */
  readonly only: string;
  readonly instead: string;
}

const isRaie = ({ kind }: MethodSpec): boolean => kind === "raie";
const adapts = ({ kind }: MethodSpec): boolean => kind !== "base";
const ITEM_ROWS = {
  on: "/lora/itemRows",
  counts: ({ lora }: MethodSpec): boolean => lora.itemRows !== "none",
  only: 'while item rows are trained: found lora.itemRows "none"',
  instead: "set lora.itemRows",
};

const CONDITIONAL: readonly Conditional[] = [
  {
    field: "/regions/mergeAngle",
    on: "/regions/merge",
    has: isRaie,
    counts: ({ regions }) => regions.merge,
    only: "while regions merge: found regions.merge false",
    instead: "set regions.merge to true",
  },
  { field: "/lora/anchor", has: adapts, ...ITEM_ROWS },
  { field: "/lora/itemRate", has: adapts, ...ITEM_ROWS },
];

/**
 * All fields the spec itself sets in vain; what a preset says is never one. Whole sections shared by methods (`lora`, `regions`) may stay when a
 * spec, or `--set methods=...`, leaves out the methods that use them.
 */
export function* idleChecks(raw: JsonRecord, spec: ResolvedSpec): Generator<Finding> {
  yield* minPositives(raw, spec);
  yield* badLines(raw, spec);
  for (const conditional of CONDITIONAL) yield* conditionally(raw, spec, conditional);
}

const says = (raw: JsonRecord, pointer: string): boolean => valueAt(raw, pathOf(pointer)) !== undefined;

function* minPositives(raw: JsonRecord, { backbone }: ResolvedSpec): Generator<Finding> {
  const pointer = "/backbone/training/minPositives";
  if (backbone.training.rows !== "windows" || !says(raw, pointer)) return;
  const message =
    'backbone.training.minPositives counts only with rows "user-tail": found rows "windows"; set rows, or leave it out.';
  yield { pointer, message, about: ["/backbone/training/rows", pointer], idle: true };
}

function* badLines(raw: JsonRecord, { dataset }: ResolvedSpec): Generator<Finding> {
  const pointer = "/dataset/badLines";
  if (dataset.synthetic === undefined || !says(raw, pointer)) return;
  const message = "dataset.badLines counts only for files: made-up data has no lines; leave it out.";
  yield { pointer, message, about: ["/dataset/format", pointer], idle: true };
}

function* conditionally(
  raw: JsonRecord,
  { methods }: ResolvedSpec,
  { field, on, has, counts, only, instead }: Conditional,
): Generator<Finding> {
  const users = methods.map((method, index) => ({ method, own: `/methods/${index}` })).filter(({ method }) =>
    has(method)
  );
  const sentence = (pointer: string) =>
    `${pathOf(pointer).join(".")} counts only ${only}; ${instead}, or leave it out.`;
  for (const { method, own } of users) {
    const pointer = own + field;
    if (counts(method) || !says(raw, pointer)) continue;
    yield { pointer, message: sentence(pointer), about: [pointer, own + on, on, `${own}/kind`], idle: true };
  }
  // The spec's own word is in vain when no method that listens to it can use it.
  const listening = users.filter(({ own }) => !says(raw, own + field));
  if (!says(raw, field) || listening.length === 0 || listening.some(({ method }) => counts(method))) return;
  const about = [field, on, "/methods", ...listening.map(({ own }) => own + on)];
  yield { pointer: field, message: sentence(field), about, idle: true };
}
