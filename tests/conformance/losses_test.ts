import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { sequenceLoss } from "../../src/backbones/losses.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine, TensorMap } from "../../src/engine/types.ts";
import type { LossSpec } from "../../src/spec/types.ts";
import { assertClose } from "./close.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { conformancePath } from "./directory.ts";

const given = JSON.parse(await Deno.readTextFile(conformancePath("losses", "losses.json")));

for (const rung of ["tensorflow", "wasm", "cpu"] as const) {
  const skip = rungsHere().includes(rung) ? false : `${rung} is not set up here`;
  describe(`losses on ${rung} equal PyTorch's`, { skip }, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await openEngine(rung);
    });
    afterAll(() => engine.close());

    const lossOf = async (loss: LossSpec): Promise<Float32Array> => {
      const rows: number = given.studentHidden.length;
      const items: number = given.items.length;
      // The file's items begin at 0; the catalogue's at 1, below them the padding row.
      const shift = (ids: number[]) => ids.map((id) => id + 1);
      const step = engine.compile((inputs: TensorMap) => ({
        outputs: {
          loss: sequenceLoss(loss, {
            states: inputs.states!,
            candidates: inputs.candidates!,
            weights: inputs.weights!,
            embed: (ids) => tf.gather(inputs.table!, ids.as1D()).reshape([...ids.shape, inputs.table!.shape[1]!]),
            table: () => inputs.table!,
            items,
          }),
        },
      }), { name: "losses" });
      const outputs = step.run({
        states: tf.tensor2d(given.studentHidden),
        candidates: tf.stack(
          [tf.tensor1d(shift(given.positive), "int32"), tf.tensor1d(shift(given.negative), "int32")],
          1,
        ),
        weights: tf.fill([rows], 1 / rows),
        table: tf.concat([tf.zeros([1, given.items[0].length]), tf.tensor2d(given.items)]),
      });
      return await outputs.loss!.data() as Float32Array;
    };

    it("binary cross-entropy with one negative", async () => {
      assertClose(await lossOf({ kind: "bce", negatives: 1 }), [given.bce], 1e-5, "bce");
    });

    it("cross-entropy over the whole catalogue", async () => {
      assertClose(await lossOf({ kind: "cross-entropy" }), [given.crossEntropy], 1e-5, "cross-entropy");
    });

    it("gbce with t = 0 is bce: its exponent is 1 (gSASRec, eq. 8)", async () => {
      assertClose(await lossOf({ kind: "gbce", negatives: 1, t: 0 }), [given.bce], 1e-5, "gbce");
    });
  });
}
