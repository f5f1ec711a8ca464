import * as tf from '@tensorflow/tfjs';
import { extractFeatures, type Features, knn, linearProbe, pixelBaseline } from '@tgm/eval';
import { seededRandom } from '@tgm/masking';
import { colourHistogram } from '../../moving-shapes/colour-histogram.js';
import { type ClipRow, COLOUR_NAMES } from '../../moving-shapes/index.js';
import { figure } from '../figure.js';
import type { Row } from '../row.js';
import { FRAME_COUNT, SIZE } from '../settings.js';
import type { World } from '../world.js';
import type { Clip } from '../world-clips.js';

const CLASSES = COLOUR_NAMES.length;
const CHANCE = 100 / CLASSES;

const coloursOf = (rows: readonly ClipRow[]): Int32Array =>
  Int32Array.from(rows, ({ colour }) => COLOUR_NAMES.indexOf(colour));

/** What a probe and k-NN on features say of the named object's colour in unseen clips, in per cent. */
async function scored(world: World, featuresOf: (clips: readonly Clip[]) => Features | Promise<Features>) {
  const labelled = {
    train: await featuresOf(world.clips),
    trainLabels: coloursOf(world.trainRows),
    test: await featuresOf(world.testClips),
    testLabels: coloursOf(world.testRows),
    classes: CLASSES,
  };
  const probe = await linearProbe({ ...labelled, engine: world.engine, seed: 0, folds: 2 });
  return { probe: probe.top1, near: knn({ ...labelled, k: 5 }).top1 };
}

const told = ({ probe, near }: { readonly probe: number; readonly near: number }): string =>
  `the object's colour: probe ${probe.toFixed(0)} %, k-NN ${near.toFixed(0)} %, chance ${CHANCE.toFixed(0)} %`;

/** What any learned representation has to beat. */
export const baselineRows: readonly Row[] = [
  {
    name: 'pixels alone',
    part: 'baseline',
    runs: 'pixelBaseline, 4 x 4 x 4 mean colours',
    async run(world) {
      const found = await scored(world, (clips) =>
        pixelBaseline(
          clips.map(({ frames }) => frames),
          { frameCount: FRAME_COUNT, ...SIZE, cells: 4 },
        ),
      );
      return figure(told(found), found.probe > 1.5 * CHANCE, 'a probe above chance');
    },
  },
  {
    name: 'colour histogram',
    part: 'baseline',
    runs: 'colourHistogram of Moving Shapes, 125 colours',
    async run(world) {
      const found = await scored(world, (clips) => colourHistogram(clips.map(({ frames }) => frames)));
      return figure(told(found), found.probe > 1.5 * CHANCE, 'a probe above chance');
    },
  },
  {
    name: 'untrained encoder',
    part: 'baseline',
    runs: 'extractFeatures of drawn parameters',
    async run(world) {
      const { engine, model } = world;
      const params = model.init(seededRandom('mission', 'untrained'));
      const found = await scored(world, (clips) =>
        extractFeatures({ engine, model, params, clips: clips.map(({ frames }) => frames), batchSize: 16 }),
      );
      tf.dispose(params as unknown as tf.TensorContainer);
      return figure(told(found), found.probe > 1.5 * CHANCE, 'a probe above chance');
    },
  },
  {
    name: 'guessing',
    part: 'baseline',
    runs: 'knn on noise',
    async run() {
      const random = seededRandom('mission', 'noise');
      const [count, width] = [3000, 4];
      const noise = () => ({
        values: Float32Array.from({ length: count * width }, () => random() - 0.5),
        count,
        width,
      });
      const labels = () => Int32Array.from({ length: count }, () => Math.floor(random() * CLASSES));
      const { top1 } = knn({
        train: noise(),
        trainLabels: labels(),
        test: noise(),
        testLabels: labels(),
        classes: CLASSES,
      });
      // Four standard errors of a share of 3000.
      const reach = 4 * Math.sqrt((CHANCE * (100 - CHANCE)) / count);
      return figure(
        `${top1.toFixed(1)} % of ${count} right, chance ${CHANCE.toFixed(1)} %`,
        Math.abs(top1 - CHANCE) < reach,
        `chance within ${reach.toFixed(1)}`,
      );
    },
  },
];
