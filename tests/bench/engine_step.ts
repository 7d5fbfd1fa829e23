/**
 * Times one SASRec pretraining step (d=128, context 50, batch 128, 2 blocks, 3,500 items, BCE, AdamW, no dropout) on the rungs named,
 * or on tensorflow and wasm: `engine_step.ts [--profile] [RUNG...]`. `--profile` adds what each kernel takes, on rungs that run kernel by kernel.
 * @module
 */
import { sequenceLoss } from "../../src/backbones/losses.ts";
import { sasrec } from "../../src/backbones/sasrec.ts";
import type { Backbone } from "../../src/backbones/types.ts";
import { adamwUpdate } from "../../src/engine/adamw.ts";
import { flatten, type Layout, unflatten } from "../../src/engine/flat.ts";
import { valueAndGrads } from "../../src/engine/gradients.ts";
import { embed } from "../../src/engine/nn/embedding.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Rung, StepResult, TensorMap } from "../../src/engine/types.ts";

const BATCH = 128, TIME = 50, ITEMS = 3500;
const WARM = 2, TIMED = 7;

/** What a rung took. */
export interface StepTime {
  readonly rung: Rung;
  readonly version: string;
  readonly threads: number;
  /** Median of the timed steps. */
  readonly milliseconds: number;
  /** Loss after the last timed step: the same on every rung, within rounding. */
  readonly loss: number;
}

/** Ids of items and targets that repeat in every run. */
function batchOf(learningRate: number) {
  let seed = 1;
  const item = () => 1 + ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 8) % ITEMS;
  const ids = (length: number) => Int32Array.from({ length }, item);
  const rows = BATCH * TIME;
  return {
    sequence: tf.tensor2d(ids(rows), [BATCH, TIME], "int32"),
    positives: tf.tensor1d(ids(rows), "int32"),
    negatives: tf.tensor2d(ids(rows), [rows, 1], "int32"),
    weights: tf.fill([rows], 1 / rows) as ReturnType<typeof tf.tensor1d>,
    learningRate: tf.scalar(learningRate),
  };
}

/** Forward, gradients and AdamW over all parameters as one vector. */
function stepOf(backbone: Backbone, layout: Layout) {
  return (inputs: ReturnType<typeof batchOf>, state: TensorMap): StepResult<TensorMap, { loss: tf.Tensor }> => {
    const { value, grads } = valueAndGrads(({ params }) => {
      const parameters = unflatten(params!, layout);
      const table = parameters[backbone.itemTable]!;
      return sequenceLoss({ kind: "bce", negatives: 1 }, {
        states: tf.reshape(backbone.hidden(parameters, inputs), [BATCH * TIME, backbone.width]),
        ...{ positives: inputs.positives, negatives: inputs.negatives, weights: inputs.weights, items: ITEMS },
        embed: (ids) => embed(table, ids),
        table: () => table,
      });
    }, { params: state["params"]! });
    const count = tf.add(state["count"]!, 1);
    const { learningRate } = inputs;
    const next = adamwUpdate({
      ...{ params: state["params"]!, m: state["m"]!, v: state["v"]!, grads: grads.params },
      ...{ count, learningRate, weightDecay: 0 },
    });
    return { outputs: { loss: value }, next: { ...next, count } };
  };
}

/** Times the step on one rung. */
export async function timePretrainingStep(rung: Rung, profile = false): Promise<StepTime> {
  const engine = await openEngine(rung);
  const backbone = sasrec({
    items: ITEMS,
    maxLength: TIME,
    hidden: 128,
    blocks: 2,
    heads: 2,
    ffn: 512,
    layerNormEps: 1e-6,
  });
  const named = Object.fromEntries(
    Object.entries(backbone.initialise(1)).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
  );
  const { flat, layout } = flatten(named);
  const step = engine.compile(stepOf(backbone, layout), {
    name: "pretrain sasrec",
    state: { params: flat, m: tf.zerosLike(flat), v: tf.zerosLike(flat), count: tf.scalar(0) },
  });
  const inputs = batchOf(5e-4);
  const times: number[] = [];
  let loss = NaN;
  for (let index = 0; index < WARM + TIMED; index++) {
    const start = performance.now();
    const outputs = step.run(inputs);
    loss = (await outputs.loss.data())[0]!;
    outputs.loss.dispose();
    if (index >= WARM) times.push(performance.now() - start);
  }
  if (profile) await printProfile(() => step.run(inputs));
  step.dispose();
  engine.close();
  tf.dispose([named, flat, inputs]);
  times.sort((a, b) => a - b);
  return { rung, version: engine.version, threads: engine.threads, milliseconds: times[TIMED >> 1]!, loss };
}

/** Prints the kernels by what they take together. */
async function printProfile(run: () => unknown): Promise<void> {
  const { kernels } = await tf.profile(run as () => tf.TensorContainer);
  const totals = new Map<string, { count: number; milliseconds: number }>();
  for (const { name, kernelTimeMs } of kernels) {
    const total = totals.get(name) ?? { count: 0, milliseconds: 0 };
    total.count++;
    total.milliseconds += await kernelTimeMs as number;
    totals.set(name, total);
  }
  for (const [name, { count, milliseconds }] of [...totals].sort(([, a], [, b]) => b.milliseconds - a.milliseconds)) {
    console.log(`  ${name.padEnd(24)} ${String(count).padStart(5)} ${milliseconds.toFixed(1).padStart(8)} ms`);
  }
}

if (import.meta.main) {
  const profile = Deno.args.includes("--profile");
  const named = Deno.args.filter((argument) => !argument.startsWith("--")) as Rung[];
  for (const rung of named.length > 0 ? named : ["tensorflow", "wasm"] as const) {
    const { version, threads, milliseconds, loss } = await timePretrainingStep(rung, profile);
    console.log(
      `${rung.padEnd(12)} ${milliseconds.toFixed(0).padStart(6)} ms  loss ${
        loss.toFixed(6)
      }  ${version}, ${threads} threads`,
    );
  }
}
