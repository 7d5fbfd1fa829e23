/**
 * A language model that S has taught the task: an adapter on the checkpoint and a row for every item (OpenP5, arXiv 2306.11134; method.md 3). What is
 * kept is a PEFT directory; in memory the adapter is part of the weights, and what methods adapt is frozen again.
 * @module
 */
import { join } from "node:path";
import { type BankConfig, initialAdapter, selectProjections } from "../adapters/bank.ts";
import { mergeAdapter } from "../adapters/merge.ts";
import { loadAdapter, saveAdapter } from "../adapters/peft.ts";
import { inSomeLayers } from "../adapters/peft_config.ts";
import { rowTables, tableLayout } from "../adapters/row_tables.ts";
import { trainAdapters } from "../adapters/train.ts";
import { trainingRows } from "../backbones/training_rows.ts";
import type { Backbone } from "../backbones/types.ts";
import { DataError } from "../data/errors.ts";
import { plainValues } from "../engine/on_device.ts";
import { tf } from "../engine/tfjs.ts";
import type { TensorMap } from "../engine/types.ts";
import type { LlamaSpec, ResolvedSpec } from "../spec/types.ts";
import { stageCheckpoints } from "./checkpoints.ts";
import type { Workbench } from "./experiment.ts";
import type { LanguageModel } from "./language_model.ts";
import type { Prepared } from "./prepare.ts";

/** The adapter of S, with the rows of all items. */
export const ADAPTER = "adapter";
/** What another program needs to prompt the model as it was prompted here. */
const PROMPTS = "prompts.json";
/** The loss by optimiser step. */
export const CURVE = "loss.json";

/** Trains the adapter and the items' rows on S's windows; `scratch` outlives the process. */
export async function teach(
  spec: ResolvedSpec,
  { data }: Prepared,
  language: LanguageModel,
  { engine, progress, checkpointEvery }: Workbench,
  seed: number,
  folder: string,
  scratch: string,
): Promise<void> {
  const { backbone } = language;
  const llama = spec.backbone as LlamaSpec;
  const bank = setupBank(llama, backbone);
  const parameters = await language.load(seed);
  const steps = new Map();
  try {
    const { windows } = trainingRows(data, llama);
    const trained = await trainAdapters(
      {
        engine,
        backbone,
        parameters,
        bank,
        training: llama.training,
        positions: "last",
        itemRate: llama.training.itemRate,
        anchor: 0,
        backboneDropout: 0,
        accumulation: llama.accumulation,
        steps,
        seed,
        checkpoints: stageCheckpoints(scratch, checkpointEvery, (line) => progress.say(line)),
        onStep: (done, total, loss) => progress.tick("steps", done, total, loss),
      },
      [{ purpose: "backbone", windows }],
      [initialAdapter(bank, seed)],
    );
    const tables = await rowTables(backbone, (names) => plainValues(parameters, names));
    await saveAdapter(join(folder, ADAPTER), bank, trained.adapters[0]!, tables, backbone.peftTask);
    await Deno.writeTextFile(join(folder, ADAPTER, PROMPTS), JSON.stringify(promptsOf(llama, data, language), null, 2));
    const [{ steps: at, values }] = trained.curves as [(typeof trained.curves)[number]];
    await Deno.writeTextFile(join(folder, CURVE), JSON.stringify({ steps: at, values }));
  } finally {
    for (const step of steps.values()) step.dispose();
    tf.dispose(parameters);
  }
}

/** The taught model's parameters on the device, from the folder that {@linkcode teach} wrote. */
export async function readTaught(
  spec: LlamaSpec,
  language: LanguageModel,
  seed: number,
  folder: string,
): Promise<TensorMap> {
  const { backbone } = language;
  const bank = setupBank(spec, backbone);
  const parameters = await language.load(seed);
  try {
    const tables = await rowTables(backbone, (names) => plainValues(parameters, names));
    return mergeAdapter(backbone, parameters, bank, await loadAdapter(join(folder, ADAPTER), bank, tables));
  } catch (error) {
    tf.dispose(parameters);
    throw error;
  }
}

/** Which checkpoint the adapter is of, how prompts are made, and which item and user is which. */
function promptsOf({ prompt }: LlamaSpec, data: Prepared["data"], { backbone, checkpoint, config }: LanguageModel) {
  return {
    checkpoint: { name: checkpoint.name, sha256: checkpoint.sha256 },
    prompt,
    vocabulary: config.vocabulary,
    tokens: { "<item_0>": backbone.itemOffset + 1 },
    items: data.catalogue.ids,
    users: data.userIds,
  };
}

/** @throws {DataError} for targets that the checkpoint does not have. */
function setupBank({ lora }: LlamaSpec, backbone: Backbone): BankConfig {
  const projections = selectProjections(backbone.projections, lora.targets);
  const missing = lora.targets.find((target) => selectProjections(backbone.projections, [target]).length === 0);
  if (missing !== undefined) {
    const [first] = backbone.projections;
    throw new DataError(
      `Cannot adapt "${missing}": the checkpoint has no such projection, wanted one like "${
        first!.name
      }" or an end of it`,
    );
  }
  return {
    ...lora,
    projections,
    ...(inSomeLayers(backbone.projections, projections) && { someLayers: true }),
    ...tableLayout(backbone),
    itemRows: Int32Array.from({ length: backbone.items }, (_, index) => index + 1),
  };
}
