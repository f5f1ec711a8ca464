import { seededRandom } from '@tgm/masking';
import type { HostTensor, RunDescription, SavedRun } from './saved-run.js';

export const DESCRIPTION: RunDescription = {
  objective: { is: 'maskedObjective', losses: [{ loss: { is: 'reconstructionLoss' }, weight: 1 }] },
  batches: { is: 'maskedBatches', masking: { is: 'randomMasking', ratio: 0.6 }, batchSize: 8 },
  optimizer: { is: 'adamW', weightDecay: 0.05 },
  schedule: { is: 'cosineSchedule', base: 1e-3, steps: 1000 },
  run: { seed: 0, steps: 1000, clipNorm: null },
};

/** A saved run of a few hundred numbers, all of which are functions of the step. */
export function savedRun(step: number, description = DESCRIPTION): SavedRun {
  const shapes = { 'encoder/layer.0.weight': [16, 16], 'encoder.bias': [16], temperature: [] };
  const tensors = (part: string) =>
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, floats(shape, `${part}/${name}/${step}`)]),
    );
  return {
    step,
    after: { epoch: 0, place: step * 8 },
    description,
    rates: 'none',
    params: tensors('params'),
    buffers: {
      queue: floats([4, 3], `queue/${step}`),
      keys: { shape: [2, 2], data: Int32Array.of(step, -1, 2 ** 31 - 1, 0) },
    },
    average: tensors('average'),
    optimizer: { step, slots: { first: tensors('first'), second: tensors('second') } },
  };
}

function floats(shape: readonly number[], key: string): HostTensor {
  const random = seededRandom('saved run', key);
  const length = shape.reduce((product, dimension) => product * dimension, 1);
  return { shape, data: Float32Array.from({ length }, () => random() - 0.5) };
}
