export { readCsvManifest } from './datasets/csv-manifest.js';
export { datasetOf } from './datasets/in-memory.js';
export { readManifest } from './datasets/manifest.js';
export { readVideoFolder, type VideoFolderOptions } from './datasets/video-folder.js';
export { decodeClip } from './decode.js';
export type { DecodeOptions, FrameChoice } from './decode-options.js';
export { type EncodeOptions, encodeVideo } from './encode.js';
export { VideoError, type VideoErrorCode, type VideoErrorFields } from './errors.js';
export type { VideoLimits } from './limits.js';
export { type ProbeOptions, probeVideo } from './probe.js';
export {
  type DenseSampling,
  denseIndices,
  type UniformSampling,
  uniformIndices,
} from './sampling.js';
export type {
  CropGeometry,
  MotionField,
  Rectangle,
  Size,
  VideoClip,
  VideoDataset,
  VideoInfo,
  VideoSample,
  VideoSource,
} from './video.js';
export { type VideoPool, type VideoPoolOptions, videoPool } from './video-pool.js';
