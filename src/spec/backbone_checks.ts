/**
 * Checks between the backbone and what methods ask of it.
 * @module
 */
import { type Finding, written } from "./finding.ts";
import { type JsonRecord, pathOf } from "./json.ts";
import { ADAPTING, ownOptions } from "./method_types.ts";
import { llamaChecks } from "./llama_checks.ts";
import type { BackboneSpec, MethodSpec, ResolvedSpec, TransformerSpec } from "./types.ts";

/** Sizes that do not fit, and what a backbone cannot be trained for. */
export function* backboneChecks(raw: JsonRecord, spec: ResolvedSpec): Generator<Finding> {
  const { backbone } = spec;
  if (backbone.kind === "llama") yield* llamaChecks(raw, backbone, spec.preset);
  else yield* sizes(raw, spec, backbone);
  const single = SINGLE[backbone.kind];
  if (single === undefined) return;
  for (const [index, method] of spec.methods.entries()) {
    yield* singlePositions(
      raw,
      method,
      index,
      `${backbone.kind}, which predicts the next item at ${single.place} alone`,
    );
    yield* singleRows(method, index, `${backbone.kind}, whose own training rows ${single.rows}`);
  }
}

function* sizes(raw: JsonRecord, spec: ResolvedSpec, backbone: TransformerSpec): Generator<Finding> {
  const { hidden, heads, maxLength } = backbone;
  if (hidden % heads !== 0) {
    const pointer = written(raw, "/backbone/heads", "/backbone/hidden", "/backbone");
    yield {
      pointer,
      message: `backbone.hidden must be a multiple of backbone.heads: found ${hidden} and ${heads}.`,
      about: ["/backbone/hidden", "/backbone/heads"],
    };
  }
  if (spec.windows.context > maxLength) {
    const message =
      `windows.context must be at most backbone.maxLength: found ${spec.windows.context} and ${maxLength}; the model would not see a window's beginning.`;
    yield {
      pointer: written(raw, "/windows/context", "/backbone/maxLength"),
      message,
      about: ["/windows/context", "/backbone/maxLength"],
    };
  }
}

/** Models that predict the next item at one place alone: where that is, and what is amiss with their own training rows. */
const SINGLE: { readonly [Kind in BackboneSpec["kind"]]?: { readonly place: string; readonly rows: string } } = {
  bert4rec: { place: "its last place, [MASK],", rows: "have items hidden and no next item" },
  llama: { place: "the end of its prompt", rows: "are prompts, made of those windows" },
};

function* singlePositions(raw: JsonRecord, method: MethodSpec, index: number, whose: string): Generator<Finding> {
  const own = `/methods/${index}`;
  const full = method.kind === "full";
  const { positions } = full ? ownOptions("full", method).training : method.lora.training;
  if (positions === "last" || !(full || ADAPTING.has(method.kind))) return;
  const places = full ? [`${own}/training/positions`] : [`${own}/lora/training/positions`, "/lora/training/positions"];
  const pointer = written(raw, ...places);
  const message = `${pathOf(pointer).join(".")} must be "last" with ${whose}: found "all".`;
  yield { pointer, message, about: [...places, "/backbone/kind"] };
}

function* singleRows(method: MethodSpec, index: number, whose: string): Generator<Finding> {
  const { kind } = method;
  if (kind !== "replay" && kind !== "lsat") return;
  if (ownOptions(kind, method).rows === "windows") return;
  const pointer = `/methods/${index}/rows`;
  const message = `methods.${index}.rows must be "windows" with ${whose}: found "backbone".`;
  yield { pointer, message, about: [pointer, "/backbone/kind"] };
}
