import { type FieldReader, readFields } from '../config-fields.js';
import type { PatchConfig } from '../patchify.js';

/** The shape of the encoder: the fields of Hugging Face's `VideoMAEConfig`, `hidden_size` as `hiddenSize`. */
export interface VideoMaeEncoderConfig extends PatchConfig {
  /** D, the encoder's width; a multiple of its heads. */
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly intermediateSize: number;
  /** Added to the variance by every LayerNorm but a model's last. */
  readonly layerNormEps: number;
}

/** The shape of a Video MAE that reconstructs. */
export interface VideoMaeConfig extends VideoMaeEncoderConfig {
  readonly decoderHiddenSize: number;
  readonly decoderNumHiddenLayers: number;
  readonly decoderNumAttentionHeads: number;
  readonly decoderIntermediateSize: number;
  /** `layerNormEps` of the decoder's last norm, where Hugging Face's class has 1e-5 and no field for it. */
  readonly decoderNormEps: number;
  /**
   * How tokens know their place: VideoMAE's fixed sinusoids (default), or ST-MAE's learned tables, one of places in a
   * frame and one of slices, whose rows are added (C. Feichtenhofer et al., arXiv 2205.09113, section 3).
   */
  readonly positions?: 'sinusoid' | 'separable';
  /** Whether a learned token goes through each stack beside the others, and into no output, as in ST-MAE. Default false. */
  readonly classToken?: boolean;
  /**
   * Frames of each tubelet that the decoder predicts, from its first on; all of them by default, as VideoMAE does. ST-MAE
   * predicts one of two.
   */
  readonly predictedFrames?: number;
}

/** `predictedFrames`, or all frames of a tubelet where the configuration is silent. */
export function predictedFramesOf({
  tubeletSize,
  predictedFrames = tubeletSize,
}: Pick<VideoMaeConfig, 'tubeletSize' | 'predictedFrames'>): number {
  return predictedFrames;
}

/** The shape of a Video MAE that classifies. */
export interface VideoMaeClassifierConfig extends VideoMaeEncoderConfig {
  /** `layerNormEps` of the norm after pooling, where Hugging Face's class has 1e-5 and no field for it. */
  readonly poolNormEps: number;
  /** Names of the classes, by number. */
  readonly labels: readonly string[];
}

export type VideoMaeSize = 'small' | 'base' | 'large' | 'huge';

/** 16 frames of 224 x 224 in tokens of 2 x 16 x 16; the reference's LayerNorm epsilon is 1e-6 everywhere. */
const PUBLISHED = {
  imageSize: 224,
  patchSize: 16,
  numFrames: 16,
  tubeletSize: 2,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
};

/** The published sizes (VideoMAE, arXiv 2203.12602, and MCG-NJU/VideoMAE, modeling_pretrain.py). */
export const VIDEO_MAE_CONFIGS: Readonly<Record<VideoMaeSize, VideoMaeConfig>> = {
  small: { ...PUBLISHED, ...encoder(384, 12, 6), ...decoder(192, 4, 3) },
  base: { ...PUBLISHED, ...encoder(768, 12, 12), ...decoder(384, 4, 6) },
  large: { ...PUBLISHED, ...encoder(1024, 24, 16), ...decoder(512, 4, 8) },
  huge: { ...PUBLISHED, ...encoder(1280, 32, 16), ...decoder(640, 4, 8) },
};

/**
 * The checked configuration, without fields that are none of its own.
 * @throws ConfigError
 */
export function checkVideoMaeConfig(config: object, where: string): VideoMaeConfig {
  const fields = readFields({ positions: 'sinusoid', classToken: false, ...config }, where);
  fields.divides('decoderHiddenSize', 'decoderNumAttentionHeads');
  const encoder = checkEncoder(fields);
  return {
    ...encoder,
    decoderHiddenSize: fields.count('decoderHiddenSize'),
    decoderNumHiddenLayers: fields.count('decoderNumHiddenLayers'),
    decoderNumAttentionHeads: fields.count('decoderNumAttentionHeads'),
    decoderIntermediateSize: fields.count('decoderIntermediateSize'),
    decoderNormEps: fields.positive('decoderNormEps'),
    // Only where they are not VideoMAE's, so that a published config.json stays as it is.
    ...(fields.oneOf('positions', ['sinusoid', 'separable']) === 'separable' && { positions: 'separable' }),
    ...(fields.oneOf('classToken', [true, false]) && { classToken: true }),
    ...checkPredictedFrames(config, encoder, where),
  };
}

/**
 * The checked configuration, without fields that are none of its own.
 * @throws ConfigError
 */
export function checkClassifierConfig(config: object, where: string): VideoMaeClassifierConfig {
  const fields = readFields(config, where);
  return {
    ...checkEncoder(fields),
    poolNormEps: fields.positive('poolNormEps'),
    labels: fields.strings('labels'),
  };
}

function checkPredictedFrames(
  config: Partial<VideoMaeConfig>,
  { tubeletSize }: VideoMaeEncoderConfig,
  where: string,
): Pick<VideoMaeConfig, 'predictedFrames'> {
  const predictedFrames = predictedFramesOf({ ...config, tubeletSize });
  const allowed = Array.from({ length: tubeletSize }, (_, index) => index + 1);
  readFields({ predictedFrames }, where).oneOf('predictedFrames', allowed);
  return predictedFrames === tubeletSize ? {} : { predictedFrames };
}

function checkEncoder(fields: FieldReader): VideoMaeEncoderConfig {
  fields.divides('imageSize', 'patchSize');
  fields.divides('numFrames', 'tubeletSize');
  fields.divides('hiddenSize', 'numAttentionHeads');
  return {
    imageSize: fields.count('imageSize'),
    patchSize: fields.count('patchSize'),
    numFrames: fields.count('numFrames'),
    tubeletSize: fields.count('tubeletSize'),
    hiddenSize: fields.count('hiddenSize'),
    numHiddenLayers: fields.count('numHiddenLayers'),
    numAttentionHeads: fields.count('numAttentionHeads'),
    intermediateSize: fields.count('intermediateSize'),
    layerNormEps: fields.positive('layerNormEps'),
  };
}

function encoder(hiddenSize: number, numHiddenLayers: number, numAttentionHeads: number) {
  return { hiddenSize, numHiddenLayers, numAttentionHeads, intermediateSize: 4 * hiddenSize };
}

function decoder(width: number, layers: number, heads: number) {
  return {
    decoderHiddenSize: width,
    decoderNumHiddenLayers: layers,
    decoderNumAttentionHeads: heads,
    decoderIntermediateSize: 4 * width,
  };
}
