/**
 * `mole`: several adapters on F, mixed for every sequence by a gate on the mean of its items' embeddings (MoLE, arXiv 2404.13628; method.md 8):
 * y = W x + b + sum_e g_e (alpha / r) B_e A_e x, g = softmax(W2 tanh(W1 m + b1) + b2) / temperature).
 *
 * What is added to the loss is balance / E sum_e u (log u - log gbar_e) = balance KL(u || gbar) / E, with gbar the mean gate of the batch and
 * u = 1 / E: PyTorch's `kl_div` of log gbar and u averages over the E experts. (method.md writes KL(mean gate, uniform).) Of a batch that is worked
 * through in parts each has a gbar of its own, so what is added is no less than that of the whole batch (Jensen's inequality).
 * @module
 */
import { join } from "node:path";
import { type AdapterValues, type BankConfig, initialAdapter } from "../adapters/bank.ts";
import { stepsOf } from "../adapters/batches.ts";
import { gate, type GateConfig, gateShapes, initialGate } from "../adapters/gate.ts";
import { requireTensors } from "../adapters/required_tensors.ts";
import { encodeSafetensors, readSafetensors } from "../adapters/safetensors.ts";
import { bankScorer } from "../adapters/scorer.ts";
import { type LossCurve, type MixtureValues, trainMixture } from "../adapters/train.ts";
import type { Term } from "../adapters/train_step.ts";
import type { PlainTensors } from "../engine/plain_tensor.ts";
import { stream } from "../engine/random.ts";
import { tf } from "../engine/tfjs.ts";
import type { Tensor } from "../engine/types.ts";
import { ownOptions } from "../spec/method_types.ts";
import type { MethodSpec } from "../spec/types.ts";
import {
  bankConfig,
  finetuneSet,
  loadNamed,
  readState,
  type SavedState,
  saveState,
  targetItems,
  trainingSettings,
  unionOf,
  widenRows,
} from "./adapter_kit.ts";
import type { Adapted, Cost, Method, MethodContext } from "./types.ts";

const GATE = "gate.safetensors";
const expertName = (index: number): string => `expert-${index + 1}`;

/** Keeps the logarithm of a share that float32 rounds to 0 finite; as the authors. */
const LEAST_SHARE = 1e-8;

/** A mixture after a slice. */
export interface MoleAdapted extends Adapted {
  readonly bank: BankConfig;
  readonly mixture: MixtureValues;
}

/**
 * The pull towards equal use of the experts, a scalar.
 *
 * @param shares The gate, [batch, experts].
 * @param real [batch]; 1 for rows that count, 0 for what a short batch is filled up with. Without any the penalty is finite and has no gradient.
 */
export function balancePenalty(shares: Tensor, real: Tensor, balance: number): Tensor {
  const uniform = 1 / shares.shape[1]!;
  const mean = tf.div(tf.sum(tf.mul(shares, tf.expandDims(real, 1)), 0), tf.maximum(tf.sum(real), 1));
  const each = tf.mul(tf.sub(Math.log(uniform), tf.log(tf.add(mean, LEAST_SHARE))), uniform);
  return tf.mul(tf.mean(each), balance);
}

const balanceTerm = (balance: number): Term => ({
  key: `mole balance ${balance}`,
  over: "means",
  inputs: () => ({}),
  loss: ({ mixture, student: { weights } }) => {
    const rows = mixture!.shape[0]!;
    const places = tf.reshape(weights, [rows, weights.size / rows]);
    const real = tf.cast(tf.greater(tf.max(places, 1), 0), "float32");
    return balancePenalty(mixture!, real, balance);
  },
});

function gateConfig(spec: MethodSpec, { backbone: { width } }: MethodContext): GateConfig {
  const { experts, gateHidden: hidden, temperature } = ownOptions("mole", spec);
  return { width, hidden, experts, temperature };
}

/** Experts begin with A's of their own: from equal ones their gradients, and so they, would stay equal up to their shares. */
function initialMixture(bank: BankConfig, config: GateConfig, seed: number): MixtureValues {
  const experts = Array.from(
    { length: config.experts },
    (_, index) => initialAdapter(bank, stream(seed, "mole expert", index).uint32()),
  );
  return { lora: experts.map(({ lora }) => lora), rows: experts[0]!.rows, gate: initialGate(config, seed) };
}

function adapted(
  spec: MethodSpec,
  context: MethodContext,
  bank: BankConfig,
  mixture: MixtureValues,
  cost: Cost,
  curves: readonly LossCurve[],
): MoleAdapted {
  const config = gateConfig(spec, context);
  const experts = mixture.lora.map((lora): AdapterValues => ({ lora, rows: mixture.rows }));
  const routing = { mixing: gate(config), gate: mixture.gate };
  return {
    bank,
    mixture,
    cost,
    curves,
    scorer: (windows) =>
      Promise.resolve(bankScorer(context.constant.under(bank), context.parameters, bank, experts, windows, routing)),
    save: async (folder) => {
      const named = new Map(experts.map((expert, index) => [expertName(index), expert]));
      await saveState<SavedState>(folder, bank, named, context, { itemRows: [...bank.itemRows], cost, curves });
      await Deno.writeFile(join(folder, GATE), encodeSafetensors(gateTensors(config, mixture.gate)));
    },
  };
}

/** The gate's numbers under the names of PyTorch's Sequential(Linear, Tanh, Linear). */
function gateTensors(config: GateConfig, values: Float32Array): PlainTensors {
  let at = 0;
  return Object.fromEntries(
    Object.entries(gateShapes(config)).map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      at += size;
      return [name, { shape, values: values.slice(at - size, at) }];
    }),
  );
}

async function readGate(config: GateConfig, path: string): Promise<Float32Array> {
  const tensors = await readSafetensors(path);
  requireTensors(tensors, gateShapes(config), path);
  return Float32Array.from(Object.keys(gateShapes(config)).flatMap((name) => [...tensors[name]!.values]));
}

/**
 * Experts, their gate, and one set of item rows for all of them, trained together as one model. Over a list of F slices all go on from their last
 * state. (In the authors' code, which mixes last hidden states, the experts never train.)
 */
export const mole = (spec: MethodSpec): Method => {
  const { balance } = ownOptions("mole", spec);
  return {
    kind: "mole",
    settings: { lora: spec.lora, own: spec.own },
    editsRegions: false,
    async adapt(previous, slice, context) {
      const before = previous as MoleAdapted | undefined;
      const items = targetItems(slice);
      const bank = bankConfig(spec.lora, context, before === undefined ? items : unionOf(before.bank.itemRows, items));
      const config = gateConfig(spec, context);
      const start = before === undefined
        ? initialMixture(bank, config, context.seed)
        : { ...before.mixture, rows: widenRows(firstOf(before.mixture), before.bank, bank).rows };
      const settings = { ...trainingSettings(spec.lora, bank, context, spec.label), terms: [balanceTerm(balance)] };
      const trained = await trainMixture(settings, gate(config), finetuneSet("mole", slice, context), start);
      const { mixture, curves, steps, rows, setupRows } = trained;
      const parameters = mixture.lora.reduce((sum, lora) => sum + lora.length, mixture.rows.length) +
        mixture.gate.length;
      const cost = { steps, finetuneRows: rows - setupRows, setupRows, parameters };
      return adapted(spec, context, bank, mixture, cost, curves);
    },
    async load(folder, context) {
      const { itemRows, cost, curves } = await readState<SavedState>(folder);
      const bank = bankConfig(spec.lora, context, Int32Array.from(itemRows));
      const config = gateConfig(spec, context);
      const experts: AdapterValues[] = [];
      for (let index = 0; index < config.experts; index++) {
        experts.push(await loadNamed(folder, expertName(index), bank, context));
      }
      const mixture = {
        lora: experts.map(({ lora }) => lora),
        rows: experts[0]!.rows,
        gate: await readGate(config, join(folder, GATE)),
      };
      return adapted(spec, context, bank, mixture, cost, curves);
    },
    estimate: ({ windows }) => ({ steps: stepsOf(windows, spec.lora.training), exact: true }),
  };
};

const firstOf = ({ lora, rows }: MixtureValues): AdapterValues => ({ lora: lora[0]!, rows });
