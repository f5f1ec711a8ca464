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
/** Steps in which the clips of the world are gone through once. Batches of a few differ much, so losses are means over these. */
const EPOCH = 12;
/** A target that follows within the run. */
const MOMENTUM = 0.9;
/** Four batches: a queue is full of clips, and no more of random directions, before the loss is first told. */
const QUEUE = 32;

/** Share of the loss without learning that has to be learned away. */
const LEARNED = 0.03;

interface RowOptions {
  readonly reading?: string;
  readonly epochs?: number;
  readonly rate?: number;
}

/** The video-only baselines, as `npm run contrast` has them, for a few steps. */
export const viewContrastRows: readonly Row[] = [
  row('SimCLR', 'simclr'),
  row('MoCo', 'moco-v1'),
  row('MoCo v2', 'moco-v2'),
  row('NNCLR', 'nnclr', { epochs: 12, rate: 3e-4 }),
  row('CPC', 'cpc', {
    reading: 'slices of a clip in place of patches and audio, and cosines in place of products',
  }),
  row('CVRL', 'cvrl', { rate: 3e-3 }),
  row('BraVe', 'brave', { reading: 'one encoder for both views, and more frames in neither' }),
  row('LSTCL', 'lstcl'),
  row('inter-intra contrast', 'inter-intra', {
    reading: 'crops and colours stand in for the second modality',
  }),
  {
    ...row('Large-scale study', 'byol', {
      reading: 'its BYOL of two clips, of the four methods that it compares',
    }),
    runs: 'viewContrast byol, two clips of anywhere in the video',
  },
  row('SwAV', 'swav'),
];

function row(name: string, called: string, { reading, epochs = 4, rate = 1e-3 }: RowOptions = {}): Row {
  const method = METHODS.find((each) => each.name === called)!;
  return {
    name,
    part: 'objective',
    runs: `viewContrast ${called}, views decoded from the files`,
    ...(reading !== undefined && { reading }),
    async run(world) {
      const lossAt = async (learningRate: number): Promise<number> =>
        ends(await train(world, method, epochs * EPOCH, learningRate), 'viewContrast', EPOCH).last;
      // Views of a clip look alike to any encoder, so the control is the same run, draw by draw, in which nothing is learned.
      const [learned, unlearned] = [await lossAt(rate), await lossAt(0)];
      return figure(
        `viewContrast ${learned.toPrecision(3)}, at a learning rate of 0 ${unlearned.toPrecision(3)}`,
        learned < (1 - LEARNED) * unlearned,
        'a loss that learning lowers by more than 3 %',
      );
    },
  };
}

async function train(
  { engine, train, pool, signal }: World,
  { clips, views, contrast }: Method,
  count: number,
  learningRate: number,
): Promise<ShortRun> {
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
      steps: count,
      seed: 0,
    }),
  );
  return { steps: steps.slice(QUEUE / BATCH) };
}
