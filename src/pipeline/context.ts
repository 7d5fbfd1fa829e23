/**
 * One trained backbone on the device, and what methods see of it.
 * @module
 */
import { join } from "node:path";
import { requireTensors } from "../adapters/required_tensors.ts";
import { encodeSafetensors, readSafetensors } from "../adapters/safetensors.ts";
import { createBackbone } from "../backbones/registry.ts";
import { pretrain } from "../backbones/pretrain.ts";
import { representWindows } from "../backbones/represent.ts";
import { trainingRows } from "../backbones/training_rows.ts";
import type { Windows } from "../data/types.ts";
import type { StepCache } from "../adapters/train.ts";
import type { PlainTensors } from "../engine/plain_tensor.ts";
import { tf } from "../engine/tfjs.ts";
import type { Curve } from "../engine/training_loop.ts";
import type { TensorMap } from "../engine/types.ts";
import type { MethodContext } from "../methods/types.ts";
import type { UnitVectors } from "../regions/types.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import type { Workbench } from "./experiment.ts";
import type { Prepared } from "./prepare.ts";
import { stageCheckpoints } from "./checkpoints.ts";

/** The backbone of one seed. */
export interface SeedContext {
  /** What the backbone was trained with. */
  readonly seed: number;
  /** Pretraining loss by optimiser step. */
  readonly curve: Curve;
  /** Numbers the backbone has, the item table included. */
  readonly parameterCount: number;
  /** Unit representations by the frozen backbone, kept for as long as the context is open. */
  represent(windows: Windows): Promise<UnitVectors>;
  /** What a method with this label may use. */
  method(label: string): MethodContext;
  /** Frees the parameters; what was asked for earlier stays usable only as plain numbers. */
  close(): void;
}

const WEIGHTS = "weights.safetensors";
const CURVE = "loss.json";

/** Trains the backbone on S and writes it into `folder`; `scratch` outlives the process. */
export async function trainBackbone(
  spec: ResolvedSpec,
  prepared: Prepared,
  { engine, progress, checkpointEvery }: Workbench,
  seed: number,
  folder: string,
  scratch: string,
): Promise<void> {
  const backbone = createBackbone(spec.backbone, prepared.data.catalogue.size);
  const rows = trainingRows(prepared.data, spec.backbone);
  const trained = await pretrain(engine, backbone, rows, spec.backbone, seed, {
    checkpoints: stageCheckpoints(scratch, checkpointEvery, (line) => progress.say(line)),
    onStep: (done, total, loss) => progress.tick("steps", done, total, loss),
  });
  await Deno.writeFile(join(folder, WEIGHTS), encodeSafetensors(trained.parameters));
  await Deno.writeTextFile(join(folder, CURVE), JSON.stringify(trained.curve));
}

/** Puts the backbone that lies in `folder` on the device. */
export async function openContext(
  spec: ResolvedSpec,
  prepared: Prepared,
  { engine, progress }: Workbench,
  seed: number,
  folder: string,
): Promise<SeedContext> {
  const backbone = createBackbone(spec.backbone, prepared.data.catalogue.size);
  const file = join(folder, WEIGHTS);
  const values = await readSafetensors(file);
  requireTensors(values, backbone.shapes, `backbone ${file}`);
  const parameters = onDevice(values);
  const vectors = new Map<Windows, Promise<UnitVectors>>();
  const steps: StepCache = new Map();
  const width = backbone.width;
  const represent = (windows: Windows): Promise<UnitVectors> => {
    let made = vectors.get(windows);
    if (made === undefined) {
      const slice = prepared.evaluated.find((each) => each.windows === windows);
      // A slice's windows are rows of `ranked`, which are represented together.
      made = slice === undefined
        ? representWindows(engine, backbone, parameters, windows).then((values) => ({
          count: windows.count,
          width,
          values,
        }))
        : represent(prepared.ranked).then(({ values }) => ({
          count: windows.count,
          width,
          values: values.subarray(slice.from * width, (slice.from + windows.count) * width),
        }));
      vectors.set(windows, made);
    }
    return made;
  };
  return {
    seed,
    curve: JSON.parse(await Deno.readTextFile(join(folder, CURVE))) as Curve,
    parameterCount: Object.values(values).reduce((sum, { values }) => sum + values.length, 0),
    represent,
    method: (label) => ({
      engine,
      backbone,
      parameters,
      values,
      backboneDropout: spec.backbone.dropout,
      steps,
      data: prepared.data,
      seed,
      represent,
      progress: (what, done, total, loss) => progress.tick(what === label ? "steps" : what, done, total, loss),
    }),
    close: () => {
      for (const step of steps.values()) step.dispose();
      tf.dispose(Object.values(parameters));
    },
  };
}

function onDevice(values: PlainTensors): TensorMap {
  return Object.fromEntries(
    Object.entries(values).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
  );
}
