import type { Random } from '@tgm/masking';
import type { Params, VideoMae } from '@tgm/models';
import { showValue } from '@tgm/options';
import { TrainError } from '../../errors.js';
import type { GraphMasking } from './graph-masking.js';

/**
 * Fresh parameters and buffers of a mask.
 *
 * @param drawn the model's parameters and the losses'.
 * @param given those that the run starts with in place of drawn ones.
 * @throws TrainError `OPTION_INVALID` for what `init` must not give: no parameters, names that do not begin with the mask's own and a dot, or are another's.
 */
export function drawGraphMasking(
  masking: GraphMasking<object>,
  model: VideoMae,
  random: Random,
  drawn: Params,
  given: Params,
): { readonly params: Params; readonly buffers: Params } {
  const start = Object.fromEntries(
    model.parameters.map(({ name }) => [name, given[name] ?? drawn[name]!] as const),
  );
  const made: Partial<ReturnType<GraphMasking['init']>> | undefined = masking.init(random, model, start);
  if (typeof made?.params !== 'object' || made.params === null) {
    throw new TrainError('OPTION_INVALID', {
      where: `Mask "${masking.name}", init`,
      expected: '{ params, buffers? }',
      received: showValue(made),
    });
  }
  const { params, buffers = {} } = made;
  for (const [kind, tensors] of Object.entries({ params, buffers })) {
    const wrong = Object.keys(tensors).find((name) => !name.startsWith(`${masking.name}.`) || name in drawn);
    if (wrong === undefined) continue;
    throw new TrainError('OPTION_INVALID', {
      where: `Mask "${masking.name}", ${kind}`,
      expected: `names that begin with "${masking.name}." and are no other's`,
      received: JSON.stringify(wrong),
    });
  }
  return { params, buffers };
}
