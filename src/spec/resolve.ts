/**
 * From a valid spec to a resolved one: presets and defaults filled in.
 * @module
 */
import { withControl } from "./control.ts";
import { isRecord, type JsonRecord } from "./json.ts";
import { type Preset, presetLayer } from "./presets.ts";
import { known, resolveDataset, resolveSlices } from "./resolve_data.ts";
import { resolveBackbone, resolveMethods } from "./resolve_models.ts";
import { overlay, SCHEMA, withDefaults } from "./schema.ts";
import type {
  BackboneSpec,
  EvaluationSpec,
  MemorySpec,
  MethodSpec,
  PresetName,
  ReportSpec,
  ResolvedSpec,
  SearchSpec,
  WindowsSpec,
} from "./types.ts";

/**
 * Fills in everything a spec leaves open. The spec must fit the schema; {@linkcode parseSpec} sees to that.
 *
 * @param raw The spec as written.
 * @param file Its file: paths are seen from there.
 */
export function resolveSpec(raw: JsonRecord, file: string): ResolvedSpec {
  const preset = known<PresetName>(raw.preset ?? "paper");
  const layer = presetLayer(preset, backboneKind(raw));
  const top = withDefaults(SCHEMA, { ...raw, windows: overlay(layer.windows, raw.windows) });
  const filled: JsonRecord = isRecord(top) ? top : {};
  const windows = known<WindowsSpec>(filled.windows ?? {});
  const { cutoffs, ties, batch, resamples, test } = known<EvaluationSpec>(filled.evaluation ?? {});
  const backbone = resolveBackbone(raw.backbone, layer, windows.context, file);
  const named = resolveMethods(raw, layer, backbone.kind);
  const methods = filled.control === false ? named : withControl(named);
  return {
    name: String(filled.name),
    title: String(filled.title ?? filled.name),
    description: String(filled.description),
    preset,
    dataset: resolveDataset(raw.dataset, file),
    minRating: Number(filled.minRating),
    windows,
    slices: resolveSlices(raw.slices),
    catalogue: filled.catalogue === "seen" ? "seen" : "all",
    retention: filled.retention === "held-out" ? "held-out" : "training",
    backbone,
    budget: filled.budget === "matched" ? "matched" : "paper",
    control: filled.control !== false,
    methods,
    ...resolveSearch(raw, layer),
    seeds: known<number[]>(filled.seeds ?? []),
    evaluation: { cutoffs: [...cutoffs].sort((a, b) => a - b), ties, batch, resamples, test },
    report: resolveReport(isRecord(raw.report) ? raw.report : {}, methods, cutoffs),
    ...(raw.memory === undefined ? {} : { memory: known<MemorySpec>(filled.memory ?? {}) }),
    ...(raw.reproduce === undefined ? {} : { reproduce: known<{ tolerance: number }>(filled.reproduce ?? {}) }),
    engine: known<ResolvedSpec["engine"]>(filled.engine ?? "auto"),
  };
}

/** The spec's search, or the preset's, with the rest of either as the schema has it; what is said of `space` counts instead of the preset's. */
function resolveSearch(raw: JsonRecord, layer: Preset): { search?: SearchSpec } {
  if (raw.search === undefined && layer.search === undefined) return {};
  const { space: usual, ...rest } = layer.search ?? {};
  const own = isRecord(raw.search) ? raw.search : {};
  const said = { ...rest, ...own, space: own.space ?? usual ?? {} };
  return { search: known<SearchSpec>(withDefaults(SCHEMA.properties?.search ?? {}, said)) };
}

function backboneKind({ backbone }: JsonRecord): BackboneSpec["kind"] {
  return known<BackboneSpec["kind"]>(isRecord(backbone) ? backbone.kind ?? "sasrec" : "sasrec");
}

function resolveReport(raw: JsonRecord, methods: readonly MethodSpec[], cutoffs: readonly number[]): ReportSpec {
  const base = methods.find(({ kind }) => kind === "base") ?? methods[0];
  const published = known<ReportSpec["published"]>(raw.published ?? []) ?? [];
  return {
    reference: typeof raw.reference === "string" ? raw.reference : base?.label ?? "",
    measure: typeof raw.measure === "string"
      ? raw.measure
      : `Recall@${cutoffs.includes(10) ? 10 : Math.min(...cutoffs)}`,
    ...(published.length === 0 ? {} : { published }),
  };
}
