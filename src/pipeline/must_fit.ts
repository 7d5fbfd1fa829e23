/**
 * Memory that a run would lack, said before it computes for hours and is then ended by the system.
 * @module
 */
import { EngineError } from "../engine/errors.ts";
import { LESS_MEMORY } from "../engine/out_of_memory.ts";
import type { StageNode } from "./graph.ts";

/** What stages may take is reckoned from above, by up to four times what was seen: beyond that there is no hope. */
const HOPELESS = 4;
/** Language models are reckoned within a quarter of what is seen. */
const CLOSE = 1.25;

/**
 * Refuses stages of which one, not in the store yet, would surely take more memory than there is; where one only may, the user is told.
 *
 * @param available bytes that a process computing a stage may take, itself included.
 * @throws {EngineError} naming the largest such stage, what it may take, what there is, and what would take less.
 */
export async function mustFit(
  nodes: readonly Pick<StageNode, "stage" | "memory" | "identity" | "cost">[],
  store: { look(identity: StageNode["identity"]): Promise<unknown> },
  available: number,
  say: (line: string) => void,
): Promise<void> {
  const there = (cost: StageNode["cost"]) => Math.min(available, cost?.most ?? Infinity);
  const large = nodes.filter(({ memory, cost }) => memory > there(cost)).toSorted((a, b) => b.memory - a.memory);
  for (const { stage, memory, identity, cost } of large) {
    if (await store.look(identity) !== undefined) continue;
    if (cost !== undefined) {
      // What data take is not the model's, and is there with it.
      const remedy = cost.remedy(there(cost) - (memory - cost.footprint.total));
      if (memory > CLOSE * there(cost)) {
        throw new EngineError(`Cannot compute "${stage}": out of memory, since it ${remedy}`);
      }
      say(`Memory may run out in "${stage}": it ${remedy}`);
      continue;
    }
    const sizes = `it may take ${gigabytes(memory)} and ${gigabytes(available)} are free; ${LESS_MEMORY}`;
    if (memory <= HOPELESS * available) return say(`Memory may run out in "${stage}": ${sizes}`);
    throw new EngineError(`Cannot compute "${stage}": out of memory, since ${sizes}`);
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB (${Math.round(bytes)} bytes)`;
