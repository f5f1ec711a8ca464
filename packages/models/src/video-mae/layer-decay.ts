import { number, optionTable } from '@tgm/options';
import { ModelError } from '../errors.js';
import type { VideoMaeBlocksConfig } from './config.js';

const table = optionTable('layerDecayScales', { decay: number({ above: 0, to: 1 }) }, ModelError);

const BLOCK = /^videomae\.encoder\.layer\.(\d+)\./;

/** Which layer a parameter belongs to: 0 the embedding, i + 1 block i, the blocks' number + 1 all after them. */
export function layerOf(name: string, { numHiddenLayers }: VideoMaeBlocksConfig): number {
  if (name.startsWith('videomae.embeddings.') || name === 'mask_token') return 0;
  const block = BLOCK.exec(name);
  return block ? Number(block[1]) + 1 : numHiddenLayers + 1;
}

/**
 * Factors of the learning rate for fine-tuning: the last layer learns at the full rate, each one before it at `decay`
 * times the next one's (BEiT, arXiv 2106.08254; VideoMAE, arXiv 2203.12602, table 9: 0.75).
 *
 * @param decay (0, 1].
 * @returns the factor of each layer, by the number of `layerOf`.
 * @throws ModelError with `OPTION_INVALID`
 */
export function layerDecayScales(config: VideoMaeBlocksConfig, decay: number): number[] {
  table.check({ decay });
  const last = config.numHiddenLayers + 1;
  return Array.from({ length: last + 1 }, (_, layer) => decay ** (last - layer));
}
