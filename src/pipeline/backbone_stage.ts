/**
 * The first stage of a run: the backbone, trained on S, taken from a file, or a language model that S has taught the task.
 * @module
 */
import { join } from "node:path";
import { requireTensors } from "../adapters/required_tensors.ts";
import { encodeSafetensors, readSafetensors } from "../adapters/safetensors.ts";
import { pretrain } from "../backbones/pretrain.ts";
import { trainingRows } from "../backbones/training_rows.ts";
import { DataError } from "../data/errors.ts";
import { blocksHeld } from "../engine/nn/score_blocks.ts";
import { onDevice } from "../engine/on_device.ts";
import type { Curve } from "../engine/training_loop.ts";
import type { TensorMap } from "../engine/types.ts";
import { readIfThere } from "../files.ts";
import { scoreMemory } from "../spec/score_memory.ts";
import type { LlamaSpec, ResolvedSpec, TransformerSpec } from "../spec/types.ts";
import { catalogueDigest, readWeights } from "./backbone_weights.ts";
import { stageCheckpoints } from "./checkpoints.ts";
import type { Workbench } from "./experiment.ts";
import type { Prepared } from "./prepare.ts";
import { CURVE, readTaught, teach } from "./taught.ts";

/** Its parameters under the names of the Python original. */
export const WEIGHTS = "weights.safetensors";

/** Writes the backbone's weights into `folder`, and its loss where it is trained; `scratch` outlives the process. */
export async function makeBackbone(
  spec: ResolvedSpec,
  prepared: Prepared,
  bench: Workbench,
  seed: number,
  folder: string,
  scratch: string,
): Promise<void> {
  if (prepared.language !== undefined) await teach(spec, prepared, prepared.language, bench, seed, folder, scratch);
  else if (prepared.weights === undefined) await train(spec, prepared, bench, seed, folder, scratch);
  else await take(spec, prepared, prepared.weights.sha256, folder);
}

/** The backbone's parameters on the device, as {@linkcode makeBackbone} left them. The caller disposes them. */
export async function readBackbone(
  { backbone: spec }: ResolvedSpec,
  { backbone, language }: Prepared,
  seed: number,
  folder: string,
): Promise<TensorMap> {
  if (language !== undefined) return await readTaught(spec as LlamaSpec, language, seed, folder);
  const file = join(folder, WEIGHTS);
  const values = await readSafetensors(file);
  requireTensors(values, backbone.shapes, `backbone ${file}`);
  return Object.fromEntries(Object.entries(values).map(([name, tensor]) => [name, onDevice(tensor)]));
}

/** The loss of a training that lies in `folder`; undefined where the weights were taken from a file. */
export async function readCurve(folder: string): Promise<Curve | undefined> {
  const bytes = await readIfThere(join(folder, CURVE));
  return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes)) as Curve;
}

async function train(
  spec: ResolvedSpec,
  { data, backbone }: Prepared,
  { engine, progress, checkpointEvery }: Workbench,
  seed: number,
  folder: string,
  scratch: string,
): Promise<void> {
  const { training, mask, dropout } = spec.backbone as TransformerSpec;
  const trained = await pretrain(
    engine,
    backbone,
    trainingRows(data, spec.backbone),
    { purpose: "backbone", training, positions: "all", mask, dropout, held: blocksHeld(scoreMemory(spec)), seed },
    backbone.initialise(seed),
    {
      checkpoints: stageCheckpoints(scratch, checkpointEvery, (line) => progress.say(line)),
      onStep: (done, total, loss) => progress.tick("steps", done, total, loss),
    },
  );
  await Deno.writeFile(
    join(folder, WEIGHTS),
    encodeSafetensors(trained.parameters, { catalogue: catalogueDigest(data.catalogue) }),
  );
  await Deno.writeTextFile(join(folder, CURVE), JSON.stringify(trained.curve));
}

async function take(spec: ResolvedSpec, { data }: Prepared, sha256: string, folder: string): Promise<void> {
  const path = spec.backbone.weights!;
  const { file, tensors } = await readWeights(path, spec.backbone as TransformerSpec, data.catalogue);
  if (file.sha256 !== sha256) {
    throw new DataError(`Cannot use backbone.weights ${path}: the file has changed since the run began`, {
      file: path,
    });
  }
  await Deno.writeFile(
    join(folder, WEIGHTS),
    encodeSafetensors(tensors, { catalogue: catalogueDigest(data.catalogue) }),
  );
}
