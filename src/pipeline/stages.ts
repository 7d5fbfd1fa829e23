/**
 * The stages of an experiment and what each depends on (the way of the data, left to right).
 * @module
 */
import type { ReadingSettings } from "../data/load.ts";
import type { Interactions } from "../data/types.ts";
import type { Engine } from "../engine/types.ts";
import type { BackboneSpec, MethodSpec, ResolvedSpec } from "../spec/types.ts";
import { type StageIdentity, stageKey } from "./stage_key.ts";

/** Raised when the code of a stage changes its numbers: results of before are then not taken for those of now. */
export const VERSIONS = { data: 1, backbone: 4, represented: 1, adapted: 8, ranks: 3, regions: 7 } as const;

/** The engine as part of a key: another rung, version or thread count gives other bits. */
export const engineId = (
  { rung, version, threads, device }: Pick<Engine, "rung" | "version" | "threads" | "device">,
): string => `${rung} ${version} ${device} ${threads}`;

/**
 * Digest of the sliced data: the files' bytes and every setting between them and the windows. What files are called, and which
 * descriptor named them, is no part of it.
 */
export function dataKey(spec: ResolvedSpec, reading: ReadingSettings, files: Interactions["files"]): string {
  const { minRating, windows, slices, catalogue, retention } = spec;
  return stageKey({
    kind: "data",
    version: VERSIONS.data,
    parameters: { reading, minRating, windows, slices, catalogue, retention },
    inputs: Object.fromEntries(files.map(({ sha256 }, index) => [`file ${index + 1}`, sha256])),
  });
}

/** Stride of the S windows that regions are built on: the same for all methods that have regions (a spec that differs is refused). */
export const denseStride = ({ methods }: ResolvedSpec): number =>
  (methods.find(({ kind }) => kind === "raie") ?? methods[0]!).regions.stride;

/** Reading and slicing. No key names this one: whatever is computed from the data does not hang on windows that it does not read. */
export const dataStage = (data: string, denseStride: number): StageIdentity => ({
  kind: "data",
  version: VERSIONS.data,
  parameters: { denseStride },
  inputs: { data },
});

/** Digests of files that a backbone depends on. */
export interface BackboneFiles {
  /** The file it is read from instead of being trained. */
  readonly weights?: string | undefined;
  /** The checkpoint that training begins with. */
  readonly checkpoint?: string | undefined;
}

/**
 * The backbone trained on S with one seed; with `weights` the same for all seeds and engines. What files are called is no part of it.
 */
export function backboneStage(
  spec: ResolvedSpec,
  data: string,
  seed: number,
  engine: string,
  { weights, checkpoint }: BackboneFiles = {},
): StageIdentity {
  const trained = weights === undefined;
  const parameters = { backbone: withoutPaths(spec.backbone), ...(trained && { seed, engine }) };
  const inputs = { data, ...(weights && { weights }), ...(checkpoint && { checkpoint }) };
  return { kind: "backbone", version: VERSIONS.backbone, parameters, inputs };
}

function withoutPaths(backbone: BackboneSpec): Omit<BackboneSpec, "weights" | "checkpoint"> {
  if (backbone.kind === "llama") {
    const { checkpoint: _, checkpointWritten: _written, ...others } = backbone;
    return others;
  }
  const { weights: _, weightsWritten: _written, ...others } = backbone;
  return others;
}

/** Windows that are represented together: all that are evaluated on, or S as densely as regions are built on it. */
export type RepresentedWindows = "evaluated" | "dense";

/** Windows represented by a frozen backbone. Methods' keys do not name it, since it follows from the backbone's and their own settings. */
export const representedStage = (
  spec: ResolvedSpec,
  backbone: string,
  windows: RepresentedWindows,
  engine: string,
): StageIdentity => ({
  kind: "represented",
  version: VERSIONS.represented,
  parameters: {
    windows,
    ...(windows === "dense" && { stride: denseStride(spec) }),
    batch: representedAtOnce(spec),
    engine,
  },
  inputs: { backbone },
});

/** Windows that are represented at once. A language model's states are large: as many as are ranked. */
export const representedAtOnce = ({ backbone, evaluation }: ResolvedSpec): number =>
  backbone.kind === "llama" ? evaluation.batch : 512;

/**
 * A method after one more F slice.
 *
 * @param read `previous` is its state after the slice before, or the backbone; `yardstick` the state of the method whose steps it takes.
 */
export const adaptedStage = (
  method: MethodSpec,
  settings: unknown,
  slice: string,
  read: { readonly previous: string; readonly yardstick?: string },
  seed: number,
  engine: string,
): StageIdentity => ({
  kind: "adapted",
  version: VERSIONS.adapted,
  parameters: { method: method.kind, settings, slice, seed, engine },
  inputs: read,
});

/** Ranks of a slice's targets by a method's state. */
export const ranksStage = (spec: ResolvedSpec, adapted: string, engine: string): StageIdentity => ({
  kind: "ranks",
  version: VERSIONS.ranks,
  parameters: { batch: spec.evaluation.batch, top: Math.max(...spec.evaluation.cutoffs), engine },
  inputs: { adapted },
});

/** What a report shows of a method's regions. */
export const regionsStage = (adapted: string, engine: string): StageIdentity => ({
  kind: "regions",
  version: VERSIONS.regions,
  parameters: { engine },
  inputs: { adapted },
});
