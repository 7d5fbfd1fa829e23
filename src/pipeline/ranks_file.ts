/**
 * Per-window ranks as an artifact: one safetensors file a slice.
 * @module
 */
import { requireTensors } from "../adapters/required_tensors.ts";
import { decodeSafetensors, encodeSafetensors } from "../adapters/safetensors.ts";
import type { CountedRanks } from "../evaluation/rank_windows.ts";

/** Bytes of `ranks.safetensors`: greater [windows], equal [windows], top [windows, top]. */
export function encodeRanks({ greater, equal, top }: CountedRanks): Uint8Array {
  const each = greater.length === 0 ? 0 : top.length / greater.length;
  return encodeSafetensors({
    greater: { shape: [greater.length], values: greater },
    equal: { shape: [equal.length], values: equal },
    top: { shape: [greater.length, each], values: top },
  });
}

/** The inverse of {@linkcode encodeRanks}. @throws {WeightsError} for a file of anything else. */
export function decodeRanks(bytes: Uint8Array, source: string): CountedRanks {
  const tensors = decodeSafetensors(bytes, source);
  const { greater, equal, top } = tensors;
  const windows = greater?.values.length ?? 0;
  const shapes = { greater: [windows], equal: [windows], top: [windows, top?.shape[1] ?? 0] };
  requireTensors(tensors, shapes, `ranks ${source}`, "int32");
  return { greater: greater!.values as Int32Array, equal: equal!.values as Int32Array, top: top!.values as Int32Array };
}
