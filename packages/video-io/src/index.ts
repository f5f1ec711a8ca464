export { decodeClip } from './decode.js';
export type { DecodeOptions, FrameChoice } from './decode-options.js';
export { type EncodeOptions, encodeVideo } from './encode.js';
export { VideoError, type VideoErrorCode, type VideoErrorFields } from './errors.js';
export type { VideoLimits } from './limits.js';
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
