/**
 * Checks of what methods may spend: a matched budget, and what it overrules.
 * @module
 */
import { yardstickOf } from "./control.ts";
import type { Finding } from "./finding.ts";
import { type JsonRecord, pathOf, valueAt } from "./json.ts";
import { ADAPTING } from "./method_types.ts";
import type { MethodSpec, ResolvedSpec } from "./types.ts";

/** Problems of a matched budget: nobody to match, and steps that methods name in vain. */
export function* budgetChecks(raw: JsonRecord, spec: ResolvedSpec): Generator<Finding> {
  const { budget, methods } = spec;
  if (budget !== "matched") return;
  const yardstick = yardstickOf(spec);
  if (yardstick === undefined) {
    const message =
      'budget "matched" needs a method of the kind "raie", whose steps and share of S rows all others take: found none; add one, or use "paper".';
    yield { pointer: "/budget", message, about: ["/budget", "/methods"] };
    return;
  }
  for (const [index, method] of methods.entries()) {
    if (method === yardstick) continue;
    for (const field of stepFields(method)) {
      yield* vain(raw, `/methods/${index}${field}`, yardstick);
    }
  }
}

/** Where a method says how long it trains, as pointers within its entry. */
export const stepFields = ({ kind }: MethodSpec): readonly string[] =>
  STEPS[kind] ?? (ADAPTING.has(kind) ? [ADAPTER_EPOCHS] : []);

const ADAPTER_EPOCHS = "/lora/training/epochs";

/** Where kinds say how long they train that don't say it as lora does. A raie's default adapter trains as ever, and its regions for the rest. */
const STEPS: Readonly<Record<string, readonly string[]>> = {
  full: ["/training/epochs"],
  ebpr: ["/steps"],
  lsat: [ADAPTER_EPOCHS, "/longEpochs", "/shortEpochs"],
  raie: ["/regions/training/epochs"],
};

function* vain(raw: JsonRecord, pointer: string, yardstick: MethodSpec): Generator<Finding> {
  if (valueAt(raw, pathOf(pointer)) === undefined) return;
  const message = `${
    pathOf(pointer).join(".")
  } counts for nothing while budget is "matched": the method takes as many steps as ${
    JSON.stringify(yardstick.label)
  }; leave it out.`;
  yield { pointer, message, about: [pointer, "/budget", "/methods"], idle: true };
}
