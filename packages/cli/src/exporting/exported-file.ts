import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { type ExportedModel, type OnnxArray, openOnnx } from '@tgm/tfjs-backend-onnx';
import { CliError } from '../program/errors.js';

/** As ONNX Runtime calls them. */
export type NumberType = 'float32' | 'int32' | 'int64';

/** An ONNX file that ONNX Runtime has run. */
export interface ExportedFile {
  /** Its name in the folder. */
  readonly file: string;
  /** Shapes by name; they are fixed, the batch too. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly outputs: Readonly<Record<string, readonly number[]>>;
  /** Of the numbers of each input and output, by name. */
  readonly types: Readonly<Record<string, NumberType>>;
  /** Version of the standard operator set that a runtime must have. */
  readonly opset: number;
  /** Operator domains besides the standard one. */
  readonly domains: readonly string[];
  readonly bytes: number;
  /** Largest difference of an output of the file from that of the model, on clips or texts that were drawn. */
  readonly largestDifference: number;
}

/** Of the largest number of an output. Single precision in another order of sums differs by 1e-6 to 1e-5. */
const TOLERANCE = 1e-3;

export interface FileToExport {
  readonly folder: string;
  readonly file: string;
  /** Writes the file. */
  write(path: string): Promise<ExportedModel>;
  /** Inputs of one run. */
  readonly feeds: Readonly<Record<string, OnnxArray>>;
  /** What the model itself says of them, by the name of the output; they are disposed. */
  readonly expected: Readonly<Record<string, tf.Tensor>>;
}

/**
 * Writes an ONNX file, runs it by ONNX Runtime and compares it with the model.
 *
 * @throws CliError `EXPORT_DIFFERS` where it says something else; EngineError as `exportOnnx` and `openOnnx`.
 */
export async function exportedFile({
  folder,
  file,
  write,
  feeds,
  expected,
}: FileToExport): Promise<ExportedFile> {
  const path = join(folder, file);
  try {
    const { opset, domains, bytes } = await write(path);
    const onnx = await openOnnx(path);
    try {
      const got = await onnx.run(feeds);
      let largestDifference = 0;
      for (const [name, tensor] of Object.entries(expected)) {
        const values = await tensor.data<'float32'>();
        const difference = largest(values.map((value, at) => value - Number(got[name]!.data[at]!)));
        if (!(difference <= TOLERANCE * Math.max(1, largest(values)))) {
          throw new CliError('EXPORT_DIFFERS', {
            where: `${path}, output ${name}`,
            expected: 'what the model says',
            received: `numbers that differ by ${difference}`,
          });
        }
        largestDifference = Math.max(largestDifference, difference);
      }
      return {
        file,
        inputs: shapesOf(feeds),
        outputs: shapesOf(expected),
        types: { ...typesOf(feeds), ...typesOf(got) },
        opset,
        domains,
        bytes,
        largestDifference,
      };
    } finally {
      await onnx.close();
    }
  } finally {
    tf.dispose(expected);
  }
}

const largest = (values: Float32Array): number =>
  values.reduce((most, value) => (Number.isNaN(value) ? value : Math.max(most, Math.abs(value))), 0);

const typesOf = (arrays: Readonly<Record<string, OnnxArray>>): Record<string, NumberType> =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, typeOf(data)]));

const typeOf = (data: OnnxArray['data']): NumberType =>
  data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'int64';

const shapesOf = (values: Readonly<Record<string, { readonly shape: readonly number[] }>>) =>
  Object.fromEntries(Object.entries(values).map(([name, { shape }]) => [name, shape]));
