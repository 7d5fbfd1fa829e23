import { it } from "@std/testing/bdd";
import { type BankConfig, initialAdapter } from "../../src/adapters/bank.ts";
import { tableLayout } from "../../src/adapters/row_tables.ts";
import { trainAdapters } from "../../src/adapters/train.ts";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tfjs.ts";
import { madeUpModel } from "../backbones/llama/made_up_model.ts";
import { someParameters } from "../backbones/made_up.ts";
import { assertClose } from "../conformance/close.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { windowsOf } from "../../src/data/window_rows.ts";

for (const rung of ["tensorflow", "wasm"] as const) {
  const skip = !rungsHere().includes(rung);
  it(
    `a language model's batch gives the same adapter and item rows whole and in parts, on ${rung}`,
    { skip },
    async () => {
      const draw = stream(1, "test windows");
      const windows = windowsOf({
        context: 3,
        users: Int32Array.from({ length: 10 }, (_, row) => row),
        items: Int32Array.from({ length: 40 }, () => 1 + draw.integer(9)),
        times: new Float64Array(40),
      });
      const engine = await openEngine(rung);
      const model = madeUpModel();
      const parameters = someParameters(model);
      const bank: BankConfig = {
        ...tableLayout(model),
        ...{ rank: 2, alpha: 4, dropout: 0, init: "kaiming" },
        projections: model.projections,
        itemRows: Int32Array.from({ length: 9 }, (_, index) => index + 1),
      };
      const loss = { kind: "cross-entropy" } as const;
      const training = { loss, epochs: 2, batch: 5, learningRate: 0.01, weightDecay: 0, clip: 1, warmup: 0 };
      const train = async (accumulation: number) => {
        const steps = new Map();
        const { adapters: [adapter] } = await trainAdapters(
          {
            ...{ engine, backbone: model, parameters, bank, training, steps, accumulation, positions: "last" },
            ...{ itemRate: 1, anchor: 0, backboneDropout: 0, seed: 1 },
          },
          [{ purpose: "test", windows }],
          [initialAdapter(bank, 1)],
        );
        for (const step of steps.values()) step.dispose();
        return adapter!;
      };
      const whole = await train(1);
      for (const parts of [2, 5]) {
        const { lora, rows } = await train(parts);
        assertClose(lora, whole.lora, 1e-3, `A and B in ${parts} parts`);
        assertClose(rows, whole.rows, 1e-3, `item rows in ${parts} parts`);
      }
      tf.dispose(parameters);
      engine.close();
    },
  );
}
