/**
 * The search of a spec, before what it is about is run.
 * @module
 */
import type { Progress } from "../pipeline/progress.ts";
import { computeRun, prepareRun } from "../pipeline/run_spec.ts";
import { settle, type Settled } from "../pipeline/search.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import type { ReadSpec } from "./specs.ts";
import { type Asked, engineFor, withWorkbench } from "./workbench.ts";

/** A spec ready to run, and how its settings were chosen if a search did. */
export type ReadySpec = Pick<Settled, "spec"> & Partial<Settled>;

/** The spec with the settings that its search chooses; without a search the spec as it is. */
export async function settled(
  { spec, digest, search: plan }: ReadSpec,
  dataDir: string | undefined,
  progress: Progress,
  asked: Asked,
): Promise<ReadySpec> {
  if (plan === undefined) return { spec };
  // Every part of a search has a spec, and so worker processes, of its own; the engine is the same.
  const engine = asked.engine ?? await engineFor(spec, progress, asked);
  const run = (part: ResolvedSpec) =>
    withWorkbench(part, dataDir, progress, { ...asked, engine }, async (bench) => {
      const prepared = await prepareRun(part, bench, dataDir);
      return { prepared, run: (await computeRun(part, digest, prepared, bench)).run };
    });
  try {
    return await settle(spec, plan, { run, say: (line) => progress.say(line) });
  } finally {
    if (asked.engine === undefined) engine.close();
  }
}
