/**
 * The plan of an experiment: its stages, their sizes, and which of them the store already holds. Computes none of them.
 * @module
 */
import { createBackbone } from "../backbones/registry.ts";
import { trainingRows } from "../backbones/training_rows.ts";
import { createMethod } from "../methods/registry.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { mustBeFeasible } from "./feasible.ts";
import type { Prepared } from "./prepare.ts";
import { adaptedStage, backboneStage, ranksStage, regionsStage } from "./stages.ts";
import { type StageIdentity, stageKey } from "./stage_key.ts";
import type { Store } from "./store.ts";

/** One stage of a plan. */
export interface PlannedStage {
  /** As progress names it, e.g. "lora: adapt to F1 (seed 2)". */
  readonly stage: string;
  /** Windows and steps, for a reader; empty where neither says anything. */
  readonly size: string;
  /** First 24 hex digits of the stage's key: the name of its folder in the store. */
  readonly key: string;
  /** Seconds it took when it was computed; undefined when it is still to do. */
  readonly cachedSeconds?: number;
}

/** All stages in the order they would run. */
export async function planStages(
  spec: ResolvedSpec,
  prepared: Prepared,
  engine: string,
  store: Store,
): Promise<PlannedStage[]> {
  mustBeFeasible(spec, prepared);
  const stages: PlannedStage[] = [];
  const plan = async (stage: string, size: string, identity: StageIdentity): Promise<string> => {
    const found = await store.look(identity);
    const key = stageKey(identity);
    stages.push({
      stage,
      size,
      key: key.slice(0, 24),
      ...(found === undefined ? {} : { cachedSeconds: found.seconds }),
    });
    return key;
  };
  for (const seed of spec.seeds) {
    const suffix = spec.seeds.length > 1 ? ` (seed ${seed})` : "";
    const backbone = await plan(
      `backbone: train ${spec.backbone.kind} on S${suffix}`,
      backboneSize(spec, prepared),
      backboneStage(spec, prepared.key, seed, engine),
    );
    const rank = (label: string, adapted: string) => {
      const slices = prepared.evaluated.map(({ name }) => name).join(", ");
      const size = `${prepared.ranked.count} windows`;
      return plan(`${label}: rank ${slices}${suffix}`, size, ranksStage(spec, adapted, engine));
    };
    await rank("base", backbone);
    for (const entry of spec.methods) {
      if (entry.kind === "base") continue;
      const method = createMethod(entry);
      let key = backbone;
      for (const slice of prepared.data.finetune) {
        const { steps, exact } = method.estimate({ windows: slice.windows.count });
        const size = `${slice.windows.count} windows, ${exact ? "" : "about "}${steps} steps`;
        key = await plan(
          `${entry.label}: adapt to ${slice.name}${suffix}`,
          size,
          adaptedStage(spec, entry, method.settings, slice.name, key, seed, engine),
        );
        await rank(entry.label, key);
      }
      if (method.editsRegions) await plan(`${entry.label}: describe regions${suffix}`, "", regionsStage(key, engine));
    }
  }
  return stages;
}

function backboneSize(spec: ResolvedSpec, prepared: Prepared): string {
  const backbone = createBackbone(spec.backbone, prepared.data.catalogue.size);
  const parameters = Object.values(backbone.shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const rows = trainingRows(prepared.data, spec.backbone).count;
  const { batch, epochs } = spec.backbone.training;
  return `${parameters} parameters, ${rows} rows, ${Math.ceil(rows / Math.min(batch, rows)) * epochs} steps`;
}
