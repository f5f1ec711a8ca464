export type { CaptionOptions } from './captions/caption-section.js';
export { type CaptionedVideo, writeCaptions } from './captions/write-captions.js';
export { defineConfig, type TgmConfig } from './config/tgm-config.js';
export { type DataFacts, type DataFactsOptions, dataFacts } from './data/data-facts.js';
export type { DataOptions, FormatName } from './data/data-section.js';
export { openDataset } from './data/open-dataset.js';
export { withClasses } from './data/with-classes.js';
export { type Check, type DoctorOptions, examineMachine } from './doctor/examine-machine.js';
export { type ExportedFiles, exportModel } from './exporting/export-model.js';
export type { ExportModelOptions } from './exporting/export-section.js';
export type { ExportedFile } from './exporting/exported-file.js';
export { clipMasks, type MaskedClip } from './masks/clip-masks.js';
export type { ClipMasksOptions, MasksOptions } from './masks/masks-section.js';
export type { MaskName } from './masks/strategies.js';
export { writeMasks } from './masks/write-masks.js';
export { type Evaluation, evaluateModel } from './measuring/evaluate-model.js';
export type { EvaluateConfig, EvaluateOptions } from './measuring/evaluate-section.js';
export { type Architecture, type ModelFolder, modelFolder } from './measuring/model-folder.js';
export {
  type Probed,
  type ProbedVideos,
  type ProbeModelOptions,
  probeModel,
} from './measuring/probe-model.js';
export type { ProbeRunOptions, Protocol } from './measuring/probe-options.js';
export type { ProbeConfig } from './measuring/probe-section.js';
export type { RetrieveOptions } from './measuring/retrieve-section.js';
export { type FoundVideo, type RetrievedVideos, retrieveVideos } from './measuring/retrieve-videos.js';
export type { Views } from './measuring/views.js';
export type { Advice } from './plan/advise.js';
export { MACHINES, type Machine, type MachineName } from './plan/machines.js';
export type { Memory } from './plan/memory.js';
export type { Operations, PartOperations } from './plan/operations.js';
export { type Plan, type PlannedTime, plan } from './plan/plan.js';
export type { PlanOptions } from './plan/plan-options.js';
export type { CommonPlanConfig, PlanConfig } from './plan/plan-section.js';
export { planText } from './plan/plan-text.js';
export type { SharedStep } from './plan/shared-step.js';
export type { StoreSettings, Stores } from './plan/stores.js';
export { thisMachine } from './plan/this-machine.js';
export type { TokenCounts } from './plan/token-counts.js';
export { checkSettings } from './presets/check-settings.js';
export { DATA_SETS, type DataSetFacts, type DataSetName } from './presets/data-sets.js';
export {
  type BuildFinetuningOptions,
  type FinetuningParts,
  finetuningParts,
} from './presets/finetuning-parts.js';
export { laptop } from './presets/laptop.js';
export {
  type MaskingName,
  type MaskingSettings,
  maskingOf,
  type SettingsCues,
} from './presets/masking-settings.js';
export { PRESETS, type PresetName } from './presets/presets.js';
export { type BuildOptions, type PretrainingParts, pretrainingParts } from './presets/pretraining-parts.js';
export { leakSafe } from './presets/pretraining-presets.js';
export { type ProbingParts, probingParts } from './presets/probing-parts.js';
export type {
  ContrastSettings,
  FinetuningSettings,
  LengthSettings,
  PretrainingSettings,
  ProbingSettings,
  RateSettings,
  Settings,
} from './presets/settings.js';
export type { PresetChoice, StageSettings } from './presets/settings-section.js';
export { TEACHERS, type TeacherName, type TextSettings, TGM_TEXT } from './presets/text-settings.js';
export { type Changes, withChanges } from './presets/with-changes.js';
export { CliError, type CliErrorCode } from './program/errors.js';
export type { ScoreConfig, ScoreVideosOptions } from './scores/score-section.js';
export { type ScoreListeners, scoreVideos } from './scores/score-videos.js';
export type { StoreEstimate } from './scores/store-estimate.js';
export type { ShardsOptions } from './shards/shards-section.js';
export { openTeacher, type Teacher } from './teacher/open-teacher.js';
export type { TeacherOptions } from './teacher/teacher-section.js';
export { TINY_CLIP_FOLDER } from './tiny-clip-folder.js';
export type { FinetuneConfig } from './training/finetune-section.js';
export type { PretrainConfig } from './training/pretrain-section.js';
export {
  type FinetunedRun,
  type RunFinetuningOptions,
  runFinetuning,
} from './training/run-finetuning.js';
export type {
  FinetuningRunOptions,
  PretrainingRunOptions,
  TrainingRunOptions,
} from './training/run-options.js';
export { type RunPretrainingOptions, runPretraining } from './training/run-pretraining.js';
export type { TrainedRun, TrainingOptions } from './training/run-training.js';
export type { Serving } from './watch/serve-loopback.js';
export { watchRuns } from './watch/watch-runs.js';
export type { WatchOptions } from './watch/watch-section.js';
