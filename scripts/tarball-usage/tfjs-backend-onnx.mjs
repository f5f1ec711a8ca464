import * as tf from '@tensorflow/tfjs';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';

const engine = await onnxEngine({ threads: 1 });
const slope = engine.compile(({ x }) => ({ slope: tf.grad((value) => value.square().sum())(x) }));
const { slope: result } = await slope({ x: tf.tensor1d([1, 2, 3]) });
const values = [...(await result.data())];
if (values.join() !== '2,4,6')
  throw new Error(`the slope of x * x at 1, 2, 3 should be 2, 4, 6, got ${values}`);
console.log(`d(x * x) at 1, 2, 3 is ${values.join(', ')} on ONNX Runtime`);
