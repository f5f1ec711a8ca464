import * as tf from '@tensorflow/tfjs';
import { type ClipLoss, pixelTarget, reconstructionLoss, samplingLoss, tokenErrors } from '@tgm/losses';
import { seededRandom } from '@tgm/masking';
import { type Params, UNIT_PIXELS, videoMae } from '@tgm/models';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExampleSource } from '../data/examples.js';
import { maskedBatches } from '../data/masked-batches.js';
import { shuffled } from '../data/shuffled.js';
import { adamW } from '../optimizers/adamw.js';
import { pretrain } from '../pretrain.js';
import { type Course, runToEnd } from '../pretrain.test-support.js';
import { constantSchedule } from '../schedules/constant.js';
import { adaptiveMasking } from './graph-masking/adaptive-masking.js';
import type { MaskedBatch } from './masked-batch.js';
import { maskedObjective } from './masked-objective.js';
import { ENGINES, TINY } from './tiny-batch.test-support.js';

const [CLIPS, TOKENS, SEEN] = [4, 8, 3];
const model = videoMae({ ...TINY, positions: 'separable' }, { pixels: UNIT_PIXELS });
const masking = adaptiveMasking({ ratio: 5 / 8 });
const target = pixelTarget({ normalise: false });
const SCORES = 'adaptive.scores.weight';

/** The left half of each frame, the even tokens, is bright noise, which is hard to predict; the right half dark and flat. */
const halves: ExampleSource<object> = {
  length: 16,
  id: (index) => `half ${index}`,
  describe: () => ({ is: 'halves' }),
  async load(index, random) {
    const frames = Uint8Array.from({ length: 4 * 16 * 16 * 3 }, (_, at) =>
      Math.floor(at / 3) % 16 < 8 ? 128 + random() * 127 : 25,
    );
    return [{ id: `half ${index}`, frames, cues: {} }];
  },
};

/** Tells how much of what is shown is hard, and learns nothing. */
const watch: ClipLoss = {
  kind: 'clip',
  name: 'shown',
  needs: { views: ['reconstruct'], text: false, choice: true },
  init: () => ({}),
  compute: () => tf.scalar(0),
  figures: (_params, { choice }) => ({
    hard: tf.mean(tf.cast(tf.equal(tf.mod(choice!.visible, 2), 0), 'float32')) as tf.Scalar,
  }),
  describe: () => ({ is: 'watch' }),
};

describe.each(ENGINES)('a mask that is learned, on $name', { timeout: 60_000 }, ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  it('gets the gradient of its probability, and none of its choice', async () => {
    const losses = [
      { loss: reconstructionLoss({ target }), weight: 1 },
      { loss: samplingLoss({ target }), weight: 1 },
    ];
    const objective = maskedObjective({ model, losses, masking });
    const batches = maskedBatches({
      ...{ model, masking, examples: shuffled(halves), needs: objective.needs },
      ...{ batchSize: CLIPS, seed: 1 },
    });
    const stream = await batches.open();
    const { tensors: batch } = (await stream.next())!;
    await stream.close();
    const { params } = objective.init(seededRandom('init'), {});
    const slopes = engine.compile((given: { params: Params; batch: MaskedBatch }) => {
      const total = (scores: tf.Tensor) =>
        tf.addN(Object.values(objective.part({ ...given.params, [SCORES]: scores }, {}, given.batch).terms));
      // By hand: with scores of 0 all tokens are as probable, and the order is that of the noise. The slope of the term by the score of
      // a token is probability * mean reward - its own reward / masked, over the clips; the reward is the token's error.
      const { tokens, noise, pixels } = given.batch.whole!;
      const order = tf.topk(noise, TOKENS).indices;
      const [seen, masked] = tf.split(order, [SEEN, TOKENS - SEEN], 1) as [tf.Tensor2D, tf.Tensor2D];
      const at = (all: tf.Tensor3D, places: tf.Tensor2D) => tf.gather(all, places, 1, 1) as tf.Tensor3D;
      const latent = model.encode(given.params, at(tokens, seen), seen);
      const errors = tokenErrors(model.decode(given.params, latent, seen, masked), at(pixels!, masked));
      const rewards = tf.sum(tf.mul(tf.oneHot(masked, TOKENS), tf.expandDims(errors, 2)), 1); // [B, N], 0 where seen
      const mean = tf.div(tf.sum(rewards, 1, true), TOKENS);
      const slope = tf.div(tf.sub(mean, rewards), CLIPS * (TOKENS - SEEN)); // [B, N]
      return { traced: tf.grad(total)(tf.zerosLike(given.params[SCORES]!)), slope };
    });
    const found = await slopes({ params, batch });
    const traced = await found.traced.data<'float32'>();
    // The map's slope is that of the scores times what it maps, which a finite difference of the scores tells.
    const mapped = await engine.compile((given: { params: Params; batch: MaskedBatch }) => {
      const { tokens, noise } = given.batch.whole!;
      const positions = tf.tile(tf.expandDims(tf.range(0, TOKENS, 1, 'int32'), 0), [CLIPS, 1]) as tf.Tensor2D;
      const embedded = model.embed(given.params, tokens, positions);
      const along = (size: number) =>
        masking.choose(
          { ...given.params, [SCORES]: tf.fill([1, TINY.hiddenSize], size) },
          {},
          { model, embedded, tokens, noise, cues: {} },
        ).logProbability!;
      // Along the direction of ones: d log p = score - Σ p score; what the softmax takes off is the same for all tokens of a clip.
      return { scores: tf.div(tf.sub(along(1e-2), along(-1e-2)), 2e-2) };
    })({ params, batch });
    const [slope, scores] = await Promise.all([
      found.slope.data<'float32'>(),
      mapped.scores.data<'float32'>(),
    ]);
    const byHand = slope.reduce((sum, value, index) => sum + value * scores[index]!, 0);
    const alongOnes = traced.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(byHand)).toBeGreaterThan(1e-4);
    expect(Math.abs(alongOnes - byHand) / Math.abs(byHand)).toBeLessThan(2e-3);
  });

  it('trains, and learns to show what is hard to predict', async () => {
    const { hard, course } = await shownBy(engine, 1e-2);
    expect(hard).toBeGreaterThan(0.8); // 0.5 where nothing is known of the tokens
    expect(course.steps.at(-1)!.terms.reconstruction).toBeLessThan(
      course.steps[0]!.terms.reconstruction! / 2,
    );
  });
});

it('does not learn it of the reconstruction alone', async () => {
  const engine = await onnxEngine({ threads: 1 });
  expect((await shownBy(engine, 0)).hard).toBeLessThan(0.6);
  await engine.dispose();
});

/** A run, and the share of hard tokens among those shown in its last steps. */
async function shownBy(engine: Engine, weight: number): Promise<{ hard: number; course: Course }> {
  const steps = 80;
  const course = await runToEnd(
    pretrain({
      engine,
      model,
      examples: shuffled(halves),
      masking,
      losses: [
        { loss: reconstructionLoss({ target }), weight: 1 },
        { loss: samplingLoss({ target }), weight },
        { loss: watch, weight: 0 },
      ],
      optimizer: adamW({ weightDecay: 0 }),
      schedule: constantSchedule({ base: 2e-3 }),
      batchSize: CLIPS,
      steps,
      seed: 1,
    }),
  );
  const last = course.steps.slice(steps - 20).map(({ figures }) => figures['shown hard']!);
  return { hard: last.reduce((sum, share) => sum + share, 0) / last.length, course };
}
