/**
 * A layer of TiSASRec (post-norm), for every position or for the scoring position alone.
 *
 * A pair's score is q_i . (k_j + p_k[i - j] + t_k[bucket_ij]) / sqrt(d), and a query's mixture sum_j a_ij (v_j + p_v[i - j] + t_v[bucket_ij]). No row
 * of a table is written down for a pair: queries meet each table's distinct rows once and pairs pick their numbers; probabilities are added up by
 * row and meet the table once. The most there is of anything is [batch, heads, queries, distances + buckets].
 * @module
 */
import { gelu, linear, matrixProduct, pick, spread } from "../engine/nn/mod.ts";
import { type Tensor4D, tf } from "../engine/tfjs.ts";
import type { Tensor } from "../engine/types.ts";
import { dropped, normed, projected } from "./projected.ts";
import { layerName, type TisasrecConfig } from "./tisasrec_parameters.ts";
import type { Forward, Parameters } from "./types.ts";

/** What all layers share of a batch. */
export interface Pairs {
  /** [batch, time] of the sequences. */
  readonly shape: readonly [number, number];
  /** Queries of each sequence: its last ones. */
  readonly queries: number;
  /** [2, pairs]: where a pair's term of distance and its term of time stand in [batch, heads, queries, time + buckets]. */
  readonly places: Tensor;
  /** Added to scores, broadcast to [batch, heads, queries, time]: a large negative number masks a key. */
  readonly bias: Tensor;
}

/** The places of all pairs' terms. `buckets` is [batch, time, time]. */
export function pairPlaces(
  { heads, timeBuckets }: TisasrecConfig,
  buckets: Tensor,
  queries: number,
): Tensor {
  const [batch, time] = buckets.shape as [number, number];
  const columns = time + timeBuckets;
  const from = time - queries;
  const lags = Int32Array.from({ length: queries * time }, (_, pair) => {
    // A masked pair of a later key takes distance 0.
    return Math.max(0, from + Math.floor(pair / time) - pair % time);
  });
  const rows = tf.reshape(tf.range(0, batch * heads * queries, 1, "int32"), [batch, heads, queries, 1]);
  const starts = tf.mul(rows, tf.scalar(columns, "int32"));
  const asked = tf.reshape(tf.slice(buckets, [0, from, 0], [batch, queries, time]), [batch, 1, queries, time]);
  const byTime = tf.add(asked, tf.scalar(time, "int32"));
  const places = [tf.tensor(lags, [1, 1, queries, time], "int32"), byTime]
    .map((columnsOf) => tf.reshape(tf.add(starts, columnsOf), [1, batch * heads * queries * time]));
  return tf.concat(places, 0);
}

/**
 * Layer `index`: what the last `queries` positions make of `x` [batch * time, width], as [batch * queries, width].
 */
export function layer(
  config: TisasrecConfig,
  parameters: Parameters,
  index: number,
  x: Tensor,
  pairs: Pairs,
  forward: Forward,
): Tensor {
  const name = layerName(index);
  const asking = lastOf(x, pairs);
  const attended = attend(config, parameters, name, asking, x, pairs, forward);
  const map = (which: string, input: Tensor) => projected(parameters, [`${name}.${which}`], input, forward)[0]!;
  const sum = (a: Tensor, b: Tensor, norm: string) =>
    normed(parameters, `${name}.${norm}`, tf.add(a, dropped(b, forward)), config.layerNormEps);
  const h = sum(asking, map("Wo", attended), "ln1");
  return sum(h, map("ffn.3", dropped(gelu(map("ffn.0", h)), forward)), "ln2");
}

/** The rows of the positions that ask: [batch * queries, width] of [batch * time, width]. */
function lastOf(x: Tensor, { shape: [batch, time], queries }: Pairs): Tensor {
  if (queries === time) return x;
  const width = x.shape[1]!;
  const rows = tf.slice(tf.reshape(x, [batch, time, width]), [0, time - queries, 0], [batch, queries, width]);
  return tf.reshape(rows, [batch * queries, width]);
}

function attend(
  { heads, content }: TisasrecConfig,
  parameters: Parameters,
  name: string,
  asking: Tensor,
  memory: Tensor,
  { shape: [batch, time], queries, places, bias }: Pairs,
  forward: Forward,
): Tensor {
  const width = asking.shape[1]!;
  const size = width / heads;
  const split = (x: Tensor) =>
    tf.transpose(tf.reshape(x, [batch, x.shape[0]! / batch, heads, size]), [0, 2, 1, 3]) as Tensor4D;
  const terms = (which: "k" | "v") => {
    const distances = tf.slice(parameters[`${name}.pos_${which}.weight`]!, [0, 0], [time, size]);
    return tf.concat([distances, parameters[`${name}.tim_${which}.weight`]!], 0);
  };
  const own = content === "own";
  const [query, key, value] = maps(parameters, name, asking, own ? asking : memory, forward).map(split);

  const met = linear(tf.reshape(query!, [batch * heads * queries, size]), terms("k"));
  const related = tf.reshape(pick(met, places), [batch, heads, queries, time]);
  const alike = own ? tf.sum(tf.mul(query!, key!), 3, true) : tf.matMul(query!, key!, false, true);
  const scores = tf.mul(tf.add(related, alike), 1 / Math.sqrt(size));
  const probabilities = dropped(tf.softmax(tf.add(scores, bias)), forward) as Tensor4D;

  const mixed = own ? tf.mul(tf.sum(probabilities, 3, true), value!) : tf.matMul(probabilities, value!);
  const byRow = spread(tf.reshape(probabilities, [probabilities.size]), places, met.size);
  const added = matrixProduct(tf.reshape(byRow, met.shape), terms("v"));
  const all = tf.add(mixed, tf.reshape(added, [batch, heads, queries, size]));
  return tf.reshape(tf.transpose(all, [0, 2, 1, 3]), [batch * queries, width]);
}

/** Query, key and value; where all come from the same states their adapters are asked at once. */
function maps(parameters: Parameters, name: string, asking: Tensor, memory: Tensor, forward: Forward): Tensor[] {
  const [query, ...others] = ["Wq", "Wk", "Wv"].map((which) => `${name}.${which}`);
  if (asking === memory) return projected(parameters, [query!, ...others], memory, forward);
  return [
    ...projected(parameters, [query!], asking, forward),
    ...projected(parameters, others, memory, forward),
  ];
}
