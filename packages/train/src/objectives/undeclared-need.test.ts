import * as tf from '@tensorflow/tfjs';
import { type ClipLoss, LossError, type LossInputs, type Params } from '@tgm/losses';
import { seededRandom } from '@tgm/masking';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maskedObjective } from './masked-objective.js';
import { ENGINES, tinyBatch, tinyModel } from './tiny-batch.test-support.js';

/** A loss of a user's own that names one view and nothing else. */
const own = (read: (inputs: LossInputs) => tf.Tensor): ClipLoss => ({
  kind: 'clip',
  name: 'own',
  needs: { views: ['contrast'], text: false },
  init: () => ({}),
  compute: (_params, inputs) => tf.mean(read(inputs)) as tf.Scalar,
  describe: () => ({ is: 'own' }),
});

describe.each(ENGINES)('a loss that reads what its needs do not name, on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  async function stepOf(loss: ClipLoss): Promise<unknown> {
    const model = tinyModel();
    const objective = maskedObjective({ model, losses: [{ loss, weight: 1 }] });
    const { params } = objective.init(seededRandom('init'), {});
    // A batch as `maskedBatches` makes it for these needs.
    const { views, sampleKey } = tinyBatch(model, 2, 'batch');
    const batch = { views, sampleKey };
    const step = engine.compile(
      (given: { params: Params; batch: typeof batch }) => objective.part(given.params, {}, given.batch).terms,
    );
    return step({ params, batch });
  }

  it.each([
    [
      'an operator of pixels',
      (inputs: LossInputs) => tf.square(inputs.pixels!),
      'pixels (needs.reconstruction)',
    ],
    [
      'a shape of features',
      (inputs: LossInputs) => tf.scalar(inputs.features!.shape[0]!),
      'features (needs.features)',
    ],
    [
      'another view',
      (inputs: LossInputs) => inputs.views.reconstruct!.embedding,
      'views.reconstruct (needs.views)',
    ],
  ])('is told so: %s', async (_, read, named) => {
    await expect(stepOf(own(read))).rejects.toMatchObject({
      name: 'TrainError',
      code: 'OPTION_INVALID',
      where: 'loss "own", needs',
      expected: expect.stringContaining(named),
      cause: expect.any(Error),
    });
  });

  it('and its other errors are its own', async () => {
    const fault = new Error('not today');
    const refusal = new LossError('SHAPE_MISMATCH', { where: 'own', expected: 'a', received: 'undefined' });
    // Its own mistake, though the loss has nothing of what another one would need.
    const mistake = new TypeError("Cannot read properties of undefined (reading 'temperature')");
    for (const error of [fault, refusal, mistake]) {
      const failing = own(() => {
        throw error;
      });
      await expect(stepOf(failing)).rejects.toBe(error);
    }
    await expect(stepOf(own(({ views }) => views.contrast!.embedding))).resolves.toBeDefined();
  });
});
