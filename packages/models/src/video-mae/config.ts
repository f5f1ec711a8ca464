import { flag, number, oneOf, optional, type Recorded, wholeNumber } from '@tgm/options';
import { type ConfigSource, requireMultiple } from '../config-source.js';
import type { PatchConfig } from '../patchify.js';
import { type ClassifierLabels, classifierLabels } from './label-groups.js';

/** The shape of the encoder's blocks: the fields of Hugging Face's `VideoMAEConfig`, `hidden_size` as `hiddenSize`. */
export interface VideoMaeBlocksConfig extends PatchConfig {
  /** D, the encoder's width; a multiple of its heads. */
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly intermediateSize: number;
  /** Added to the variance by every LayerNorm but a model's last. */
  readonly layerNormEps: number;
  /** Whether query and value have a bias. Default true, as the published models. */
  readonly qkvBias?: boolean;
  /**
   * Whether what comes after the encoder takes the mean of its tokens. The encoder then has no norm of its own: a classifier
   * has one behind the mean. Without it a classifier reads the first token. Default true for a classifier, else false.
   */
  readonly useMeanPooling?: boolean;
}

/** The shape of a Video MAE's encoder. */
export interface VideoMaeEncoderConfig extends VideoMaeBlocksConfig {
  /**
   * How tokens know their place: VideoMAE's fixed sinusoids (default), or ST-MAE's learned tables, one of places in a
   * frame and one of slices, whose rows are added (C. Feichtenhofer et al., arXiv 2205.09113, section 3).
   */
  readonly positions?: 'sinusoid' | 'separable';
  /** Whether a learned token goes through each stack beside the others, and into no output, as in ST-MAE. Default false. */
  readonly classToken?: boolean;
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
   * Frames of each tubelet that the decoder predicts, from its first on; all of them by default, as VideoMAE does. ST-MAE
   * predicts one of two.
   */
  readonly predictedFrames?: number;
}

/** The shape of a Video MAE that classifies. */
export interface VideoMaeClassifierConfig extends VideoMaeBlocksConfig {
  /**
   * `layerNormEps` of the norm after pooling. Default 1e-5, which Hugging Face's class has, without a field for it; the
   * reference has 1e-6.
   */
  readonly poolNormEps?: number;
  /** Names of the classes, by number; or such lists by name, for several labels a clip. */
  readonly labels: ClassifierLabels;
}

/** A configuration with its defaults filled in. */
export type WithDefaults<Config extends object> = { readonly [Name in keyof Config]-?: Config[Name] };

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

/**
 * The published sizes (VideoMAE, arXiv 2203.12602, and MCG-NJU/VideoMAE, modeling_pretrain.py). Decoders have 4 blocks, as the paper says;
 * those of large and huge have 12, as the published scripts and checkpoints have.
 */
export const VIDEO_MAE_CONFIGS: Readonly<Record<VideoMaeSize, VideoMaeConfig>> = {
  small: { ...PUBLISHED, ...encoder(384, 12, 6), ...decoder(192, 4, 3) },
  base: { ...PUBLISHED, ...encoder(768, 12, 12), ...decoder(384, 4, 6) },
  large: { ...PUBLISHED, ...encoder(1024, 24, 16), ...decoder(512, 12, 8) },
  huge: { ...PUBLISHED, ...encoder(1280, 32, 16), ...decoder(640, 12, 8) },
};

/** What `withoutDefaults` leaves out where it is so. */
const DEFAULTS = {
  qkvBias: true,
  useMeanPooling: false,
  positions: 'sinusoid',
  classToken: false,
} as const;
const CLASSIFIER_DEFAULTS = { qkvBias: true, useMeanPooling: true } as const;

const count = () => wholeNumber({ from: 1 });

const BLOCKS = {
  imageSize: count(),
  patchSize: count(),
  numFrames: count(),
  tubeletSize: count(),
  hiddenSize: count(),
  numHiddenLayers: count(),
  numAttentionHeads: count(),
  intermediateSize: count(),
  layerNormEps: number({ above: 0 }),
  qkvBias: optional(flag(), DEFAULTS.qkvBias),
};

const ENCODER = {
  ...BLOCKS,
  useMeanPooling: optional(flag(), DEFAULTS.useMeanPooling),
  positions: optional(oneOf(['sinusoid', 'separable']), DEFAULTS.positions),
  classToken: optional(flag(), DEFAULTS.classToken),
};

const DECODER = {
  decoderHiddenSize: count(),
  decoderNumHiddenLayers: count(),
  decoderNumAttentionHeads: count(),
  decoderIntermediateSize: count(),
  decoderNormEps: number({ above: 0 }),
};

/** What a configuration of a Video MAE that reconstructs may hold, for whoever takes one from a user. */
export const videoMaeConfigFields = { ...ENCODER, ...DECODER, predictedFrames: optional(count()) };

/** A published size may be spread into the configuration of a model without a decoder. */
const UNREAD_DECODER = {
  decoderHiddenSize: optional(count()),
  decoderNumHiddenLayers: optional(count()),
  decoderNumAttentionHeads: optional(count()),
  decoderIntermediateSize: optional(count()),
  decoderNormEps: optional(number({ above: 0 })),
};

const CLASSIFIER = {
  ...BLOCKS,
  useMeanPooling: optional(flag(), CLASSIFIER_DEFAULTS.useMeanPooling),
  poolNormEps: optional(number({ above: 0 }), 1e-5),
  labels: classifierLabels(),
};

/**
 * The checked configuration of an encoder alone, with its defaults.
 * @throws ModelError as the source tells its faults
 */
export function checkEncoderConfig(source: ConfigSource): WithDefaults<VideoMaeEncoderConfig> {
  const config = source.check({ ...ENCODER, ...UNREAD_DECODER, predictedFrames: optional(count()) });
  requireShapes(source, config);
  return fieldsOf<WithDefaults<VideoMaeEncoderConfig>>(ENCODER, config);
}

/** The same of a model that reconstructs. */
export function checkVideoMaeConfig(source: ConfigSource): WithDefaults<VideoMaeConfig> {
  const config = source.check(videoMaeConfigFields);
  requireShapes(source, config);
  requireMultiple(source, config, 'decoderHiddenSize', 'decoderNumAttentionHeads');
  const { tubeletSize, predictedFrames = tubeletSize } = config;
  if (predictedFrames > tubeletSize) {
    throw source.fault('predictedFrames', `a whole number from 1 to ${tubeletSize}`, `${predictedFrames}`);
  }
  return fieldsOf<WithDefaults<VideoMaeConfig>>(videoMaeConfigFields, { ...config, predictedFrames });
}

/** The same of a model that classifies. */
export function checkClassifierConfig(source: ConfigSource): WithDefaults<VideoMaeClassifierConfig> {
  const config = source.check({ ...CLASSIFIER, ...UNREAD_DECODER });
  requireShapes(source, config);
  return fieldsOf<WithDefaults<VideoMaeClassifierConfig>>(CLASSIFIER, config);
}

/** What a description tells of a checked configuration: all of its fields. */
export const recordedEncoder = (values: WithDefaults<VideoMaeEncoderConfig>): Recorded => ({
  fields: ENCODER,
  values,
});

/** The same of a model that reconstructs. */
export const recordedVideoMae = (values: WithDefaults<VideoMaeConfig>): Recorded => ({
  fields: videoMaeConfigFields,
  values,
});

/** The same of a model that classifies. */
export const recordedClassifier = (values: WithDefaults<VideoMaeClassifierConfig>): Recorded => ({
  fields: CLASSIFIER,
  values,
});

type Values = Readonly<Record<string, unknown>>;

function requireShapes(source: ConfigSource, config: Values): void {
  requireMultiple(source, config, 'imageSize', 'patchSize');
  requireMultiple(source, config, 'numFrames', 'tubeletSize');
  requireMultiple(source, config, 'hiddenSize', 'numAttentionHeads');
}

function fieldsOf<Config>(fields: object, values: Values): Config {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, values[name]])) as Config;
}

/** A configuration as a model shows and saves it, without what is at its default: a published one stays as it is. */
export function withoutDefaults<Config extends VideoMaeEncoderConfig>(config: WithDefaults<Config>): Config {
  const { tubeletSize } = config;
  return without<Config>({ ...DEFAULTS, predictedFrames: tubeletSize }, config);
}

/** The same of a classifier, which takes the mean by default. */
export function classifierWithoutDefaults(
  config: WithDefaults<VideoMaeClassifierConfig>,
): VideoMaeClassifierConfig {
  return without<VideoMaeClassifierConfig>(CLASSIFIER_DEFAULTS, config);
}

function without<Config>(defaults: Values, config: object): Config {
  return Object.fromEntries(
    Object.entries(config).filter(([name, value]) => value !== defaults[name]),
  ) as Config;
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
