/**
 * Fields a spec sets that nothing would read: refused, so that nobody takes them for having had an effect.
 * @module
 */
import type { Finding } from "./finding.ts";
import { isRecord, type JsonRecord, pathOf, pointerOf, valueAt } from "./json.ts";
import { overruledChecks } from "./overruled_checks.ts";
import { ADAPTING, ownOptions } from "./method_types.ts";
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
const adapts = ({ kind }: MethodSpec): boolean => ADAPTING.has(kind);
const ITEM_ROWS = {
  on: "/lora/itemRows",
  counts: ({ lora }: MethodSpec): boolean => lora.itemRows !== "none",
  only: 'while item rows are trained: found lora.itemRows "none"',
  instead: "set lora.itemRows",
};

const ADD = {
  on: "/regions/add",
  has: isRaie,
  counts: ({ regions }: MethodSpec): boolean => regions.add,
  only: "while regions are added: found regions.add false",
  instead: "set regions.add to true",
};

/** Of pools' new centres k-means is asked too. */
const K_MEANS = {
  on: "/regions/centres",
  has: isRaie,
  counts: ({ regions }: MethodSpec): boolean => regions.centres === "k-means" || regions.add,
  only: 'while k-means is run: found regions.centres "random" and regions.add false',
  instead: 'set regions.centres to "k-means"',
};

const EACH = {
  on: "/regions/adapters",
  has: isRaie,
  counts: ({ regions }: MethodSpec): boolean => regions.adapters === "each",
  only: 'while each region has an adapter: found regions.adapters "one"',
  instead: 'set regions.adapters to "each"',
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
  { field: "/regions/restarts", ...K_MEANS },
  { field: "/regions/iterations", ...K_MEANS },
  { field: "/regions/seedSample", ...K_MEANS },
  { field: "/regions/pass", ...EACH },
  { field: "/regions/routing", ...EACH },
  { field: "/regions/minWindows", ...EACH },
  {
    field: "/regions/kBy",
    on: "/regions/centres",
    has: isRaie,
    counts: ({ regions }) => regions.centres === "k-means" || regions.kBy === "given",
    only: 'while regions are found by k-means: found regions.centres "random"',
    instead: 'set regions.centres to "k-means"',
  },
  { field: "/regions/poolMin", ...ADD },
  { field: "/regions/addMax", ...ADD },
  {
    field: "/regions/expandWeight",
    on: "/regions/expand",
    has: isRaie,
    counts: ({ regions }) => regions.expand,
    only: "while regions expand: found regions.expand false",
    instead: "set regions.expand to true",
  },
  {
    field: "/regions/replayFrom",
    on: "/regions/replay",
    has: isRaie,
    counts: ({ regions }) => regions.replay > 0,
    only: "while windows of S are replayed: found regions.replay 0",
    instead: "set regions.replay",
  },
  { field: "/regions/defaultAdapter/itemRate", has: isRaie, ...ITEM_ROWS },
  { field: "/regions/training/itemRate", has: isRaie, ...ITEM_ROWS },
  { field: "/lora/anchor", has: adapts, ...ITEM_ROWS },
  { field: "/lora/itemRate", has: adapts, ...ITEM_ROWS },
];

/**
 * All fields the spec itself sets in vain; what a preset says is never one. Whole sections shared by methods (`lora`, `regions`) may stay when a
 * spec, or `--set methods=...`, leaves out the methods that use them.
 */
export function* idleChecks(raw: JsonRecord, spec: ResolvedSpec): Generator<Finding> {
  yield* minPositives(raw, spec);
  yield* negativesOutside(raw, spec);
  yield* givenWeights(raw, spec);
  yield* badLines(raw, spec);
  yield* together(raw, spec);
  yield* minRating(raw, spec);
  yield* overruledChecks(raw, spec);
  for (const conditional of CONDITIONAL) yield* conditionally(raw, spec, conditional);
}

const says = (raw: JsonRecord, pointer: string): boolean => valueAt(raw, pathOf(pointer)) !== undefined;

function* minPositives(raw: JsonRecord, { backbone }: ResolvedSpec): Generator<Finding> {
  const pointer = "/backbone/training/minPositives";
  if (backbone.kind === "llama" || backbone.training.rows !== "windows" || !says(raw, pointer)) return;
  const message =
    'backbone.training.minPositives counts only with rows "user-tail": found rows "windows"; set rows, or leave it out.';
  yield { pointer, message, about: ["/backbone/training/rows", pointer], idle: true };
}

function* negativesOutside(raw: JsonRecord, { backbone }: ResolvedSpec): Generator<Finding> {
  const pointer = "/backbone/training/negativesOutside";
  if (backbone.training.loss.kind !== "cross-entropy" || !says(raw, pointer)) return;
  const message =
    'backbone.training.negativesOutside counts only for losses that draw negatives: found loss.kind "cross-entropy"; leave it out.';
  yield { pointer, message, about: ["/backbone/training/loss", pointer], idle: true };
}

/** What weights from a file leave to be read of the backbone's training: which rows a method draws that takes the backbone's own. */
const ROWS: ReadonlySet<string> = new Set(["rows", "minPositives", "negativesOutside"]);

function* givenWeights(raw: JsonRecord, { backbone, methods }: ResolvedSpec): Generator<Finding> {
  if (backbone.weights === undefined) return;
  const rowsCount = methods.some((method) =>
    (method.kind === "replay" || method.kind === "lsat") && ownOptions(method.kind, method).rows === "backbone"
  );
  const training = valueAt(raw, ["backbone", "training"]);
  const fields = Object.keys(isRecord(training) ? training : {}).filter((field) => !(rowsCount && ROWS.has(field)));
  for (const path of [["backbone", "mask"], ...fields.map((field) => ["backbone", "training", field])]) {
    const pointer = pointerOf(path);
    if (!says(raw, pointer)) continue;
    const message = `${
      path.join(".")
    } counts for nothing while backbone.weights is given, since the backbone is not trained; leave one of them out.`;
    yield { pointer, message, about: [pointer, "/backbone/weights", "/methods"], idle: true };
  }
}

/** Whether a data set that has a descriptor has ratings is not the spec's to know. */
function* minRating(raw: JsonRecord, { dataset }: ResolvedSpec): Generator<Finding> {
  const unrated = dataset.synthetic !== undefined || (dataset.columns !== undefined && !("rating" in dataset.columns));
  if (!unrated || !says(raw, "/minRating")) return;
  const found = dataset.synthetic === undefined ? "found dataset.columns without rating" : "made-up data has none";
  const message = `minRating counts only where there are ratings: ${found}; leave it out.`;
  yield { pointer: "/minRating", message, about: ["/dataset", "/minRating"], idle: true };
}

function* badLines(raw: JsonRecord, { dataset }: ResolvedSpec): Generator<Finding> {
  const pointer = "/dataset/badLines";
  if ((dataset.synthetic ?? dataset.marginals) === undefined || !says(raw, pointer)) return;
  const message = "dataset.badLines counts only for files: made-up data has no lines; leave it out.";
  yield { pointer, message, about: ["/dataset/format", pointer], idle: true };
}

/** Where `turning` is written, be it 0, `together` may stay: it is the other end of a series. */
function* together(raw: JsonRecord, { dataset }: ResolvedSpec): Generator<Finding> {
  const pointer = "/dataset/together";
  if (dataset.synthetic === undefined || says(raw, "/dataset/turning") || !says(raw, pointer)) return;
  const message =
    "dataset.together counts only while rules turn: found no dataset.turning; set it, or leave dataset.together out.";
  yield { pointer, message, about: ["/dataset/turning", pointer], idle: true };
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
