import * as tf from '@tensorflow/tfjs';

/** What this file needs of TensorFlow.js's cpu backend. */
interface CpuBackend extends tf.KernelBackend {
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: tf.BackendValues): tf.TensorInfo;
  readSync(dataId: tf.DataId): tf.BackendValues;
  disposeData(dataId: tf.DataId): boolean;
}

/**
 * Lets a backend that can be read synchronously run kernels that it lacks on the cpu backend: inputs are copied
 * there and results back. Kernels that it has stay its own.
 */
export async function runOnCpu(backendName: string, kernelNames: readonly string[]): Promise<void> {
  const missing = kernelNames.filter((name) => tf.getKernel(name, backendName) == null);
  if (missing.length === 0) return;
  const current = tf.getBackend();
  await tf.setBackend('cpu'); // initialises it
  const cpu = tf.backend() as CpuBackend;
  await tf.setBackend(current);
  for (const kernelName of missing) {
    const { kernelFunc } = tf.getKernel(kernelName, 'cpu');
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const own = backend as tf.KernelBackend;
        const copy = ({ dataId, shape, dtype }: tf.TensorInfo) =>
          cpu.makeTensorInfo(shape, dtype, own.readSync(dataId));
        const originals = inputs as tf.NamedTensorInfoMap | tf.TensorInfo[];
        const copies = Array.isArray(originals)
          ? originals.map(copy) // Einsum's operands
          : Object.fromEntries(Object.entries(originals).map(([key, input]) => [key, copy(input!)]));
        const results = [
          kernelFunc({ inputs: copies as tf.NamedTensorInfoMap, attrs: attrs ?? {}, backend: cpu }),
        ].flat();
        const given = results.map(({ dataId, shape, dtype }) => ({
          dataId: own.write(cpu.readSync(dataId), shape, dtype),
          shape,
          dtype,
        }));
        for (const { dataId } of [...Object.values(copies), ...results]) cpu.disposeData(dataId);
        return given.length === 1 ? given[0]! : given;
      },
    });
  }
}
