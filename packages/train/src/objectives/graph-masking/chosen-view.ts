import * as tf from '@tensorflow/tfjs';
import { atTokens, type Choice, withoutGradients } from '@tgm/losses';
import { maskedCount } from '@tgm/masking';
import type { Params, VideoMae } from '@tgm/models';
import { showValue } from '@tgm/options';
import { TrainError } from '../../errors.js';
import type { WholeTensors } from '../masked-batch.js';
import type { ChosenTokens, GraphMasking } from './graph-masking.js';

/** The view `reconstruct` under a mask that is chosen in the graph. */
export interface ChosenView {
  readonly choice: Choice;
  /** [B, K, D] the encoder's outputs for the visible tokens. */
  readonly tokens: tf.Tensor3D;
}

/**
 * Lets the mask choose, and encodes what it shows.
 *
 * @throws TrainError `OPTION_INVALID` for a mask whose choice has other shapes.
 */
export function chosenView(
  masking: GraphMasking<object>,
  model: VideoMae,
  params: Params,
  buffers: Params,
  { tokens, noise, cues }: WholeTensors,
): ChosenView {
  const [clips, count] = tokens.shape;
  let all: tf.Tensor3D | undefined;
  const chosen = masking.choose(params, buffers, {
    ...{ model, tokens, noise, cues },
    // Not every mask reads it, and then the visible tokens alone are embedded.
    get embedded() {
      all ??= model.embed(params, tokens, allPositions(clips, count));
      return all;
    },
  });
  requireShapes(masking.name, chosen, [clips, count]);
  const { order: ordered, logProbability, weight, further } = chosen as Chosen2D;
  const order = withoutGradients(() => tf.clone(ordered));
  const masked = maskedCount(count, masking.ratio);
  const visible = tf.slice(order, [0, 0], [clips, count - masked]);
  const shown = all ? atTokens(all, visible) : model.embed(params, atTokens(tokens, visible), visible);
  const weighted = weight ? tf.mul(shown, tf.expandDims(atTokens(weight, visible), 2)) : shown;
  return {
    choice: {
      order,
      visible,
      masked: tf.slice(order, [0, count - masked], [clips, masked]),
      ...(logProbability ? { logProbability } : {}),
      ...(weight ? { weight } : {}),
      ...(further ? { further } : {}),
    },
    tokens: model.encodeEmbedded(params, weighted as tf.Tensor3D),
  };
}

/** Whose shapes have been checked. */
type Chosen2D = Pick<ChosenTokens, 'further'> & {
  readonly order: tf.Tensor2D;
  readonly logProbability?: tf.Tensor2D;
  readonly weight?: tf.Tensor2D;
};

/** [B, N] int32, 0 to N - 1 for each clip. */
export const allPositions = (clips: number, count: number): tf.Tensor2D =>
  tf.tile(tf.expandDims(tf.range(0, count, 1, 'int32'), 0), [clips, 1]);

function requireShapes(name: string, chosen: ChosenTokens, shape: readonly [number, number]): void {
  for (const part of ['order', 'logProbability', 'weight'] as const) {
    const tensor = chosen?.[part];
    if (tensor === undefined && part !== 'order') continue;
    const dtype = part === 'order' ? 'int32' : 'float32';
    if (tensor && tf.util.arraysEqual(tensor.shape, [...shape]) && tensor.dtype === dtype) continue;
    throw new TrainError('OPTION_INVALID', {
      where: `Mask "${name}", ${part}`,
      expected: `${dtype} [${shape}]`,
      received: tensor?.shape ? `${tensor.dtype} [${tensor.shape}]` : showValue(tensor),
    });
  }
}
