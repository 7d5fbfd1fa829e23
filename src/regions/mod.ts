/**
 * Regions: spherical k-means, von Mises-Fisher statistics, gates, editing and routing.
 * @module
 */
export { type ArrayName, type RegionArrays, regionsFromArrays, regionsToArrays } from "./arrays.ts";
export { type Belonging, belongingByDecision, belongingByProbability } from "./belonging.ts";
export { BUILD_DEFAULTS, type BuildOptions, buildRegions, reestimate } from "./build_regions.ts";
export { type Choice, type ChoiceOptions, chooseK } from "./choose_k.ts";
export { EDIT_DEFAULTS, type EditOptions, editOptions } from "./edit_options.ts";
export { type EditEvent, editRegions, type EditResult } from "./edit_regions.ts";
export {
  CONFIDENCE_GATE,
  type ConfidenceGate,
  confidenceGate,
  decideAll,
  decisionAt,
  expandCanFire,
  type Gate,
  POSTERIOR_GATE,
  type PosteriorGate,
  posteriorGate,
  posteriorThreshold,
} from "./gate.ts";
export { logBesselI } from "./log_bessel.ts";
export { type Merged, mergeRegions, type MergeResult } from "./merge.ts";
export { appendRegions, judgePool, type PoolVerdict, type ProposalOptions } from "./pool.ts";
export { KAPPA_MAX, KAPPA_MIN, type Posterior, posterior, type Statistics } from "./posterior.ts";
export { randomCentres } from "./random_centres.ts";
export { routeAll, routeTopTwo, routeToRegion, routingScores, type TopTwo } from "./routing.ts";
export {
  type DrawnSeeds,
  type GivenSeeds,
  type KMeansOptions,
  type KMeansResult,
  SAMPLED_FROM,
  sphericalKMeans,
} from "./spherical_k_means.ts";
export {
  type Action,
  ACTIONS,
  type Clustering,
  type Decision,
  type Decisions,
  type EditReport,
  type Products,
  type RandomSource,
  type Regions,
  type UnitVectors,
  type VectorRows,
} from "./types.ts";
export { angleBetween, unitVectors } from "./unit_vectors.ts";
export { inMemory, rowRange, selectRows } from "./vector_rows.ts";
export { logNormaliser, mixtureBic, mixtureLogLikelihood, mixtureParameters } from "./von_mises_fisher.ts";
