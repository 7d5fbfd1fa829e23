/**
 * Batches at which a loss stopped being finite, kept for a look.
 * @module
 */
import { join } from "node:path";
import { encodeSafetensors } from "../adapters/safetensors.ts";
import { TrainingError } from "../engine/training_error.ts";
import type { MethodFailure } from "./experiment.ts";
import { removeIfThere } from "../files.ts";

/** A failure whose batch lies in a file. */
export interface KeptFailure extends MethodFailure {
  /** Relative to the report's folder. */
  readonly batch: string;
}

const FOLDER = "artifacts/failed";

/** Writes each failure's batch under the report's folder; those of an earlier run go. */
export async function keepFailedBatches(folder: string, failures: readonly MethodFailure[]): Promise<KeptFailure[]> {
  await removeIfThere(join(folder, FOLDER));
  if (failures.length > 0) await Deno.mkdir(join(folder, FOLDER), { recursive: true });
  const kept: KeptFailure[] = [];
  for (const [index, failure] of failures.entries()) {
    const { spec, seed, error } = failure;
    // Labels are free text; a number and the kind are safe in any file name.
    const batch = `${FOLDER}/${index + 1}-${spec.kind}-seed-${seed}-step-${error.step}.safetensors`;
    const about = { training: error.training, step: String(error.step), loss: String(error.loss) };
    await Deno.writeFile(join(folder, batch), encodeSafetensors(error.batch, about));
    kept.push({ ...failure, batch });
  }
  return kept;
}

/** What to say when no method was finished: there is nothing to report. */
export function nothingLeft(folder: string, failures: readonly KeptFailure[]): TrainingError {
  const [{ error, batch }] = failures as [KeptFailure, ...KeptFailure[]];
  const where = `no method could be finished, so no report was written; the batch lies in ${join(folder, batch)}`;
  return new TrainingError(error.training, error.step, error.loss, error.batch, where);
}
