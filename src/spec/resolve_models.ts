/**
 * The model side of a spec: backbone, adapters, regions, methods, with nothing left open.
 * @module
 */
import { dirname, resolve as resolvePath } from "node:path";
import { isRecord, type Json, type JsonRecord } from "./json.ts";
import type { MethodKind, OwnOptions } from "./method_types.ts";
import type { Preset } from "./presets.ts";
import { isOfMachine } from "./portable.ts";
import { allTargets } from "./projections.ts";
import { known } from "./resolve_data.ts";
import { definition, overlay, withDefaults } from "./schema.ts";
import type {
  BackboneSpec,
  LlamaSpec,
  LoraSpec,
  MadeUpCheckpoint,
  MethodSpec,
  RegionsSpec,
  TransformerSpec,
} from "./types.ts";

/**
 * The backbone; a transformer's `maxLength` is the windows' context and its `ffn` four times `hidden` where nothing else is said, and a path of
 * weights or of a checkpoint is seen from the folder of the spec's file.
 */
export function resolveBackbone(raw: Json | undefined, preset: Preset, context: number, file: string): BackboneSpec {
  const backbone = known<BackboneSpec>(withDefaults(definition("backbone"), overlay(preset.backbone, raw)));
  if (backbone.kind === "llama") return { ...backbone, ...resolveCheckpoint(backbone.checkpoint, file) };
  const { maxLength, ffn, weights } = backbone;
  return {
    ...backbone,
    maxLength: maxLength ?? context,
    ffn: ffn ?? 4 * backbone.hidden,
    ...(weights === undefined ? {} : weightsPaths(weights, file)),
  };
}

function weightsPaths(written: string, file: string): Pick<TransformerSpec, "weights" | "weightsWritten"> {
  const weights = resolvePath(dirname(file), written);
  return isOfMachine(written) ? { weights } : { weights, weightsWritten: written };
}

function resolveCheckpoint(
  written: LlamaSpec["checkpoint"],
  file: string,
): Pick<LlamaSpec, "checkpoint" | "checkpointWritten"> {
  if (typeof written !== "string") {
    const sizes = withDefaults(definition("madeUpCheckpoint"), written as unknown as Json);
    return { checkpoint: known<MadeUpCheckpoint>(sizes) };
  }
  const checkpoint = resolvePath(dirname(file), written);
  return isOfMachine(written) ? { checkpoint } : { checkpoint, checkpointWritten: written };
}

/**
 * Adapters: preset, then the spec's `lora`, then a method's. Where nothing else is said they sit on every projection of the backbone, and
 * train with the loss its kind trains with; a language model's with the paper's batch, rate and warm-up for it too.
 */
export function resolveLora(
  preset: Preset,
  raw: Json | undefined,
  own: Json | undefined,
  backbone: BackboneSpec["kind"],
): LoraSpec {
  const ground = { targets: allTargets(backbone), training: usualTraining(backbone) };
  const lora = overlay(overlay(overlay(ground, preset.lora), raw), own);
  return known<LoraSpec>(withDefaults(definition("lora"), lora));
}

/** Regions: preset, then the spec's `regions`, then a method's; their training follows the adapters' where nothing is said. */
export function resolveRegions(
  preset: Preset,
  raw: Json | undefined,
  own: Json | undefined,
  lora: LoraSpec,
): RegionsSpec {
  const said = record(
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
export function resolveMethods(raw: JsonRecord, preset: Preset, backbone: BackboneSpec["kind"]): MethodSpec[] {
  const entries = (Array.isArray(raw.methods) ? raw.methods : []).map((entry) =>
    record(typeof entry === "string" ? { kind: entry } : entry)
  );
  const taken = new Set(entries.flatMap(({ label }) => typeof label === "string" ? [label] : []));
  return entries.map((entry) => {
    const { kind, label, ...options } = entry;
    const lora = resolveLora(preset, raw.lora, options.lora, backbone);
    return {
      kind: String(kind),
      label: typeof label === "string" ? label : freeLabel(String(kind), taken),
      lora,
      regions: resolveRegions(preset, raw.regions, options.regions, lora),
      own: resolveOwn(preset, entry, lora),
      options,
    };
  });
}

/** What a method's kind has of its own: preset, then the method's entry; `full` trains as adapters do where nothing is said. */
export function resolveOwn(preset: Preset, entry: JsonRecord, lora: LoraSpec): OwnOptions[MethodKind] {
  const ground = entry.kind === "full" ? { training: lora.training as unknown as Json } : {};
  const said = overlay(overlay(ground, preset.methods[String(entry.kind)]), entry);
  const { kind: _kind, label: _label, lora: _lora, regions: _regions, ...own } = record(
    withDefaults(definition("methodEntry"), said),
  );
  return known<OwnOptions[MethodKind]>(own);
}

/** What adapters take over of how a kind of backbone is trained in the paper: its loss, and all of a language model's that is not adapters' own. */
function usualTraining(kind: BackboneSpec["kind"]): JsonRecord {
  const { loss = null, batch = null, learningRate = null, warmup = null } = record(
    record(withDefaults(definition("backbone"), { kind })).training,
  );
  return kind === "llama" ? { loss, batch, learningRate, warmup } : { loss };
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
