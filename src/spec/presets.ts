/**
 * Presets: what they say where a spec is silent. The defaults written in the schema are those of `paper`.
 * @module
 */
import type { JsonRecord } from "./json.ts";
import { officialLayer } from "./official.ts";
import type { BackboneSpec, PresetName } from "./types.ts";

/** Sections of a spec that a preset lays under what the spec says. */
export interface Preset {
  readonly windows: JsonRecord;
  readonly backbone: JsonRecord;
  readonly lora: JsonRecord;
  readonly regions: JsonRecord;
  /** Options of methods' own, by kind. */
  readonly methods: Readonly<Record<string, JsonRecord>>;
}

const PAPER: Preset = { windows: {}, backbone: {}, lora: {}, regions: {}, methods: {} };

/** The layer a preset puts under a spec of a backbone. @throws {RangeError} for "tuned", which a spec cannot name in this version. */
export function presetLayer(name: PresetName, backbone: BackboneSpec["kind"]): Preset {
  if (name === "paper") return PAPER;
  if (name === "official") return officialLayer(backbone);
  throw new RangeError(`Cannot lay out the preset "${name}": it is not available in this version`);
}
