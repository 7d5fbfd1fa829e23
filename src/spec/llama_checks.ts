/**
 * Checks of a language model as backbone.
 * @module
 */
import { type Finding, written } from "./finding.ts";
import type { JsonRecord } from "./json.ts";
import { hasLayer } from "./presets.ts";
import { templateProblems } from "./prompt_template.ts";
import { shortened } from "./shown_text.ts";
import type { LlamaSpec, MadeUpCheckpoint, PresetName } from "./types.ts";

/** Problems of a language model: its preset, prompt and batches, and the sizes of one that is made up. */
export function* llamaChecks(raw: JsonRecord, backbone: LlamaSpec, preset: PresetName): Generator<Finding> {
  if (!hasLayer(preset, backbone.kind)) {
    const message = `preset ${JSON.stringify(preset)} has no settings for the backbone llama: use "paper".`;
    yield { pointer: "/preset", message, about: ["/preset", "/backbone/kind"] };
  }
  for (const problem of templateProblems(backbone.prompt)) {
    const pointer = "/backbone/prompt";
    yield { pointer, message: `backbone.prompt cannot be filled in: ${shortened(problem, 200)}.`, about: [pointer] };
  }
  const { accumulation, training: { batch }, checkpoint } = backbone;
  if (accumulation > batch) {
    const about = ["/backbone/accumulation", "/backbone/training/batch"];
    const message =
      `backbone.accumulation must be at most backbone.training.batch, since a part has at least one row: found ${accumulation} and ${batch}.`;
    yield { pointer: written(raw, ...about), message, about };
  }
  if (typeof checkpoint !== "string") yield* sizes(raw, checkpoint);
}

/** As the family's layers are built: heads share a state evenly, positions turn pairs within a head, and groups of heads ask one. */
function* sizes(raw: JsonRecord, { hidden, heads, kvHeads }: MadeUpCheckpoint): Generator<Finding> {
  const place = "/backbone/checkpoint";
  if (hidden % (2 * heads) !== 0) {
    const about = [`${place}/heads`, `${place}/hidden`];
    const message =
      `backbone.checkpoint.hidden must be an even multiple of backbone.checkpoint.heads, since positions turn pairs of a head's numbers: found ${hidden} and ${heads}.`;
    yield { pointer: written(raw, ...about, place), message, about };
  }
  if (heads % kvHeads !== 0) {
    const about = [`${place}/kvHeads`, `${place}/heads`];
    const message =
      `backbone.checkpoint.heads must be a multiple of backbone.checkpoint.kvHeads: found ${heads} and ${kvHeads}.`;
    yield { pointer: written(raw, ...about, place), message, about };
  }
}
