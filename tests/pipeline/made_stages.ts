/** Stages that are but names, for tests of what runs them. */
import type { StageNode } from "../../src/pipeline/graph.ts";
import { stageKey } from "../../src/pipeline/stage_key.ts";

export const identityOf = (name: string) => ({ kind: "made", version: 1, parameters: { name }, inputs: {} });
export const keyOf = (name: string) => stageKey(identityOf(name));

/** A graph as a pool of jobs sees it: names, and the names each needs. */
export const madeStages = (needs: Record<string, string[]>, memory = 1): StageNode[] =>
  Object.entries(needs).map(([name, inputs]) => ({
    stage: name,
    size: "",
    steps: 1,
    seed: 1,
    task: { kind: "backbone" },
    identity: identityOf(name),
    key: keyOf(name),
    needs: inputs.map(keyOf),
    memory,
  }));
