import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { candidateScores, type LossInputs, sequenceLoss } from "../../src/backbones/losses.ts";
import { embed } from "../../src/engine/nn/mod.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine, Tensor, TensorMap } from "../../src/engine/types.ts";
import { editingLoss } from "../../src/methods/ebpr.ts";
import { distillation } from "../../src/methods/lwf.ts";
import { balancePenalty } from "../../src/methods/mole.ts";
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

    it("the pull of mole's gate towards equal use", async () => {
      const step = engine.compile((inputs: TensorMap) => ({
        outputs: { loss: balancePenalty(inputs.gate!, inputs.real!, given.moleBalanceCoefficient) },
      }), { name: "balance" });
      // A row that only fills the batch up, as the last batch of an epoch has them.
      const gate = tf.tensor2d([...given.moleGate, [1, 0, 0]]);
      const { loss } = step.run({ gate, real: tf.tensor1d([...given.moleGate.map(() => 1), 0]) });
      assertClose(await loss!.data() as Float32Array, [given.moleBalance], 1e-5, "moleBalance");
    });

    it("-log sigmoid(s_negative - s_wrong) of ebpr", async () => {
      const step = engine.compile((inputs: TensorMap) => {
        const { states, candidates, table, weights } = inputs as Record<string, Tensor>;
        const scores = candidateScores({
          states: states!,
          candidates: candidates!,
          embed: (ids) => embed(table!, ids),
        });
        return { outputs: { loss: editingLoss(scores, weights!) } };
      }, { name: "editing" });
      const pairs = given.bad.map((wrong: number, row: number) => [wrong, ...given.ebprNegatives[row]]);
      const { loss } = step.run({
        ...examples(),
        states: tf.tensor2d(given.studentHidden),
        candidates: tf.tensor2d(pairs.map((items: number[]) => items.map((item) => item + 1)), undefined, "int32"),
      });
      assertClose(await loss!.data() as Float32Array, [given.ebpr], 1e-5, "ebpr");
    });

    it("gbce with t = 0 is bce: its exponent is 1 (gSASRec, eq. 8)", async () => {
      assertClose(await lossOf({ kind: "gbce", negatives: 1, t: 0 }), [given.bce], 1e-5, "gbce");
    });
  });
}
