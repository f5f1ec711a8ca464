import * as tf from '@tensorflow/tfjs';
import type { Compiled } from '@tgm/tfjs-backend-onnx';
import type { Features } from './features.js';
import { type PrincipalAxes, principalAxes } from './principal-axes.js';

export type MatrixProduct = Compiled<{ readonly left: tf.Tensor; readonly right: tf.Tensor }, tf.Tensor>;

/** Features turned so that their columns are uncorrelated. */
export interface FeaturesAlongAxes extends PrincipalAxes {
  /** [N, D]; the caller disposes it. */
  readonly features: tf.Tensor2D;
  /** [D, N]; the caller disposes it. */
  readonly transposed: tf.Tensor2D;
}

/** Turns standardised features to their principal axes. */
export async function alongAxes(multiply: MatrixProduct, given: Features): Promise<FeaturesAlongAxes> {
  const { values, count, width } = given;
  const used: tf.Tensor[] = [];
  const disposedAfter = <T extends tf.Tensor>(tensor: T): T => {
    used.push(tensor);
    return tensor;
  };
  let features: tf.Tensor2D | undefined;
  try {
    const rows = disposedAfter(tf.tensor2d(values, [count, width]));
    const columns = disposedAfter(tf.tensor2d(transpose(values, count, width), [width, count]));
    const gram = disposedAfter(await multiply({ left: columns, right: rows }));
    const covariance = Float64Array.from(await gram.data(), (sum) => sum / count);
    const { axes, variances } = principalAxes(covariance, width);
    const turned = Float32Array.from(transpose(axes, width, width));
    const rowAxes = disposedAfter(tf.tensor2d(Float32Array.from(axes), [width, width]));
    const columnAxes = disposedAfter(tf.tensor2d(turned, [width, width]));
    features = (await multiply({ left: rows, right: columnAxes })) as tf.Tensor2D;
    const transposed = (await multiply({ left: rowAxes, right: columns })) as tf.Tensor2D;
    return { axes, variances: variances.map((variance) => Math.max(0, variance)), features, transposed };
  } catch (error) {
    features?.dispose();
    throw error;
  } finally {
    tf.dispose(used);
  }
}

/** [rows, columns] -> [columns, rows] */
function transpose<A extends Float32Array | Float64Array>(values: A, rows: number, columns: number): A {
  const transposed = values.slice() as A;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      transposed[column * rows + row] = values[row * columns + column]!;
  }
  return transposed;
}
