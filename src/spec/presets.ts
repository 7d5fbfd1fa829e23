/**
 * Presets: what they say where a spec is silent. The defaults written in the schema are those of `paper`.
 * @module
 */
import type { JsonRecord } from "./json.ts";
import { officialLayer } from "./official.ts";
import { tunedLayer } from "./tuned.ts";
import type { BackboneSpec, PresetName } from "./types.ts";

/** Sections of a spec that a preset lays under what the spec says. */
export interface Preset {
  readonly windows: JsonRecord;
  readonly backbone: JsonRecord;
  readonly lora: JsonRecord;
  readonly regions: JsonRecord;
  /** Options of methods' own, by kind. */
  readonly methods: Readonly<Record<string, JsonRecord>>;
  /** A search that is made where the spec has none of its own. */
  readonly search?: JsonRecord;
}

const PAPER: Preset = { windows: {}, backbone: {}, lora: {}, regions: {}, methods: {} };

/** Whether a preset says anything of a backbone: the authors' programs have no settings for a language model, and none were tuned. */
export const hasLayer = (name: PresetName, backbone: BackboneSpec["kind"]): boolean =>
  name === "paper" || backbone !== "llama";

/** The paper takes more regions on its language model. */
const PAPER_LLAMA: Preset = { ...PAPER, regions: { k: 5 } };

/** The layer a preset puts under a spec of a backbone. */
export function presetLayer(name: PresetName, backbone: BackboneSpec["kind"]): Preset {
  if (!hasLayer(name, backbone)) return PAPER;
  switch (name) {
    case "paper":
      return backbone === "llama" ? PAPER_LLAMA : PAPER;
    case "official":
      return officialLayer(backbone);
    case "tuned":
      return tunedLayer(backbone);
  }
}
