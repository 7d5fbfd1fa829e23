/**
 * What every rung asks of a step before it is believed.
 * @module
 */
import { EngineError } from "./errors.ts";
import type { StepResult, TensorMap } from "./types.ts";

const describe = ({ dtype, shape }: { dtype: string; shape: readonly number[] }): string => `${dtype} [${shape}]`;

/** Names in one order, whichever way a record was written. */
export const sortedNames = (map: TensorMap): string[] => Object.keys(map).sort();

/** Names, dtypes and shapes as one string: what a graph is traced for. */
export const signatureOf = (map: TensorMap): string =>
  sortedNames(map).map((name) => `${name}: ${describe(map[name]!)}`).join(", ");

/** Refuses inputs whose names or dtypes are not those of the first run. Shapes may differ. */
export function checkInputs(step: string, first: TensorMap, inputs: TensorMap): void {
  const [wanted, found] = [sortedNames(first), sortedNames(inputs)];
  if (wanted.join() !== found.join()) {
    throw new EngineError(
      `Cannot run step "${step}": inputs are ${found.join(", ")}; its first run had ${wanted.join(", ")}`,
    );
  }
  for (const name of wanted) {
    if (inputs[name]!.dtype !== first[name]!.dtype) {
      throw new EngineError(
        `Cannot run step "${step}": input "${name}" is ${inputs[name]!.dtype}; its first run had ${first[name]!.dtype}`,
      );
    }
  }
}

/** Refuses state that differs from `state` in names, shapes or dtypes. `what` begins the message: "Cannot write state of step ...". */
export function checkState(what: string, state: TensorMap, next: TensorMap): void {
  for (const name of Object.keys(next)) {
    if (state[name] === undefined) {
      const known = Object.keys(state).join(", ") || "no names";
      throw new EngineError(`${what}: it has an entry "${name}" that the state lacks; the state has ${known}`);
    }
  }
  for (const [name, tensor] of Object.entries(state)) {
    const found = next[name];
    if (found === undefined) {
      throw new EngineError(`${what}: entry "${name}" is missing, ${describe(tensor)} is needed`);
    }
    if (describe(found) !== describe(tensor)) {
      throw new EngineError(`${what}: entry "${name}" is ${describe(found)}, ${describe(tensor)} is needed`);
    }
  }
}

/** Refuses a step's result whose next state differs from its state in names, shapes or dtypes. */
export function checkResult(step: string, state: TensorMap, { next }: StepResult): void {
  if (next !== undefined) checkState(`Cannot take the next state of step "${step}"`, state, next);
}
