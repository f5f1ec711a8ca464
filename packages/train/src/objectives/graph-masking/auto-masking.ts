import * as tf from '@tensorflow/tfjs';
import { withoutGradients } from '@tgm/losses';
import { maskedCount, type Random, type TokenGrid, tokenCount } from '@tgm/masking';
import type { Params, VideoMae } from '@tgm/models';
import { describer, number, optional, optionTable, recorded } from '@tgm/options';
import { TrainError } from '../../errors.js';
import { attentionTeacher } from './attention-teacher.js';
import type { GraphMasking } from './graph-masking.js';
import { gumbelNoise } from './gumbel-noise.js';
import { rectanglePrior } from './rectangle-prior.js';

export interface AutoMaskingOptions {
  /** Share of the tokens that are masked, [0, 1). */
  readonly ratio: number;
  /** Added to the uniform noise of those tokens that the generator marks, so that they are rather masked. Default 0.5. */
  readonly factor?: number;
  /** Of the Gumbel softmax. Default 1. */
  readonly temperature?: number;
  /** Share of itself that the teacher keeps in each step, [0, 1]; 1 keeps it as the run starts. Default 0.996. */
  readonly momentum?: number;
}

const OPTIONS = optionTable(
  'autoMasking',
  {
    ratio: number({ from: 0, below: 1 }),
    factor: optional(number({ from: 0 }), 0.5),
    temperature: optional(number({ above: 0 }), 1),
    momentum: optional(number({ from: 0, to: 1 }), 0.996),
  } satisfies Record<keyof AutoMaskingOptions, unknown>,
  TrainError,
);

const NAME = 'auto';
const TEACHER = `${NAME}.teacher.`;
const FIRST = `${NAME}.generator.first`;
const SECOND = `${NAME}.generator.second.weight`;
/** Maps between the two convolutions. */
const MAPS = 6;
const SIDE = 3;

/**
 * The form of AutoMAE (Chen et al., arXiv 2303.06583): a generator marks tokens, and those are rather masked than the others. It
 * is trained by the reconstruction, through `weight`, and by `adversarialMaskLoss`, which keeps its marks in one piece.
 *
 * Read in the authors' code (grade A): the generator is two convolutions of 3 x 3, with 6 maps and a ReLU between them, on the
 * attention of the teacher's heads; marks are the largest of a Gumbel softmax over all tokens, as many as stay visible; visible are
 * the tokens with the least sum of uniform noise and `factor` times the mark; the patch embeddings are multiplied by that sum
 * where the gradient is concerned, and by 1 where the value is. Reconstructions of ours, where a video differs from an image or a
 * run from the published one: the convolutions are within slices; the attention is as in `teacherAttentionMasking`; the teacher
 * is the momentum copy of the encoder itself. Published is a frozen MAE: start from its parameters with `momentum: 1`.
 *
 * `choice.further`: `sample` [B, N] the Gumbel softmax, `prior` [B, N] what a random rectangle gives in its place.
 *
 * Parameters: `auto.generator.first.weight` [3, 3, heads, 6] with its bias, `auto.generator.second.weight` [3, 3, 6, 1].
 * Buffers: `auto.teacher.videomae.…`.
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function autoMasking(options: AutoMaskingOptions): GraphMasking {
  const checked = OPTIONS.check(options);
  const { ratio, factor, temperature, momentum } = checked;
  const teacher = attentionTeacher(TEACHER, momentum);
  return {
    name: NAME,
    ratio,
    requires: [],
    init: (random, model, start) => ({
      params: drawGenerator(model.config.numAttentionHeads, random),
      buffers: teacher.begin(model, start),
    }),
    noise(random, grid) {
      const count = tokenCount(grid);
      const uniform = Float32Array.from({ length: count }, random);
      return Float32Array.from([...gumbelNoise(random, count), ...uniform, ...rectanglePrior(random, grid)]);
    },
    choose(params, buffers, { model, tokens, noise }) {
      const [gumbel, uniform, prior] = tf.split(noise, 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      const attended = teacher.attendedTo(model, buffers, tokens); // [B, heads, N]
      const logProbability = tf.logSoftmax(generated(params, attended, model)) as tf.Tensor2D;
      const sample = tf.softmax(tf.div(tf.add(logProbability, gumbel), temperature)) as tf.Tensor2D;
      const count = sample.shape[1];
      const marked = withoutGradients(() => largest(sample, count - maskedCount(count, ratio)));
      const still = withoutGradients(() => tf.clone(sample));
      const order = tf.topk(tf.neg(tf.add(uniform, tf.mul(factor, marked))), count).indices;
      return {
        order,
        logProbability,
        weight: tf.add(1, tf.mul(factor, tf.sub(sample, still))),
        further: { sample, prior },
      };
    },
    nextBuffers: (params, buffers) => teacher.follow(params, buffers),
    describe: describer('autoMasking', recorded(OPTIONS, checked)),
  };
}

/** Uniform, as PyTorch's convolutions. The second has no bias: the softmax would cancel it. */
function drawGenerator(heads: number, random: Random): Params {
  const draw = (shape: number[], inputs: number): tf.Tensor => {
    const bound = 1 / Math.sqrt(inputs * SIDE * SIDE);
    const count = shape.reduce((product, side) => product * side, 1);
    return tf.tensor(
      Float32Array.from({ length: count }, () => (2 * random() - 1) * bound),
      shape,
    );
  };
  return {
    [`${FIRST}.weight`]: draw([SIDE, SIDE, heads, MAPS], heads),
    [`${FIRST}.bias`]: draw([MAPS], heads),
    [SECOND]: draw([SIDE, SIDE, MAPS, 1], MAPS),
  };
}

/** [B, heads, N] shares of attention to [B, N] scores. */
function generated(params: Params, attended: tf.Tensor3D, { grid }: Pick<VideoMae, 'grid'>): tf.Tensor2D {
  const [clips, heads, count] = attended.shape;
  const maps = tf.reshape(tf.transpose(attended, [0, 2, 1]), imagesOf(grid, clips, heads)) as tf.Tensor4D;
  const conv = (x: tf.Tensor4D, weight: string) => tf.conv2d(x, params[weight] as tf.Tensor4D, 1, 'same');
  const inner = tf.relu(tf.add(conv(maps, `${FIRST}.weight`), params[`${FIRST}.bias`]!)) as tf.Tensor4D;
  return tf.reshape(conv(inner, SECOND), [clips, count]);
}

/** Slices as images: [B * slices, rows, columns, channels]. */
const imagesOf = ({ slices, rows, columns }: TokenGrid, clips: number, channels: number) =>
  [clips * slices, rows, columns, channels] as [number, number, number, number];

/** [B, N] 1 where a token is among the `count` largest of its clip, else 0. */
function largest(scores: tf.Tensor2D, count: number): tf.Tensor2D {
  const { indices } = tf.topk(scores, count);
  return tf.sum(tf.oneHot(indices, scores.shape[1], 1, 0, 'float32'), 1);
}
