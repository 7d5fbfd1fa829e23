/**
 * The first stage of a run: the backbone, trained on S or taken from a file.
 * @module
 */
import { join } from "node:path";
import { encodeSafetensors } from "../adapters/safetensors.ts";
import { createBackbone } from "../backbones/registry.ts";
import { pretrain } from "../backbones/pretrain.ts";
import { trainingRows } from "../backbones/training_rows.ts";
import { DataError } from "../data/errors.ts";
import type { Curve } from "../engine/training_loop.ts";
import { readIfThere } from "../files.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { catalogueDigest, readWeights } from "./backbone_weights.ts";
import { stageCheckpoints } from "./checkpoints.ts";
import type { Workbench } from "./experiment.ts";
import type { Prepared } from "./prepare.ts";

/** Its parameters under the names of the Python original. */
export const WEIGHTS = "weights.safetensors";
const CURVE = "loss.json";

/** Writes the backbone's weights into `folder`, and its loss where it is trained; `scratch` outlives the process. */
export async function makeBackbone(
  spec: ResolvedSpec,
  prepared: Prepared,
  bench: Workbench,
  seed: number,
  folder: string,
  scratch: string,
): Promise<void> {
  if (prepared.weights === undefined) await train(spec, prepared, bench, seed, folder, scratch);
  else await take(spec, prepared, prepared.weights.sha256, folder);
}

/** The loss of a training that lies in `folder`; undefined where the weights were taken from a file. */
export async function readCurve(folder: string): Promise<Curve | undefined> {
  const bytes = await readIfThere(join(folder, CURVE));
  return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes)) as Curve;
}

async function train(
  spec: ResolvedSpec,
  { data }: Prepared,
  { engine, progress, checkpointEvery }: Workbench,
  seed: number,
  folder: string,
  scratch: string,
): Promise<void> {
  const backbone = createBackbone(spec.backbone, data.catalogue.size);
  const { training, mask, dropout } = spec.backbone;
  const trained = await pretrain(
    engine,
    backbone,
    trainingRows(data, spec.backbone),
    { purpose: "backbone", training, positions: "all", mask, dropout, seed },
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
  const { file, tensors } = await readWeights(path, spec.backbone, data.catalogue);
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
