import assert from "node:assert/strict";
import { resourceUsage } from "node:process";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { valueAndGrads } from "../../src/engine/gradients.ts";
import { blockedCrossEntropy } from "../../src/engine/nn/mod.ts";
import { trace } from "../../src/engine/graph/trace.ts";
import { openEngine } from "../../src/engine/open.ts";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import { tensorflowHere } from "./rungs_here.ts";

/** Pages this process has been given so far: the tenth field of its stat (man 5 proc), the eighth behind its name. */
function pages(): number {
  const { stdout } = new Deno.Command("cat", { args: [`/proc/${Deno.pid}/stat`] }).outputSync();
  return Number(new TextDecoder().decode(stdout).split(") ")[1]!.split(" ")[7]);
}

describe("memory on the tensorflow rung", {
  skip: !tensorflowHere()
    ? "tensorflow is not set up"
    : Deno.build.os !== "linux"
    ? "pages are counted on Linux"
    : false,
}, () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine("tensorflow");
  });
  afterAll(() => engine.close());

  it("is kept from step to step instead of coming from the system page by page", () => {
    // Two values of 32 MiB a step, 8,192 pages each.
    const step = engine.compile(({ x }: { x: Tensor }) => ({ outputs: { sum: tf.sum(tf.exp(tf.sin(x))) } }), {
      name: "memory",
    });
    const x = tf.zeros([2 ** 23]);
    const run = (times: number) => {
      for (let i = 0; i < times; i++) step.run({ x }).sum.dispose();
    };
    run(3);
    const before = pages();
    run(10);
    assert.ok(pages() - before < 10 * 4096, `${pages() - before} pages in ten steps`);
    step.dispose();
    x.dispose();
  });

  it("is not taken by a trace for all that a step computes", () => {
    const peak = () => resourceUsage().maxRSS / 1024;
    const step = engine.compile(({ x }: { x: Tensor }) => {
      // Forty values of 32 MiB, of which a graph needs two at a time.
      let y = x;
      for (let i = 0; i < 40; i++) y = tf.add(tf.sin(y), 1);
      return { outputs: { mean: tf.mean(y) } };
    }, { name: "long" });
    const x = tf.zeros([2 ** 23]);
    let wanted = 0;
    for (let i = 0; i < 40; i++) wanted = Math.sin(wanted) + 1;
    const before = peak();
    const { mean } = step.run({ x });
    assert.ok(Math.abs(mean.dataSync()[0]! - wanted) < 1e-5);
    assert.ok(peak() - before < 512, `${peak() - before} MiB more`);
    step.dispose();
    tf.dispose([x, mean]);
  });

  it("is not held in the graph for the ones of a gradient, as large as what they are multiplied with", () => {
    const x = tf.zeros([2 ** 16]);
    const { constants } = trace("ones", [x], (handleOf) => {
      const { grads } = valueAndGrads(({ x }) => tf.sum(tf.mul(x!, x!)) as Scalar, { x });
      return handleOf(grads.x!);
    });
    const shapes = [...constants.values()].map(({ shape }) => shape.join());
    assert.ok(shapes.includes("65536"), shapes.join(" "));
    const bytes = [...constants.values()].map(({ bytes }) => bytes.length);
    assert.ok(Math.max(...bytes) <= 64, `${Math.max(...bytes)} bytes`);
    x.dispose();
  });

  it("is not held for equal values, which come out as they were, to the bit", () => {
    const given = {
      zeros: new Float32Array(70),
      minus: new Float32Array(70).fill(-0),
      mixed: new Float32Array(70).fill(-0, 3),
      nothing: new Float32Array(70).fill(NaN),
    };
    const step = engine.compile(({ x }: { x: Tensor }) => ({
      outputs: {
        ...Object.fromEntries(
          Object.entries(given).map(([name, values]) => [
            name,
            // One over it tells the zeros apart.
            tf.add(tf.div(1, tf.tensor(values)), x),
          ]),
        ),
        whole: tf.cast(tf.fill([7, 10], 3, "int32"), "float32"),
      },
    }), { name: "equal" });
    const x = tf.scalar(0);
    const outputs = step.run({ x }) as Record<string, Tensor>;
    const signs = (name: string) => new Set(outputs[name]!.dataSync());
    assert.deepEqual(signs("zeros"), new Set([Infinity]));
    assert.deepEqual(signs("minus"), new Set([-Infinity]));
    assert.deepEqual(signs("mixed"), new Set([Infinity, -Infinity]));
    assert.deepEqual(signs("nothing"), new Set([NaN]));
    assert.deepEqual(signs("whole"), new Set([3]));
    assert.deepEqual(outputs.whole!.shape, [7, 10]);
    step.dispose();
    tf.dispose([x, Object.values(outputs)]);
  });

  it("is not taken by all blocks of a cross-entropy at once", () => {
    const peak = () => resourceUsage().maxRSS / 1024;
    // 16 blocks of 64 MiB of scores.
    const [rows, catalogue, width] = [2 ** 14, 2 ** 14, 4];
    const step = engine.compile(({ hidden, table }: { hidden: Tensor; table: Tensor }) => {
      const weights = tf.fill([rows], 1 / rows) as Tensor1D;
      const targets = tf.zeros([rows], "int32") as Tensor1D;
      const { value, grads } = valueAndGrads(
        (given) =>
          blockedCrossEntropy(given.hidden as Tensor2D, given.table as Tensor2D, targets, weights, { blockRows: 1024 }),
        { hidden, table },
      );
      return { outputs: { value, hidden: tf.sum(grads.hidden), table: tf.sum(grads.table) } };
    }, { name: "blocks" });
    const inputs = { hidden: tf.zeros([rows, width]), table: tf.ones([catalogue, width]) };
    const before = peak();
    const outputs = step.run(inputs);
    assert.ok(Math.abs(outputs.value.dataSync()[0]! - Math.log(catalogue)) < 1e-4);
    assert.ok(peak() - before < 512, `${peak() - before} MiB more`);
    step.dispose();
    tf.dispose([inputs, outputs]);
  });
});
