/**
 * Compiled steps on the tensorflow rung: one graph and one session for each set of input shapes, one state for all of them.
 * @module
 */
import { keptCopies } from "../compile_plain.ts";
import { EngineError } from "../errors.ts";
import { checkInputs, checkResult, checkState, signatureOf, sortedNames } from "../step_check.ts";
import { nodeBackend, type Tensor, tf } from "../tfjs.ts";
import type { CompiledStep, CompileOptions, Step, TensorMap } from "../types.ts";
import { buildGraph, type Named, node } from "./build.ts";
import { DATA_TYPES } from "./graph_def.ts";
import { Session } from "./session.ts";
import { trace } from "./trace.ts";

/** A graph for one set of input shapes. */
interface Traced {
  readonly session: Session;
  readonly outputs: readonly string[];
}

/** {@linkcode Engine.compile} on the tensorflow rung. */
export function compileTraced<I extends TensorMap, S extends TensorMap, F extends TensorMap, O extends TensorMap>(
  step: Step<I, S, F, O>,
  options: CompileOptions<S, F>,
): CompiledStep<I, S, O> {
  return new TracedStep(step, options);
}

class TracedStep<I extends TensorMap, S extends TensorMap, F extends TensorMap, O extends TensorMap>
  implements CompiledStep<I, S, O> {
  readonly #step: Step<I, S, F, O>;
  readonly #name: string;
  readonly #stateNames: readonly string[];
  readonly #inputNames: string[] = [];
  readonly #traced = new Map<string, Traced>();
  readonly #frozen: Record<string, Tensor>;
  /** The state's first value: afterwards only its names, shapes and dtypes are read. */
  readonly #shape: TensorMap;
  #first: TensorMap | undefined;
  /** Where the state is: in a session's variables, or (before the first run) in tensors. */
  #state: Session | Record<string, Tensor> | undefined;

  constructor(step: Step<I, S, F, O>, { name, state, frozen }: CompileOptions<S, F>) {
    this.#step = step;
    this.#name = name;
    for (const [key, tensor] of Object.entries({ ...state, ...frozen })) this.#checkType(key, tensor);
    this.#stateNames = sortedNames(state ?? {});
    this.#shape = { ...state };
    this.#state = keptCopies(state ?? {});
    this.#frozen = keptCopies(frozen ?? {});
  }

  run(inputs: I): O {
    this.#open();
    if (this.#first === undefined) {
      this.#first = { ...inputs };
      this.#inputNames.push(...sortedNames(inputs));
    }
    checkInputs(this.#name, this.#first, inputs);
    const signature = signatureOf(inputs);
    let traced = this.#traced.get(signature);
    if (traced === undefined) {
      traced = this.#trace(inputs);
      this.#traced.set(signature, traced);
    }
    this.#moveStateTo(traced.session);
    const feeds = this.#inputNames.map((name, k) => ({ node: node.input(k), tensor: inputs[name]! }));
    const fetches = traced.outputs.length === 0 ? [node.done] : traced.outputs.map((_, k) => node.output(k));
    const results = traced.session.run(feeds, fetches);
    if (traced.outputs.length === 0) tf.dispose(results);
    return Object.fromEntries(traced.outputs.map((name, k) => [name, results[k]!])) as unknown as O;
  }

  readState(): S {
    const state = this.#open();
    const tensors = state instanceof Session
      ? this.#readVariables(state)
      : this.#stateNames.map((name) => tf.clone(state[name]!));
    return Object.fromEntries(this.#stateNames.map((name, k) => [name, tensors[k]!])) as unknown as S;
  }

  writeState(next: S): void {
    const state = this.#open();
    checkState(`Cannot write the state of step "${this.#name}"`, this.#shape, next);
    if (state instanceof Session) this.#fillState(state, next);
    else {
      this.#state = keptCopies(next);
      tf.dispose(state);
    }
  }

  dispose(): void {
    for (const { session } of this.#traced.values()) session.close();
    this.#traced.clear();
    if (this.#state !== undefined && !(this.#state instanceof Session)) tf.dispose(this.#state);
    this.#state = undefined;
    tf.dispose(this.#frozen);
  }

  #open(): Session | Record<string, Tensor> {
    if (this.#state === undefined) throw new EngineError(`Cannot use step "${this.#name}": it was disposed`);
    return this.#state;
  }

  /** Runs the step once, eagerly, to see what it does; the values it computes are dropped. */
  #trace(inputs: I): Traced {
    for (const [key, tensor] of Object.entries(inputs)) this.#checkType(key, tensor);
    const state = this.readState();
    let traced: Traced | undefined;
    try {
      tf.tidy(() => {
        // Copies: one tensor given under two names, or as input and state, gets a handle for each.
        const given = { inputs: distinct(inputs), state: distinct(state), frozen: distinct(this.#frozen) };
        const known = [given.inputs, given.state, given.frozen].flatMap((map) => Object.values(map));
        const seen = trace(this.#name, known, (handleOf) => {
          const result = this.#step(
            given.inputs as unknown as I,
            given.state as unknown as S,
            given.frozen as unknown as F,
          );
          checkResult(this.#name, state, result);
          const outputs = Object.entries(result.outputs).map(([name, tensor]) => {
            this.#checkType(name, tensor);
            return { name, tensor, handle: handleOf(tensor) };
          });
          const { next } = result;
          return { outputs, next: next === undefined ? [] : this.#stateNames.map((name) => handleOf(next[name]!)) };
        });
        const graph = buildGraph({
          name: this.#name,
          inputs: named(this.#inputNames, given.inputs),
          state: named(this.#stateNames, given.state),
          frozen: named(sortedNames(this.#frozen), given.frozen),
          ...seen.result,
        }, seen);
        traced = this.#load(graph, seen.result.outputs.map(({ name }) => name));
      });
    } finally {
      tf.dispose(state);
    }
    return traced!;
  }

  #load(graph: Uint8Array, outputs: readonly string[]): Traced {
    const session = new Session(this.#name, graph);
    const feeds = sortedNames(this.#frozen).map((name, k) => ({
      node: node.fill(node.frozen(k)),
      tensor: this.#frozen[name]!,
    }));
    if (feeds.length > 0) tf.dispose(session.run(feeds, [node.fillFrozen]));
    return { session, outputs };
  }

  #moveStateTo(session: Session): void {
    const state = this.#open();
    if (state === session) return;
    const values = this.readState();
    this.#fillState(session, values);
    tf.dispose(values);
    if (!(state instanceof Session)) tf.dispose(state);
    this.#state = session;
  }

  #fillState(session: Session, state: TensorMap): void {
    if (this.#stateNames.length === 0) return;
    const feeds = this.#stateNames.map((name, k) => ({ node: node.fill(node.state(k)), tensor: state[name]! }));
    tf.dispose(session.run(feeds, [node.fillState]));
  }

  #readVariables(session: Session): Tensor[] {
    if (this.#stateNames.length === 0) return [];
    return session.run([], this.#stateNames.map((_, k) => node.read(node.state(k))));
  }

  #checkType(name: string, { dtype }: Tensor): void {
    if (dtype in DATA_TYPES) return;
    throw new EngineError(
      `Cannot trace step "${this.#name}": "${name}" is ${dtype}; float32, int32 and bool are traced`,
    );
  }
}

function named(names: readonly string[], map: TensorMap): Named[] {
  const handles = nodeBackend().getInputTensorIds(names.map((name) => map[name]!));
  return names.map((name, k) => ({ name, tensor: map[name]!, handle: handles[k]! }));
}

/** Tensors of the same values with handles of their own. */
function distinct(map: TensorMap): Record<string, Tensor> {
  const { binding } = nodeBackend();
  return Object.fromEntries(
    Object.entries(map).map(([name, tensor]) => {
      const type = {
        name: "T",
        type: binding.TF_ATTR_TYPE,
        value: DATA_TYPES[tensor.dtype as keyof typeof DATA_TYPES],
      };
      return [name, nodeBackend().executeSingleOutput("Identity", [type], [tensor])];
    }),
  );
}
