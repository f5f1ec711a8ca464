import { type MaskingStrategy, randomMasking } from '@tgm/masking';
import type { PatchConfig, VideoMaeEncoder } from '@tgm/models';
import {
  eitherOf,
  type Field,
  flag,
  listOf,
  nested,
  objectWith,
  oneOf,
  optional,
  optionTable,
  passing,
  text,
  wholeNumber,
} from '@tgm/options';
import { TrainError } from '../errors.js';
import { captionTokenFields } from '../objectives/caption-tokens/caption-token-fields.js';
import { type GraphMasking, graphMaskingField } from '../objectives/graph-masking/graph-masking.js';
import type { MaskedNeeds } from '../objectives/weighted-loss.js';
import { batchFields, orderFields } from './batch-fields.js';
import type { Examples } from './examples.js';

/** A view besides `reconstruct`: what the encoder sees of the same example, or of another clip of its video. */
export interface ViewOptions<Cues extends object> {
  /** Default: nothing is masked, the encoder sees the whole clip. */
  readonly masking?: MaskingStrategy<Cues>;
  /** 0 the example's own clip (default), n its `others[n - 1]`. */
  readonly clip?: number;
  /**
   * Where the encoder is told that the tokens stand: each at its place in the `grid` (default), or all at place 0 (`none`). With
   * `none` nothing can be read off the shape of a mask, for every mask of as many tokens looks alike. Nor can what moves from slice
   * to slice be read. An addition of this project.
   */
  readonly positions?: 'grid' | 'none';
}

/** What batches have to know of a model: how it cuts and scales clips, and which frames a decoder predicts. */
export interface MaskedModel extends Pick<VideoMaeEncoder, 'grid' | 'pixels' | 'tokenSize' | 'describe'> {
  readonly config: PatchConfig;
  /** Of a whole Video MAE alone. */
  readonly predictedFrames?: number;
}

/** What decides the clips, masks and views of pre-training. */
export interface MaskedDataOptions<Cues extends object> {
  /** A `videoMae`; where nothing is reconstructed a `videoMaeEncoder` or a `patchCodebook`. */
  readonly model: MaskedModel;
  readonly examples: Examples<Cues>;
  /**
   * Masks the view `reconstruct`, the one that the decoder reads. Needed where a loss reads that view. A `GraphMasking` chooses in
   * the step: the batch then has all tokens.
   */
  readonly masking?: MaskingStrategy<NoInfer<Cues>> | GraphMasking<NoInfer<Cues>>;
  /**
   * Further views by their names, of one word each, for losses that name them. With a text or motion mask a contrastive loss can read the
   * caption off the positions of the visible tokens, and a text mask hides all that the caption names. A view masked at
   * random does neither. It costs one more pass of the encoder.
   */
  readonly views?: Readonly<Record<string, ViewOptions<NoInfer<Cues>>>>;
  /**
   * Which of the masked tokens the decoder reconstructs: its ratio of them, at least one, and those first that it hides too.
   * Default: all. Not beside a `GraphMasking`.
   */
  readonly decoderMasking?: MaskingStrategy<NoInfer<Cues>>;
  /** Clips of a batch, those of all ranks together. */
  readonly batchSize: number;
  /**
   * Threads that cut tokens; as many batches are made at a time. Default 0: the calling thread cuts them, 6 ms a clip of 16
   * frames of 224 x 224. That is little beside a step on the processor, all of whose cores compute it. Beside a step on a
   * graphics card it is much: with a thread the calling one is busy for 1.5 ms a clip, before the step.
   */
  readonly threads?: number;
}

export interface MaskedBatchesOptions<Cues extends object> extends MaskedDataOptions<Cues> {
  /** What the objective needs: its own `needs`. Nothing else is made. */
  readonly needs: MaskedNeeds;
  /** Decides the order and all draws; a trainer's own seed. */
  readonly seed: number | string;
  /** This process among those that share each batch, and how many they are. Default: the only one. */
  readonly rank?: number;
  readonly ranks?: number;
}

const strategy = (): Field<MaskingStrategy<object>> =>
  objectWith('a masking strategy', ['name', 'ratio', 'requires', 'mask', 'describe']);

/** Of one view. */
export const VIEW_OPTIONS = optionTable(
  'maskedBatches views',
  {
    masking: optional(strategy(), randomMasking({ ratio: 0 })),
    clip: optional(wholeNumber({ from: 0 }), 0),
    positions: optional(oneOf(['grid', 'none']), 'grid'),
  } satisfies Record<keyof ViewOptions<object>, unknown>,
  TrainError,
);

/** By their names. */
export type Views = Readonly<Record<string, ViewOptions<object>>>;

/** The fields of `MaskedDataOptions`. */
export const MASKED_DATA_FIELDS = {
  model: objectWith<MaskedModel>('a VideoMae, its encoder or a codebook of tokens', [
    'grid',
    'pixels',
    'tokenSize',
    'config',
    'describe',
  ]),
  ...batchFields(),
  masking: optional(
    eitherOf('a masking strategy, or a mask that is chosen in the graph', strategy(), graphMaskingField()),
  ),
  views: optional(
    passing(
      'views by their names',
      (value): value is Views => typeof value === 'object' && value !== null && !Array.isArray(value),
    ),
  ),
  decoderMasking: optional(strategy()),
} satisfies Record<keyof MaskedDataOptions<object>, unknown>;

export const MASKED_BATCHES_OPTIONS = optionTable(
  'maskedBatches',
  {
    ...MASKED_DATA_FIELDS,
    needs: nested({
      views: listOf(text(), { from: 1 }),
      decoder: flag(),
      pixels: flag(),
      features: flag(),
      codes: optional(wholeNumber({ from: 2 })),
      visibleFeatures: optional(flag(), false),
      text: flag(),
      captionTokens: optional(nested(captionTokenFields())),
      otherClips: flag(),
    } satisfies Record<keyof MaskedNeeds, unknown>),
    ...orderFields(),
  } satisfies Record<keyof MaskedBatchesOptions<object>, unknown>,
  TrainError,
);

/** Options with their defaults. */
export type CheckedBatchesOptions = ReturnType<typeof MASKED_BATCHES_OPTIONS.check>;
