import {
  adamW,
  constantSchedule,
  maskedBatches,
  shuffled,
  trainer,
  videoExamples,
  viewContrast,
} from '@tgm/train';
import { viewsRecipe } from '@tgm/video-io';
import { METHODS, type Method } from '../../view-contrast/methods.js';
import { encoder, FRAME_COUNT, SIZE } from '../../view-contrast/settings.js';
import { figure } from '../figure.js';
import type { Row } from '../row.js';
import { ends, type ShortRun, stepsOf } from '../short-run.js';
import type { World } from '../world.js';

const BATCH = 8;
/** Four times through the clips of the world, of which batches of a few differ much. */
const EPOCH = 12;
const STEPS = 4 * EPOCH;
/** A target that follows within the run. */
const MOMENTUM = 0.9;
const RATE = 1e-3;
/** Four batches: a queue is full of clips, and no more of random directions, before the loss is first told. */
const QUEUE = 32;

/**
 * Embeddings that point anywhere have a loss far above that of equal ones at a low temperature. Where negatives are hard, such as a
 * clip's own frames in another order, the loss is on its way down then.
 */
const FALLEN = 0.8;

/** The video-only baselines, as `npm run contrast` has them, for a few steps. */
export const viewContrastRows: readonly Row[] = [
  row('SimCLR', 'simclr'),
  row('MoCo', 'moco-v1'),
  row('MoCo v2', 'moco-v2'),
  row('NNCLR', 'nnclr'),
  row('CPC', 'cpc', 'slices of a clip in place of patches and audio, and cosines in place of products'),
  row('CVRL', 'cvrl'),
  row('BraVe', 'brave', 'one encoder for both views, and more frames in neither'),
  row('LSTCL', 'lstcl'),
  row('inter-intra contrast', 'inter-intra', 'crops and colours stand in for the second modality'),
  {
    ...row('Large-scale study', 'byol', 'its BYOL of two clips, of the four methods that it compares'),
    runs: 'viewContrast byol, two clips of anywhere in the video',
  },
  row('SwAV', 'swav'),
];

function row(name: string, called: string, reading?: string): Row {
  const method = METHODS.find((each) => each.name === called)!;
  return {
    name,
    part: 'objective',
    runs: `viewContrast ${called}, views decoded from the files`,
    ...(reading !== undefined && { reading }),
    async run(world) {
      const { first, last, baseline } = ends(await train(world, method), 'viewContrast', EPOCH);
      return figure(
        `viewContrast ${first.toPrecision(3)} to ${last.toPrecision(3)}, knowing nothing ${baseline.toPrecision(3)}`,
        last < first && (last < baseline || last < FALLEN * first),
        'a loss that falls below its baseline, or by a fifth',
      );
    },
  };
}

async function train({ engine, train, pool, signal }: World, method: Method): Promise<ShortRun> {
  const { clips, views, contrast, learningRate = RATE } = method;
  const model = encoder();
  const objective = viewContrast({
    ...{ model, ...contrast },
    ...(typeof contrast.target === 'object' && { target: { momentum: MOMENTUM } }),
    ...(typeof contrast.keys === 'object' && { keys: { queue: QUEUE } }),
    ...(typeof contrast.positives === 'object' &&
      'nearest' in contrast.positives && { positives: { nearest: QUEUE } }),
  });
  const recipe = viewsRecipe({ frameCount: FRAME_COUNT, size: SIZE, views: clips });
  const examples = shuffled(videoExamples({ dataset: train, pool, recipe, views: clips.length }));
  const { steps } = await stepsOf(
    trainer({
      ...{ engine, objective, signal },
      batches: maskedBatches({ model, examples, views, needs: objective.needs, batchSize: BATCH, seed: 0 }),
      optimizer: adamW(),
      schedule: constantSchedule({ base: learningRate }),
      steps: STEPS,
      seed: 0,
    }),
  );
  return { steps: steps.slice(QUEUE / BATCH) };
}
