import * as tf from '@tensorflow/tfjs';
import { contrastiveLoss, reconstructionLoss } from '@tgm/losses';
import { seededRandom } from '@tgm/masking';
import { clipModel, drawDropPath, VIDEO_MAE_CONFIGS, videoMae, videoMaeClassifier } from '@tgm/models';
import type { Engine, TensorTree } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageTextBatches } from '../data/image-text-batches.js';
import { adamW } from '../optimizers/adamw.js';
import { type Course, runToEnd } from '../pretrain.test-support.js';
import { constantSchedule } from '../schedules/constant.js';
import type { Objective } from '../trainer/objective.js';
import { trainer } from '../trainer/trainer.js';
import { classificationObjective, type LabelledBatch } from './classification-objective.js';
import type { ClipModelBatch } from './clip-model-batch.js';
import { clipModelObjective } from './clip-model-objective.js';
import type { MaskedBatch } from './masked-batch.js';
import { maskedObjective } from './masked-objective.js';
import { ENGINES, TEXT_WIDTH, TINY, tinyBatch, tinyClassifier } from './tiny-batch.test-support.js';
import { colours, letters, tinyClipModel } from './tiny-clip-model.test-support.js';

interface Case<Batch extends TensorTree> {
  readonly name: string;
  objective(recompute: boolean): Objective<Batch>;
  batch(step: number): Batch | Promise<Batch>;
}

const pretraining: Case<MaskedBatch> = {
  name: 'pre-training with contrast on a second view',
  objective: (recompute) =>
    maskedObjective({
      model: videoMae(
        { ...TINY, numHiddenLayers: 2, decoderNumHiddenLayers: 2, positions: 'separable', classToken: true },
        { recompute },
      ),
      losses: [
        { loss: reconstructionLoss(), weight: 1 },
        { loss: contrastiveLoss({ view: 'contrast' }), weight: 1 },
      ],
      textWidth: TEXT_WIDTH,
    }),
  batch: (step) => tinyBatch(videoMae(TINY), 4, `step ${step}`),
};

const finetuning: Case<LabelledBatch> = {
  name: 'fine-tuning with drop path',
  objective: (recompute) => {
    const model = videoMaeClassifier(tinyClassifier().config, { recompute });
    return classificationObjective({ model, smoothing: 0.1, layerDecay: 0.5 });
  },
  batch: (step) => {
    const random = seededRandom('labelled', step);
    const { tokenSize } = tinyClassifier();
    return {
      tokens: tf.tensor3d(Float32Array.from({ length: 4 * 8 * tokenSize }, random), [4, 8, tokenSize]),
      labels: tf.tensor2d([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0.5, 0.5], [4, 3]),
      dropPath: tf.tensor3d(drawDropPath({ rate: 0.5, layers: 2, batch: 4 }, random), [2, 2, 4]),
    };
  },
};

const pairs: Case<ClipModelBatch> = {
  name: 'images and texts',
  objective: (recompute) =>
    clipModelObjective({
      model: clipModel(tinyClipModel().config, { recompute }),
      tokenizer: letters(),
      patchTerm: { weight: 0.5 },
    }),
  batch: async (step) => {
    const given = { model: tinyClipModel(), tokenizer: letters(), pairs: colours(16) };
    const stream = await imageTextBatches({ ...given, batchSize: 4, seed: step }).open();
    const { tensors } = (await stream.next())!;
    await stream.close();
    return tensors;
  },
};

/** Three steps, whose state the engine writes over where it can. */
function trained(
  { objective, batch }: Case<TensorTree>,
  engine: Engine,
  recompute: boolean,
  accumulate: number,
): Promise<Course> {
  let made = 0;
  return runToEnd(
    trainer({
      engine,
      objective: objective(recompute),
      batches: {
        describe: () => ({ is: 'made here' }),
        open: () => ({
          next: async () => ({
            tensors: await batch(made++),
            ids: ['a', 'b', 'c', 'd'],
            clips: 4,
            after: made,
            replaced: [],
            release() {},
          }),
          async close() {},
        }),
      },
      optimizer: adamW(),
      schedule: constantSchedule({ base: 1e-2 }),
      steps: 3,
      accumulate,
      seed: 5,
    }),
  );
}

describe.each(ENGINES)('blocks that are computed again on $name', { timeout: 60_000 }, ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  it.each([
    [pretraining, 1],
    [pretraining, 2],
    [finetuning, 1],
    [finetuning, 2],
    [pairs, 1],
    [pairs, 2],
  ])('train to the same bits: $name', async (given, accumulate) => {
    const each = given as unknown as Case<TensorTree>;
    const before = tf.memory().numTensors;
    const kept = await trained(each, engine, false, accumulate);
    const again = await trained(each, engine, true, accumulate);
    expect(again.steps.map(({ total }) => total)).toEqual(kept.steps.map(({ total }) => total));
    expect(again.steps[2]!.total).not.toBe(again.steps[0]!.total);
    for (const [name, values] of Object.entries(kept.weights))
      expect(again.weights[name], name).toEqual(values);
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('are no other run', () => {
  for (const { objective } of [pretraining, finetuning, pairs]) {
    expect(objective(true).describe()).toEqual(objective(false).describe());
    expect(JSON.stringify(objective(true).describe())).not.toContain('recompute');
  }
  expect(() => videoMae('small', { recompute: 1 as never })).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', where: 'videoMae, option recompute' }),
  );
  expect(videoMae('small', { recompute: true }).config).toEqual(VIDEO_MAE_CONFIGS.small);
});
