import type { CaptionOptions } from '../captions/caption-section.js';
import type { DataOptions } from '../data/data-section.js';
import type { ExportModelOptions } from '../exporting/export-section.js';
import type { MasksOptions } from '../masks/masks-section.js';
import type { EvaluateConfig } from '../measuring/evaluate-section.js';
import type { ProbeConfig } from '../measuring/probe-section.js';
import type { RetrieveOptions } from '../measuring/retrieve-section.js';
import type { PlanConfig } from '../plan/plan-section.js';
import type { ScoreConfig } from '../scores/score-section.js';
import type { ShardsOptions } from '../shards/shards-section.js';
import type { TeacherOptions } from '../teacher/teacher-section.js';
import type { FinetuneConfig } from '../training/finetune-section.js';
import type { PretrainConfig } from '../training/pretrain-section.js';
import type { WatchOptions } from '../watch/watch-section.js';

/**
 * What a project does, stage by stage, for `tgm.config.ts` or `tgm.config.json`. Each section has the options of the functions that
 * it goes to, under their names. A command reads those that it needs; flags stand over them.
 */
export interface TgmConfig {
  /** The videos, their labels and captions. */
  readonly data?: DataOptions;
  /** Labelled videos that are measured on. */
  readonly validation?: DataOptions;
  /** How `tgm caption` describes videos. */
  readonly caption?: CaptionOptions;
  /** How `tgm shards` writes WebDataset shards. */
  readonly shards?: ShardsOptions;
  /** Which CLIP looks at videos and captions. */
  readonly teacher?: TeacherOptions;
  /** How `tgm score` keeps scores of frames and captions. */
  readonly score?: ScoreConfig;
  /** Which masks `tgm masks` draws. */
  readonly masks?: MasksOptions;
  /** Which runs `tgm watch` shows. */
  readonly watch?: WatchOptions;
  /** How `tgm evaluate` measures a model. */
  readonly evaluate?: EvaluateConfig;
  /** How `tgm retrieve` finds videos. */
  readonly retrieve?: RetrieveOptions;
  /** What `tgm export` writes. */
  readonly export?: ExportModelOptions;
  /** The pre-training: a preset, what differs from it, and where it runs. */
  readonly pretrain?: PretrainConfig;
  /** The fine-tuning. */
  readonly finetune?: FinetuneConfig;
  /** The probes of a frozen encoder. */
  readonly probe?: ProbeConfig;
  /** What `tgm plan` plans for: a machine, a number of videos. */
  readonly plan?: PlanConfig;
}

/** The configuration itself, for an editor to know its type. */
export const defineConfig = (config: TgmConfig): TgmConfig => config;
