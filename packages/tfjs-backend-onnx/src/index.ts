export { cpuEngine } from './eager-engine.js';
export type { Compiled, Engine, InputTree, Static, TensorTree } from './engine.js';
export {
  DeviceUnavailableError,
  EngineDisposedError,
  EngineUnavailableError,
  ModelTooLargeError,
  RandomInTraceError,
  ReadError,
  RuntimeFailure,
  ShapeError,
  TensorTreeError,
  UnsupportedKernelError,
  UnsupportedTypeError,
} from './errors.js';
export { type ExportedModel, exportOnnx } from './export/export-onnx.js';
export { attention } from './fused/attention.js';
export { gelu, quickGelu } from './fused/gelu.js';
export { layerNorm } from './fused/layer-norm.js';
export { linear } from './fused/linear.js';
export { type OnnxEngineOptions, onnxEngine } from './onnx-engine.js';
export type { Device } from './runtime/device.js';
export { tensorflowEngine } from './tensorflow-engine.js';
export { wasmEngine } from './wasm-engine.js';
