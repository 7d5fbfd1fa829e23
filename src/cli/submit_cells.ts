/**
 * All cells of a sweep on a cluster at once: equal stages of different cells become one job array.
 * @module
 */
import type { Engine } from "../engine/types.ts";
import { mustBeFeasible } from "../pipeline/feasible.ts";
import { inOrder, stageGraph } from "../pipeline/graph.ts";
import { prepareData } from "../pipeline/prepare.ts";
import { Interrupted, type Progress } from "../pipeline/progress.ts";
import { engineOn } from "../pipeline/run_spec.ts";
import { type SlurmOptions, type SpecSubmissions, submissionsOf } from "../pipeline/slurm/executor.ts";
import type { StageSetting } from "../pipeline/stage_bench.ts";
import { engineId } from "../pipeline/stages.ts";
import { Store } from "../pipeline/store.ts";
import type { Sweep, SweepCell } from "../spec/sweep.ts";
import { type ReadSpec, storeRoot } from "./specs.ts";
import { type Asked, onNodes, slurmOptions } from "./workbench.ts";

/** Has jobs compute the stages of all cells that can run; what stops one is told when its turn comes. */
export async function submitCells(
  sweep: Sweep,
  runs: readonly ReadSpec[],
  dataDir: string | undefined,
  asked: Asked & { readonly engine: Engine },
  progress: Progress,
): Promise<void> {
  const { engine, signal, slurm } = asked;
  progress.tell({ event: "run", name: sweep.name, engine: engineOn(engine), pid: Deno.pid });
  const store = new Store(storeRoot(), { signal, say: (line) => progress.say(line) });
  try {
    const specs: SpecSubmissions[] = [];
    for (const [i, { spec }] of runs.entries()) {
      signal.throwIfAborted();
      const submissions = await cellSubmissions(sweep.cells[i]!, {
        ...onNodes({ spec, dataDir, checkpointEvery: asked.checkpointEvery }),
        ...asked,
        store,
      });
      if (submissions !== undefined) specs.push(submissions);
    }
    await slurm.computeAll(specs, slurmOptions({ engine, store, progress }, asked));
  } finally {
    await store.close();
  }
}

/** Undefined for a cell that cannot run: it says why itself. */
async function cellSubmissions(
  { folder }: SweepCell,
  setting: StageSetting & Pick<SlurmOptions, "executor" | "engine" | "store">,
): Promise<SpecSubmissions | undefined> {
  const { spec, dataDir, engine, store } = setting;
  try {
    const prepared = await prepareData(spec, dataDir, { store });
    mustBeFeasible(spec, prepared);
    const nodes = inOrder(stageGraph(spec, prepared, engineId(engine)));
    return { label: folder, submissions: await submissionsOf(setting, nodes, prepared, setting) };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return undefined;
  }
}
