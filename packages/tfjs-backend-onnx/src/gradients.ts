import * as tf from '@tensorflow/tfjs';

/** Sums over the repetitions: dy as [repeats, length] per axis. */
const tileGradient: tf.GradFunc = (dy, saved, attributes) => {
  const [x] = saved as [tf.Tensor];
  const repeats = attributes.reps as unknown as number[];
  const padding = Array<number>(Math.max(0, repeats.length - x.rank)).fill(1);
  const lengths = [...padding, ...x.shape];
  const shape: number[] = [];
  const axes: number[] = [];
  for (const [axis, length] of lengths.entries()) {
    const count = repeats[axis - lengths.length + repeats.length] ?? 1;
    if (count !== 1) axes.push(shape.push(count) - 1);
    if (count === 1 || length !== 1) shape.push(length);
  }
  return { x: () => (dy as tf.Tensor).reshape(shape).sum(axes).reshape(x.shape) };
};

/**
 * Gradients that replace TensorFlow.js's own, which unroll (Tile) or split per example (GatherV2). They are
 * written in ordinary ops and hold on every backend; registering is global, so `onnxEngine` does it once.
 */
export function registerGradients(): void {
  tf.registerGradient({ kernelName: tf.Tile, inputsToSave: ['x'], gradFunc: tileGradient });
}
