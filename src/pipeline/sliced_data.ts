/**
 * The slices of a spec's data: from the store, or read and cut.
 * @module
 */
import { DataError } from "../data/errors.ts";
import { datasetFiles, datasetTitle, loadDataset, readingSettings } from "../data/load.ts";
import { sliceInteractions } from "../data/slices.ts";
import type { Interactions } from "../data/types.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { readSliced, type SlicedSet, writeSliced } from "./sliced_file.ts";
import { dataKey, dataStage, denseStride } from "./stages.ts";
import type { Store } from "./store.ts";

/** Slices, and what they are of. */
export interface KeptSlices extends SlicedSet {
  /** The files they come from. */
  readonly files: Interactions["files"];
  /** Digest of everything between the files and the windows. */
  readonly key: string;
  /** Wall time of reading and slicing when it was done. */
  readonly seconds: number;
  /** Whether the store had them already. */
  readonly cached: boolean;
}

/**
 * The slices that the files and settings of a spec give: files are but summed where the store has them.
 *
 * @param use "keep" puts them into the store, and reads them from there itself, as every later process will; "look" writes nothing.
 * @throws {DataError} when files are missing, wrong, or written to meanwhile, or a slice has no windows.
 */
export async function slicedData(
  spec: ResolvedSpec,
  dataDir: string | undefined,
  use: "keep" | "look",
  store?: Store,
): Promise<KeptSlices> {
  const folders = dataDir === undefined ? {} : { dataDir };
  const files = await datasetFiles(spec.dataset, folders);
  const key = dataKey(spec, await readingSettings(spec.dataset), files);
  const identity = dataStage(key, denseStride(spec));
  const made = async (): Promise<SlicedSet> => {
    const interactions = await loadDataset(spec.dataset, folders);
    const changed = interactions.files.find(({ sha256 }, index) => sha256 !== files[index]?.sha256);
    if (changed !== undefined) {
      throw new DataError(`Cannot read ${changed.name}: it was written to; try again when nothing writes to it`);
    }
    return sliced(spec, interactions, await datasetTitle(spec.dataset));
  };
  if (store === undefined || use === "look") {
    const found = await store?.look(identity);
    if (found !== undefined) {
      return { ...await readSliced(found.folder), files, key, seconds: found.seconds, cached: true };
    }
    const start = performance.now();
    const slices = await made();
    const seconds = Math.round(performance.now() - start) / 1000;
    return { ...slices, files, key, seconds, cached: false };
  }
  const { folder, seconds, cached } = await store.stage(
    identity,
    async (folder) => await writeSliced(folder, await made()),
  );
  return { ...await readSliced(folder), files, key, seconds, cached };
}

function sliced(spec: ResolvedSpec, interactions: Interactions, title: string): SlicedSet {
  const { minRating, slices, windows, catalogue, retention } = spec;
  const options = { minRating, slices, windows, catalogue, retention, denseStride: denseStride(spec) };
  return {
    data: ofDataset(title, () => sliceInteractions(interactions, options)),
    interactions: interactions.count,
    skippedLines: interactions.skippedLines,
    notes: interactions.notes,
  };
}

/** What slicing says of interactions names no data set; of several experiments the reader must know which. */
export function ofDataset<T>(title: string, check: () => T): T {
  try {
    return check();
  } catch (cause) {
    throw cause instanceof DataError ? new DataError(`${title}: ${cause.message}`, { cause }) : cause;
  }
}
