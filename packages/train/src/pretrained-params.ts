import type { Params, VideoMaeClassifier } from '@tgm/models';
import { TrainError } from './errors.js';

/** Names of the encoder's parameters. */
const ENCODER = 'videomae.';

/** Its last norm, in whose place a classifier of the tokens' mean has one of its own. */
const LAST_NORM = 'videomae.layernorm.';

/**
 * What a classifier takes of the parameters of another model: all of its encoder, and of what is behind it what has the same
 * shape. So a head of other classes is drawn anew.
 *
 * @throws TrainError `OPTION_INVALID` where a parameter of the encoder is missing or has another shape, and for an encoder that
 *   has more, such as further layers.
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
  const more = Object.keys(pretrained).find(
    (name) => name.startsWith(ENCODER) && !name.startsWith(LAST_NORM) && !(name in kept),
  );
  if (more === undefined) return kept;
  throw new TrainError('OPTION_INVALID', {
    where,
    expected: "parameters of an encoder like the classifier's",
    received: `"${more}" besides`,
  });
}
