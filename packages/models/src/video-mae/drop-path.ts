import type { Random } from '@tgm/masking';
import { number, optionTable, wholeNumber } from '@tgm/options';
import { ModelError } from '../errors.js';
import { generator } from '../option-fields.js';

export interface DropPathOptions {
  /** The last block's share of branches that are left out, [0, 1); VideoMAE fine-tunes with 0.1. */
  readonly rate: number;
  readonly layers: number;
  readonly batch: number;
}

const table = optionTable(
  'drawDropPath',
  {
    rate: number({ from: 0, below: 1 }),
    layers: wholeNumber({ from: 1 }),
    batch: wholeNumber({ from: 1 }),
  } satisfies Record<keyof DropPathOptions, unknown>,
  ModelError,
);

const draws = optionTable('drawDropPath', { random: generator() }, ModelError);

/**
 * Which branches of which blocks are left out for which clip (G. Huang et al., "Deep networks with stochastic depth",
 * arXiv 1603.09382): the share grows evenly from 0 in the first block to `rate` in the last, and what stays is scaled
 * so that the mean is the same.
 *
 * @returns [layers, 2, B] 0 or 1 / (1 - share), attention then MLP, for `VideoMaeClassifier.encode`.
 * @throws ModelError with `OPTION_INVALID`
 */
export function drawDropPath(options: DropPathOptions, random: Random): Float32Array {
  const { rate, layers, batch } = table.check(options);
  draws.check({ random });
  const factors = new Float32Array(layers * 2 * batch);
  for (let index = 0; index < factors.length; index++) {
    const layer = Math.floor(index / (2 * batch));
    const share = layers === 1 ? rate : (rate * layer) / (layers - 1);
    factors[index] = random() < share ? 0 : 1 / (1 - share);
  }
  return factors;
}
