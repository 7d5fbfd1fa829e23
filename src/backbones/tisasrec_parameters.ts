/**
 * Names, shapes and first values of TiSASRec's parameters: those of RAIE's TiSASRec in PyTorch, whose weights therefore load as they are.
 * @module
 */
import { stream } from "../engine/random.ts";
import type { GapBuckets } from "./time_gaps.ts";
import { specialRows, type TokenSizes } from "./sizes.ts";
import type { Projection } from "./types.ts";

/** Sizes of a TiSASRec. */
export interface TisasrecConfig extends TokenSizes, GapBuckets {
  /**
   * Whose item a pair's key and value are made of beside their terms of distance and time: the `attended` one, as in the paper (default), or the
   * asking item's `own`, as the code of RAIE's authors has it. With `own` attention weighs distances and gaps alone, and reads no other item.
   */
  readonly content?: "attended" | "own" | undefined;
}

/** The item table, tied to the scores. */
export const ITEMS = "item_emb.weight";
/** One row for each place of an item in its sequence. */
export const POSITIONS = "pos_emb.weight";
/** Added to the scores. */
export const SCORE_BIAS = "out_bias";
/** The norm behind the last layer. */
export const FINAL_NORM = "norm";

/** Tables of terms by distance (`pos`) and by time (`tim`), for keys and for values; every layer has its own, its heads share them. */
const TERMS = { pos_k: "maxLength", pos_v: "maxLength", tim_k: "timeBuckets", tim_v: "timeBuckets" } as const;

const STD = 0.02;

/** Module path of layer `index`. */
export const layerName = (index: number): string => `layers.${index}`;

const layerNames = ({ blocks }: TisasrecConfig): string[] => Array.from({ length: blocks }, (_, i) => layerName(i));

/** Every linear map, in the order they run. */
export function projections(config: TisasrecConfig): Projection[] {
  const { hidden, ffn } = config;
  return layerNames(config).flatMap((layer) => [
    ...["Wq", "Wk", "Wv", "Wo"].map((name) => ({ name: `${layer}.${name}`, inputs: hidden, outputs: hidden })),
    { name: `${layer}.ffn.0`, inputs: hidden, outputs: ffn },
    { name: `${layer}.ffn.3`, inputs: ffn, outputs: hidden },
  ]);
}

const norms = (config: TisasrecConfig): string[] => [
  ...layerNames(config).flatMap((layer) => [`${layer}.ln1`, `${layer}.ln2`]),
  FINAL_NORM,
];

/** Shape of every parameter. */
export function shapes(config: TisasrecConfig): Record<string, number[]> {
  const { items, maxLength, hidden, heads } = config;
  const result: Record<string, number[]> = {
    [ITEMS]: [specialRows(config) + items, hidden],
    [POSITIONS]: [maxLength, hidden],
    [SCORE_BIAS]: [specialRows(config) + items],
  };
  for (const layer of layerNames(config)) {
    for (const [name, rows] of Object.entries(TERMS)) {
      result[`${layer}.${name}.weight`] = [config[rows], hidden / heads];
    }
  }
  for (const { name, inputs, outputs } of projections(config)) {
    result[`${name}.weight`] = [outputs, inputs];
    result[`${name}.bias`] = [outputs];
  }
  for (const name of norms(config)) {
    result[`${name}.weight`] = [hidden];
    result[`${name}.bias`] = [hidden];
  }
  return result;
}

/** Embeddings and terms N(0, .02) with a zero padding row, Xavier-uniform projections (Glorot and Bengio, 2010), zero biases, unit norms. */
export function initialise(config: TisasrecConfig, seed: number) {
  const maps = new Set(projections(config).map(({ name }) => `${name}.weight`));
  const gains = new Set(norms(config).map((name) => `${name}.weight`));
  const parameters: Record<string, { shape: readonly number[]; values: Float32Array }> = {};
  for (const [name, shape] of Object.entries(shapes(config))) {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const draw = stream(seed, `initialise ${name}`);
    if (maps.has(name)) {
      const bound = Math.sqrt(6 / (shape[0]! + shape[1]!));
      draw.fillUniform(values, -bound, bound);
    } else if (gains.has(name)) values.fill(1);
    else if (shape.length === 2) draw.fillNormal(values, STD);
    if (name === ITEMS) values.fill(0, 0, config.hidden);
    parameters[name] = { shape, values };
  }
  return parameters;
}
