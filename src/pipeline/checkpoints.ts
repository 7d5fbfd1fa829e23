/**
 * Checkpoints of trainings as files of an unfinished stage: one for each training, the latest alone.
 *
 * A file is a line with the digest of all that follows, a line of JSON (stage, training, step, curve) and the state as safetensors. The folder is
 * named by the stage's key, so a checkpoint never meets other settings, data or another engine than its own.
 * @module
 */
import { basename, join } from "node:path";
import { decodeSafetensors, encodeSafetensors } from "../adapters/safetensors.ts";
import type { PlainTensors } from "../engine/plain_tensor.ts";
import type { Checkpoint, Checkpoints, Curve } from "../engine/training_loop.ts";
import { isThere, readIfFile, removeIfThere, writeWhole } from "../files.ts";
import { sha256 } from "./digest.ts";
import { noteSpent, spentSeconds } from "./spent.ts";
import { storeError } from "./store_error.ts";

/** Optimiser steps between checkpoints where nobody says otherwise. */
export const CHECKPOINT_EVERY = 100;

interface Header {
  /** The name of the folder. */
  readonly stage: string;
  readonly training: string;
  readonly step: number;
  readonly curve: Curve;
}

/** SHA-256 in hex. */
const DIGEST_LENGTH = 64;
const NEWLINE = 10;

/**
 * Checkpoints in a folder that outlives the process.
 *
 * @param every optimiser steps from one to the next.
 * @param say told when a training goes on from one.
 * @example
 * ```ts
 * import { stageCheckpoints } from "./checkpoints.ts";
 * const folder = await Deno.makeTempDir();
 * const checkpoints = stageCheckpoints(folder, 100);
 * const state = { w: { shape: [2], values: Float32Array.of(1, 2) } };
 * await checkpoints.write("lora F1", { step: 100, state, curve: { steps: [1], values: [0.7] } });
 * console.assert((await checkpoints.read("lora F1"))?.step === 100);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function stageCheckpoints(
  folder: string,
  every: number = CHECKPOINT_EVERY,
  say: (line: string) => void = () => {},
): Checkpoints {
  const fileOf = (training: string) => join(folder, `${sha256(training).slice(0, 16)}.checkpoint`);
  const stage = basename(folder);
  const start = performance.now();
  let earlier: number | undefined;
  return {
    every,
    async read(training) {
      const file = fileOf(training);
      const bytes = await readIfFile(file);
      if (bytes === undefined && !await isThere(file)) return undefined;
      const checkpoint = bytes === undefined ? undefined : decode(bytes, { stage, training }, file);
      // Out of the way of the next one, which a folder in its place would refuse.
      if (checkpoint === undefined) await removeIfThere(file);
      say(
        checkpoint === undefined
          ? `The checkpoint ${file} is damaged: ${training} is trained again`
          : `${training} goes on from step ${checkpoint.step}`,
      );
      return checkpoint;
    },
    async write(training, { step, state, curve }) {
      const file = fileOf(training);
      try {
        await Deno.mkdir(folder, { recursive: true });
        earlier ??= await spentSeconds(folder);
        await writeWhole(file, encode({ stage, training, step, curve }, state));
        await noteSpent(folder, earlier + (performance.now() - start) / 1000);
      } catch (cause) {
        throw storeError(`Cannot keep a checkpoint of ${training} in ${folder}`, cause);
      }
    },
  };
}

function encode(about: Header, state: PlainTensors): Uint8Array {
  const line = new TextEncoder().encode(`${JSON.stringify(about)}\n`);
  const tensors = encodeSafetensors(state);
  const bytes = new Uint8Array(DIGEST_LENGTH + 1 + line.length + tensors.length);
  const content = bytes.subarray(DIGEST_LENGTH + 1);
  content.set(line);
  content.set(tensors, line.length);
  bytes.set(new TextEncoder().encode(`${sha256(content)}\n`));
  return bytes;
}

/** Undefined when the bytes are not a checkpoint of this training of this stage, whole. */
function decode(bytes: Uint8Array, of: { stage: string; training: string }, file: string): Checkpoint | undefined {
  const content = bytes.subarray(DIGEST_LENGTH + 1);
  if (new TextDecoder().decode(bytes.subarray(0, DIGEST_LENGTH + 1)) !== `${sha256(content)}\n`) return undefined;
  const end = content.indexOf(NEWLINE);
  const { stage, training, step, curve }: Header = JSON.parse(new TextDecoder().decode(content.subarray(0, end)));
  if (stage !== of.stage || training !== of.training) return undefined;
  return { step, curve, state: decodeSafetensors(content.subarray(end + 1), file, { notFinite: "keep" }) };
}
