/**
 * From a trace to a graph: inputs as Placeholders, state and frozen tensors as resource variables, made tensors as constants.
 *
 * Order inside one run: every variable is read first, then everything is computed, then state is assigned, then outputs are handed out. So an
 * output that is a state entry is the value from before the step.
 * @module
 */
import { EngineError } from "../errors.ts";
import { nodeBackend, type OpAttribute } from "../tfjs.ts";
import type { Tensor } from "../tfjs.ts";
import { attribute, type AttributeValue, DATA_TYPES, GraphBuilder } from "./graph_def.ts";
import type { Constant, Trace } from "./trace.ts";

/** A tensor the step takes or gives, by name. */
export interface Named {
  readonly name: string;
  readonly tensor: Tensor;
  readonly handle: number;
}

/** Everything a graph is made of. */
export interface GraphParts {
  /** Used in error messages. */
  readonly name: string;
  readonly inputs: readonly Named[];
  readonly state: readonly Named[];
  readonly frozen: readonly Named[];
  readonly outputs: readonly Named[];
  /** Handles of the next state, in the order of `state`; empty when the step changes none. */
  readonly next: readonly number[];
}

/** Node names of a built graph; the kth input, state entry, frozen entry and output. */
export const node = {
  input: (k: number) => `input_${k}`,
  state: (k: number) => `state_${k}`,
  frozen: (k: number) => `frozen_${k}`,
  /** Placeholder that fills a variable. */
  fill: (variable: string) => `${variable}_fill`,
  read: (variable: string) => `${variable}_read`,
  output: (k: number) => `output_${k}`,
  /** Fetched to run a step that has no outputs. */
  done: "done",
  /** Fetched to fill all state, or all frozen variables, from their placeholders. */
  fillState: "fill_state",
  fillFrozen: "fill_frozen",
} as const;

/** The contents of a `saved_model.pb` that does what the traced step did. */
export function buildGraph(parts: GraphParts, trace: Trace<unknown>): Uint8Array {
  const graph = new GraphBuilder();
  const places = new Map<number, string>();
  parts.inputs.forEach(({ tensor, handle }, k) => places.set(handle, placeholder(graph, node.input(k), tensor)));
  variables(graph, places, parts.state, node.state, node.fillState);
  variables(graph, places, parts.frozen, node.frozen, node.fillFrozen);
  const place = placer(graph, places, trace);
  addCalls(graph, parts, trace, places, place);
  const assigned = addAssignments(graph, parts, place);
  parts.outputs.forEach(({ tensor, handle }, k) => {
    graph.add(node.output(k), "Identity", [place(handle), ...assigned], { T: attribute.type(typeOf(tensor)) });
  });
  zero(graph, node.done, assigned);
  return graph.savedModel();
}

const typeOf = ({ dtype }: Tensor): number => DATA_TYPES[dtype as keyof typeof DATA_TYPES];

function placeholder(graph: GraphBuilder, name: string, tensor: Tensor): string {
  return graph.add(name, "Placeholder", [], {
    dtype: attribute.type(typeOf(tensor)),
    shape: attribute.shape(tensor.shape),
  });
}

function zero(graph: GraphBuilder, name: string, after: readonly string[]): void {
  graph.add(name, "Const", after, {
    dtype: attribute.type(DATA_TYPES.float32),
    value: attribute.tensor(DATA_TYPES.float32, [], new Uint8Array(4)),
  });
}

/** A variable for each tensor, read once, and a node that fills them all. */
function variables(
  graph: GraphBuilder,
  places: Map<number, string>,
  given: readonly Named[],
  nameOf: (k: number) => string,
  fillAll: string,
): void {
  const filled = given.map(({ tensor, handle }, k) => {
    const name = nameOf(k);
    const dtype = attribute.type(typeOf(tensor));
    graph.add(name, "VarHandleOp", [], {
      dtype,
      shape: attribute.shape(tensor.shape),
      shared_name: attribute.text(name),
      container: attribute.text(""),
    });
    places.set(handle, graph.add(node.read(name), "ReadVariableOp", [name], { dtype }));
    placeholder(graph, node.fill(name), tensor);
    return `^${graph.add(`${name}_filled`, "AssignVariableOp", [name, node.fill(name)], { dtype })}`;
  });
  zero(graph, fillAll, filled);
}

type Place = (handle: number) => string;

/** Where a handle's value comes from: a node added already, or a constant added on first use. Equal small constants share one node. */
function placer(graph: GraphBuilder, places: Map<number, string>, { constants }: Trace<unknown>): Place {
  const small = new Map<string, string>();
  let count = 0;
  const given = (type: number, shape: readonly number[], bytes: Uint8Array) =>
    graph.add(`constant_${count++}`, "Const", [], {
      dtype: attribute.type(type),
      value: attribute.tensor(type, shape, bytes),
    });
  const add = ({ type, shape, bytes, uniform }: Constant) => {
    if (!uniform) return given(type, shape, bytes);
    // Made when it is read: a graph keeps its constants for as long as it lives, and may not be larger than 2 GB with them.
    const sizes = given(DATA_TYPES.int32, [shape.length], new Uint8Array(Int32Array.from(shape).buffer));
    return graph.add(`constant_${count++}`, "Fill", [sizes, given(type, [], bytes)], {
      T: attribute.type(type),
      index_type: attribute.type(DATA_TYPES.int32),
    });
  };
  return (handle) => {
    let source = places.get(handle);
    if (source !== undefined) return source;
    const constant = constants.get(handle);
    if (constant === undefined) throw new TypeError(`Cannot place tensor ${handle}: the trace never made it`);
    if (constant.bytes.length > SMALL) source = add(constant);
    else {
      const key = `${constant.type} ${constant.shape} ${constant.uniform} ${constant.bytes.join()}`;
      source = small.get(key) ?? add(constant);
      small.set(key, source);
    }
    places.set(handle, source);
    return source;
  };
}

/** Bytes up to which equal constants are looked for. */
const SMALL = 64;

/** Adds the kernel calls that outputs and next state need, in the order in which they ran. */
function addCalls(
  graph: GraphBuilder,
  { name, outputs, next }: GraphParts,
  { calls }: Trace<unknown>,
  places: Map<number, string>,
  place: Place,
): void {
  const needed = new Set([...outputs.map(({ handle }) => handle), ...next]);
  const live = calls.toReversed().filter((call) => {
    if (!call.outputs.some((handle) => needed.has(handle))) return false;
    for (const handle of call.inputs) needed.add(handle);
    return true;
  }).reverse();
  live.forEach(({ op, attributes, inputs, outputs, after }, index) => {
    const encoded = Object.fromEntries(attributes.map((item) => [item.name, encodeAttribute(name, op, item)]));
    const before = after.filter((handle) => needed.has(handle)).map((handle) => `^${place(handle).split(":")[0]}`);
    const added = graph.add(`${op}_${index}`, op, [...inputs.map(place), ...before], encoded);
    outputs.forEach((handle, k) => places.set(handle, k === 0 ? added : `${added}:${k}`));
  });
}

/** Assigns the next state once every state entry has been read; gives what must run before the outputs are handed out. */
function addAssignments(graph: GraphBuilder, { state, next }: GraphParts, place: Place): string[] {
  if (next.length === 0) return [];
  const reads = state.map((_, k) => `^${node.read(node.state(k))}`);
  const allRead = `^${graph.add("state_read", "NoOp", reads, {})}`;
  return state.flatMap(({ tensor, handle }, k) => {
    if (next[k] === handle) return [];
    const name = node.state(k);
    const inputs = [name, place(next[k]!), allRead];
    return [`^${graph.add(`${name}_set`, "AssignVariableOp", inputs, { dtype: attribute.type(typeOf(tensor)) })}`];
  });
}

function encodeAttribute(step: string, op: string, { name, type, value }: OpAttribute): AttributeValue {
  const { binding } = nodeBackend();
  const values = Array.isArray(value) ? value : undefined;
  switch (type) {
    case binding.TF_ATTR_TYPE:
      return attribute.type(Number(value));
    case binding.TF_ATTR_BOOL:
      return values === undefined ? attribute.boolean(Boolean(value)) : attribute.booleans(values.map(Boolean));
    case binding.TF_ATTR_INT:
      return values === undefined ? attribute.integer(Number(value)) : attribute.integers(values);
    case binding.TF_ATTR_FLOAT:
      return values === undefined ? attribute.float(Number(value)) : attribute.floats(values);
    case binding.TF_ATTR_STRING:
      return attribute.text(String(value));
    case binding.TF_ATTR_SHAPE:
      return attribute.shape(values ?? []);
  }
  throw new EngineError(`Cannot trace step "${step}": attribute "${name}" of ${op} is of a kind a graph cannot hold`);
}
