import * as tf from '@tensorflow/tfjs';

/** Sums a gradient over the axes that broadcasting repeated. */
function unbroadcast(gradient: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const offset = gradient.rank - shape.length;
  const axes = gradient.shape.flatMap((length, axis) =>
    axis < offset || (shape[axis - offset] === 1 && length !== 1) ? [axis] : [],
  );
  return (axes.length > 0 ? gradient.sum(axes) : gradient).reshape([...shape]);
}

/** Sums over the repetitions: dy as [repeats, length] per axis. */
const tileGradient: tf.GradFunc = (dy, saved, attributes) => {
  const [x] = saved as [tf.Tensor];
  const repeats = attributes.reps as unknown as number[];
  const lengths = [...Array<number>(Math.max(0, repeats.length - x.rank)).fill(1), ...x.shape];
  const shape: number[] = [];
  const axes: number[] = [];
  for (const [axis, length] of lengths.entries()) {
    const count = repeats[axis - lengths.length + repeats.length] ?? 1;
    if (count !== 1) axes.push(shape.push(count) - 1);
    if (count === 1 || length !== 1) shape.push(length);
  }
  return { x: () => (dy as tf.Tensor).reshape(shape).sum(axes).reshape(x.shape) };
};

/** The gradient goes where the extreme came from; at a tie to the first input, as in TensorFlow.js. */
const extremeGradient =
  (first: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): tf.GradFunc =>
  (dy, saved) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    const share = (chosen: tf.Tensor, shape: number[]) =>
      unbroadcast((dy as tf.Tensor).mul(chosen.cast('float32')), shape);
    return {
      a: () => share(first(a, b), a.shape),
      b: () => share(tf.logicalNot(first(a, b)), b.shape),
    };
  };

const squaredDifferenceGradient: tf.GradFunc = (dy, saved) => {
  const [a, b] = saved as [tf.Tensor, tf.Tensor];
  const slope = (p: tf.Tensor, q: tf.Tensor) =>
    unbroadcast((dy as tf.Tensor).mul(p.sub(q).cast('float32').mul(2)), p.shape);
  return { a: () => slope(a, b), b: () => slope(b, a) };
};

/** Each element went into all sums from it on, so it gets the sum of their gradients, from the other side. */
const cumulativeSumGradient: tf.GradFunc = (dy, _, attributes) => {
  const { axis, exclusive, reverse } = attributes as unknown as {
    axis: number;
    exclusive: boolean;
    reverse: boolean;
  };
  return { x: () => tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse) };
};

/** The order of axes that brings axis `from` before axis `to`. */
function moved(rank: number, from: number, to: number): number[] {
  const order = Array.from({ length: rank }, (_, axis) => axis);
  order.splice(to, 0, ...order.splice(from, 1));
  return order;
}

/** The order of axes that brings `count` axes, which follow `between` others from axis `to` on, before those. */
function movedBlock(rank: number, to: number, between: number, count: number): number[] {
  const order = Array.from({ length: rank }, (_, axis) => axis);
  order.splice(to, 0, ...order.splice(to + between, count));
  return order;
}

/** Adds rows dy [examples, indices, inner] back into `shape` [examples, rows, inner], each example by its own list. */
function addedBack(dy: tf.Tensor, indices: tf.Tensor, shape: number[], batch: number): tf.Tensor {
  const length = shape[batch]!;
  const lists = tf.util.sizeFromShape(shape.slice(0, batch));
  const inner = shape.slice(batch + 1);
  const count = indices.size / lists;
  const list = tf.tile(tf.range(0, lists, 1, 'int32').reshape([lists, 1]), [1, count]);
  const places = tf.stack([list.flatten(), indices.cast('int32').flatten()], 1);
  return tf.scatterND(places, dy.reshape([indices.size, ...inner]), [lists, length, ...inner]).reshape(shape);
}

/** Adds each row of dy back where it was taken; a batch of index lists becomes one list into all rows. */
const gatherGradient: tf.GradFunc = (dy, saved, attributes) => {
  const [x, indices] = saved as [tf.Tensor, tf.Tensor];
  const { axis, batchDims } = attributes as unknown as { axis: number; batchDims: number };
  const [along] = tf.util.parseAxisParam(axis, x.shape) as [number];
  const batch = batchDims < 0 ? batchDims + indices.rank : batchDims;
  const inner = x.shape.slice(along + 1);
  const length = x.shape[along]!;
  const derivative = (): tf.Tensor => {
    if (batch === along) return addedBack(dy as tf.Tensor, indices, x.shape, batch);
    if (batch > 0) {
      // The gathered axis next to the examples' axes, and back.
      const between = along - batch;
      const order = moved(x.rank, along, batch);
      const turned = (dy as tf.Tensor).transpose(
        movedBlock((dy as tf.Tensor).rank, batch, between, indices.rank - batch),
      );
      const shape = order.map((position) => x.shape[position]!);
      return addedBack(turned, indices, shape, batch).transpose(
        order.map((_, position) => order.indexOf(position)),
      );
    }
    // The gathered axis to the front, where rows are added, and back.
    const outer = x.shape.slice(0, along);
    const updates = (dy as tf.Tensor).reshape([...outer, indices.size, ...inner]);
    const order = [
      along,
      ...outer.map((_, position) => position),
      ...inner.map((_, index) => along + 1 + index),
    ];
    const front = updates.transpose(order);
    const places = indices.cast('int32').reshape([-1, 1]);
    const sums = tf.scatterND(places, front, [length, ...outer, ...inner]);
    return sums.transpose(order.map((_, position) => order.indexOf(position)));
  };
  return { x: derivative, indices: () => indices };
};

/** An einsum of dy with the other tensors; an axis that only this tensor has was summed, so every place gets the same. */
const einsumGradient: tf.GradFunc = (dy, saved, attributes) => {
  const [from, to] = (attributes.equation as unknown as string).replaceAll(' ', '').split('->') as [
    string,
    string,
  ];
  const letters = from.split(',');
  const slope = (position: number) => (): tf.Tensor => {
    const own = [...letters[position]!];
    const rest = letters.filter((_, index) => index !== position);
    const others = saved.filter((_, index) => index !== position);
    const reached = own.filter((letter) => [to, ...rest].some((names) => names.includes(letter)));
    const equation = `${[to, ...rest].join()}->${reached.join('')}`;
    const gradient = tf.einsum(equation, dy as tf.Tensor, ...others);
    const { shape } = saved[position]!;
    const kept = shape.map((length, axis) => (reached.includes(own[axis]!) ? length : 1));
    return gradient.reshape(kept).broadcastTo(shape);
  };
  return Object.fromEntries(letters.map((_, position) => [position, slope(position)]));
};

/**
 * Gradients that replace TensorFlow.js's own: Tile's unrolls into a slice per repetition, GatherV2's splits per
 * example, Einsum has none, Maximum's, Minimum's and SquaredDifference's fail where the inputs broadcast, and Cumsum's
 * turns the axes of its result. They are written in ordinary ops and hold on every backend. Registering is global, so
 * `onnxEngine` does it once.
 */
export function registerGradients(): void {
  const both = ['a', 'b'];
  tf.registerGradient({ kernelName: tf.Tile, inputsToSave: ['x'], gradFunc: tileGradient });
  tf.registerGradient({ kernelName: tf.GatherV2, inputsToSave: ['x', 'indices'], gradFunc: gatherGradient });
  tf.registerGradient({ kernelName: tf.Einsum, saveAllInputs: true, gradFunc: einsumGradient });
  tf.registerGradient({ kernelName: tf.Cumsum, gradFunc: cumulativeSumGradient });
  tf.registerGradient({
    kernelName: tf.Maximum,
    inputsToSave: both,
    gradFunc: extremeGradient(tf.greaterEqual),
  });
  tf.registerGradient({
    kernelName: tf.Minimum,
    inputsToSave: both,
    gradFunc: extremeGradient(tf.lessEqual),
  });
  tf.registerGradient({
    kernelName: tf.SquaredDifference,
    inputsToSave: both,
    gradFunc: squaredDifferenceGradient,
  });
}
