/**
 * Batches at which a loss stopped being finite, kept for a look.
 * @module
 */
import { join } from "node:path";
import { encodeSafetensors } from "../adapters/safetensors.ts";
import { TrainingError } from "../engine/training_error.ts";
import { removeIfThere } from "../files.ts";
import { MethodError } from "../methods/method_error.ts";
import type { MethodFailure } from "./method_failure.ts";

/** A failure whose batch, if it is one of a training, lies in a file. */
export interface KeptFailure extends MethodFailure {
  /** Relative to the report's folder. */
  readonly batch?: string;
}

const FOLDER = "artifacts/failed";

/** Writes the batches of failed trainings under the report's folder; those of an earlier run go. */
export async function keepFailedBatches(folder: string, failures: readonly MethodFailure[]): Promise<KeptFailure[]> {
  await removeIfThere(join(folder, FOLDER));
  const kept: KeptFailure[] = [];
  for (const [index, failure] of failures.entries()) {
    const { spec, seed, error } = failure;
    if (!(error instanceof TrainingError)) {
      kept.push(failure);
      continue;
    }
    // Labels are free text; a number and the kind are safe in any file name.
    const batch = `${FOLDER}/${index + 1}-${spec.kind}-seed-${seed}-step-${error.step}.safetensors`;
    const about = { training: error.training, step: String(error.step), loss: String(error.loss) };
    await Deno.mkdir(join(folder, FOLDER), { recursive: true });
    await Deno.writeFile(join(folder, batch), encodeSafetensors(error.batch, about));
    kept.push({ ...failure, batch });
  }
  return kept;
}

/** What to say when no method was finished: there is nothing to report. Each reason once, the backbone's counts for all methods. */
export function nothingLeft(folder: string, failures: readonly KeptFailure[]): MethodError {
  const reasons = new Map<string, string>();
  for (const { spec, seed, error, batch } of failures) {
    if (reasons.has(error.message)) continue;
    const where = batch === undefined ? "" : `; the batch lies in ${join(folder, batch)}`;
    reasons.set(error.message, `${spec.label}, seed ${seed}: ${error.message}${where}`);
  }
  return new MethodError(
    ["Cannot report: no method could be finished, so no report was written", ...reasons.values()].join("\n  "),
  );
}
