import { deviceUnavailable, said } from '../errors.js';
import { encodeModel, type GraphParts } from '../graph/model.js';
import { narrowed } from '../graph/narrow.js';
import { record } from '../graph/record.js';
import { standardised } from '../graph/standard.js';
import { onnxRuntime } from './onnx-runtime.js';

/**
 * Where ONNX Runtime computes. Operators that a device lacks run on the CPU. `directml` and `coreml` are the
 * operating systems' own, `tensorrt` falls back to `cuda`.
 */
export type Device = (typeof DEVICES)[number];

export const DEVICES = ['cpu', 'webgpu', 'cuda', 'tensorrt', 'coreml', 'directml'] as const;

interface Provider {
  /** ONNX Runtime's names, the preferred one first. */
  readonly names: readonly string[];
  readonly platforms: string;
  /** Writes a graph in operators that it has kernels for: each one that it lacks would cross to the CPU and back. */
  readonly adapt: (parts: GraphParts) => GraphParts;
  /** What must be there besides the npm package. */
  readonly requires: string;
}

const CUDA_LIBRARIES =
  'ONNX Runtime\'s CUDA libraries (run "node node_modules/onnxruntime-node/script/install.js", which npm skips ' +
  'with ignore-scripts), CUDA 12 and cuDNN 9';

const asItIs = (parts: GraphParts): GraphParts => parts;

/** Storage buffers of one program that every WebGPU device has are 8 (WebGPU, section 3.6.2); one is the other side's. */
const WEBGPU_BINDINGS = 7;

const PROVIDERS: Record<Device, Provider> = {
  cpu: { names: ['cpu'], platforms: 'every platform', adapt: asItIs, requires: 'nothing' },
  webgpu: {
    names: ['webgpu'],
    platforms: 'Linux x64, Windows and macOS',
    adapt: (parts) => narrowed(standardised(parts), WEBGPU_BINDINGS),
    requires: 'a GPU with a driver for Vulkan, Direct3D 12 or Metal',
  },
  cuda: {
    names: ['cuda'],
    platforms: 'Linux x64',
    adapt: asItIs,
    requires: `an NVIDIA GPU, ${CUDA_LIBRARIES}`,
  },
  tensorrt: {
    names: ['tensorrt', 'cuda'],
    platforms: 'Linux x64',
    adapt: asItIs,
    requires: `an NVIDIA GPU, ${CUDA_LIBRARIES}, and TensorRT 10`,
  },
  coreml: { names: ['coreml'], platforms: 'macOS', adapt: standardised, requires: 'macOS 10.15 or later' },
  directml: {
    names: ['dml'],
    platforms: 'Windows',
    adapt: standardised,
    requires: 'Windows 10 1903 or later, a Direct3D 12 GPU',
  },
};

export const providersOf = (device: Device): readonly string[] => PROVIDERS[device].names;

export const adapterOf = (device: Device): Provider['adapt'] => PROVIDERS[device].adapt;

/** Whether tensors can stay on the device from one run to the next: the Node binding knows WebGPU's buffers alone. */
export const holdsTensors = (device: Device): boolean => device === 'webgpu';

/**
 * Makes sure that a device works, by a session on it.
 *
 * @throws EngineError `ONNX_DEVICE_UNAVAILABLE`
 */
export async function checkDevice(device: Device): Promise<void> {
  if (device === 'cpu') return;
  const { names, platforms, requires } = PROVIDERS[device];
  const present = onnxRuntime()
    .listSupportedBackends()
    .map(({ name }) => name);
  if (!present.includes(names[0]!)) {
    const here = `${process.platform} ${process.arch}, where onnxruntime-node has ${present.join(', ')}`;
    throw deviceUnavailable(device, platforms, here);
  }
  try {
    const session = await onnxRuntime().InferenceSession.create(smallestModel(), {
      executionProviders: [...names],
    });
    await session.release();
  } catch (error) {
    throw deviceUnavailable(device, requires, said(error), error);
  }
}

function smallestModel(): Uint8Array {
  const type = { shape: [1], type: 'float32' } as const;
  const input = { ...type, source: { kind: 'input', index: 0 } } as const;
  const output = record('Neg', [input], type);
  const node = output.source.kind === 'node' ? output.source.node : undefined;
  return encodeModel({
    nodes: [{ node: node!, inputs: ['x'], outputs: ['y'] }],
    inputs: [{ name: 'x', value: input }],
    outputs: [{ name: 'y', value: output }],
    initializers: [],
  });
}
