import { ModelError } from '../errors.js';

/** An input or output of an ONNX file that is not what its part takes. */
export const unfit = (where: string, expected: string, received: string): ModelError =>
  new ModelError('ONNX_FILE_UNFIT', { where, expected, received });

export const shapeText = (shape: readonly (number | string)[]): string => `[${shape.join(', ')}]`;
