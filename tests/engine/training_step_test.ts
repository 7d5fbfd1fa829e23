import { after, before } from "node:test";
import { describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { adamwInit, adamwUpdate } from "../../src/engine/adamw.ts";
import { clipByGlobalNorm } from "../../src/engine/clip.ts";
import { compilePlain } from "../../src/engine/compile_plain.ts";
import { dropoutNoise } from "../../src/engine/dropout.ts";
import { layoutOf, unflatten } from "../../src/engine/flat.ts";
import { valueAndGrads } from "../../src/engine/gradients.ts";
import { attention, blockedCrossEntropy, embed, gelu, layerNorm, linear } from "../../src/engine/nn/mod.ts";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../../src/engine/tfjs.ts";
import type { CompiledStep, Engine, Rung, Step } from "../../src/engine/types.ts";
import { rungsHere, tensorflowHere } from "./rungs_here.ts";

const [ITEMS, TIME, WIDTH, HIDDEN] = [30, 6, 8, 16];
const layout = layoutOf({
  table: [ITEMS, WIDTH],
  ...{ query: [WIDTH, WIDTH], key: [WIDTH, WIDTH], value: [WIDTH, WIDTH] },
  ...{
    wide: [HIDDEN, WIDTH],
    wideBias: [HIDDEN],
    narrow: [WIDTH, HIDDEN],
    narrowBias: [WIDTH],
    gain: [WIDTH],
    bias: [WIDTH],
  },
});

type Inputs = { ids: Tensor; targets: Tensor; noise: Tensor };
type State = { params: Tensor; m: Tensor; v: Tensor; count: Tensor };

/** One block with attention, dropout and everything else a step is made of, trained with AdamW. */
const trainingStep: Step<Inputs, State, Record<never, Tensor>, { loss: Tensor }> = ({ ids, targets, noise }, state) => {
  const { value, grads } = valueAndGrads(({ params }) => {
    const p = unflatten(params!, layout) as Record<string, Tensor>;
    const { dropout } = dropoutNoise(noise);
    const x = embed(p.table!, ids);
    const [query, key, value] = [linear(x, p.query!), linear(x, p.key!), linear(x, p.value!)];
    const attended = attention({ query, key, value, heads: 2, dropProbabilities: (p) => dropout(p, 0.1) });
    const h = layerNorm(tf.add(x, dropout(attended, 0.2)), p.gain!, p.bias!, 1e-6);
    const y = tf.add(h, linear(dropout(gelu(linear(h, p.wide!, p.wideBias!)), 0.2), p.narrow!, p.narrowBias!));
    const rows = tf.reshape(y, [-1, WIDTH]) as Tensor2D;
    const weights = tf.fill([rows.shape[0]], 1 / rows.shape[0]) as Tensor1D;
    return blockedCrossEntropy(rows, p.table as Tensor2D, targets as Tensor1D, weights, { blockRows: 10 });
  }, { params: state.params });
  const count = tf.add(state.count, 1);
  const [gradient] = clipByGlobalNorm([grads.params], 1);
  const moments = { m: state.m, v: state.v, count, learningRate: tf.scalar(0.01), weightDecay: 0.01 };
  return {
    outputs: { loss: value },
    next: { ...adamwUpdate({ params: state.params, grads: gradient!, ...moments }), count },
  };
};

function firstState(): State {
  const values = new Float32Array(layout.size);
  stream(1, "params").fillNormal(values, 0.3);
  return { params: tf.tensor1d(values), ...adamwInit(layout.size), count: tf.scalar(0) };
}

function losses(step: CompiledStep<Inputs, State, { loss: Tensor }>, steps: number): number[] {
  return Array.from({ length: steps }, (_, index) =>
    tf.tidy(() => {
      const draw = stream(2, "batch", index);
      const rows = index % 4 === 3 ? 2 : 5;
      const whole = (count: number) => Int32Array.from({ length: count }, () => draw.integer(ITEMS));
      const { loss } = step.run({
        ids: tf.tensor2d(whole(rows * TIME), [rows, TIME], "int32"),
        targets: tf.tensor1d(whole(rows * TIME), "int32"),
        noise: tf.tensor1d(draw.int32(2), "int32"),
      });
      return loss.dataSync()[0]!;
    }));
}

async function lossesOn(rung: Rung, steps: number): Promise<number[]> {
  const engine = await openEngine(rung);
  const state = firstState();
  const result = losses(engine.compile(trainingStep, { name: "train", state }), steps);
  tf.dispose(state);
  engine.close();
  return result;
}

describe("a training step with two batch sizes", () => {
  it("gives the same losses on every rung", { timeout: 60_000 }, async () => {
    const first = await lossesOn("cpu", 12);
    for (const rung of rungsHere()) {
      (await lossesOn(rung, 12)).forEach((loss, step) => {
        assert.ok(Math.abs(loss - first[step]!) < 1e-4, `${rung}, step ${step}: ${loss}, cpu ${first[step]}`);
      });
    }
  });
});

describe("a training step on tensorflow", { skip: tensorflowHere() ? false : "tensorflow is not set up" }, () => {
  let engine: Engine;
  before(async () => engine = await openEngine("tensorflow"));
  after(() => engine.close());

  it("gives the bits of eager mode, and the same bits again", () => {
    const state = firstState();
    const plain = losses(compilePlain(trainingStep, { name: "plain", state }), 12);
    const traced = losses(engine.compile(trainingStep, { name: "traced", state }), 12);
    assert.deepEqual(traced, plain);
    assert.deepEqual(losses(engine.compile(trainingStep, { name: "again", state }), 12), traced);
  });

  it("goes on from its written state as if it had never stopped", () => {
    const state = firstState();
    const whole = engine.compile(trainingStep, { name: "whole", state });
    const expected = losses(whole, 8);
    const saved = whole.readState();
    assert.equal(saved.count.dataSync()[0], 8);
    const resumed = engine.compile(trainingStep, { name: "resumed", state: saved });
    const later = losses(whole, 4);
    assert.deepEqual(losses(resumed, 4), later);
    whole.writeState(state);
    assert.deepEqual(losses(whole, 8), expected);
  });
});
