export {
  type CaptionDecoder,
  type CaptionInputs,
  captionDecoder,
} from './caption-decoder/caption-decoder.js';
export type { CaptionDecoderConfig } from './caption-decoder/config.js';
export type { CaptionFailure, CaptionVideosOptions } from './captions/caption-failures.js';
export { type CaptionEvent, captionVideos, type VideoToCaption } from './captions/caption-file.js';
export { type CaptionRecord, readCaptions } from './captions/caption-records.js';
export {
  CAPTION_MODEL,
  type Captioner,
  type CaptionerOptions,
  type CaptionFrame,
  type CaptionPlace,
  captioner,
  captionerOptions,
} from './captions/captioner.js';
export {
  type CommandCaptionerOptions,
  commandCaptioner,
  commandCaptionerOptions,
} from './captions/command-captioner.js';
export type { KeyFrame } from './captions/describe-video.js';
export { keyFrames } from './captions/key-frames.js';
export { fillTemplate, labelCaptions, labelWords, readClassDescriptions } from './captions/label-captions.js';
export { loadVideoMaeClassifier, saveVideoMaeClassifier } from './checkpoint/classifier-checkpoint.js';
export {
  type ClipModelCheckpoint,
  loadClipModel,
  saveClipModel,
} from './checkpoint/clip-model-checkpoint.js';
export { type HubFolderOptions, hubFolder } from './checkpoint/hub-folder.js';
export type { LoadOptions } from './checkpoint/load-options.js';
export {
  type LoadedPatchTextEncoder,
  type LoadPatchTextEncoderOptions,
  loadPatchTextEncoder,
} from './checkpoint/load-patch-text-encoder.js';
export { loadParams, type ParameterLayout, paramsFromTensors } from './checkpoint/params-file.js';
export { loadPatchCodebook, savePatchCodebook } from './checkpoint/patch-codebook-checkpoint.js';
export {
  loadVideoMae,
  loadVideoMaeEncoder,
  saveVideoMae,
  saveVideoMaeEncoder,
} from './checkpoint/video-mae-checkpoint.js';
export { type ClipModel, type ClipModelOptions, clipModel } from './clip-model/clip-model.js';
export {
  CLIP_MODEL_CONFIGS,
  CLIP_MODEL_VIT_B_16,
  CLIP_MODEL_VIT_B_32,
  CLIP_MODEL_VIT_L_14,
  type ClipModelActivation,
  type ClipModelConfig,
  type ClipModelTextConfig,
  type ClipModelTowerConfig,
  type ClipModelVisionConfig,
} from './clip-model/config.js';
export {
  type ClipModelPatchTextEncoderOptions,
  clipModelPatchTextEncoder,
} from './clip-model/patch-text-encoder.js';
export { type ResizableClipModel, resizeClipModel } from './clip-model/resize.js';
export { type ClipModelTokenizer, type ClipModelTokens, clipModelTokenizer } from './clip-model/tokenizer.js';
export { clipModelTokenizerJson } from './clip-model/tokenizer-json.js';
export type { PatchFeaturesVariant } from './clip-model/vision.js';
export type { CommandOptions } from './command/command-options.js';
export type { ClassWriter } from './descriptions/class-writer.js';
export { type CommandWriterOptions, commandWriter } from './descriptions/command-writer.js';
export {
  type ClassEvent,
  type DescribeClassesOptions,
  describeClasses,
} from './descriptions/describe-classes.js';
export type { DescriptionForm } from './descriptions/forms.js';
export {
  CheckpointKeysError,
  type KeysMismatch,
  ModelError,
  type ModelErrorCode,
  type ShapeMismatch,
} from './errors.js';
export {
  type EmbeddingsExportOptions,
  type ExportOptions,
  exportClipModelImage,
  exportClipModelText,
  exportVideoMaeClassifier,
  exportVideoMaeEmbeddings,
  exportVideoMaeEncoder,
} from './export/export-model.js';
export { type FrameTokensConfig, frameTokens } from './frame-tokens.js';
export { type HeldLock, type LockHolder, lockFile } from './lock-file.js';
export type { OfficialTensor } from './official.js';
export {
  type OnnxPatchTextEncoder,
  type OnnxPatchTextEncoderOptions,
  onnxPatchTextEncoder,
} from './onnx-teacher/onnx-patch-text-encoder.js';
export type { PatchGrid } from './onnx-teacher/patch-layout.js';
export { type AbortableIterator, abortableIterator, orAborted } from './or-aborted.js';
export type { ParameterSpec, Params } from './params.js';
export type { PatchCodebookConfig } from './patch-codebook/config.js';
export {
  type PatchCodebook,
  type PatchCodebookOptions,
  patchCodebook,
} from './patch-codebook/patch-codebook.js';
export { wholePictures } from './patch-text/whole-pictures.js';
export {
  type PatchConfig,
  patchify,
  tokenGridOf,
  tokenSizeOf,
  unpatchify,
} from './patchify.js';
export {
  CLIP_MODEL_PIXELS,
  IMAGENET_PIXELS,
  type PixelScale,
  SYMMETRIC_PIXELS,
  UNIT_PIXELS,
} from './pixels.js';
export { readOnce } from './read-once.js';
export type { SafetensorsDtype, SafetensorsTensor } from './safetensors/dtype.js';
export { openSafetensors, type SafetensorsFile } from './safetensors/open.js';
export { readSafetensors, type Safetensors } from './safetensors/read.js';
export { type WritableTensor, writeSafetensors } from './safetensors/write.js';
export {
  orAbsent,
  orFailed,
  type ShardFault,
  type ShardFaultKind,
} from './shard-folder/shard-fault.js';
export type { StoredFile } from './shard-folder/shard-files.js';
export {
  type DamagedFile,
  type ShardFolder,
  type ShardFolderOptions,
  shardFolder,
} from './shard-folder/shard-folder.js';
export { type StoredIndex, tellDifferences } from './shard-folder/shard-index.js';
export type { ShardRecord } from './shard-folder/shard-record.js';
export { sinusoidTable } from './sinusoid.js';
export { tensorsDigest } from './tensors-digest.js';
export {
  type SentenceEncoder,
  type SentenceEncoderOptions,
  sentenceEncoder,
} from './text-encoder/sentence-encoder.js';
export { classesOf } from './video-mae/classes-of.js';
export {
  type VideoMaeClassifier,
  type VideoMaeClassifierOptions,
  videoMaeClassifier,
} from './video-mae/classifier.js';
export {
  VIDEO_MAE_CONFIGS,
  type VideoMaeBlocksConfig,
  type VideoMaeClassifierConfig,
  type VideoMaeConfig,
  type VideoMaeEncoderConfig,
  type VideoMaeSize,
  videoMaeConfigFields,
} from './video-mae/config.js';
export { type DropPathOptions, drawDropPath } from './video-mae/drop-path.js';
export { type VideoMaeEncoder, type VideoMaeOptions, videoMaeEncoder } from './video-mae/encoder.js';
export type { ClassifierLabels, LabelGroup } from './video-mae/label-groups.js';
export { layerDecayScales, layerOf } from './video-mae/layer-decay.js';
export { resizeVideoMae } from './video-mae/resize.js';
export { type VideoMae, videoMae } from './video-mae/video-mae.js';
export { writeAtomically } from './write-atomically.js';
