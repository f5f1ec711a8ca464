import * as tf from '@tensorflow/tfjs';
import { reshape, transpose } from '../graph/build.js';
import { slice } from '../graph/slice.js';
import type { Shape, Value } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';
import { pad } from './layout.js';
import { range } from './window.js';

type Pairs = readonly (readonly [number, number])[];

/** Cuts the padded axes after the batch into blocks, whose elements become examples of their own. */
function spaceToBatch(x: Value, blocks: Shape, paddings: Pairs): Value {
  const rest = x.shape.slice(1 + blocks.length);
  const padded = pad(x, [[0, 0], ...paddings, ...rest.map(() => [0, 0] as const)], 'constant', 0);
  const [batch] = x.shape as [number];
  const lengths = blocks.map((block, axis) => padded.shape[axis + 1]! / block);
  const split = reshape(padded, [
    batch,
    ...lengths.flatMap((length, axis) => [length, blocks[axis]!]),
    ...rest,
  ]);
  const count = blocks.length;
  const inBlock = range(0, count).map((axis) => 2 + 2 * axis);
  const outside = range(0, count).map((axis) => 1 + 2 * axis);
  const moved = transpose(split, [...inBlock, 0, ...outside, ...range(1 + 2 * count, split.shape.length)]);
  return reshape(moved, [batch * tf.util.sizeFromShape([...blocks]), ...lengths, ...rest]);
}

/** The inverse of `spaceToBatch`: examples become the elements of blocks, and the padding is cut off. */
function batchToSpace(x: Value, blocks: Shape, crops: Pairs): Value {
  const count = blocks.length;
  const batch = x.shape[0]! / tf.util.sizeFromShape([...blocks]);
  const lengths = x.shape.slice(1, 1 + count);
  const rest = x.shape.slice(1 + count);
  const split = reshape(x, [...blocks, batch, ...lengths, ...rest]);
  const pairs = range(0, count).flatMap((axis) => [count + 1 + axis, axis]);
  const moved = transpose(split, [count, ...pairs, ...range(1 + 2 * count, split.shape.length)]);
  const whole = reshape(moved, [batch, ...lengths.map((length, axis) => length * blocks[axis]!), ...rest]);
  const begin = [0, ...crops.map(([before]) => before), ...rest.map(() => 0)];
  const size = [
    batch,
    ...crops.map(([before, after], axis) => whole.shape[axis + 1]! - before - after),
    ...rest,
  ];
  return slice(whole, begin, size);
}

function depthToSpace(x: Value, block: number, dataFormat: 'NHWC' | 'NCHW'): Value {
  if (dataFormat === 'NCHW') {
    const [batch, channels, height, width] = x.shape as [number, number, number, number];
    const depth = channels / (block * block);
    const split = reshape(x, [batch, block, block, depth, height, width]);
    return reshape(transpose(split, [0, 3, 4, 1, 5, 2]), [batch, depth, height * block, width * block]);
  }
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const depth = channels / (block * block);
  const split = reshape(x, [batch, height, width, block, block, depth]);
  return reshape(transpose(split, [0, 1, 3, 2, 4, 5]), [batch, height * block, width * block, depth]);
}

export const blockKernels: readonly Kernel[] = [
  kernel<{ blockShape: number[]; paddings: [number, number][] }>(
    tf.SpaceToBatchND,
    ({ x }, { blockShape, paddings }) => spaceToBatch(x!, blockShape, paddings),
  ),
  kernel<{ blockShape: number[]; crops: [number, number][] }>(
    tf.BatchToSpaceND,
    ({ x }, { blockShape, crops }) => batchToSpace(x!, blockShape, crops),
  ),
  kernel<{ blockSize: number; dataFormat: 'NHWC' | 'NCHW' }>(
    tf.DepthToSpace,
    ({ x }, { blockSize, dataFormat }) => depthToSpace(x!, blockSize, dataFormat),
  ),
];
