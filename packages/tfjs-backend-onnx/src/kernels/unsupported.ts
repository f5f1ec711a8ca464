interface Unsupported {
  readonly reason: string;
  /** What comes nearest: kernels, or functions of TensorFlow.js that need none. */
  readonly nearest: readonly string[];
}

const complex: Unsupported = {
  reason: 'ONNX Runtime has no complex tensors; keep real and imaginary parts as two tensors',
  nearest: ['Cos', 'Sin', 'BatchMatMul'],
};
const string: Unsupported = { reason: 'it is of strings, which stay in JavaScript', nearest: [] };
const ragged: Unsupported = {
  reason: 'the shape of its result depends on values',
  nearest: ['GatherV2', 'PadV2', 'SplitV'],
};
const sparse: Unsupported = {
  reason: 'the shape of its result depends on values',
  nearest: ['SparseSegmentSum', 'ScatterNd', 'SparseToDense'],
};
const suppression: Unsupported = {
  reason: 'the number of its results depends on values',
  nearest: ['tf.image.nonMaxSuppressionAsync', 'TopK'],
};
const canvas: Unsupported = { reason: 'it needs the canvas of a browser', nearest: ['tf.tensor'] };

/** TensorFlow.js's kernels that this backend does not have, and why. */
export const unsupportedKernels: Readonly<Record<string, Unsupported>> = {
  Complex: complex,
  ComplexAbs: complex,
  Real: complex,
  Imag: complex,
  FFT: complex,
  IFFT: complex,
  StringNGrams: string,
  StringSplit: string,
  StringToHashBucketFast: string,
  StaticRegexReplace: string,
  RaggedGather: ragged,
  RaggedRange: ragged,
  RaggedTensorToTensor: ragged,
  SparseFillEmptyRows: sparse,
  Unique: { ...sparse, nearest: ['Bincount', 'TopK'] },
  NonMaxSuppressionV3: suppression,
  NonMaxSuppressionV4: suppression,
  NonMaxSuppressionV5: suppression,
  FromPixels: canvas,
  Draw: canvas,
  MatrixBandPart: { reason: 'no op of TensorFlow.js calls it', nearest: ['tf.linalg.bandPart'] },
  Pool: { reason: 'no op of TensorFlow.js calls it', nearest: ['MaxPool', 'AvgPool'] },
};
