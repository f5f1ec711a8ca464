import type { AttentiveProbeSettings, SgdProbeSettings } from '@tgm/eval';
import type { VideoMaeConfig } from '@tgm/models';
import type { AdamWOptions } from '@tgm/train';
import type {
  FineTuningRecipeOptions,
  MixOptions,
  PretrainingRecipeOptions,
  TestRecipeOptions,
} from '@tgm/video-io';
import type { DataSetName } from './data-sets.js';
import type { MaskingSettings } from './masking-settings.js';
import type { TextSettings } from './text-settings.js';

/** A linear warm-up and half a cosine, told for 256 videos a step as the papers do. */
export interface RateSettings {
  /** Learning rate at the end of the warm-up for 256 videos a step. */
  readonly base: number;
  /** What it starts from, for 256 videos. */
  readonly start: number;
  /** What the cosine approaches, for 256 videos. */
  readonly final: number;
  readonly warmupEpochs: number;
}

/** How long, and in which steps. */
export interface LengthSettings {
  readonly epochs: number;
  /** Videos of one step, all parts and ranks together. */
  readonly videosPerStep: number;
  /** Parts of a step whose gradients are added up, a divisor of `videosPerStep`. */
  readonly accumulate: number;
}

/** The second term of TGM, beside the reconstruction. */
export interface ContrastSettings {
  readonly weight: number;
  /**
   * Masks a second view of the clip, which meets the caption in place of the one that the decoder reads. It costs one more pass of the
   * encoder. Absent: the same pass, as the paper does.
   */
  readonly view?: MaskingSettings;
}

/** A pre-training, but for where the data lies and what computes it. Frames and their size are the model's. */
export interface PretrainingSettings {
  readonly stage: 'pretraining';
  readonly data: DataSetName;
  readonly model: VideoMaeConfig;
  readonly recipe: Required<Omit<PretrainingRecipeOptions, 'frameCount' | 'size'>>;
  readonly masking: MaskingSettings;
  /** Which of the masked tokens are reconstructed. Absent: all. */
  readonly decoderMasking?: MaskingSettings;
  readonly contrast?: ContrastSettings;
  /** Needed where a masking or the contrast reads text. */
  readonly text?: TextSettings;
  readonly length: LengthSettings;
  readonly rate: RateSettings;
  readonly optimizer: Required<AdamWOptions>;
}

/** A fine-tuning with its test. */
export interface FinetuningSettings {
  readonly stage: 'finetuning';
  readonly data: DataSetName;
  readonly model: VideoMaeConfig;
  readonly recipe: Omit<FineTuningRecipeOptions, 'frameCount' | 'size'> & { readonly clips: number };
  readonly test: Omit<TestRecipeOptions, 'frameCount' | 'size'>;
  readonly length: LengthSettings;
  readonly rate: RateSettings;
  readonly optimizer: Required<AdamWOptions>;
  readonly layerDecay: number;
  readonly dropPath: number;
  readonly smoothing: number;
  readonly mix: MixOptions | false;
}

/** Probes of a frozen encoder. */
export interface ProbingSettings {
  readonly stage: 'probing';
  readonly data: DataSetName;
  readonly model: VideoMaeConfig;
  /** Clips whose features are learned from, and those that are tested. */
  readonly recipe: Omit<TestRecipeOptions, 'frameCount' | 'size'>;
  readonly test: Omit<TestRecipeOptions, 'frameCount' | 'size'>;
  /** `sgdProbe`. */
  readonly linear: Required<Omit<SgdProbeSettings, 'seed'>>;
  /** `attentiveProbe`. */
  readonly attentive: Pick<
    Required<AttentiveProbeSettings>,
    'blocks' | 'attentionHeads' | 'epochs' | 'batchSize'
  >;
}

export type Settings = PretrainingSettings | FinetuningSettings | ProbingSettings;
