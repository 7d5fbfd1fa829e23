/**
 * Names, shapes and first values of BERT4Rec's parameters: those of Hugging Face's BertForMaskedLM, whose weights therefore load as they are.
 * @module
 */
import { stream } from "../engine/random.ts";
import type { LayerParts } from "./post_norm_layer.ts";
import { specialRows, type TokenSizes } from "./sizes.ts";
import type { Projection } from "./types.ts";

/** Sizes of a BERT4Rec; it has two positions more than `maxLength`, for [CLS] and [MASK]. */
export type Bert4recConfig = TokenSizes;

/** Rows of the item table that are no item's; [MASK] is the last of them. */
export const SPECIAL = { pad: 0, cls: 2 } as const;

/** Places a sequence of items takes beside its own: [CLS] before and [MASK] behind. */
export const PLACES_AROUND = 2;

/** The item table, tied to the scores. */
export const WORDS = "bert.embeddings.word_embeddings.weight";
/** One row for each place. */
export const POSITIONS = "bert.embeddings.position_embeddings.weight";
/** Row 0 is every place's; row 1 is never used. */
export const TOKEN_TYPES = "bert.embeddings.token_type_embeddings.weight";
/** Added to the scores. */
export const SCORE_BIAS = "cls.predictions.bias";
/** Between the last hidden state and what is compared with item rows. */
export const TRANSFORM = "cls.predictions.transform";

const STD = 0.02;

/** Module path of layer `index`. */
const layerName = (index: number): string => `bert.encoder.layer.${index}`;

/** Every linear map but the tied decoder, in the order they run. */
export function projections({ blocks, hidden, ffn }: Bert4recConfig): Projection[] {
  const square = (name: string) => ({ name, inputs: hidden, outputs: hidden });
  const layers = Array.from({ length: blocks }, (_, index) => {
    const layer = layerName(index);
    return [
      ...["query", "key", "value"].map((each) => square(`${layer}.attention.self.${each}`)),
      square(`${layer}.attention.output.dense`),
      { name: `${layer}.intermediate.dense`, inputs: hidden, outputs: ffn },
      { name: `${layer}.output.dense`, inputs: ffn, outputs: hidden },
    ];
  });
  return [...layers.flat(), square(`${TRANSFORM}.dense`)];
}

/** The modules of layer `index`. */
export function layerParts({ heads, layerNormEps }: Bert4recConfig, index: number): LayerParts {
  const name = layerName(index);
  return {
    query: `${name}.attention.self.query`,
    key: `${name}.attention.self.key`,
    value: `${name}.attention.self.value`,
    out: `${name}.attention.output.dense`,
    inner: `${name}.intermediate.dense`,
    outer: `${name}.output.dense`,
    attentionNorm: `${name}.attention.output.LayerNorm`,
    outputNorm: `${name}.output.LayerNorm`,
    heads,
    layerNormEps,
    innerDropout: false,
  };
}

/** Shape of every parameter. */
export function shapes(config: Bert4recConfig): Record<string, number[]> {
  const { items, maxLength, hidden, blocks } = config;
  const result: Record<string, number[]> = {
    [WORDS]: [specialRows(config) + items, hidden],
    [POSITIONS]: [maxLength + PLACES_AROUND, hidden],
    [TOKEN_TYPES]: [2, hidden],
    [SCORE_BIAS]: [specialRows(config) + items],
  };
  for (const { name, inputs, outputs } of projections(config)) {
    result[`${name}.weight`] = [outputs, inputs];
    result[`${name}.bias`] = [outputs];
  }
  const layers = Array.from({ length: blocks }, (_, index) => layerName(index));
  const norms = layers.flatMap((layer) => [`${layer}.attention.output`, `${layer}.output`]);
  for (const module of ["bert.embeddings", ...norms, TRANSFORM]) {
    result[`${module}.LayerNorm.weight`] = [hidden];
    result[`${module}.LayerNorm.bias`] = [hidden];
  }
  return result;
}

/** Weights and embeddings N(0, .02) with a zero padding row, zero biases, unit norms (BERT, arXiv 1810.04805). */
export function initialise(config: Bert4recConfig, seed: number) {
  const parameters: Record<string, { shape: readonly number[]; values: Float32Array }> = {};
  for (const [name, shape] of Object.entries(shapes(config))) {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (shape.length === 2) stream(seed, `initialise ${name}`).fillNormal(values, STD);
    else if (name.endsWith("LayerNorm.weight")) values.fill(1);
    if (name === WORDS) values.fill(0, SPECIAL.pad, config.hidden);
    parameters[name] = { shape, values };
  }
  return parameters;
}
