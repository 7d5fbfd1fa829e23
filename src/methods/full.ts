/**
 * `full`: fine-tuning of every parameter on F, theta <- argmin L_F(theta) from the backbone's theta (method.md 8). Not in the paper: the upper bound
 * of what adapting can take in, with nothing that holds what was known.
 * @module
 */
import { join } from "node:path";
import { rowsSeen, stepsOf } from "../adapters/batches.ts";
import { requireTensors } from "../adapters/required_tensors.ts";
import { encodeSafetensors, readSafetensors } from "../adapters/safetensors.ts";
import { frozenScorer } from "../adapters/scorer.ts";
import type { LossCurve } from "../adapters/train.ts";
import { pretrain } from "../backbones/pretrain.ts";
import { windowRows } from "../backbones/training_rows.ts";
import type { PlainTensors } from "../engine/plain_tensor.ts";
import { tf } from "../engine/tfjs.ts";
import { ownOptions } from "../spec/method_types.ts";
import type { MethodSpec } from "../spec/types.ts";
import { finetuneSet, readState, type SavedCost, writeState } from "./adapter_kit.ts";
import type { Adapted, Cost, Method, MethodContext } from "./types.ts";

const WEIGHTS = "model.safetensors";

interface FullAdapted extends Adapted {
  /** By name in the Python original. */
  readonly values: PlainTensors;
}

function adapted(
  { backbone }: MethodContext,
  values: PlainTensors,
  cost: Cost,
  curves: readonly LossCurve[],
): FullAdapted {
  return {
    values,
    cost,
    curves,
    scorer: (windows) => {
      const parameters = Object.fromEntries(
        Object.entries(values).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
      );
      const scorer = frozenScorer(backbone, parameters, windows);
      return Promise.resolve({ ...scorer, dispose: () => tf.dispose(parameters) });
    },
    save: async (folder) => {
      await Deno.writeFile(join(folder, WEIGHTS), encodeSafetensors(values));
      await writeState<SavedCost>(folder, { cost, curves });
    },
  };
}

/**
 * All parameters on F, trained as the backbone was but on windows, with settings of its own (`training`). Over a list of F slices it goes on from its
 * own parameters. The weights are saved under the backbone's names, so that they load wherever the backbone's own do.
 */
export const full = (spec: MethodSpec): Method => {
  const { training } = ownOptions("full", spec);
  return {
    kind: "full",
    settings: { own: spec.own },
    editsRegions: false,
    async adapt(previous, slice, context) {
      const { engine, backbone, seed, checkpoints } = context;
      const set = finetuneSet("full", slice, context);
      const { parameters: values, curve, steps } = await pretrain(
        engine,
        backbone,
        windowRows(set.windows),
        {
          purpose: set.purpose,
          training,
          positions: training.positions,
          dropout: context.backboneDropout,
          held: context.held,
          steps: set.steps,
          seed,
        },
        (previous as FullAdapted | undefined)?.values ?? await context.values(),
        { checkpoints, onStep: (done, total, loss) => context.progress(spec.label, done, total, loss) },
      );
      // The whole training shuffles by the same streams as adapters do.
      const { rows, setupRows } = rowsSeen(seed, set, training);
      const parameters = Object.values(values).reduce((sum, { values }) => sum + values.length, 0);
      const cost = { steps, finetuneRows: rows - setupRows, setupRows, parameters };
      return adapted(context, values, cost, [{ ...curve, name: set.purpose }]);
    },
    async load(folder, context) {
      const path = join(folder, WEIGHTS);
      const values = await readSafetensors(path);
      requireTensors(values, context.backbone.shapes, path);
      const { cost, curves } = await readState<SavedCost>(folder);
      return adapted(context, values, cost, curves);
    },
    estimate: ({ windows }) => ({ steps: stepsOf(windows, training), exact: true }),
  };
};
