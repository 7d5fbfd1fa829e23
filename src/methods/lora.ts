/**
 * `lora`: one adapter trained on F (LoRA, arXiv 2106.09685; method.md 4 and 8).
 * @module
 */
import type { MethodSpec } from "../spec/types.ts";
import { singleAdapter } from "./single_adapter.ts";
import type { Method } from "./types.ts";

/** One adapter on F. Over a list of F slices the same adapter trains on. */
export const lora = (spec: MethodSpec): Method => singleAdapter(spec, { kind: "lora" });
