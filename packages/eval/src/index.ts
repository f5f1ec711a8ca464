export { subsetAccuracy } from './accuracy.js';
export {
  type AttentiveProbeOptions,
  type AttentiveProbeResult,
  type AttentiveProbeSettings,
  attentiveProbe,
  type ValidatedHead,
} from './attentive/attentive-probe.js';
export type { HeadSettings } from './attentive/train-heads.js';
export { type Interval, type IntervalsOptions, intervals, pairedDifferences } from './bootstrap.js';
export {
  type CaptionRetrievalOptions,
  type CaptionRetrievalResult,
  captionRetrieval,
} from './caption-retrieval.js';
export {
  type Accuracies,
  type Classification,
  type ClassificationOptions,
  classification,
} from './classification.js';
export type { ProbeEvaluatorOptions } from './clip-probe.js';
export {
  type ClusteringOptions,
  type ClusteringResult,
  type ClusteringSettings,
  clustering,
} from './clustering/clustering.js';
export { type ClusteringEvaluatorOptions, clusteringEvaluator } from './clustering/clustering-evaluator.js';
export type { EncoderEvaluatorOptions } from './encoder-evaluator.js';
export { EvaluationError, type EvaluationErrorCode } from './errors.js';
export type { Evaluator } from './evaluator.js';
export {
  type ExtractFeaturesOptions,
  type ExtractionOptions,
  extractFeatures,
  type FeatureExtractor,
  type FeatureExtractorOptions,
  featureExtractor,
} from './extract-features.js';
export type { ClipRepresentation, FeaturePart } from './feature-files/clip-representation.js';
export {
  type EncoderRepresentationOptions,
  encoderRepresentation,
} from './feature-files/encoder-representation.js';
export type {
  FeatureExamples,
  FeatureSample,
  LeftOutFacts,
  SampledExamples,
} from './feature-files/feature-examples.js';
export type { FeatureFormat } from './feature-files/feature-format.js';
export type { FeatureIndex, IndexedPart } from './feature-files/feature-index.js';
export { pixelRepresentation } from './feature-files/pixel-representation.js';
export {
  type ReadFeaturesOptions,
  readFeatures,
  readTokenFeatures,
  type StoredExamples,
} from './feature-files/read-features.js';
export type { StoredLabels } from './feature-files/shard-labels.js';
export type { LeftOutExample } from './feature-files/shard-record.js';
export {
  type TeacherRepresentationOptions,
  type TokenTeacher,
  teacherRepresentation,
} from './feature-files/teacher-representation.js';
export { type WriteFeaturesOptions, writeFeatures } from './feature-files/write-features.js';
export type { FeatureProgress, WrittenFeatures } from './feature-files/write-shards.js';
export { type FeatureScoresOptions, featureScores } from './feature-scores.js';
export type { Features, LabelledFeatures, Labels } from './features.js';
export {
  type FewShotOptions,
  type FewShotResult,
  type FewShotSettings,
  fewShot,
} from './few-shot/few-shot.js';
export {
  FACTORS,
  type Factor,
  type GeneralisationOptions,
  type GeneralisationResult,
  type GeneralisationSplit,
  generalisation,
  type SplitProtocol,
  type SplitResult,
} from './generalisation/generalisation.js';
export {
  type GeneralisationClips,
  type GeneralisationEvaluatorOptions,
  generalisationEvaluator,
} from './generalisation/generalisation-evaluator.js';
export type { GroupedAccuracies } from './grouped/grouped-accuracies.js';
export {
  type GroupedClassificationOptions,
  groupedClassification,
  type LabelGroupLogits,
} from './grouped/grouped-classification.js';
export {
  type GroupedProbeEvaluatorOptions,
  type GroupedProbeOptions,
  groupedProbe,
  groupedProbeEvaluator,
  type LabelGroup,
} from './grouped/grouped-probe.js';
export { type KnnOptions, type KnnResult, type KnnSettings, knn } from './knn.js';
export type { ValidatedStrength } from './l2-strength.js';
export type { LabelledClips } from './labelled-clips.js';
export {
  type LinearProbeOptions,
  type LinearProbeResult,
  type LinearProbeSettings,
  linearProbe,
} from './linear-probe.js';
export { meanOfViews } from './mean-of-views.js';
export {
  type CaptionPairsOptions,
  type CaptionPairsResult,
  captionPairs,
} from './minimal-pairs/caption-pairs.js';
export { type PairAccuracy, pairAccuracy } from './minimal-pairs/pair-accuracy.js';
export {
  type CaptionPairsEvaluatorOptions,
  captionPairsEvaluator,
  type PairAccuracyEvaluatorOptions,
  pairAccuracyEvaluator,
} from './minimal-pairs/pair-evaluators.js';
export {
  type MtebResult,
  type MtebResultOptions,
  mtebResult,
} from './mteb/mteb-result.js';
export type { MtebExperiment, MtebMeasured, MtebScores } from './mteb/mteb-scores.js';
export {
  type MultiViewScores,
  type MultiViewScoresOptions,
  type MultiViewTestOptions,
  multiViewScores,
  multiViewTest,
} from './multi-view-test.js';
export { type Figure, figuresOf, type Outcome } from './outcome.js';
export { type PixelBaselineOptions, pixelBaseline } from './pixel-baseline.js';
export {
  type AttentiveProbeEvaluatorOptions,
  attentiveProbeEvaluator,
  type FewShotEvaluatorOptions,
  fewShotEvaluator,
  type KnnEvaluatorOptions,
  knnEvaluator,
  type LinearProbeEvaluatorOptions,
  linearProbeEvaluator,
  type SgdProbeEvaluatorOptions,
  sgdProbeEvaluator,
} from './probe-evaluators.js';
export type { Processes } from './processes.js';
export { projectVideo } from './project-video.js';
export { type RankedItem, type RankedListOptions, rankedList } from './ranked-list.js';
export type { ClipMask } from './reconstruction/clip-mask.js';
export {
  type ReconstructionErrorOptions,
  type ReconstructionErrorResult,
  type ReconstructionEvaluatorOptions,
  type ReconstructionOptions,
  reconstructionError,
  reconstructionEvaluator,
} from './reconstruction/reconstruction-error.js';
export {
  type CaptionSet,
  type RepresentationOptions,
  representation,
} from './representation.js';
export {
  type RepresentationBiasEvaluatorOptions,
  type RepresentationBiasOptions,
  representationBias,
  representationBiasEvaluator,
} from './representation-bias.js';
export { type Recall, type RetrievalOptions, type RetrievalResult, retrieval } from './retrieval.js';
export type { Group, Groups } from './retrieval-groups.js';
export { type Box, type BoxCoverageOptions, boxCoverage } from './saliency/box-coverage.js';
export { type SaliencyEvaluatorOptions, saliencyEvaluator } from './saliency/saliency-evaluator.js';
export {
  type SaliencyScoresOptions,
  type SaliencyScoresResult,
  saliencyScores,
} from './saliency/saliency-scores.js';
export { SGD_RECIPES, type SgdProbeOptions, type SgdProbeSettings, sgdProbe } from './sgd/sgd-probe.js';
export type { TestVideo, TestVideos } from './test-video.js';
export {
  type CaptionRetrievalEvaluatorOptions,
  captionRetrievalEvaluator,
  type TextEvaluatorOptions,
  type ZeroShotEvaluatorOptions,
  zeroShotEvaluator,
} from './text-evaluators.js';
export { extractTokens, type TokenFeatures } from './token-features.js';
export type { VideoPrediction } from './video-prediction.js';
export { type ClassTexts, type ClassTextsOptions, classTexts } from './zero-shot/class-texts.js';
export { type ZeroShotOptions, type ZeroShotResult, zeroShot } from './zero-shot/zero-shot.js';
