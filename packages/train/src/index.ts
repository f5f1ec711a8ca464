export { withoutGradients } from '@tgm/losses';
export { type CheckpointParams, checkpointParams } from './checkpoint/checkpoint-params.js';
export { type DamagedCheckpoint, latestCheckpoint } from './checkpoint/find-checkpoint.js';
export { type LoadedCheckpoint, loadCheckpoint } from './checkpoint/load-checkpoint.js';
export type { ModelBeside } from './checkpoint/model-beside.js';
export type { RunDescription } from './checkpoint/saved-run.js';
export type { CallTimes, Collective, Exchanged } from './collective/collective.js';
export { gatherJson } from './collective/gather-json.js';
export { type Launched, launchedBy } from './collective/launcher.js';
export { type MpiProcessesOptions, mpiProcesses } from './collective/mpi-processes.js';
export { singleProcess } from './collective/single-process.js';
export type { BadExamplePolicy } from './data/bad-examples.js';
export { type CaptionEmbeddings, embedCaptions } from './data/caption-embeddings.js';
export { clipExamples } from './data/clip-examples.js';
export {
  type DecodeClipsOptions,
  type DecodedClip,
  type DecodedSample,
  decodeClips,
} from './data/decode-clips.js';
export type {
  DrawnExample,
  ExampleBatch,
  ExampleClip,
  ExampleSource,
  ExampleStream,
  Examples,
  OpenOptions,
  TrainingExample,
} from './data/examples.js';
export { type ImageTextBatchesOptions, imageTextBatches } from './data/image-text-batches.js';
export type { ImageTextPair, ImageTextPairs, Wording } from './data/image-text-pairs.js';
export {
  type InOrderOptions,
  inOrder,
  type LeftOutSample,
  type OrderedExamples,
  type ReadSample,
} from './data/in-order.js';
export {
  type LabelledBatchesOptions,
  type LabelledDataOptions,
  labelledBatches,
} from './data/labelled-batches.js';
export { maskedBatches } from './data/masked-batches.js';
export type {
  MaskedBatchesOptions,
  MaskedDataOptions,
  MaskedModel,
  ViewOptions,
} from './data/masked-batches-options.js';
export type { ScoredCaptions } from './data/other-caption.js';
export { type CaptionedClip, type CaptionScores, type ScoreOptions, scoreClips } from './data/score-clips.js';
export { type ShuffledOptions, shuffled } from './data/shuffled.js';
export { type ClipModelTeacherOptions, clipModelTeacher } from './data/teachers/clip-model-teacher.js';
export { type CodebookTeacherOptions, codebookTeacher } from './data/teachers/codebook-teacher.js';
export { type ColourClustersOptions, colourClusters } from './data/teachers/colour-clusters.js';
export { type ColourTeacherOptions, colourTeacher } from './data/teachers/colour-teacher.js';
export { type HogTeacherOptions, hogTeacher } from './data/teachers/hog-teacher.js';
export { standardisedTeacher } from './data/teachers/standardised-teacher.js';
export { type VideoMaeTeacherOptions, videoMaeTeacher } from './data/teachers/video-mae-teacher.js';
export { type TextCuesOptions, textCues } from './data/text-cues.js';
export type { FlowSource } from './data/token-flow.js';
export { type ClipCues, type VideoExamplesOptions, videoExamples } from './data/video-examples.js';
export { type FurtherCues, withCues } from './data/with-cues.js';
export { type FeatureTeacher, withFeatures } from './data/with-features.js';
export { TrainError, type TrainErrorCode } from './errors.js';
export { type FinetuneOptions, finetune } from './finetune.js';
export { type FinetuneEvaluatorOptions, finetuneEvaluator } from './finetune-evaluator.js';
export { greyExamples } from './leakage/grey-examples.js';
export type { InformationBits } from './leakage/information-bits.js';
export { type Leakage, type LeakageOptions, leakage } from './leakage/leakage.js';
export {
  type CaptionTokenLossOptions,
  captionTokenLoss,
} from './objectives/caption-tokens/caption-token-loss.js';
export { clipModelCaptionTokenizer } from './objectives/caption-tokens/clip-model-caption-tokenizer.js';
export { wordTokenizer } from './objectives/caption-tokens/word-tokenizer.js';
export {
  type ClassificationObjectiveOptions,
  classificationObjective,
  type LabelledBatch,
} from './objectives/classification-objective.js';
export type { ClipModelBatch } from './objectives/clip-model-batch.js';
export { type ClipModelObjectiveOptions, clipModelObjective } from './objectives/clip-model-objective.js';
export {
  type CodebookObjectiveOptions,
  codebookObjective,
} from './objectives/codebook/codebook-objective.js';
export {
  type AdaptiveMaskingOptions,
  adaptiveMasking,
} from './objectives/graph-masking/adaptive-masking.js';
export { type AutoMaskingOptions, autoMasking } from './objectives/graph-masking/auto-masking.js';
export type {
  ChoiceInputs,
  ChosenTokens,
  GraphMasking,
} from './objectives/graph-masking/graph-masking.js';
export {
  type TeacherAttentionMaskingOptions,
  teacherAttentionMasking,
} from './objectives/graph-masking/teacher-attention-masking.js';
export type {
  MaskedBatch,
  ReconstructTensors,
  TextTensors,
  ViewTensors,
  WholeTensors,
} from './objectives/masked-batch.js';
export {
  type MaskedObjective,
  type MaskedObjectiveOptions,
  maskedObjective,
} from './objectives/masked-objective.js';
export type { HeadOptions } from './objectives/view-contrast/head.js';
export { VIEW_CONTRASTS } from './objectives/view-contrast/presets.js';
export type { MomentumTarget } from './objectives/view-contrast/target-encoder.js';
export { viewContrast } from './objectives/view-contrast/view-contrast.js';
export type {
  NearestPositives,
  PredictorOptions,
  PrototypePositives,
  ViewContrastOptions,
  ViewPair,
} from './objectives/view-contrast/view-contrast-options.js';
export type { MaskedNeeds, WeightedLoss } from './objectives/weighted-loss.js';
export { type AdamWOptions, adamW } from './optimizers/adamw.js';
export type { Optimizer, OptimizerState } from './optimizers/optimizer.js';
export { type SgdOptions, sgd } from './optimizers/sgd.js';
export { type PretrainOptions, pretrain } from './pretrain.js';
export { type ConstantOptions, constantSchedule } from './schedules/constant.js';
export { type CosineOptions, cosineSchedule } from './schedules/cosine.js';
export { type CosineRestartsOptions, cosineRestartsSchedule } from './schedules/cosine-restarts.js';
export { type LinearScalingOptions, linearScaling } from './schedules/linear-scaling.js';
export type { Schedule } from './schedules/schedule.js';
export { type StepScheduleOptions, stepSchedule } from './schedules/step.js';
export type { WarmupOptions } from './schedules/warmup.js';
export {
  type OpenScoresOptions,
  openScores,
  type ScoreStore,
  type StoredScores,
} from './score-store/open-scores.js';
export type { ScoreIndex } from './score-store/score-folder.js';
export {
  type ScoreStoreSize,
  type ScoreStoreSizeOptions,
  scoreStoreSize,
} from './score-store/score-store-size.js';
export type { ScoredFrames } from './score-store/scored-frames.js';
export { type StoredTextCuesOptions, storedTextCues } from './score-store/stored-text-cues.js';
export type { ScoreProgress, WrittenScores } from './score-store/write-score-shards.js';
export {
  type WriteScoresOptions,
  writeScores,
  writeScoresOptions,
} from './score-store/write-scores.js';
export type { LoggedEvent } from './sinks/event-json.js';
export { follow } from './sinks/follow.js';
export { jsonlSink } from './sinks/jsonl-sink.js';
export type { ProgressStream } from './sinks/progress/lines.js';
export { type ProgressLineOptions, progressLine } from './sinks/progress/progress-line.js';
export { readEvents } from './sinks/read-events.js';
export type { Sink } from './sinks/sink.js';
export { tensorBoardSink } from './sinks/tensor-board/tensor-board-sink.js';
export type { Batch, Batches, BatchStream, ReplacedSample } from './trainer/batches.js';
export type { Evaluator, MeasuredParameters } from './trainer/evaluator.js';
export type {
  BeginEvent,
  EndEvent,
  EvaluatedEvent,
  FailedEvent,
  NoticeEvent,
  SavedEvent,
  StepEvent,
  TrainEvent,
} from './trainer/events.js';
export type {
  Artefact,
  Objective,
  ParameterGroup,
  PartOutputs,
  Rows,
  Scalars,
  WholeOutputs,
} from './trainer/objective.js';
export { trainer } from './trainer/trainer.js';
export type { RunOptions, TrainerOptions } from './trainer/trainer-options.js';
