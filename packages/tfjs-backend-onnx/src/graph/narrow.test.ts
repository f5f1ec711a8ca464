import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { onnxEngine } from '../index.js';
import type { OnnxBackend } from '../runtime/backend.js';
import { hold } from '../runtime/transfer.js';
import { emit } from './emit.js';
import type { GraphParts } from './model.js';
import { narrowed } from './narrow.js';
import { withTrace } from './record.js';

test('wide splits and concatenations are taken apart and give the same', async () => {
  await onnxEngine({ threads: 1 });
  const backend = tf.backend() as OnnxBackend;
  const outputs = withTrace(() => {
    const input = backend.bind({ type: 'float32', shape: [2, 11], source: { kind: 'input', index: 0 } });
    const x = tf.engine().makeTensorFromTensorInfo(input, backend);
    const parts = tf.split(x, [3, 1, 2, 1, 4], 1);
    const flipped = tf.concat([...parts].reverse(), 1);
    return [flipped, ...tf.split(flipped, 11, 1)].map((tensor) => backend.value(tensor));
  });
  let written: GraphParts | undefined;
  const { model, outputs: names } = emit(outputs, hold, undefined, (parts) => {
    written = narrowed(parts, 2);
    return written;
  });
  for (const { node, inputs, outputs } of written!.nodes) {
    expect(node.op).toMatch(/Slice|Concat/);
    expect(node.op === 'Concat' ? inputs.length : outputs.length).toBeLessThanOrEqual(2);
  }
  const session = await ort.InferenceSession.create(model);
  const x = Float32Array.from({ length: 22 }, (_, index) => index);
  const results = await session.run({ i0: new ort.Tensor('float32', x, [2, 11]) });
  const row = [7, 8, 9, 10, 6, 4, 5, 3, 0, 1, 2];
  const numbers = outputs.map((output) => Array.from(results[names.get(output)!]!.data as Float32Array));
  expect(numbers[0]).toEqual([...row, ...row.map((value) => value + 11)]);
  expect(numbers.slice(1)).toEqual(row.map((value) => [value, value + 11]));
});
