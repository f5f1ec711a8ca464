import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import type { Params } from '@tgm/models';
import { showValue } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Objective } from './objective.js';
import type { RunOptions } from './trainer-options.js';

/** Parameters and buffers before the first step. */
export interface Beginning {
  readonly params: Params;
  readonly buffers: Params;
  /** Disposes what was drawn; what was given stays. */
  dispose(): void;
}

/**
 * Draws what a run begins with, and puts what is given in its place.
 *
 * @throws TrainError `OPTION_INVALID` for a tensor that the objective does not have, of another shape or disposed, and for an
 *   objective without parameters, or whose tensors are of a type that checkpoints do not hold.
 */
export function beginning(
  objective: Objective<never>,
  { seed, start = {} }: Pick<RunOptions, 'seed' | 'start'>,
): Beginning {
  requireLiveTensors('params', start.params);
  requireLiveTensors('buffers', start.buffers);
  const drawn = objective.init(seededRandom(seed, 'init'), start.params ?? {});
  if (Object.keys(drawn?.params ?? {}).length === 0) {
    throw new TrainError('OPTION_INVALID', {
      where: 'trainer, option objective, init',
      expected: 'params: tensors by name, at least one',
      received: showValue(drawn?.params),
    });
  }
  const buffers = drawn.buffers ?? {};
  const dispose = () => tf.dispose([drawn.params, buffers] as unknown as tf.TensorContainer);
  try {
    requireTypes('parameter', drawn.params, ['float32']);
    requireTypes('buffer', buffers, ['float32', 'int32']);
    return {
      params: { ...drawn.params, ...fitting('params', drawn.params, start.params) },
      buffers: { ...buffers, ...fitting('buffers', buffers, start.buffers) },
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

function requireTypes(kind: string, tensors: Params, types: readonly string[]): void {
  const wrong = Object.entries(tensors).find(([, { dtype }]) => !types.includes(dtype));
  if (!wrong) return;
  const [name, { dtype }] = wrong;
  throw new TrainError('OPTION_INVALID', {
    where: 'trainer, option objective',
    expected: `the ${kind} ${name} to be ${types.join(' or ')}`,
    received: dtype,
  });
}

/** Before the objective sees them, since it may copy them. */
function requireLiveTensors(part: Part, given: Params = {}): void {
  for (const [name, tensor] of Object.entries(given)) {
    if (!(tensor instanceof tf.Tensor)) refuse(part, `a tensor ${name}`, showValue(tensor));
    if (tensor.isDisposed) refuse(part, `a tensor ${name}`, 'one that is disposed');
  }
}

function fitting(part: Part, own: Params, given: Params = {}): Params {
  for (const [name, tensor] of Object.entries(given)) {
    const wanted = own[name];
    if (!wanted) refuse(part, `tensors of the objective, such as ${Object.keys(own)[0] ?? 'none'}`, name);
    else if (!tf.util.arraysEqual(tensor.shape, wanted.shape))
      refuse(part, `${name} of shape [${wanted.shape}]`, `[${tensor.shape}]`);
  }
  return given;
}

type Part = 'params' | 'buffers';

function refuse(part: Part, expected: string, received: string): never {
  throw new TrainError('OPTION_INVALID', { where: `trainer, option start.${part}`, expected, received });
}
