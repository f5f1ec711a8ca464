import type { Params, VideoMaeClassifier } from '@tgm/models';
import { TrainError } from './errors.js';

/** Names of the encoder's parameters. */
const ENCODER = 'videomae.';

/**
 * What a classifier takes of the parameters of another model: all of its encoder, and of what is behind it what has the same
 * shape. So a head of other classes is drawn anew.
 *
 * @throws TrainError `OPTION_INVALID` where a parameter of the encoder is missing or has another shape.
 */
export function pretrainedParams(where: string, model: VideoMaeClassifier, pretrained: Params): Params {
  const kept: Record<string, Params[string]> = {};
  for (const { name, shape } of model.parameters) {
    const given = pretrained[name];
    const fits = given !== undefined && String(given.shape) === String(shape);
    if (fits) kept[name] = given;
    else if (name.startsWith(ENCODER)) {
      throw new TrainError('OPTION_INVALID', {
        where,
        expected: `all parameters of the encoder, "${name}" [${shape}] among them`,
        received: given === undefined ? 'none of this name' : `[${given.shape}]`,
      });
    }
  }
  return kept;
}
