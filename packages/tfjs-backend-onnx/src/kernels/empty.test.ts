import * as tf from '@tensorflow/tfjs';
import { describe, test } from 'vitest';
import { attention, layerNorm, linear } from '../index.js';
import { expectGradientsLikeCpu, expectLikeCpu, type Given, type Op } from './against-cpu.test-model.js';

const none = (shape: number[], dtype: Given['dtype'] = 'float32'): Given => ({ data: [], shape, dtype });
const some = (shape: number[], dtype: Given['dtype'] = 'float32'): Given => {
  const data = Array.from({ length: tf.util.sizeFromShape(shape) }, (_, index) => index + 1);
  return { data, shape, dtype };
};
/** An operation by its name. */
const call = (name: string): ((...values: unknown[]) => tf.Tensor) =>
  (tf as unknown as Record<string, (...values: unknown[]) => tf.Tensor>)[name]!;
type Case = readonly [string, Op, ...Given[]];
const both = (topk: { values: tf.Tensor; indices: tf.Tensor }) => [topk.values, topk.indices];

const reductions = ['sum', 'mean', 'max', 'min', 'prod', 'logSumExp'] as const;
const whole = ['sum', 'mean', 'max', 'min', 'prod'] as const;
const shapes: readonly (readonly [number[], number | number[] | undefined])[] = [
  [[0, 3], 0],
  [[0, 3], 1],
  [[3, 0], 1],
  [[0], undefined],
  [[2, 0, 3], 1],
  [
    [2, 0, 3],
    [0, 2],
  ],
];

describe.each(shapes)('reductions of [%j] over %j', (shape, axis) => {
  test('of floats', () =>
    expectLikeCpu(
      (x) => reductions.flatMap((name) => [call(name)(x!, axis), call(name)(x!, axis, true)]),
      [none(shape)],
    ));
  test('of integers', () =>
    expectLikeCpu((x) => whole.map((name) => call(name)(x!, axis)), [none(shape, 'int32')]));
  test('of booleans', () =>
    expectLikeCpu((x) => [tf.any(x!, axis), tf.all(x!, axis)], [none(shape, 'bool')]));
  test.skipIf(typeof axis === 'object')('norm', () =>
    expectLikeCpu((x) => tf.norm(x!, 2, axis), [none(shape)]),
  );
});

const cases: readonly Case[] = [
  ['argMax and argMin along nothing', (x) => [tf.argMax(x!, 1), tf.argMin(x!, 1)], none([3, 0])],
  ['argMax and argMin of nothing', (x) => [tf.argMax(x!, 1), tf.argMin(x!, 1)], none([0, 3])],
  ['topk of no rows', (x) => both(tf.topk(x!, 2)), none([0, 3])],
  ['topk of none', (x) => both(tf.topk(x!, 0)), some([2, 3])],
  ['topk of integers', (x) => both(tf.topk(x!, 2)), none([0, 3], 'int32')],
  ['softmax', (x) => [tf.softmax(x!), tf.logSoftmax(x!)], none([0, 3])],
  [
    'cumulative sum and product',
    (x) => [tf.cumsum(x!, 0), tf.cumprod(x!, 0), tf.cumprod(x!, 0, true)],
    none([0, 3]),
  ],
  [
    'reverse, transpose, expandDims',
    (x) => [tf.reverse(x!), tf.transpose(x!), tf.expandDims(x!)],
    none([0, 3]),
  ],
  ['tile and broadcast', (x) => [tf.tile(x!, [2, 2]), tf.broadcastTo(x!, [0, 3])], none([0, 3])],
  ['a tile of none', (x) => tf.tile(x!, [0, 2]), some([2, 2])],
  [
    'pad',
    (x) =>
      tf.pad(
        x!,
        [
          [1, 1],
          [0, 2],
        ],
        7,
      ),
    none([0, 3]),
  ],
  [
    'slices of nothing',
    (x) => [tf.slice(x!, [1, 0], [0, 2]), tf.stridedSlice(x!, [2, 0], [1, 2])],
    some([2, 2]),
  ],
  ['concat', (x, y) => [tf.concat([x!, y!]), tf.concat([x!, x!])], none([0, 2]), some([1, 2])],
  ['stack and unstack', (x) => [tf.stack([x!, x!]), ...tf.unstack(x!)], none([2, 0])],
  ['split', (x, y) => [...tf.split(x!, 2, 1), ...tf.split(y!, [0, 2], 0)], none([0, 4]), some([2, 2])],
  ['a product without rows', (x, y) => tf.matMul(x!, y!), none([0, 3]), some([3, 2])],
  ['a product without columns', (x, y) => tf.matMul(x!, y!, false, true), some([2, 3]), none([0, 3])],
  ['a product over nothing', (x, y) => tf.matMul(x!, y!), none([2, 0]), none([0, 3])],
  [
    'a product over nothing, of integers',
    (x, y) => tf.matMul(x!, y!),
    none([2, 0], 'int32'),
    none([0, 3], 'int32'),
  ],
  ['a batch of no products', (x, y) => tf.matMul(x!, y!), none([0, 2, 3]), none([0, 3, 2])],
  [
    'a fused product over nothing',
    (x, y) => tf.fused.matMul({ a: x!, b: y!, bias: tf.ones([3]), activation: 'relu' }),
    none([2, 0]),
    none([0, 3]),
  ],
  ['einsum over nothing', (x, y) => tf.einsum('ij,jk->ik', x!, y!), none([2, 0]), none([0, 3])],
  [
    'dot and outer product',
    (x, y) => [tf.dot(x!, x!), tf.outerProduct(x as tf.Tensor1D, y as tf.Tensor1D)],
    none([0]),
    some([2]),
  ],
  [
    'a convolution of no images',
    (x, f) => tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, 'same'),
    none([0, 4, 4, 1]),
    some([1, 1, 1, 2]),
  ],
  [
    'a convolution of no channels',
    (x, f) => tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, 'same'),
    none([1, 4, 4, 0]),
    none([1, 1, 0, 2]),
  ],
  [
    'a convolution to no channels',
    (x, f) => tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, 'same'),
    some([1, 4, 4, 1]),
    none([1, 1, 1, 0]),
  ],
  [
    'a depthwise convolution of no images',
    (x, f) => tf.depthwiseConv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, 'same'),
    none([0, 4, 4, 1]),
    some([1, 1, 1, 1]),
  ],
  [
    'a convolution of no volumes',
    (x, f) => tf.conv3d(x as tf.Tensor5D, f as tf.Tensor5D, 1, 'same'),
    none([0, 2, 2, 2, 1]),
    some([1, 1, 1, 1, 1]),
  ],
  [
    'a transposed convolution of no images',
    (x, f) => tf.conv2dTranspose(x as tf.Tensor4D, f as tf.Tensor4D, [0, 4, 4, 1], 1, 'same'),
    none([0, 4, 4, 1]),
    some([1, 1, 1, 1]),
  ],
  [
    'pooling of no images',
    (x) => [tf.maxPool(x as tf.Tensor4D, 2, 2, 'same'), tf.avgPool(x as tf.Tensor4D, 2, 2, 'same')],
    none([0, 4, 4, 1]),
  ],
  [
    'pooling of no channels',
    (x) => [tf.maxPool(x as tf.Tensor4D, 2, 2, 'same'), tf.avgPool(x as tf.Tensor4D, 4, 4, 'valid')],
    none([1, 4, 4, 0]),
  ],
  [
    'resizing, flipping, rotating of no images',
    (x) => [
      tf.image.resizeBilinear(x as tf.Tensor4D, [2, 2]),
      tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [2, 2]),
      tf.image.flipLeftRight(x as tf.Tensor4D),
      tf.image.rotateWithOffset(x as tf.Tensor4D, 1),
    ],
    none([0, 4, 4, 3]),
  ],
  [
    'no crops',
    (x, boxes, owners) =>
      tf.image.cropAndResize(x as tf.Tensor4D, boxes as tf.Tensor2D, owners as tf.Tensor1D, [2, 2]),
    some([1, 4, 4, 1]),
    none([0, 4]),
    none([0], 'int32'),
  ],
  [
    'blocks of no images',
    (x) => [
      tf.depthToSpace(x as tf.Tensor4D, 2),
      tf.spaceToBatchND(
        x!,
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
    ],
    none([0, 2, 2, 4]),
  ],
  [
    'dilation of no images',
    (x, f) => tf.dilation2d(x as tf.Tensor4D, f as tf.Tensor3D, 1, 'same'),
    none([0, 4, 4, 1]),
    some([1, 1, 1]),
  ],
  [
    'normalisation of no rows',
    (x) => [
      tf.batchNorm(x!, tf.zeros([3]), tf.ones([3])),
      tf.localResponseNormalization(x!.reshape([0, 1, 1, 3])),
    ],
    none([0, 3]),
  ],
  [
    'gather of none and from none',
    (x, i) => [tf.gather(x!, i!), tf.gather(tf.zeros([0, 2]), i!)],
    some([3, 2]),
    none([0], 'int32'),
  ],
  [
    'gatherND of none and of whole tensors',
    (x, i) => tf.gatherND(x!, i!),
    some([3, 2]),
    none([0, 1], 'int32'),
  ],
  ['scatterND of none', (x, i) => tf.scatterND(i!, x!, [3, 2]), none([0, 2]), none([0, 1], 'int32')],
  [
    'a segment sum of none',
    (x, i) => tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 3),
    none([0, 2]),
    none([0], 'int32'),
  ],
  [
    'an update of none',
    (x, i) => tf.tensorScatterUpdate(x!, i!, tf.zeros([0, 2])),
    some([3, 2]),
    none([0, 1], 'int32'),
  ],
  ['counts of none', (i) => tf.bincount(i as tf.Tensor1D, tf.tensor1d([]), 3), none([0], 'int32')],
  ['sparse to dense of none', (i) => tf.sparseToDense(i!, tf.tensor1d([]), [3], 7), none([0], 'int32')],
  [
    'diag, oneHot, where',
    (x, i) => [tf.diag(x!), tf.oneHot(i!, 4), tf.where(x!.greater(0), x!, x!)],
    none([0]),
    none([0], 'int32'),
  ],
  ['moments', (x) => Object.values(tf.moments(x!, 0)), none([0, 3])],
];

describe('tensors without elements give what the cpu backend gives', () => {
  for (const [name, op, ...given] of cases) test(name, () => expectLikeCpu(op, given));

  const unary = [
    'abs',
    'exp',
    'log',
    'relu',
    'sigmoid',
    'sqrt',
    'tanh',
    'round',
    'isNaN',
    'square',
    'erf',
  ] as const;
  test('operations on single elements', () =>
    expectLikeCpu((x) => unary.map((name) => call(name)(x!)), [none([2, 0])]));

  const binary = [
    'add',
    'sub',
    'mul',
    'div',
    'pow',
    'maximum',
    'mod',
    'floorDiv',
    'atan2',
    'equal',
    'less',
  ] as const;
  test('operations of two, broadcast', () =>
    expectLikeCpu((x, y) => binary.map((name) => call(name)(x!, y!)), [none([0, 3]), some([3])]));

  test('gradients', async () => {
    await expectGradientsLikeCpu(
      (x) => [x!.square(), x!.sum(0), x!.mean(0), x!.max(1), x!.softmax()],
      [none([0, 3])],
    );
    await expectGradientsLikeCpu((x, y) => tf.matMul(x!, y!), [none([2, 0]), none([0, 3])]);
    await expectGradientsLikeCpu((x) => tf.gather(x!, tf.tensor1d([], 'int32')), [some([3, 2])]);
  });

  test.each([
    ['no images', none([0, 4, 4, 1]), some([2, 2, 1, 1])],
    ['no channels', none([1, 4, 4, 0]), none([2, 2, 0, 2])],
  ] as const)('gradients of a convolution of %s', async (_, image, filter) => {
    const convolve: Op = (x, f) => tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, 'same');
    await expectGradientsLikeCpu(convolve, [image, filter]);
  });

  test('layer normalisation, linear layer and attention', async () => {
    await expectLikeCpu((x) => layerNorm(x!, tf.zeros([0]), tf.zeros([0]), 1e-6), [none([2, 0])]);
    await expectLikeCpu((x) => layerNorm(x!, tf.ones([3]), tf.zeros([3]), 1e-6), [none([0, 3])]);
    await expectLikeCpu((x) => linear(x!, tf.ones([4, 0]), tf.ones([4])), [none([2, 0])]);
    await expectLikeCpu((q, k) => attention(q!, k!, k!, 0.5), [none([1, 2, 0, 4]), some([1, 2, 3, 4])]);
    await expectLikeCpu((q, k) => attention(q!, k!, k!, 0.5), [some([1, 2, 3, 4]), none([1, 2, 0, 4])]);
  });
});
