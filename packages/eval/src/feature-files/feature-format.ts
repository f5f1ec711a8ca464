import {
  type DamagedFile,
  ModelError,
  readSafetensors,
  writeAtomically,
  writeSafetensors,
} from '@tgm/models';
import { showValue } from '@tgm/options';
import { type FloatArray, npyHeader, readNpy } from './npy.js';

/** A kind of file that the numbers of a shard lie in; its name ends the file's. */
export type FeatureFormat = 'safetensors' | 'npy';

export const FEATURE_FORMATS: readonly FeatureFormat[] = ['safetensors', 'npy'];

interface ArrayFile {
  /** The file appears whole or not at all. */
  write(path: string, array: FloatArray): Promise<void>;
  /** @throws what `damaged` makes of a file that is not as it was written. */
  read(path: string, bytes: Uint8Array, damaged: DamagedFile): Promise<FloatArray> | FloatArray;
}

/** Name of the tensor in a safetensors file. */
const TENSOR = 'features';

const safetensors: ArrayFile = {
  write: (path, { shape, values }) =>
    writeSafetensors(path, { [TENSOR]: { dtype: 'F32', shape, data: values } }, {}),
  async read(path, bytes, damaged) {
    const { tensors } = await readSafetensors(bytes).catch((error: unknown) => {
      if (!(error instanceof ModelError)) throw error;
      throw damaged(path, error.expected, error.received, error);
    });
    const tensor = tensors[TENSOR];
    if (tensor?.dtype !== 'F32')
      throw damaged(path, `a tensor "${TENSOR}" of F32`, showValue(Object.keys(tensors)));
    return { shape: tensor.shape, values: tensor.data };
  },
};

const npy: ArrayFile = {
  write: (path, { shape, values }) =>
    writeAtomically(path, async (file) => {
      await file.writeFile(npyHeader(shape));
      await file.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }),
  read: readNpy,
};

export const ARRAY_FILES: Readonly<Record<FeatureFormat, ArrayFile>> = { safetensors, npy };
