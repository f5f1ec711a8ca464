export { subsetAccuracy } from './accuracy.js';
export {
  LabelRangeError,
  LabelsMismatchError,
  NonFiniteFeatureError,
  ShapeMismatchError,
  TooFewExamplesError,
} from './errors.js';
export {
  type ExtractFeaturesOptions,
  extractFeatures,
  type FeatureExtractor,
  type FeatureExtractorOptions,
  featureExtractor,
} from './extract-features.js';
export type { Features, Labels } from './features.js';
export { type KnnOptions, type KnnResult, knn } from './knn.js';
export { type LinearProbeOptions, type LinearProbeResult, linearProbe } from './linear-probe.js';
export { meanOfViews } from './mean-of-views.js';
export { type PixelBaselineOptions, pixelBaseline } from './pixel-baseline.js';
export {
  type CaptionSet,
  type FeatureScoresOptions,
  featureScores,
  type LabelledClips,
  type RepresentationOptions,
  representation,
} from './representation.js';
export {
  projectVideo,
  type Recall,
  type RetrievalOptions,
  type RetrievalResult,
  retrieval,
} from './retrieval.js';
