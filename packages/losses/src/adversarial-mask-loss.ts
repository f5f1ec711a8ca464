import * as tf from '@tensorflow/tfjs';
import { describer, nested, optionTable, recorded, wholeNumber } from '@tgm/options';
import { LossError } from './errors.js';
import type { ClipLoss, LossInputs, Params } from './loss.js';
import { checkShape } from './shape-check.js';
import { withoutGradients } from './without-gradients.js';

export interface AdversarialMaskLossOptions {
  /** How the clips are cut into tokens: a model's `grid`. */
  readonly grid: { readonly slices: number; readonly rows: number; readonly columns: number };
}

const side = () => wholeNumber({ from: 1 });

const OPTIONS = optionTable(
  'adversarialMaskLoss',
  {
    grid: nested({ slices: side(), rows: side(), columns: side() }),
  } satisfies Record<keyof AdversarialMaskLossOptions, unknown>,
  LossError,
);

const NAME = 'adversarial';
/** Channels in and out of the judge's convolutions of 3 x 3. */
const LAYERS = [
  [1, 16],
  [16, 32],
  [32, 1],
] as const;
const LEAK = 0.2;

/**
 * Keeps the marks of a mask generator in one piece: a judge learns to tell them from random rectangles, and the generator to be
 * taken for one (AutoMAE, Chen et al., arXiv 2303.06583; the code weights the generator's side with 0.2). Both sides are least
 * squares (Mao et al., arXiv 1611.04076): the judge's (judge(prior) - 1)² + judge(sample)², the generator's (judge(sample) - 1)². Each
 * has a gradient for its own parameters alone.
 *
 * It reads `sample` and `prior` of a choice's `further`, [B, N] each, such as those of `autoMasking` of `@tgm/train`.
 *
 * Reconstructions of ours: the judge sees slices, in numbers N times as large, whose mean is 1; its convolutions keep the size, so
 * that it judges each place and fits every grid, where the code's have a stride and a spectral norm; both sides learn in the same
 * step, where the code's take turns, and a weight is that of both.
 *
 * Parameters: `adversarial.judge0.weight` [3, 3, 1, 16] to `adversarial.judge2.weight` [3, 3, 32, 1], with biases. Figures:
 * `prior` and `sample`, what the judge says of them, 1 for a rectangle and 0 for a mask.
 *
 * `init` throws LossError `OPTION_INVALID` for another grid than that of the model, where it is told; `compute` and `figures` throw
 * `CHOICE_MISSING` and `SHAPE_MISMATCH`.
 *
 * @throws LossError `OPTION_INVALID`.
 */
export function adversarialMaskLoss(options: AdversarialMaskLossOptions): ClipLoss {
  const checked = OPTIONS.check(options);
  const { grid } = checked;
  return {
    kind: 'clip',
    name: NAME,
    needs: { views: ['reconstruct'], text: false, choice: true },
    init(random, widths) {
      requireGrid(grid, widths?.grid);
      return drawJudge(random);
    },
    compute(params, inputs) {
      const { sample, prior } = marksOf(inputs, grid);
      return tf.tidy(() => {
        const still = byName(params, (tensor) => withoutGradients(() => tf.clone(tensor)));
        const seen = withoutGradients(() => tf.clone(sample));
        const judged = tf.add(off(judge(params, prior, grid), 1), off(judge(params, seen, grid), 0));
        return tf.add(judged, off(judge(still, sample, grid), 1)) as tf.Scalar;
      });
    },
    figures(params, inputs) {
      const { sample, prior } = marksOf(inputs, grid);
      return tf.tidy(() => ({
        prior: tf.mean(judge(params, prior, grid)) as tf.Scalar,
        sample: tf.mean(judge(params, sample, grid)) as tf.Scalar,
      }));
    },
    describe: describer('adversarialMaskLoss', recorded(OPTIONS, checked)),
  };
}

type Grid = AdversarialMaskLossOptions['grid'];

/** Another grid of as many tokens would make images of what does not lie side by side. */
function requireGrid(grid: Grid, ofModel: Grid | undefined): void {
  const told = ({ slices, rows, columns }: Grid) => `${slices} x ${rows} x ${columns}`;
  if (ofModel === undefined || told(grid) === told(ofModel)) return;
  throw new LossError('OPTION_INVALID', {
    where: 'adversarialMaskLoss, option grid',
    expected: `the model's, ${told(ofModel)} slices, rows and columns`,
    received: told(grid),
  });
}

/** Uniform, as PyTorch's convolutions. */
function drawJudge(random: () => number): Params {
  const draw = (shape: number[], inputs: number): tf.Tensor => {
    const bound = 1 / Math.sqrt(9 * inputs);
    const count = shape.reduce((product, size) => product * size, 1);
    return tf.tensor(
      Float32Array.from({ length: count }, () => (2 * random() - 1) * bound),
      shape,
    );
  };
  const drawn = LAYERS.flatMap(([inputs, outputs], layer) => [
    [`${NAME}.judge${layer}.weight`, draw([3, 3, inputs, outputs], inputs)] as const,
    [`${NAME}.judge${layer}.bias`, draw([outputs], inputs)] as const,
  ]);
  return Object.fromEntries(drawn);
}

/** [B, N] marks to [B * slices, rows, columns, 1] what they are taken for. */
function judge(params: Params, marks: tf.Tensor2D, { slices, rows, columns }: Grid): tf.Tensor {
  const [clips, count] = marks.shape;
  const images: [number, number, number, number] = [clips * slices, rows, columns, 1];
  let x = tf.reshape(tf.mul(marks, count), images) as tf.Tensor4D;
  for (const layer of LAYERS.keys()) {
    const weight = params[`${NAME}.judge${layer}.weight`] as tf.Tensor4D;
    const mapped = tf.add(tf.conv2d(x, weight, 1, 'same'), params[`${NAME}.judge${layer}.bias`]!);
    x = (layer < LAYERS.length - 1 ? tf.leakyRelu(mapped, LEAK) : mapped) as tf.Tensor4D;
  }
  return x;
}

/** Scalar: mean square distance from what it should be. */
const off = (judged: tf.Tensor, wanted: 0 | 1): tf.Tensor => tf.mean(tf.square(tf.sub(judged, wanted)));

const byName = (params: Params, of: (tensor: tf.Tensor) => tf.Tensor): Params =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, tensor]) =>
      name.startsWith(`${NAME}.`) ? [[name, of(tensor)]] : [],
    ),
  );

function marksOf(inputs: LossInputs, { slices, rows, columns }: Grid) {
  const { sample, prior } = inputs?.choice?.further ?? {};
  if (!sample || !prior) {
    throw new LossError('CHOICE_MISSING', {
      where: 'adversarialMaskLoss',
      expected: 'a mask that is chosen in the graph and gives sample and prior, such as autoMasking',
      received: inputs?.choice ? 'a choice without them' : 'no choice',
    });
  }
  const shape = [sample.shape[0]!, slices * rows * columns];
  checkShape(sample, shape, 'adversarialMaskLoss, sample');
  checkShape(prior, shape, 'adversarialMaskLoss, prior');
  return { sample: sample as tf.Tensor2D, prior: prior as tf.Tensor2D };
}
