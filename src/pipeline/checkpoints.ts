/**
 * Checkpoints of trainings as files of an unfinished stage: one for each training, the latest alone.
 *
 * A file is a line of JSON (training, step, curve, digest of the rest) and the state as safetensors. The folder is named by the stage's key, so a
 * checkpoint never meets other settings, data or another engine than its own.
 * @module
 */
import { join } from "node:path";
import { decodeSafetensors, encodeSafetensors } from "../adapters/safetensors.ts";
import type { Checkpoint, Checkpoints, Curve } from "../engine/training_loop.ts";
import { readIfThere, writeWhole } from "../files.ts";
import { sha256 } from "./digest.ts";
import { noteSpent, spentSeconds } from "./spent.ts";
import { storeError } from "./store_error.ts";

/** Optimiser steps between checkpoints where nobody says otherwise. */
export const CHECKPOINT_EVERY = 100;

interface Header {
  readonly training: string;
  readonly step: number;
  readonly curve: Curve;
  readonly sha256: string;
}

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
  const start = performance.now();
  let earlier: number | undefined;
  return {
    every,
    async read(training) {
      const file = fileOf(training);
      const bytes = await readIfThere(file);
      if (bytes === undefined) return undefined;
      const checkpoint = decode(bytes, training, file);
      say(
        checkpoint === undefined
          ? `The checkpoint ${file} is damaged: ${training} is trained again`
          : `${training} goes on from step ${checkpoint.step}`,
      );
      return checkpoint;
    },
    async write(training, checkpoint) {
      const file = fileOf(training);
      try {
        await Deno.mkdir(folder, { recursive: true });
        earlier ??= await spentSeconds(folder);
        await writeWhole(file, encode(training, checkpoint));
        await noteSpent(folder, earlier + (performance.now() - start) / 1000);
      } catch (cause) {
        throw storeError(`Cannot keep a checkpoint of ${training} in ${folder}`, cause);
      }
    },
  };
}

function encode(training: string, { step, state, curve }: Checkpoint): Uint8Array {
  const tensors = encodeSafetensors(state);
  const header: Header = { training, step, curve, sha256: sha256(tensors) };
  const line = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const bytes = new Uint8Array(line.length + tensors.length);
  bytes.set(line);
  bytes.set(tensors, line.length);
  return bytes;
}

/** Undefined when the bytes are not a checkpoint of this training, whole. */
function decode(bytes: Uint8Array, training: string, file: string): Checkpoint | undefined {
  const end = bytes.indexOf(NEWLINE);
  if (end < 0) return undefined;
  const header = parseHeader(bytes.subarray(0, end));
  const tensors = bytes.subarray(end + 1);
  if (header?.training !== training || header.sha256 !== sha256(tensors)) return undefined;
  return { step: header.step, curve: header.curve, state: decodeSafetensors(tensors, file, { notFinite: "keep" }) };
}

function parseHeader(bytes: Uint8Array): Header | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
