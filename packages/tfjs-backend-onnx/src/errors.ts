/** A TensorFlow.js kernel that the traced engine has no ONNX form for. */
export class UnsupportedKernelError extends Error {
  readonly code = 'ONNX_UNSUPPORTED_KERNEL';
  constructor(
    /** TensorFlow.js's name of the kernel, e.g. `Conv3D`. */
    readonly kernel: string,
    /** What about the kernel, or about this call of it, is unsupported. */
    readonly detail = 'it has no ONNX form',
    /** What comes nearest to it among what this backend can. */
    readonly nearest: readonly string[] = [],
  ) {
    const instead = nearest.length > 0 ? ` Nearest that it can: ${nearest.join(', ')}.` : '';
    super(`The onnx backend cannot record the kernel "${kernel}": ${detail}.${instead}`);
    this.name = 'UnsupportedKernelError';
  }
}

/** Shapes that a kernel cannot take together. */
export class ShapeError extends Error {
  readonly code = 'ONNX_SHAPE';
  constructor(
    /** TensorFlow.js's name of the kernel, or ONNX's of the operator. */
    readonly kernel: string,
    /** What the shapes should have been like. */
    readonly expected: string,
    readonly shapes: readonly (readonly number[])[],
  ) {
    const got = shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ');
    super(`${kernel}: expected ${expected}, got ${got}.`);
    this.name = 'ShapeError';
  }
}

/** A value was asked for where there is none yet: synchronously, or inside a compiled function. */
export class ReadError extends Error {
  readonly code = 'ONNX_READ';
  constructor(
    /** `trace`: inside a compiled function; `sync`: `dataSync()` of a value that was recorded but not computed. */
    readonly reason: 'trace' | 'sync',
  ) {
    super(
      reason === 'trace'
        ? 'A tensor was read inside a compiled function, which records operations and has no values yet. ' +
            'Return the tensor from the function and read the result with "await tensor.data()".'
        : 'dataSync() of a tensor on the onnx backend: ONNX Runtime computes asynchronously. ' +
            'Use "await tensor.data()".',
    );
    this.name = 'ReadError';
  }
}

/** Random numbers were drawn inside a compiled function, where they would be drawn once and repeat for ever. */
export class RandomInTraceError extends Error {
  readonly code = 'ONNX_RANDOM_IN_TRACE';
  constructor(
    /** The TensorFlow.js op that drew them, e.g. `randomNormal`. */
    readonly op: string,
  ) {
    super(
      `tf.${op} was called inside a compiled function. Its numbers would be drawn once, when the function is ` +
        'traced, and be the same in every run. Draw them outside and pass them as an input.',
    );
    this.name = 'RandomInTraceError';
  }
}

/** A compiled function was given or has returned something that is not a tree of tensors. */
export class TensorTreeError extends Error {
  readonly code = 'ONNX_TENSOR_TREE';
  constructor(
    /** Where in the tree, e.g. `inputs.state[2]`. */
    readonly path: string,
    /** What stood there. */
    readonly got: string,
  ) {
    super(`Expected a tensor, an array or a record of tensors at ${path}, got ${got}.`);
    this.name = 'TensorTreeError';
  }
}

/** A tensor type that ONNX Runtime is not given: strings and complex numbers. */
export class UnsupportedTypeError extends Error {
  readonly code = 'ONNX_UNSUPPORTED_TYPE';
  constructor(readonly dtype: string) {
    super(`The onnx backend holds tensors of float32, int32 and bool, got ${dtype}.`);
    this.name = 'UnsupportedTypeError';
  }
}

/** A compiled function was called after its engine was disposed. */
export class EngineDisposedError extends Error {
  readonly code = 'ENGINE_DISPOSED';
  constructor(readonly engine: string) {
    super(`The engine "${engine}" was disposed; its compiled functions cannot be called any more.`);
    this.name = 'EngineDisposedError';
  }
}

/** ONNX Runtime refused a recorded graph or failed to run it. */
export class RuntimeFailure extends Error {
  readonly code = 'ONNX_RUNTIME';
  constructor(
    readonly stage: 'load' | 'run',
    override readonly cause: unknown,
  ) {
    super(
      `ONNX Runtime could not ${stage} a recorded graph: ${cause instanceof Error ? cause.message : cause}`,
    );
    this.name = 'RuntimeFailure';
  }
}

/** An exported model would not fit into one ONNX file. */
export class ModelTooLargeError extends Error {
  readonly code = 'ONNX_MODEL_TOO_LARGE';
  constructor(
    /** What the model, or its constants alone, would take. */
    readonly bytes: number,
    readonly limit: number,
  ) {
    super(
      `The exported model would hold ${bytes} bytes; an ONNX file ends before ${limit}. ` +
        'Pass large tensors as inputs of the function instead of capturing them.',
    );
    this.name = 'ModelTooLargeError';
  }
}

/** ONNX Runtime cannot compute on the device that was asked for. */
export class DeviceUnavailableError extends Error {
  readonly code = 'ONNX_DEVICE_UNAVAILABLE';
  constructor(
    readonly device: string,
    /** What is missing. */
    readonly missing: string,
    override readonly cause?: unknown,
  ) {
    const said = cause instanceof Error ? ` ONNX Runtime says: ${cause.message.split('\n')[0]}` : '';
    super(`The device "${device}" is not available: ${missing}.${said}`);
    this.name = 'DeviceUnavailableError';
  }
}

/** A TensorFlow.js backend that an eager engine runs on is not installed, or does not start. */
export class EngineUnavailableError extends Error {
  readonly code = 'ENGINE_UNAVAILABLE';
  constructor(
    readonly engine: string,
    /** npm packages that were tried, in order. */
    readonly packages: readonly string[],
    /** How to install them. */
    readonly advice: string,
    /** What each package failed with. */
    readonly causes: readonly unknown[],
  ) {
    const failures = packages.map((name, index) => {
      const cause = causes[index];
      return `${name}: ${(cause instanceof Error ? cause.message : String(cause)).split('\n')[0]}`;
    });
    super(`The engine "${engine}" did not load (${failures.join('; ')}). ${advice}`);
    this.name = 'EngineUnavailableError';
  }
}
