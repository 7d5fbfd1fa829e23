/**
 * Building blocks of networks: pure functions of tensors, with gradients, the same values on every rung.
 * @module
 */
export { attention, type AttentionInput } from "./attention.ts";
export { blockedCrossEntropy } from "./cross_entropy.ts";
export { blockedDivergence, type ScoreFactors } from "./divergence.ts";
export { embed } from "./embedding.ts";
export { gelu } from "./gelu.ts";
export { groupedAttention, type GroupedAttentionInput } from "./grouped_attention.ts";
export { layerNorm } from "./layer_norm.ts";
export { lastAttention, type LastAttentionInput, type LowRank } from "./last_attention.ts";
export { linear } from "./linear.ts";
export { groupProduct, matrixProduct } from "./matrix_product.ts";
export { pick, spread } from "./pick.ts";
export { rmsNorm } from "./rms_norm.ts";
export { rotary } from "./rotary.ts";
export { blocksHeld, itemBlocks, type ItemRange } from "./score_blocks.ts";
export { softplus } from "./softplus.ts";
export { swiglu } from "./swiglu.ts";
