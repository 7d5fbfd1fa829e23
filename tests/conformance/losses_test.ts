import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { type LossInputs, sequenceLoss } from "../../src/backbones/losses.ts";
import { embed } from "../../src/engine/nn/mod.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine, Tensor, TensorMap } from "../../src/engine/types.ts";
import { distillation } from "../../src/methods/lwf.ts";
import type { LossSpec } from "../../src/spec/types.ts";
import { assertClose } from "./close.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { conformancePath } from "./directory.ts";

const given = JSON.parse(await Deno.readTextFile(conformancePath("losses", "losses.json")));

/** Targets, negatives and items; the file's items begin at 0, the catalogue's at 1, below them the padding row. */
function examples() {
  const shifted = (ids: number[]) => tf.tensor1d(ids.map((id) => id + 1), "int32");
  const rows: number = given.studentHidden.length;
  return {
    candidates: tf.stack([shifted(given.positive), shifted(given.negative)], 1),
    weights: tf.fill([rows], 1 / rows),
    table: tf.concat([tf.zeros([1, given.items[0].length]), tf.tensor2d(given.items)]),
  };
}

for (const rung of ["tensorflow", "wasm", "cpu"] as const) {
  const skip = rungsHere().includes(rung) ? false : `${rung} is not set up here`;
  describe(`losses on ${rung} equal PyTorch's`, { skip }, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await openEngine(rung);
    });
    afterAll(() => engine.close());

    const lossOf = async (loss: LossSpec): Promise<Float32Array> => {
      const step = engine.compile((inputs: TensorMap) => ({
        outputs: {
          loss: sequenceLoss(loss, {
            states: inputs.states!,
            candidates: inputs.candidates!,
            weights: inputs.weights!,
            embed: (ids) => embed(inputs.table!, ids),
            table: () => inputs.table!,
            items: given.items.length,
          }),
        },
      }), { name: "losses" });
      const outputs = step.run({ ...examples(), states: tf.tensor2d(given.studentHidden) });
      return await outputs.loss!.data() as Float32Array;
    };

    it("binary cross-entropy with one negative", async () => {
      assertClose(await lossOf({ kind: "bce", negatives: 1 }), [given.bce], 1e-5, "bce");
    });

    it("cross-entropy over the whole catalogue", async () => {
      assertClose(await lossOf({ kind: "cross-entropy" }), [given.crossEntropy], 1e-5, "cross-entropy");
    });

    for (const [candidates, expected] of [["two", given.lwfTwoCandidate], ["all", given.lwfFullCatalogue]] as const) {
      it(`alpha T^2 KL(teacher || student) of lwf, candidates "${candidates}"`, async () => {
        const step = engine.compile((inputs: TensorMap) => {
          const seen = (states: Tensor): LossInputs => ({
            states,
            candidates: inputs.candidates!,
            weights: inputs.weights!,
            embed: (ids) => embed(inputs.table!, ids),
            table: () => inputs.table!,
            items: given.items.length,
          });
          const { temperature, alpha } = given;
          const options = { temperature, alpha, candidates };
          return { outputs: { loss: distillation(seen(inputs.student!), seen(inputs.teacher!), options) } };
        }, { name: "distillation" });
        const { loss } = step.run({
          ...examples(),
          student: tf.tensor2d(given.studentHidden),
          teacher: tf.tensor2d(given.teacherHidden),
        });
        assertClose(await loss!.data() as Float32Array, [expected], 1e-5, candidates);
      });
    }

    it("gbce with t = 0 is bce: its exponent is 1 (gSASRec, eq. 8)", async () => {
      assertClose(await lossOf({ kind: "gbce", negatives: 1, t: 0 }), [given.bce], 1e-5, "gbce");
    });
  });
}
