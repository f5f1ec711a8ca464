import type { LossWidths } from '@tgm/losses';
import type { Random } from '@tgm/masking';
import type { Params } from '@tgm/models';
import { TrainError } from '../errors.js';
import type { WeightedLoss } from './weighted-loss.js';

/**
 * Fresh parameters of the losses, in their order.
 *
 * @throws TrainError `OPTION_INVALID` for a loss whose parameters do not begin with its own name and a dot, or are the model's.
 */
export function drawLossParams(
  losses: readonly WeightedLoss[],
  ofModel: Params,
  random: Random,
  widths: LossWidths,
): Params {
  const drawn = losses.map(({ loss }) => {
    const params = loss.init(random, widths);
    const wrong = Object.keys(params).find((name) => !name.startsWith(`${loss.name}.`) || name in ofModel);
    if (wrong === undefined) return params;
    throw new TrainError('OPTION_INVALID', {
      where: `maskedObjective, loss ${loss.name}`,
      expected: `parameters whose names begin with "${loss.name}." and are not the model's`,
      received: JSON.stringify(wrong),
    });
  });
  return Object.assign({}, ...drawn) as Params;
}
