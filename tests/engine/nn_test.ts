import { after, before } from "node:test";
import { describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { valueAndGrads } from "../../src/engine/gradients.ts";
import { attention, blockedCrossEntropy, embed, gelu, layerNorm, linear, softplus } from "../../src/engine/nn/mod.ts";
import { openEngine } from "../../src/engine/open.ts";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import { rungsHere } from "./rungs_here.ts";
import fixtures from "../fixtures/engine/blocks.json" with { type: "json" };

interface Plain {
  readonly shape: number[];
  readonly values: number[];
}

/** A block's case as PyTorch computed it; see tests/fixtures/engine/make_fixtures.py. */
interface Case {
  readonly inputs: Record<string, Plain>;
  readonly value: Plain;
  readonly cotangent: Plain;
  readonly gradients: Record<string, Plain>;
}

const tensor = ({ shape, values }: Plain) => tf.tensor(values, shape, "float32");

function close(found: Tensor, expected: Plain, what: string, tolerance = 1e-5): void {
  assert.deepEqual(found.shape, expected.shape, what);
  const largest = Math.max(1, ...expected.values.map(Math.abs));
  found.dataSync().forEach((value, i) => {
    const wanted = expected.values[i]!;
    assert.ok(Math.abs(value - wanted) <= tolerance * largest, `${what}[${i}] is ${value}, PyTorch gives ${wanted}`);
  });
}

for (const rung of rungsHere()) {
  describe(`on ${rung} PyTorch's values and gradients come from`, () => {
    let engine: Engine;
    before(async () => engine = await openEngine(rung));
    after(() => engine.close());

    const constants = fixtures.constants;
    const holds = (
      name: Exclude<keyof typeof fixtures, "constants">,
      block: (of: Record<string, Tensor>) => Tensor,
    ) => {
      it(name, () => {
        tf.tidy(() => {
          const of = fixtures[name] as unknown as Case;
          const inputs = Object.fromEntries(Object.entries(of.inputs).map(([key, plain]) => [key, tensor(plain)]));
          close(block(inputs), of.value, "value");
          const { grads } = valueAndGrads((inputs) => tf.sum(tf.mul(block(inputs), tensor(of.cotangent))), inputs);
          for (const [key, expected] of Object.entries(of.gradients)) {
            close(grads[key]!, expected, `gradient of ${key}`);
          }
        });
      });
    };
    holds("linear", ({ input, weight, bias }) => linear(input!, weight!, bias!));
    holds("linear without bias", ({ input, weight }) => linear(input!, weight!));
    holds("layerNorm", ({ x, gain, bias }) => layerNorm(x!, gain!, bias!, 1e-6));
    holds("gelu", ({ input }) => gelu(input!));
    holds("softplus", ({ x }) => softplus(x!));
    holds("attention", ({ query, key, value }) =>
      attention({
        ...{ query: query!, key: key!, value: value!, heads: 2 },
        bias: tf.add(tensor(constants.causal), tensor(constants.padding)),
      }));
    holds(
      "attention of the last position",
      ({ query, key, value }) =>
        attention({ query: query!, key: key!, value: value!, heads: 2, bias: tensor(constants.padding) }),
    );
    holds("embed", ({ table }) => embed(table!, tf.tensor2d(constants.ids, [2, 3], "int32")));
    for (const blockRows of [1, 2, 5, 100]) {
      holds("blockedCrossEntropy", ({ hidden, table }) =>
        blockedCrossEntropy(
          hidden as Tensor2D,
          table as Tensor2D,
          tf.tensor1d(constants.targets, "int32"),
          tf.tensor1d(constants.weights) as Tensor1D,
          { blockRows },
        ));
    }

    it("softplus() does not overflow", () => {
      const [low, zero, high] = softplus(tf.tensor1d([-1e4, 0, 1e4])).dataSync();
      assert.deepEqual([low, high], [0, 1e4]);
      assert.ok(Math.abs(zero! - Math.LN2) < 1e-6);
    });

    it("linear() says which shapes do not fit", () => {
      assert.throws(() => linear(tf.zeros([2, 3]), tf.zeros([4, 5])), /x is \[2,3\], weight \[4,5\]/);
    });

    it("attention() applies what is done to its probabilities", () => {
      const x = tf.ones([1, 3, 4]);
      const y = attention({ query: x, key: x, value: x, heads: 2, dropProbabilities: (p) => tf.mul(p, 3) });
      assert.ok(y.dataSync().every((value) => Math.abs(value - 3) < 1e-6));
      assert.throws(() => attention({ query: x, key: x, value: x, heads: 3 }), RangeError);
    });

    it("a block leaves no tensor behind but its value", () => {
      const x = tf.ones([2, 3]);
      const gain = tf.ones([3]);
      const before = tf.memory().numTensors;
      const made = [gelu(x), softplus(x), layerNorm(x, gain, gain, 1e-6), linear(x, x)];
      // linear() and layerNorm() reshape outside their kernels, which a step's tidy frees.
      assert.ok(tf.memory().numTensors - before <= made.length + 4);
      const step = engine.compile(
        ({ x, gain }: { x: Tensor; gain: Tensor }) => ({
          outputs: { loss: valueAndGrads(({ x }) => tf.sum(gelu(layerNorm(x, gain, gain, 1e-6))), { x }).value },
        }),
        { name: "leak" },
      );
      step.run({ x, gain }).loss.dispose();
      const after = tf.memory().numTensors;
      step.run({ x, gain }).loss.dispose();
      assert.equal(tf.memory().numTensors, after);
      step.dispose();
    });
  });
}
