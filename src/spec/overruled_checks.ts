/**
 * What a spec says of adapters or regions for all methods, while each method that reads it says otherwise: it would be in vain.
 * @module
 */
import type { Finding } from "./finding.ts";
import { isRecord, type Json, type JsonRecord, pathOf, pointerOf, valueAt } from "./json.ts";
import { ADAPTING } from "./method_types.ts";
import { type Preset, presetLayer } from "./presets.ts";
import type { ResolvedSpec } from "./types.ts";

type Path = readonly string[];

/** Which methods read a section. */
const SECTIONS: readonly { readonly section: string; readonly reads: (kind: string) => boolean }[] = [
  { section: "lora", reads: (kind) => ADAPTING.has(kind) },
  { section: "regions", reads: (kind) => kind === "raie" },
];

/** Settings of adapters that raie takes only where regions have none of their own, and the places of those. */
const HEIRS: Readonly<Record<string, readonly string[]>> = {
  "/lora/itemRate": ["/regions/defaultAdapter/itemRate", "/regions/training/itemRate"],
  "/lora/training/weightDecay": ["/regions/defaultAdapter/weightDecay", "/regions/training/weightDecay"],
};

/** All settings of `lora` and `regions` that every method which reads them overrules, and a method's own that its regions overrule. */
export function* overruledChecks(raw: JsonRecord, { methods, preset, backbone }: ResolvedSpec): Generator<Finding> {
  const layer = presetLayer(preset, backbone.kind);
  for (const { section, reads } of SECTIONS) {
    const readers = [...methods.entries()].filter(([, { kind }]) => reads(kind));
    if (readers.length === 0) continue;
    for (const path of leaves(raw[section], [section])) {
      const idle = readers.every(([index, { kind }]) =>
        overrules(raw, index, path) || (kind === "raie" && hasHeirs(raw, index, path, layer))
      );
      if (idle) yield finding(path, "counts for no method: all that read it have their own");
    }
  }
  for (const [index, { kind }] of methods.entries()) {
    const epochs = ["methods", String(index), "lora", "training", "epochs"];
    if (kind === "lsat" && valueAt(raw, epochs) !== undefined) {
      yield finding(epochs, "counts for nothing: lsat has longEpochs and shortEpochs");
    }
    if (kind !== "raie") continue;
    for (const path of Object.keys(HEIRS).map(pathOf)) {
      const own = ["methods", String(index), ...path];
      if (valueAt(raw, own) === undefined || !hasHeirs(raw, index, path, layer)) continue;
      yield finding(own, "counts for nothing: regions.defaultAdapter and regions.training have their own");
    }
  }
}

function finding(path: Path, sentence: string): Finding {
  const pointer = pointerOf(path);
  const message = `${path.join(".")} ${sentence}; leave it out here or there.`;
  return { pointer, message, about: [pointer, "/methods", "/regions"], idle: true };
}

/** Whether a method's own settings take the place of what the spec says at a path: itself, what is around it, or another kind of it. */
function overrules(raw: JsonRecord, index: number, path: Path): boolean {
  return path.slice(1).some((_, depth) => {
    const place = path.slice(0, depth + 2);
    const shared = valueAt(raw, place);
    const own = valueAt(raw, ["methods", String(index), ...place]);
    if (own === undefined) return false;
    // Both have to name their kind before they can say anything else.
    if (!isRecord(shared) || !isRecord(own)) return place.at(-1) !== "kind" || own !== shared;
    return own.kind !== undefined && shared.kind !== undefined && own.kind !== shared.kind;
  });
}

/** Whether the method's regions, the spec's or the preset's have settings of their own at all the places that would inherit this one. */
function hasHeirs(raw: JsonRecord, index: number, path: Path, layer: Preset): boolean {
  const heirs = HEIRS[pointerOf(path)]?.map(pathOf);
  const said = [raw, valueAt(raw, ["methods", String(index)]) ?? null, { regions: layer.regions }];
  return heirs !== undefined && heirs.every((place) => said.some((where) => valueAt(where, place) !== undefined));
}

/** Paths of all values that are no objects. */
function leaves(value: Json | undefined, path: Path): Path[] {
  if (value === undefined) return [];
  if (!isRecord(value)) return [path];
  return Object.entries(value).flatMap(([key, below]) => leaves(below, [...path, key]));
}
