import { TgmError } from '@tgm/options';

export type EngineErrorCode =
  /** An option or argument that is missing, out of range or not known. */
  | 'OPTION_INVALID'
  /** What an engine runs on is not installed or does not start. */
  | 'ENGINE_UNAVAILABLE'
  /** A compiled function was called after its engine was disposed. */
  | 'ENGINE_DISPOSED'
  /** Two copies of ONNX Runtime are loaded in this process. */
  | 'ONNX_SECOND_COPY'
  /** ONNX Runtime cannot compute on the device that was asked for. */
  | 'ONNX_DEVICE_UNAVAILABLE'
  /** A kernel of TensorFlow.js that has no ONNX form. */
  | 'ONNX_UNSUPPORTED_KERNEL'
  /** String or complex tensors. */
  | 'ONNX_UNSUPPORTED_TYPE'
  /** Inputs whose shapes do not fit each other. */
  | 'ONNX_SHAPE'
  /** An index that points outside of a tensor. */
  | 'ONNX_INDEX'
  /** A value was read where there is none yet. */
  | 'ONNX_READ'
  /** Random numbers drawn inside a compiled function. */
  | 'ONNX_RANDOM_IN_TRACE'
  /** An input or output that is no tree of tensors, or is disposed. */
  | 'ONNX_TENSOR_TREE'
  /** ONNX Runtime refused or failed to run a graph. */
  | 'ONNX_RUNTIME'
  /** An exported model would not fit into one file. */
  | 'ONNX_MODEL_TOO_LARGE'
  /** The file system does not take an exported model, or give one to open. `cause` has its own error. */
  | 'FILE_FAILED';

/** Everything that this package throws on purpose. */
export class EngineError extends TgmError<EngineErrorCode> {}

/** A kernel, or a call of it, without an ONNX form; `nearest` is what comes close. */
export function unsupportedKernel(
  kernel: string,
  reason = 'it has no ONNX form',
  nearest: readonly string[] = [],
): EngineError {
  return new EngineError('ONNX_UNSUPPORTED_KERNEL', {
    where: `kernel "${kernel}"`,
    expected: 'a kernel that the onnx backend can record',
    received: `one that it cannot: ${reason}`,
    ...(nearest.length > 0 && { advice: `Nearest that it can: ${nearest.join(', ')}.` }),
  });
}

export function unsupportedType(dtype: string): EngineError {
  return new EngineError('ONNX_UNSUPPORTED_TYPE', {
    where: 'a tensor of the onnx backend',
    expected: 'float32, int32 or bool',
    received: dtype,
  });
}

export function shapeMismatch(
  kernel: string,
  expected: string,
  shapes: readonly (readonly number[])[],
): EngineError {
  const received = shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ');
  return new EngineError('ONNX_SHAPE', { where: kernel, expected, received });
}

/** @param trace whether inside a compiled function, rather than by `dataSync()` outside */
export function readTooEarly(trace: boolean): EngineError {
  return trace
    ? new EngineError('ONNX_READ', {
        where: 'a compiled function',
        expected: 'operations only, which are recorded and have no values yet',
        received: 'a read of a tensor',
        advice: 'Return the tensor from the function and read the result with "await tensor.data()".',
      })
    : new EngineError('ONNX_READ', {
        where: 'dataSync()',
        expected: 'a tensor that is computed',
        received: 'one that is recorded only: ONNX Runtime computes asynchronously',
        advice: 'Use "await tensor.data()".',
      });
}

/** Random numbers would be drawn once, when the function is traced, and repeat for ever. */
export function randomInTrace(op: string): EngineError {
  return new EngineError('ONNX_RANDOM_IN_TRACE', {
    where: 'a compiled function',
    expected: 'no random draws, whose numbers would be the same in every run',
    received: `tf.${op}`,
    advice: 'Draw outside and pass the numbers as an input.',
  });
}

/** @param where e.g. `inputs.state[2]` */
export function notATensorTree(where: string, received: string): EngineError {
  return new EngineError('ONNX_TENSOR_TREE', {
    where,
    expected: 'a tensor, an array or a record of tensors',
    received,
  });
}

export function engineDisposed(engine: string): EngineError {
  return new EngineError('ENGINE_DISPOSED', {
    where: `a compiled function of the engine "${engine}"`,
    expected: 'a call before the engine is disposed',
    received: 'one after it',
  });
}

/** @param cause what ONNX Runtime said, where it found the index; it names the range. */
export function indexOutside(where: string, received: string, cause?: unknown): EngineError {
  return new EngineError('ONNX_INDEX', {
    where,
    expected: 'indices from 0 and below the length of the axis',
    received,
    cause,
  });
}

/** The first line of what an error says. */
export const said = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!;

export function runtimeFailure(stage: 'load' | 'run', cause: unknown): EngineError {
  return new EngineError('ONNX_RUNTIME', {
    where: 'ONNX Runtime',
    expected: `to ${stage} a recorded graph`,
    received: said(cause),
    cause,
  });
}

export function modelTooLarge(bytes: number, limit: number): EngineError {
  return new EngineError('ONNX_MODEL_TOO_LARGE', {
    where: 'exportOnnx',
    expected: `at most ${limit} bytes in an ONNX file`,
    received: `${bytes} bytes`,
    advice: 'Pass large tensors as inputs of the function instead of capturing them.',
  });
}

export function fileFailed(path: string, cause: Error): EngineError {
  return new EngineError('FILE_FAILED', {
    where: path,
    expected: 'a path that can be written',
    received: cause.message,
    cause,
  });
}

/** A file that is to be read. */
export function unreadableFile(path: string, cause: Error): EngineError {
  return new EngineError('FILE_FAILED', {
    where: path,
    expected: 'a file that can be read',
    received: cause.message,
    cause,
  });
}

export function onnxFileFailed(path: string, stage: 'load' | 'run', cause: unknown): EngineError {
  return new EngineError('ONNX_RUNTIME', {
    where: path,
    expected: stage === 'load' ? 'an ONNX model that loads' : 'inputs that the model takes',
    received: said(cause),
    cause,
  });
}

export function deviceUnavailable(
  device: string,
  expected: string,
  received: string,
  cause?: unknown,
): EngineError {
  return new EngineError('ONNX_DEVICE_UNAVAILABLE', {
    where: `the device "${device}"`,
    expected,
    received,
    cause,
  });
}

/** @param causes what each package failed with */
export function engineUnavailable(
  engine: string,
  packages: readonly string[],
  advice: string,
  causes: readonly unknown[],
): EngineError {
  return new EngineError('ENGINE_UNAVAILABLE', {
    where: `the engine "${engine}"`,
    expected: packages.join(' or '),
    received: packages.map((name, index) => `${name}: ${said(causes[index])}`).join('; '),
    advice,
    cause: causes.length === 1 ? causes[0] : new AggregateError(causes),
  });
}
