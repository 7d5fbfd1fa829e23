/**
 * Evaluation: ranks, measures, users, continual learning, published figures. Plain numbers; counting ranks on a device is in rank_windows.ts.
 * @module
 */
export { audit, type Audited, type AuditEntry, type Finding, type TrainingSource } from "./audit.ts";
export { AuditError } from "./audit_error.ts";
export { type Interval, percentileInterval, resampledMeans, type UserSums } from "./bootstrap.ts";
export { type ContinualMeasures, continualMeasures, type StageMatrix } from "./continual.ts";
export { coverage } from "./coverage.ts";
export {
  type DifferenceEvidence,
  type Evidence,
  evidenceOf,
  type EvidenceRules,
  type FigureEvidence,
  LEVEL,
  type MethodUsers,
  type SliceUsers,
} from "./evidence.ts";
export { excludedItems } from "./exclusions.ts";
export { holm } from "./holm.ts";
export {
  groupMeasures,
  popularity,
  type SetupKnowledge,
  setupKnowledge,
  type WindowGroup,
  windowGroups,
} from "./groups.ts";
export {
  type Measure,
  measureNamed,
  measuresFor,
  measuresFromRanks,
  type MeasureValues,
  windowVariance,
} from "./measures.ts";
export { ndcg, recall } from "./measures.ts";
export { perUser, perUserMeasures, type UserRow, userRows, type UserTable } from "./per_user.ts";
export { compareWithPublished, type PublishedComparison, type PublishedFigure } from "./published.ts";
export { countsOf, rank, rankOf, ranksOf, type Ties, type WindowRanks } from "./rank.ts";
export { ScoreError } from "./score_error.ts";
export { flippedSums, permutationP } from "./sign_flips.ts";
export { measuresOf, type SliceCounts } from "./slice_measures.ts";
export { wilcoxonP } from "./wilcoxon.ts";
