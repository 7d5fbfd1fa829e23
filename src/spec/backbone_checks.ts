/**
 * Checks between the backbone and what methods ask of it.
 * @module
 */
import { type Finding, written } from "./finding.ts";
import { type JsonRecord, pathOf } from "./json.ts";
import { ADAPTING, ownOptions } from "./method_types.ts";
import type { MethodSpec, ResolvedSpec } from "./types.ts";

/** Sizes that do not fit, and what a backbone cannot be trained for. */
export function* backboneChecks(raw: JsonRecord, spec: ResolvedSpec): Generator<Finding> {
  yield* sizes(raw, spec);
  if (spec.backbone.kind !== "bert4rec") return;
  for (const [index, method] of spec.methods.entries()) {
    yield* clozePositions(raw, method, index);
    yield* clozeRows(method, index);
  }
}

function* sizes(raw: JsonRecord, spec: ResolvedSpec): Generator<Finding> {
  const { hidden, heads, maxLength } = spec.backbone;
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

/** A cloze model has one place it predicts the next item at: the [MASK] behind the context. */
function* clozePositions(raw: JsonRecord, method: MethodSpec, index: number): Generator<Finding> {
  const own = `/methods/${index}`;
  const full = method.kind === "full";
  const { positions } = full ? ownOptions("full", method).training : method.lora.training;
  if (positions === "last" || !(full || ADAPTING.has(method.kind))) return;
  const places = full ? [`${own}/training/positions`] : [`${own}/lora/training/positions`, "/lora/training/positions"];
  const pointer = written(raw, ...places);
  const message = `${
    pathOf(pointer).join(".")
  } must be "last" with bert4rec, which predicts the next item at its last place, [MASK], alone: found "all".`;
  yield { pointer, message, about: [...places, "/backbone/kind"] };
}

function* clozeRows(method: MethodSpec, index: number): Generator<Finding> {
  const { kind } = method;
  if (kind !== "replay" && kind !== "lsat") return;
  if (ownOptions(kind, method).rows === "windows") return;
  const pointer = `/methods/${index}/rows`;
  const message =
    `methods.${index}.rows must be "windows" with bert4rec, whose own training rows have items hidden and no next item: found "backbone".`;
  yield { pointer, message, about: [pointer, "/backbone/kind"] };
}
