import { number, optionTable, passing, showValue, text } from '@tgm/options';
import { ModelError } from '../errors.js';
import { isRecord } from '../option-fields.js';
import type { VideoMaeBlocksConfig } from './config.js';

/** What is read of a configuration. */
type Depth = Pick<VideoMaeBlocksConfig, 'numHiddenLayers'>;

const config = passing(
  'the configuration of a Video MAE (with numHiddenLayers, a whole number from 1)',
  (value): value is Depth =>
    isRecord(value) && Number.isSafeInteger(value.numHiddenLayers) && (value.numHiddenLayers as number) >= 1,
);
const layers = optionTable('layerOf', { name: text(), config }, ModelError);
const scales = optionTable('layerDecayScales', { config, decay: number({ above: 0, to: 1 }) }, ModelError);

const BLOCK = /^videomae\.encoder\.layer\.(\d+)\./;

/**
 * Which layer a parameter belongs to: 0 the embedding, i + 1 block i, the blocks' number + 1 all after them.
 * @throws ModelError with `OPTION_INVALID`, also for a block that the model does not have.
 */
export function layerOf(name: string, config: Depth): number {
  layers.check({ name, config });
  const { numHiddenLayers } = config;
  if (name.startsWith('videomae.embeddings.') || name === 'mask_token') return 0;
  const block = BLOCK.exec(name);
  if (!block) return numHiddenLayers + 1;
  const layer = Number(block[1]) + 1;
  if (layer <= numHiddenLayers) return layer;
  throw new ModelError('OPTION_INVALID', {
    where: 'layerOf, option name',
    expected: `a parameter of blocks 0 to ${numHiddenLayers - 1}`,
    received: showValue(name),
  });
}

/**
 * Factors of the learning rate for fine-tuning: the last layer learns at the full rate, each one before it at `decay`
 * times the next one's (BEiT, arXiv 2106.08254; VideoMAE, arXiv 2203.12602, table 9: 0.75).
 *
 * @param decay (0, 1].
 * @returns the factor of each layer, by the number of `layerOf`.
 * @throws ModelError with `OPTION_INVALID`
 */
export function layerDecayScales(config: Depth, decay: number): number[] {
  scales.check({ config, decay });
  const last = config.numHiddenLayers + 1;
  return Array.from({ length: last + 1 }, (_, layer) => decay ** (last - layer));
}
