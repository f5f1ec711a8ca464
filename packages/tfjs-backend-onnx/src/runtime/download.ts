import type * as ort from 'onnxruntime-node';
import { runtimeFailure } from '../errors.js';
import { encodeModel } from '../graph/model.js';
import type { Value, ValueType } from '../graph/value.js';
import { providersOf } from './device.js';
import { onnxRuntime } from './onnx-runtime.js';

const readers = new Map<string, Promise<ort.InferenceSession>>();

/**
 * Copies a tensor from the GPU's memory. ONNX Runtime's Node binding has no read of its own that works, so a graph of
 * one Identity is asked for its output on the CPU; there is one for each type, of any shape.
 */
export async function download(tensor: ort.Tensor): Promise<ort.Tensor> {
  try {
    const session = await reader(tensor.type as ValueType);
    const { y } = await session.run({ x: tensor });
    return y as ort.Tensor;
  } catch (error) {
    throw runtimeFailure('run', error);
  }
}

function reader(type: ValueType): Promise<ort.InferenceSession> {
  const known = readers.get(type);
  if (known) return known;
  const value: Value = { type, shape: [], source: { kind: 'input', index: 0 } };
  const model = encodeModel({
    nodes: [
      {
        node: { op: 'Identity', domain: '', inputs: [], attributes: {}, outputs: [], trace: 0 },
        inputs: ['x'],
        outputs: ['y'],
      },
    ],
    inputs: [{ name: 'x', value, anyShape: true }],
    outputs: [{ name: 'y', value, anyShape: true }],
    initializers: [],
  });
  const made = onnxRuntime().InferenceSession.create(model, {
    executionProviders: [...providersOf('webgpu')],
    preferredOutputLocation: 'cpu',
    logSeverityLevel: 3,
  });
  readers.set(type, made);
  made.catch(() => readers.delete(type));
  return made;
}
