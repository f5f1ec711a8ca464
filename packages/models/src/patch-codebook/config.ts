import { optional, type Recorded, wholeNumber } from '@tgm/options';
import { type ConfigSource, requireMultiple } from '../config-source.js';
import type { PatchConfig } from '../patchify.js';

/** The shape of a codebook of tokens. */
export interface PatchCodebookConfig extends PatchConfig {
  /** Codes, from 2. BEiT's tokenizer has 8192. */
  readonly codes: number;
  /** Numbers of a code. */
  readonly codeWidth: number;
  /** Width of the hidden layer of encoder and decoder. Default: none, both are linear. */
  readonly hiddenSize?: number;
}

const count = () => wholeNumber({ from: 1 });

const FIELDS = {
  imageSize: count(),
  patchSize: count(),
  numFrames: count(),
  tubeletSize: count(),
  codes: wholeNumber({ from: 2 }),
  codeWidth: count(),
  hiddenSize: optional(count()),
} satisfies Record<keyof PatchCodebookConfig, unknown>;

/** @throws ModelError as the source tells its faults */
export function checkPatchCodebookConfig(source: ConfigSource): PatchCodebookConfig {
  const { hiddenSize, ...config } = source.check(FIELDS);
  requireMultiple(source, config, 'imageSize', 'patchSize');
  requireMultiple(source, config, 'numFrames', 'tubeletSize');
  return { ...config, ...(hiddenSize === undefined ? {} : { hiddenSize }) };
}

/** What a description tells of a checked configuration: all of its fields. */
export const recordedPatchCodebook = (values: PatchCodebookConfig): Recorded => ({
  fields: FIELDS,
  values: { ...values },
});
