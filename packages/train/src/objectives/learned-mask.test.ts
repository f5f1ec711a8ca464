import * as tf from '@tensorflow/tfjs';
import { tokenErrors } from '@tgm/losses';
import { seededRandom } from '@tgm/masking';
import { type Params, UNIT_PIXELS, videoMae } from '@tgm/models';
import type { Json } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adamW } from '../optimizers/adamw.js';
import { runToEnd } from '../pretrain.test-support.js';
import { constantSchedule } from '../schedules/constant.js';
import type { Batches } from '../trainer/batches.js';
import type { Objective } from '../trainer/objective.js';
import { trainer } from '../trainer/trainer.js';
import { ENGINES, TINY } from './tiny-batch.test-support.js';
import { withoutGradients } from './without-gradients.js';

/** Whole clips, and what their masks are drawn with. */
type WholeClips = {
  /** [B, N, P] */
  readonly tokens: tf.Tensor3D;
  /** [B, N] Gumbel noise. */
  readonly noise: tf.Tensor2D;
};

const [CLIPS, TOKENS, SEEN] = [4, 8, 3];
const model = videoMae({ ...TINY, positions: 'separable' }, { pixels: UNIT_PIXELS });
const WEIGHT = 'mask.weight';

/** Even tokens are bright noise, which is hard to predict; odd ones dark and flat. */
function clipsOf(number: number): WholeClips {
  const random = seededRandom('clips', number);
  const pixel = (token: number) => (token % 2 === 0 ? 0.5 + random() / 2 : 0.1);
  const size = model.tokenSize;
  const pixels = Float32Array.from({ length: CLIPS * TOKENS * size }, (_, at) =>
    pixel(Math.floor(at / size) % TOKENS),
  );
  const noise = Float32Array.from({ length: CLIPS * TOKENS }, () => -Math.log(-Math.log(random())));
  return {
    tokens: tf.tensor3d(pixels, [CLIPS, TOKENS, size]),
    noise: tf.tensor2d(noise, [CLIPS, TOKENS]),
  };
}

const clips: Batches<WholeClips> = {
  describe: () => ({ is: 'clips' }),
  open(after?: Json) {
    let number = (after as number | undefined) ?? 0;
    return {
      async next() {
        const tensors = clipsOf(number++);
        return {
          tensors,
          ids: ['a', 'b', 'c', 'd'],
          clips: CLIPS,
          after: number,
          replaced: [],
          release() {},
        };
      },
      async close() {},
    };
  },
};

/** [B, M] errors at their tokens: [B, N], 0 for those that are seen. */
const errorsByToken = (errors: tf.Tensor, masked: tf.Tensor): tf.Tensor =>
  tf.sum(tf.mul(tf.oneHot(masked, TOKENS), tf.expandDims(errors, 2)), 1);

/**
 * Learns which tokens to show: those are likely seen that are reconstructed badly where they are masked (AdaMAE, Bandara et al.
 * 2023, section 3.2). The choice itself has no gradient; its probability has.
 */
const learnedMask: Objective<WholeClips> = {
  weights: { reconstruction: 1, choice: 1 },
  init: (random) => ({ params: { ...model.init(random), [WEIGHT]: tf.zeros([model.tokenSize, 1]) } }),
  part(params, _buffers, { tokens, noise }) {
    const rows = tf.reshape(tokens, [CLIPS * TOKENS, model.tokenSize]) as tf.Tensor2D;
    const scores = tf.reshape(tf.matMul(rows, params[WEIGHT] as tf.Tensor2D), [CLIPS, TOKENS]);
    const logProbability = tf.logSoftmax(scores);
    const order = withoutGradients(() => tf.topk(tf.add(logProbability, noise), TOKENS).indices);
    const seen = tf.slice(order, [0, 0], [-1, SEEN]) as tf.Tensor2D;
    const masked = tf.slice(order, [0, SEEN], [-1, -1]) as tf.Tensor2D;
    const at = (places: tf.Tensor2D) => tf.gather(tokens, places, 1, 1) as tf.Tensor3D;
    const latent = model.encode(params, at(seen), seen);
    const errors = tokenErrors(model.decode(params, latent, seen, masked), at(masked)); // [B, M]
    const rewards = withoutGradients(() => errorsByToken(errors, masked));
    return {
      terms: {
        reconstruction: tf.mean(errors) as tf.Scalar,
        choice: tf.neg(tf.mean(tf.sum(tf.mul(logProbability, rewards), 1))) as tf.Scalar,
      },
      figures: { 'hard seen': tf.mean(tf.cast(tf.equal(tf.mod(seen, 2), 0), 'float32')) as tf.Scalar },
    };
  },
  group: (name) => ({ decays: false, rateScale: name === WEIGHT ? 0.2 : 1 }),
  artefacts: () => [],
  describe: () => ({ is: 'learnedMask' }),
};

describe.each(ENGINES)('a mask that is learned, on $name', { timeout: 60_000 }, ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  it('gets the gradient of its probability, and none of its choice', async () => {
    const { params } = learnedMask.init(seededRandom('init'), {});
    const batch = clipsOf(0);
    const slopes = engine.compile((given: { params: Params; batch: WholeClips }) => {
      const total = (weight: tf.Tensor) =>
        tf.addN(
          Object.values(learnedMask.part({ ...given.params, [WEIGHT]: weight }, {}, given.batch).terms),
        );
      // By hand: d choice / d score = Σ rewards * probability - reward, mean over clips; the reward is the token's error.
      const { tokens, noise } = given.batch;
      const order = tf.topk(noise, TOKENS).indices; // the scores are all 0
      const [seen, masked] = tf.split(order, [SEEN, TOKENS - SEEN], 1) as [tf.Tensor2D, tf.Tensor2D];
      const at = (places: tf.Tensor2D) => tf.gather(tokens, places, 1, 1) as tf.Tensor3D;
      const latent = model.encode(given.params, at(seen), seen);
      const errors = tokenErrors(model.decode(given.params, latent, seen, masked), at(masked));
      const rewards = errorsByToken(errors, masked);
      const slope = tf.div(tf.sub(tf.div(tf.sum(rewards, 1, true), TOKENS), rewards), CLIPS); // [B, N]
      const rows = tf.reshape(tokens, [CLIPS * TOKENS, model.tokenSize]) as tf.Tensor2D;
      const weight = given.params[WEIGHT]!;
      return {
        traced: tf.grad(total)(weight),
        byHand: tf.matMul(rows, tf.reshape(slope, [CLIPS * TOKENS, 1]) as tf.Tensor2D, true),
      };
    });
    const found = await slopes({ params, batch });
    const [traced, byHand] = await Promise.all([found.traced.data(), found.byHand.data()]);
    expect(Math.hypot(...byHand)).toBeGreaterThan(0.01);
    const apart = Math.hypot(...traced.map((value, index) => value - byHand[index]!));
    expect(apart / Math.hypot(...byHand)).toBeLessThan(1e-4);
  });

  it('trains, and learns to show what is hard to predict', async () => {
    const steps = 120;
    const course = await runToEnd(
      trainer({
        engine,
        objective: learnedMask,
        batches: clips,
        optimizer: adamW({ weightDecay: 0 }),
        schedule: constantSchedule({ base: 5e-3 }),
        steps,
        seed: 1,
      }),
    );
    const mean = (from: number) =>
      course.steps.slice(from, from + 10).reduce((sum, step) => sum + step.figures['hard seen']!, 0) / 10;
    expect(mean(0)).toBeLessThan(0.75); // 0.5 where it chooses blindly
    expect(mean(steps - 10)).toBeGreaterThan(0.85);
    expect(course.steps.at(-1)!.terms.reconstruction).toBeLessThan(
      course.steps[0]!.terms.reconstruction! / 2,
    );
  });
});
