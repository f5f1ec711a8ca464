import * as tf from '@tensorflow/tfjs';
import {
  adversarialMaskLoss,
  type ClipLoss,
  pixelTarget,
  reconstructionLoss,
  samplingLoss,
} from '@tgm/losses';
import {
  adaptiveMasking,
  autoMasking,
  type FeatureTeacher,
  type GraphMasking,
  shuffled,
  teacherAttentionMasking,
  type WeightedLoss,
  withFeatures,
} from '@tgm/train';
import { figure } from '../figure.js';
import { percent } from '../mask-measures.js';
import type { Row } from '../row.js';
import { belowBaseline, meansAtEnds, type ShortRun, shortRun } from '../short-run.js';
import type { World } from '../world.js';
import { memory } from '../world-clips.js';

const target = pixelTarget({ normalise: false });

/** Masks that are chosen in the step. */
export const learnedMaskRows: readonly Row[] = [
  {
    name: 'AdaMAE',
    part: 'masking',
    runs: 'adaptiveMasking 0.5, samplingLoss',
    async run(world) {
      const run = await train(world, adaptiveMasking({ ratio: 0.5 }), [
        { loss: samplingLoss({ target }), weight: 1 },
      ]);
      const { first, last } = meansAtEnds(run, ({ figures }) => 100 * figures['shown object']!);
      return figure(
        `shows ${percent(first)} of the named object at first, ${percent(last)} after ${run.steps.length} steps`,
        Math.abs(first - 50) < 15 && last > first + 5,
        'what is hard to reconstruct shown rather than at first',
      );
    },
  },
  {
    name: 'AutoMAE',
    part: 'masking',
    runs: 'autoMasking 0.75, adversarialMaskLoss',
    reading: 'for clips, on the attention of a momentum copy in place of a published teacher',
    async run(world) {
      const loss = adversarialMaskLoss({ grid: world.grid });
      const run = await train(world, autoMasking({ ratio: 0.75, momentum: 0.9 }), [{ loss, weight: 0.2 }]);
      return belowBaseline(run, 'reconstruction');
    },
  },
  {
    name: 'AttMask by a momentum teacher',
    part: 'masking',
    runs: 'teacherAttentionMasking 0.75, hint',
    async run(world) {
      const masking = teacherAttentionMasking({ ratio: 0.75, select: 'hint', momentum: 0.9 });
      return belowBaseline(await train(world, masking, []), 'reconstruction');
    },
  },
];

/** Says of each token how much of it the named object covers. */
const ground = (world: World): FeatureTeacher => {
  const known = new Map(world.clips.map(({ frames, coverage }) => [frames, coverage]));
  return {
    width: 1,
    describe: () => ({ is: 'coverage' }),
    features: (frames) => known.get(frames)!,
  };
};

/** Tells how much of the named object is shown, and learns nothing. */
const shown: ClipLoss = {
  kind: 'clip',
  name: 'shown',
  needs: { views: ['reconstruct'], text: false, features: true, visibleFeatures: true },
  init: () => ({}),
  compute: () => tf.scalar(0),
  figures: (_params, { features, visibleFeatures }) => {
    const seen = tf.sum(visibleFeatures!);
    return { object: tf.div(seen, tf.add(seen, tf.sum(features!))) as tf.Scalar };
  },
  describe: () => ({ is: 'shown' }),
};

function train(world: World, masking: GraphMasking, further: readonly WeightedLoss[]): Promise<ShortRun> {
  return shortRun(world, {
    examples: shuffled(withFeatures(memory(world.clips), ground(world))),
    masking,
    losses: [{ loss: reconstructionLoss({ target }), weight: 1 }, { loss: shown, weight: 0 }, ...further],
  });
}
