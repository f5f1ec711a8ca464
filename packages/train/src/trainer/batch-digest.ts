import * as tf from '@tensorflow/tfjs';
import { tensorsDigest } from '@tgm/models';
import type { TensorTree } from '@tgm/tfjs-backend-onnx';
import type { Batch } from './batches.js';

/** A digest of what batches hold, to the last bit. */
export function batchDigest(batches: readonly Batch<TensorTree>[]): Promise<string> {
  const tensors: Record<string, tf.Tensor> = {};
  const add = (name: string, node: unknown): void => {
    if (node instanceof tf.Tensor) tensors[name] = node;
    else if (typeof node === 'object' && node !== null)
      for (const [key, each] of Object.entries(node)) add(`${name}/${key}`, each);
  };
  for (const [at, batch] of batches.entries()) add(String(at), batch.tensors);
  return tensorsDigest(tensors);
}
