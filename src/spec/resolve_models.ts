/**
 * The model side of a spec: backbone, adapters, regions, methods, with nothing left open.
 * @module
 */
import { isRecord, type Json, type JsonRecord } from "./json.ts";
import type { Preset } from "./presets.ts";
import { known } from "./resolve_data.ts";
import { definition, overlay, withDefaults } from "./schema.ts";
import type { BackboneSpec, LoraSpec, MethodSpec, RegionsSpec } from "./types.ts";

/** The backbone; `maxLength` is the windows' context and `ffn` four times `hidden` where nothing else is said. */
export function resolveBackbone(raw: Json | undefined, preset: Preset, context: number): BackboneSpec {
  const backbone = known<BackboneSpec>(withDefaults(definition("backbone"), overlay(preset.backbone, raw)));
  return { ...backbone, maxLength: backbone.maxLength ?? context, ffn: backbone.ffn ?? 4 * backbone.hidden };
}

/** Adapters: preset, then the spec's `lora`, then a method's. */
export function resolveLora(preset: Preset, raw: Json | undefined, own: Json | undefined): LoraSpec {
  return known<LoraSpec>(withDefaults(definition("lora"), overlay(overlay(preset.lora, raw), own)));
}

/** Regions: preset, then the spec's `regions`, then a method's; their training follows the adapters' where nothing is said. */
export function resolveRegions(
  preset: Preset,
  raw: Json | undefined,
  own: Json | undefined,
  lora: LoraSpec,
): RegionsSpec {
  const { centres: _centres, adapters: _adapters, ...said } = record(
    withDefaults(definition("regions"), overlay(overlay(preset.regions, raw), own)),
  );
  const { positions: _positions, ...training } = lora.training;
  const inherited = {
    defaultAdapter: { weightDecay: lora.training.weightDecay, itemRate: lora.itemRate },
    training: { ...training, itemRate: lora.itemRate },
  };
  const regions = known<RegionsSpec>(overlay(inherited as unknown as Json, said));
  const loss = withDefaults(definition("loss"), regions.training.loss as unknown as Json);
  return { ...regions, training: { ...regions.training, loss: known<RegionsSpec["training"]["loss"]>(loss) } };
}

/** Methods with the spec's own settings folded in; a label is the kind where none is given, numbered where it is taken. */
export function resolveMethods(raw: JsonRecord, preset: Preset): MethodSpec[] {
  const entries = (Array.isArray(raw.methods) ? raw.methods : []).map((entry) =>
    record(typeof entry === "string" ? { kind: entry } : entry)
  );
  const taken = new Set(entries.flatMap(({ label }) => typeof label === "string" ? [label] : []));
  return entries.map((entry) => {
    const { kind, label, ...options } = entry;
    const lora = resolveLora(preset, raw.lora, options.lora);
    return {
      kind: String(kind),
      label: typeof label === "string" ? label : freeLabel(String(kind), taken),
      lora,
      regions: resolveRegions(preset, raw.regions, options.regions, lora),
      options,
    };
  });
}

function freeLabel(kind: string, taken: Set<string>): string {
  let label = kind;
  for (let number = 2; taken.has(label); number++) label = `${kind}-${number}`;
  taken.add(label);
  return label;
}

function record(value: Json | undefined): JsonRecord {
  return isRecord(value) ? value : {};
}
