/**
 * The data of an experiment, ready to train and evaluate on.
 * @module
 */
import { audit, type AuditEntry } from "../evaluation/audit.ts";
import { datasetTitle } from "../data/load.ts";
import { allRows, joinRows } from "../data/rows.ts";
import type { Interactions, SlicedData, Windows } from "../data/types.ts";
import { createBackbone } from "../backbones/registry.ts";
import type { Backbone } from "../backbones/types.ts";
import type { ResolvedSpec, TransformerSpec } from "../spec/types.ts";
import { type LanguageModel, openLanguageModel } from "./language_model.ts";
import { mustBeThere, readWeights, type WeightsFile } from "./backbone_weights.ts";
import { feasibilityNotes } from "./feasible.ts";
import { ofDataset, slicedData } from "./sliced_data.ts";
import type { Store } from "./store.ts";
import { trainingSources } from "./training_sources.ts";

/** Sliced data with its digest. */
export interface Prepared {
  /**
   * Slices and windows; the same objects serve every seed and method, so what is computed from windows can be kept by
   * identity.
   */
  readonly data: SlicedData;
  /** The data set's name for readers. */
  readonly title: string;
  /** Rows read, before ratings make some of them positives. */
  readonly interactions: number;
  /** Lines left out under `badLines: "skip"`. */
  readonly skippedLines: number;
  /** What was decided where the data leave a doubt, a sentence each: for terminal and report. */
  readonly notes: readonly string[];
  /** What was read: provenance; the checksums are part of `key`. */
  readonly files: Interactions["files"];
  /** The architecture, made for the data's catalogue. */
  readonly backbone: Backbone;
  /** The file of the spec's `backbone.weights`, whose tensors fit; left out where the backbone is trained. */
  readonly weights?: WeightsFile;
  /** The language model that the backbone is, before S teaches it; left out for others. */
  readonly language?: LanguageModel;
  /** What that was read from. */
  readonly checkpoint?: WeightsFile;
  /** Digest of everything between the files and the windows. */
  readonly key: string;
  /** Windows every method is evaluated on: S (held out when the spec says so), F1..Fn, T; `from` is a slice's first row in `ranked`. */
  readonly evaluated: readonly { readonly name: string; readonly windows: Windows; readonly from: number }[];
  /** All of them one after the other: ranked, and represented, in one go. */
  readonly ranked: Windows;
  /** What the leakage audit counted; none of its checks found anything. */
  readonly audit: readonly AuditEntry[];
  /** Wall time of reading and slicing when it was done. */
  readonly seconds: number;
  /** Whether the store had the slices already. */
  readonly cached: boolean;
}

/** What slicing may use, and what it is for. */
export interface DataOptions {
  /** Where slices are kept, and looked for; left out: nowhere. */
  readonly store?: Store;
  /** A plan writes nothing, and is made without a checkpoint's weights and tokenizer too, with a note that says so. */
  readonly purpose?: "run" | "plan";
}

/**
 * Slices the data a spec names, or takes the slices from the store, audits them, and opens the checkpoint of a language model.
 *
 * @throws {DataError} when files, weights too, are missing or wrong, or a slice has no windows.
 * @throws {AuditError} when anything that is evaluated on could be seen in training.
 */
export async function prepareData(
  spec: ResolvedSpec,
  dataDir: string | undefined,
  { store, purpose = "run" }: DataOptions = {},
): Promise<Prepared> {
  const { weights: path } = spec.backbone;
  if (path !== undefined) await mustBeThere(path);
  const title = await datasetTitle(spec.dataset);
  const sliced = await slicedData(spec, dataDir, purpose === "plan" ? "look" : "keep", store);
  const { data, files, key } = sliced;
  let from = 0;
  const evaluated = [
    { name: "S", windows: data.heldOut ?? data.setup.windows },
    ...data.finetune.map(({ name, windows }) => ({ name, windows })),
    { name: "T", windows: data.test.windows },
  ].map((slice) => {
    const placed = { ...slice, from };
    from += slice.windows.count;
    return placed;
  });
  const language = spec.backbone.kind === "llama"
    ? await openLanguageModel(spec.backbone, data, spec.windows.context, purpose)
    : undefined;
  const transformer = spec.backbone as TransformerSpec;
  const backbone = language?.backbone ?? createBackbone(transformer, data.catalogue.size);
  const weights = path === undefined ? undefined : (await readWeights(path, transformer, data.catalogue)).file;
  const feasible = ofDataset(title, () => feasibilityNotes(spec, { data, evaluated }));
  return {
    data,
    title,
    interactions: sliced.interactions,
    skippedLines: sliced.skippedLines,
    notes: [...sliced.notes, ...data.notes, ...feasible, ...language?.notes ?? []],
    files,
    backbone,
    ...(weights && { weights }),
    ...(language && { language, checkpoint: language.checkpoint }),
    key,
    evaluated,
    ranked: joinRows(evaluated.map(({ windows }) => ({ windows, rows: allRows(windows.count) }))),
    audit: audit({ data, evaluated, training: trainingSources(spec, data) }),
    seconds: sliced.seconds,
    cached: sliced.cached,
  };
}
