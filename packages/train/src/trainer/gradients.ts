import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import type { VectorLayout } from './parameter-vectors.js';

/** A value with its gradients, by the parameters' names. A parameter that the value does not depend on has none. */
export interface ValueAndGradients<Extra extends tf.TensorContainerObject> {
  readonly value: tf.Scalar;
  readonly gradients: Readonly<Record<string, tf.Tensor | undefined>>;
  /** What was made on the way. */
  readonly extra: Extra;
}

/** The gradients of `forward`'s value with respect to `params`, which may be of any number of shapes. */
export function valueAndGradients<Extra extends tf.TensorContainerObject>(
  params: Params,
  forward: (params: Params) => { readonly value: tf.Scalar; readonly extra: Extra },
): ValueAndGradients<Extra> {
  const kept: { extra?: Extra } = {};
  let done = false;
  try {
    const { value, grads } = tf.engine().gradients(
      () => {
        const made = forward(params);
        // What leaves the forward pass beside its value would be disposed with it.
        kept.extra = mapTensors(made.extra, (tensor) => tf.keep(tf.clone(tensor)));
        return made.value;
      },
      Object.values(params),
      undefined,
      true,
    );
    done = true;
    const names = Object.keys(params);
    return {
      value: value as tf.Scalar,
      // The types of TensorFlow.js do not say that a gradient may be missing.
      gradients: Object.fromEntries(
        names.map((name, index) => [name, grads[index] as tf.Tensor | undefined]),
      ),
      extra: mapTensors(kept.extra!, (tensor) => tf.clone(tensor)),
    };
  } finally {
    tf.dispose((kept.extra ?? []) as tf.TensorContainer);
    if (!done) forgetTape();
  }
}

/** TensorFlow.js keeps what a pass saved for its gradients when the pass throws. */
function forgetTape(): void {
  const { state } = tf.engine();
  tf.dispose((state.activeTape ?? []).map(({ saved }) => saved ?? []));
  state.activeTape = [];
}

/** Gradients as the vectors of a layout, with zeros for the parameters that have none. */
export function gradientVectors(
  layout: VectorLayout,
  gradients: Readonly<Record<string, tf.Tensor | undefined>>,
): Params {
  return Object.fromEntries(
    Object.entries(layout.groups).map(([group, { entries }]) => [
      group,
      tf.concat(
        entries.map(({ name, size }) => {
          const gradient = gradients[name];
          return gradient ? tf.reshape(gradient, [-1]) : tf.zeros([size]);
        }),
      ),
    ]),
  );
}

/** The same structure with each of its tensors changed. */
export function mapTensors<Tree extends tf.TensorContainerObject>(
  tree: Tree,
  change: (tensor: tf.Tensor) => tf.Tensor,
): Tree {
  const mapped = (node: unknown): unknown => {
    if (node instanceof tf.Tensor) return change(node);
    if (Array.isArray(node)) return node.map(mapped);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, each]) => [name, mapped(each)]));
  };
  return mapped(tree) as Tree;
}
