export { type ColourJitterOptions, colourJitter } from './augment/colour-jitter.js';
export { flipClip } from './augment/flip.js';
export { type MixableBatch, type MixOptions, mixBatch, mixOptions } from './augment/mix-batch.js';
export { type RandAugmentOptions, randAugment } from './augment/rand-augment.js';
export { type RandomErasingOptions, randomErasing } from './augment/random-erasing.js';
export { type FFmpegFacts, ffmpegFacts } from './container/ffmpeg-facts.js';
export type { VideoLimits } from './container/limits.js';
export type { AnnotationOptions, PathOf } from './datasets/annotation-options.js';
export type { AnnotatedDataset, BadRow, BadRowPolicy } from './datasets/bad-rows.js';
export { readCsvManifest } from './datasets/csv-manifest.js';
export { type Diving48Options, readDiving48 } from './datasets/diving48.js';
export { type EpicKitchensOptions, readEpicKitchens } from './datasets/epic-kitchens.js';
export { type DatasetFormat, datasetFormats, type OpenedDataset } from './datasets/formats.js';
export { type Hmdb51Options, readHmdb51 } from './datasets/hmdb51.js';
export { datasetOf } from './datasets/in-memory.js';
export { type InternVidOptions, readInternVid } from './datasets/internvid.js';
export { type KineticsOptions, readKinetics } from './datasets/kinetics.js';
export type { LeftOutFile, LeftOutReason } from './datasets/list-folder.js';
export { readManifest } from './datasets/manifest.js';
export { type MsrVttOptions, readMsrVtt, readMsrVttPairs } from './datasets/msr-vtt.js';
export { sampleAt } from './datasets/sample.js';
export { readSomethingSomething, type SomethingSomethingOptions } from './datasets/something-something.js';
export { readUcf101, type Ucf101Options } from './datasets/ucf101.js';
export { type FolderDataset, readVideoFolder, type VideoFolderOptions } from './datasets/video-folder.js';
export { decodeClip } from './decode/decode-clip.js';
export type { DecodeOptions, FrameChoice } from './decode/options.js';
export { type ProbeOptions, probeVideo, readTimeline, type TimelineOptions } from './decode/probe.js';
export { type EncodeAnimationOptions, encodeAnimation } from './encode/encode-animation.js';
export { type EncodeOptions, encodeVideo } from './encode/encode-video.js';
export {
  type FaultSide,
  VideoError,
  type VideoErrorCode,
  type VideoErrorFields,
  type VideoFault,
} from './errors.js';
export type { BadSamplePolicy } from './loader/bad-samples.js';
export { type ClipBatch, clipBatches } from './loader/clip-batches.js';
export {
  type ClipLoader,
  type ClipLoaderOptions,
  clipLoader,
  type LoadedSample,
} from './loader/clip-loader.js';
export type { FrameSampling } from './loader/frame-sampling.js';
export type { LoaderState } from './loader/loader-state.js';
export {
  type BroadNarrowViewsOptions,
  broadNarrowViews,
  type CvrlViewsOptions,
  cvrlViews,
  type InterIntraViewsOptions,
  interIntraViews,
  type LongShortViewsOptions,
  longShortViews,
} from './loader/published-views.js';
export {
  type BadSample,
  type NamedSample,
  type QuarantineFile,
  quarantineFile,
} from './loader/quarantine.js';
export type { ClipPlan, ClipRecipe, FrameRange, UntoldRecipe } from './loader/recipe.js';
export {
  type FineTuningRecipeOptions,
  fineTuningRecipe,
  type PretrainingRecipeOptions,
  pretrainingRecipe,
  type TestRecipeOptions,
  testRecipe,
} from './loader/recipes.js';
export {
  type LoadedClip,
  type SampleLoader,
  type SampleLoaderOptions,
  sampleLoader,
} from './loader/sample-loader.js';
export { framesOfSection, type Section } from './loader/section.js';
export { type ClipView, type ViewsRecipeOptions, viewsRecipe } from './loader/views-recipe.js';
export { type EstimateOptions, estimateMotion } from './motion/estimate.js';
export { type VideoPool, type VideoPoolOptions, videoPool } from './pool/video-pool.js';
export { type DenseSampling, denseIndices, denseViews } from './sampling/dense-indices.js';
export type { FrameOrder } from './sampling/frame-order.js';
export { multiScaleCrop } from './sampling/multi-scale-crop.js';
export { type RandomResizedCropOptions, randomResizedCrop } from './sampling/random-resized-crop.js';
export { type SegmentSampling, segmentIndices, segmentViews } from './sampling/segment-indices.js';
export { viewCrops } from './sampling/view-crops.js';
export {
  type PreparedShard,
  type PrepareShardsOptions,
  prepareShards,
  prepareShardsOptions,
} from './shards/prepare-shards.js';
export { type ReadShardsOptions, readShards, type ShardDataset } from './shards/read-shards.js';
export type { ShardEncoding } from './shards/reencode.js';
export type { RefusedSample, ShardReport, ShardSettings } from './shards/shard-report.js';
export { type ShardSample, writeShard } from './shards/write-shard.js';
export type {
  ClassNames,
  CropGeometry,
  MotionField,
  Rectangle,
  SampleLabel,
  Size,
  VideoClip,
  VideoDataset,
  VideoInfo,
  VideoInput,
  VideoSample,
  VideoSource,
  VideoTimeline,
} from './video.js';
