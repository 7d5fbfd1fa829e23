/**
 * Memory that a run would lack, said before it computes for hours and is then ended by the system.
 * @module
 */
import { EngineError } from "../engine/errors.ts";
import { LESS_MEMORY } from "../engine/out_of_memory.ts";
import type { StageNode } from "./graph.ts";

/**
 * Refuses stages of which one, not in the store yet, may take more memory than there is.
 *
 * @param available bytes that a process computing a stage may take, itself included.
 * @throws {EngineError} naming the largest such stage, what it may take, what there is, and what would take less.
 */
export async function mustFit(
  nodes: readonly Pick<StageNode, "stage" | "memory" | "identity">[],
  store: { look(identity: StageNode["identity"]): Promise<unknown> },
  available: number,
): Promise<void> {
  const large = nodes.filter(({ memory }) => memory > available).toSorted((a, b) => b.memory - a.memory);
  for (const { stage, memory, identity } of large) {
    if (await store.look(identity) !== undefined) continue;
    throw new EngineError(
      `Cannot compute "${stage}": out of memory, since it may take ${gigabytes(memory)} and ${
        gigabytes(available)
      } are free; ${LESS_MEMORY}`,
    );
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB (${Math.round(bytes)} bytes)`;
