/**
 * Sizes that every small transformer over items has.
 * @module
 */

/** Sizes of a transformer over items. */
export interface TransformerSizes {
  /** Items of the catalogue. */
  readonly items: number;
  /** Items it reads; of longer contexts the latest. */
  readonly maxLength: number;
  /** Width of a state; a multiple of `heads`. */
  readonly hidden: number;
  /** Transformer layers; 0 leaves embeddings and what stands behind the layers. */
  readonly blocks: number;
  /** Attention heads of a layer. */
  readonly heads: number;
  /** Width inside a layer's feed-forward part. */
  readonly ffn: number;
  /** Added to the variance under the root of a layer norm. */
  readonly layerNormEps: number;
}

/** Sizes of one whose item table begins with special tokens. */
export interface TokenSizes extends TransformerSizes {
  /** Rows of the item table before the items': 4 (PAD, UNK, CLS, MASK; the default), or 5 (SEP before MASK). */
  readonly specialTokens?: number | undefined;
}

/** How many rows of the item table are no item's. */
export const specialRows = ({ specialTokens = 4 }: Pick<TokenSizes, "specialTokens">): number => specialTokens;
