/**
 * Batches in parts: a step that is given whole batches and takes them part by part (see accumulate.ts).
 * @module
 */
import { tf } from "../engine/tfjs.ts";
import type { CompiledStep, CompileOptions, Engine, Step, Tensor, TensorMap } from "../engine/types.ts";
import { isSum, withSums } from "./accumulate.ts";
import type { BankConfig } from "./bank.ts";
import { type BankBatch, type BankOutputs, type BankState, type Term, termInput } from "./train_step.ts";

type BankStep = CompiledStep<BankBatch, BankState, BankOutputs>;

/** How batches come in parts. */
export interface Division {
  /** Parts of a batch, at least 1; fewer where it has fewer rows. */
  readonly accumulation: number;
  /** Say which of their inputs are divided. */
  readonly terms: readonly Term[];
  /** Without item rows a batch's places are none of its rows'. */
  readonly bank: Pick<BankConfig, "itemRows">;
}

/**
 * A step of a bank that is run on whole batches and takes them in parts of equal size. Its state is that of a step without parts, since between batches
 * all sums are zero; so are its outputs, the loss being the sum over the parts.
 */
export function compileParts(
  engine: Engine,
  step: Step<BankBatch, BankState, TensorMap, BankOutputs>,
  options: CompileOptions<BankState, TensorMap> & { readonly state: BankState },
  division: Division,
): BankStep {
  const compiled = summing(options.state, (state) => engine.compile(step, { ...options, state }));
  return {
    run(batch) {
      const count = partsOf(rowsOfEach(batch), division.accumulation);
      const losses: Tensor[] = [];
      try {
        for (let part = 0; part < count; part++) {
          const inputs = tf.tidy(() => partOf(batch, division, part, count));
          try {
            losses.push(compiled.run(inputs).loss);
          } finally {
            tf.dispose(Object.values(inputs));
          }
        }
        return { loss: tf.tidy(() => losses.reduce((sum, loss) => tf.add(sum, loss), tf.scalar(0))) };
      } finally {
        tf.dispose(losses);
      }
    },
    readState() {
      const entries = Object.entries(compiled.readState());
      tf.dispose(entries.flatMap(([name, tensor]) => isSum(name) ? [tensor] : []));
      return Object.fromEntries(entries.filter(([name]) => !isSum(name))) as BankState;
    },
    writeState: (state) => summing(state, (whole) => compiled.writeState(whole)),
    dispose: () => compiled.dispose(),
  };
}

/** Uses a state with sums, which are disposed afterwards. */
function summing<T>(state: BankState, use: (state: BankState) => T): T {
  const whole = withSums(state);
  try {
    return use(whole as BankState);
  } finally {
    tf.dispose(Object.entries(whole).flatMap(([name, tensor]) => isSum(name) ? [tensor] : []));
  }
}

/**
 * Parts of a batch of `rows` rows: as many as asked for, or fewer where the last of them would be empty.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { partsOf } from "./batch_parts.ts";
 * assert.equal(partsOf(32, 3), 3); // of 11 rows each, one of them filled up
 * assert.equal(partsOf(4, 3), 2);
 * ```
 */
export function partsOf(rows: number, accumulation: number): number {
  return Math.ceil(rows / Math.ceil(rows / accumulation));
}

/** Inputs that are a step's and not its rows'. */
const OF_STEP = ["active", "learningRate", "clip", "weightDecay", "itemRate"];
const PLACES = ["sequencePlaces", "candidatePlaces"];

/** Part `part` of `count` of a batch, its own tensors. */
function partOf(batch: BankBatch, { terms, bank }: Division, part: number, count: number): BankBatch {
  const undivided = new Set(bank.itemRows.length === 0 ? [...OF_STEP, ...PLACES] : OF_STEP);
  const groups = batch.active.shape[0]!;
  const rows = batch.adapter.shape[0]!;
  const cut = ([name, tensor]: [string, Tensor]): Tensor => {
    const { term, own } = ownerOf(name);
    if (undivided.has(own)) return tf.clone(tensor);
    if (term === undefined) return cutRows(own, tensor, { rows, groups }, part, count);
    if (terms[term]!.over !== "rows") return tf.clone(tensor);
    const ownRows = batch[termInput(term, "adapter")]?.shape[0] ?? rows;
    return cutRows(own, tensor, { rows: ownRows, groups }, part, count);
  };
  const { noise, ...others } = batch;
  return {
    ...Object.fromEntries(Object.entries(others).map((entry) => [entry[0], cut(entry)])),
    noise: tf.add(noise, tf.tensor1d([part, 0], "int32")),
    last: tf.scalar(part === count - 1 ? 1 : 0),
  } as unknown as BankBatch;
}

/** A term's tensors have its place before their name; see {@linkcode termInput}. */
function ownerOf(name: string): { readonly term?: number; readonly own: string } {
  const end = name.indexOf(" ");
  return end < 0 ? { own: name } : { term: Number(name.slice(0, end)), own: name.slice(end + 1) };
}

/** Rows of each adapter in a batch. */
const rowsOfEach = ({ adapter, active }: BankBatch): number => adapter.shape[0]! / active.shape[0]!;

/**
 * A part's entries of [rows * some, ...], the same share of every adapter's rows. Parts have equal shapes: where an adapter's rows run out, its first
 * ones fill up, with weight 0.
 */
function cutRows(
  name: string,
  tensor: Tensor,
  { rows, groups }: { readonly rows: number; readonly groups: number },
  part: number,
  count: number,
): Tensor {
  const entries = tensor.shape[0]! / groups;
  const size = Math.ceil(rows / groups / count) * tensor.shape[0]! / rows;
  const places = Int32Array.from({ length: size }, (_, place) => part * size + place);
  const all = Array.from({ length: groups }, (_, group) => [...places].map((at) => group * entries + at % entries));
  const taken = tf.gather(tensor, tf.tensor1d(all.flat(), "int32"));
  if (name !== "weights" || places[size - 1]! < entries) return taken;
  const real = [...places].map((at) => at < entries ? 1 : 0);
  return tf.mul(taken, tf.tensor1d(all.flatMap(() => real)));
}
