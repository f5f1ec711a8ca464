import * as tf from '@tensorflow/tfjs';
import type { TensorTree } from '@tgm/tfjs-backend-onnx';
import type { Batches } from '@tgm/train';

/** One batch again and again, for training that is compared or timed. The caller keeps its tensors. */
export function constantBatch<Tensors extends TensorTree>(tensors: Tensors, clips: number): Batches<Tensors> {
  const batch = {
    ids: Array.from({ length: clips }, (_, clip) => `clip ${clip}`),
    clips,
    after: null,
    replaced: [],
    release() {},
  };
  return {
    describe: () => ({ is: 'constantBatch', clips }),
    open: () => ({ next: async () => ({ ...batch, tensors: cloned(tensors) }), async close() {} }),
  };
}

/** The trainer disposes what it is given. */
function cloned<Tree extends TensorTree>(tree: Tree): Tree {
  const copy = (node: unknown): unknown => {
    if (node instanceof tf.Tensor) return tf.clone(node);
    if (Array.isArray(node)) return node.map(copy);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, each]) => [name, copy(each)]));
  };
  return copy(tree) as Tree;
}
