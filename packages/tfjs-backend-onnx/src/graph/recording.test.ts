import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { attention, layerNorm, linear, onnxEngine } from '../index.js';
import type { OnnxBackend } from '../runtime/backend.js';
import { hold } from '../runtime/transfer.js';
import { emit } from './emit.js';
import { withTrace } from './record.js';
import type { Value } from './value.js';

let backend: OnnxBackend;
beforeAll(async () => {
  await onnxEngine();
  backend = tf.backend() as OnnxBackend;
});

/** The operators that a function's outputs need, by name and sorted, and the size of its model. */
function recorded(fn: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[], ...shapes: number[][]) {
  return withTrace(() => {
    const inputs = shapes.map((shape, index) => {
      const value: Value = { type: 'float32', shape, source: { kind: 'input', index } };
      return tf.engine().makeTensorFromTensorInfo(backend.bind(value), backend);
    });
    const outputs = [fn(...inputs)].flat().map((output) => backend.value(output));
    const ops: string[] = [];
    const seen = new Set<unknown>();
    const visit = (value: Value | null): void => {
      if (value?.source.kind !== 'node' || seen.has(value.source.node)) return;
      seen.add(value.source.node);
      ops.push(value.source.node.op);
      value.source.node.inputs.forEach(visit);
    };
    outputs.forEach(visit);
    const { model, nodeCount } = emit(outputs, hold);
    return { ops: ops.sort(), bytes: model.length, nodeCount };
  });
}

describe('what is recorded', () => {
  test('operations that do nothing are left out', () => {
    const { ops } = recorded(
      (x) =>
        tf.neg(
          tf.neg(
            x!
              .reshape([6])
              .reshape([2, 3])
              .transpose()
              .transpose()
              .add(0)
              .mul(tf.ones([2, 3])),
          ),
        ),
      [2, 3],
    );
    expect(ops).toEqual([]);
  });

  test('adding a negative subtracts', () => {
    expect(recorded((x, y) => x!.add(y!.neg()), [2], [2]).ops).toEqual(['Sub']);
  });

  test('broadcasting does the work of an expansion', () => {
    expect(recorded((x, y) => x!.broadcastTo([4, 3]).mul(y!), [1, 3], [4, 3]).ops).toEqual(['Mul']);
    expect(recorded((x, y) => x!.broadcastTo([4, 3]).mul(y!), [1, 3], [1, 3]).ops).toEqual(['Expand', 'Mul']);
  });

  test('a mean and its gradient hold no tensor of ones', () => {
    const { ops, bytes } = recorded((x) => tf.grad((y: tf.Tensor) => y.square().mean())(x!), [1000, 1000]);
    expect(ops.filter((op) => op !== 'Reshape')).toEqual(['Mul', 'Mul']);
    expect(bytes).toBeLessThan(1000);
  });

  test('what no output needs is not emitted, and equal nodes once', () => {
    const { nodeCount } = recorded(
      (x) => {
        x!.exp().sum();
        return [x!.relu().add(1), x!.relu().add(1).mul(2)];
      },
      [3],
    );
    expect(nodeCount).toBe(3);
  });

  test.each([
    ['narrower than its outputs', 5, ['Transpose', 'Transpose']],
    ['wider than its outputs', 3, ['Transpose']],
    ['as wide as its outputs', 4, []],
  ] as const)('linear is one Gemm, and its gradients are one each: %s', (_, outputs, moves) => {
    const shapes = [[2, 3, 4], [outputs, 4], [outputs]];
    const apply = (...[x, weight, bias]: tf.Tensor[]) => linear(x!, weight!, bias!);
    const products = ({ ops }: { ops: string[] }) => ops.filter((op) => op !== 'Reshape');
    expect(products(recorded(apply, ...shapes))).toEqual(['Gemm']);
    const gradients = recorded(
      (...inputs) => tf.grads((...all: tf.Tensor[]) => apply(...all).square())(inputs),
      ...shapes,
    );
    expect(products(gradients)).toEqual(['Gemm', 'Gemm', 'Gemm', 'MatMul', 'Mul', ...moves]);
  });

  test('attention and its gradient are six products and no transposition', () => {
    const shape = [2, 2, 3, 4];
    const { ops } = recorded(
      (...inputs) => tf.grads((q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => attention(q, k, v, 0.5))(inputs),
      shape,
      shape,
      shape,
    );
    expect(ops.filter((op) => /MatMul/.test(op))).toHaveLength(6);
    expect(ops).not.toContain('Transpose');
  });

  test('layerNorm is one node', () => {
    expect(recorded((x, s, b) => layerNorm(x!, s!, b!, 1e-6), [2, 4], [4], [4]).ops).toEqual([
      'LayerNormalization',
    ]);
  });
});
