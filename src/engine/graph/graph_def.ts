/**
 * A TensorFlow GraphDef under construction, and the SavedModel around it.
 *
 * Field numbers are those of tensorflow/core/framework/{graph,node_def,attr_value,tensor,tensor_shape}.proto and
 * core/protobuf/{saved_model,meta_graph}.proto.
 * @module
 */
import { Message } from "./protobuf.ts";

/** TensorFlow's number of a dtype (types.proto). */
export const DATA_TYPES = { float32: 1, int32: 3, int64: 9, bool: 10 } as const;

/** The tag a session is loaded by. */
export const SERVE = "serve";

/** An attribute's value; see {@linkcode attribute}. */
export type AttributeValue = Message;

function shapeMessage(shape: readonly number[]): Message {
  const message = new Message();
  for (const size of shape) message.message(2, new Message().integer(1, size));
  return message;
}

function list<T>(values: readonly T[], write: (message: Message, value: T) => void): Message {
  const items = new Message();
  for (const value of values) write(items, value);
  return new Message().message(1, items);
}

/** Encodings of attribute values, by kind. */
export const attribute = {
  type: (value: number): AttributeValue => new Message().integer(6, value),
  boolean: (value: boolean): AttributeValue => new Message().integer(5, value),
  integer: (value: number): AttributeValue => new Message().integer(3, value),
  float: (value: number): AttributeValue => new Message().float(4, value),
  text: (value: string): AttributeValue => new Message().text(2, value),
  shape: (value: readonly number[]): AttributeValue => new Message().message(7, shapeMessage(value)),
  booleans: (values: readonly boolean[]): AttributeValue => list(values, (m, v) => m.integer(5, v)),
  integers: (values: readonly number[]): AttributeValue => list(values, (m, v) => m.integer(3, v)),
  floats: (values: readonly number[]): AttributeValue => list(values, (m, v) => m.float(4, v)),
  /** A constant: `bytes` are the values, little-endian, row by row. */
  tensor: (type: number, shape: readonly number[], bytes: Uint8Array): AttributeValue =>
    new Message().message(8, new Message().integer(1, type).message(2, shapeMessage(shape)).binary(4, bytes)),
} as const;

/** Nodes of a graph, in the order in which they were added. */
export class GraphBuilder {
  #nodes = new Message();
  #count = 0;

  /** Nodes added so far. */
  get size(): number {
    return this.#count;
  }

  /**
   * Adds a node and gives its name back. An input is `name` (first output), `name:k`, or `^name` for "after name has run"; the last kind must
   * come after the others.
   */
  add(
    name: string,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
  ): string {
    const node = new Message().text(1, name).text(2, op);
    for (const input of inputs) node.text(3, input);
    for (const [key, value] of Object.entries(attributes)) {
      node.message(5, new Message().text(1, key).message(2, value));
    }
    this.#nodes.message(1, node);
    this.#count++;
    return name;
  }

  /** The graph as the contents of a `saved_model.pb` with the one tag {@linkcode SERVE}. */
  savedModel(): Uint8Array<ArrayBuffer> {
    // GraphDef.versions: any producer that knows resource variables; attributes left out take their op's default.
    this.#nodes.message(4, new Message().integer(1, 1645).integer(2, 12));
    const signature = new Message().text(3, "tensorflow/serving/predict");
    const metaGraph = new Message()
      .message(1, new Message().text(4, SERVE))
      .message(2, this.#nodes)
      .message(5, new Message().text(1, "serving_default").message(2, signature));
    return new Message().integer(1, 1).message(2, metaGraph).bytes();
  }
}
