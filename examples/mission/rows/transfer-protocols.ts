import * as tf from '@tensorflow/tfjs';
import {
  type Features,
  generalisation,
  linearProbe,
  multiViewScores,
  multiViewTest,
  pairAccuracy,
  type ReconstructionErrorResult,
  reconstructionError,
} from '@tgm/eval';
import { pixelTarget, reconstructionLoss } from '@tgm/losses';
import { randomMasking, seededRandom } from '@tgm/masking';
import { type Params, SYMMETRIC_PIXELS, videoMaeClassifier } from '@tgm/models';
import { finetuneEvaluator, pretrain, shuffled } from '@tgm/train';
import { ACTIONS, REVERSED } from '../../moving-shapes/index.js';
import { figure } from '../figure.js';
import { maskOf } from '../mask-measures.js';
import {
  aboveChance,
  featuresOf,
  framesOf,
  labelsOf,
  PASS,
  TONES,
  untrainedFeatures,
  withUntrained,
} from '../measured-clips.js';
import type { Row } from '../row.js';
import { MODEL, SIZE } from '../settings.js';
import { shortOptions, shortTraining, stepsOf } from '../short-run.js';
import type { World } from '../world.js';
import { memory } from '../world-clips.js';

const classifierOfTones = () => videoMaeClassifier({ ...MODEL, labels: TONES }, { pixels: SYMMETRIC_PIXELS });

/** Two views of each test video: as it is, and in a mirror. */
const testVideos = (world: World) => {
  const { testLabels } = labelsOf(world, 'tone');
  return world.testClips.map(({ id, frames }, at) => {
    const others = [{ frames: mirrored(frames) }];
    return { id, frames, others, label: testLabels[at]! };
  });
};

function mirrored(frames: Uint8Array): Uint8Array {
  const { width } = SIZE;
  return frames.map((_, at) => {
    const pixel = Math.floor(at / 3);
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    return frames[3 * (row * width + width - 1 - column) + (at % 3)]!;
  });
}

/** Where the text finds the object, slice by slice: a clip and its reverse, and the action of each. */
function bothOrders(world: World, split: 'train' | 'test', inTime: boolean) {
  const [clips, rows] =
    split === 'train' ? [world.clips, world.trainRows] : [world.testClips, world.testRows];
  const cells = world.grid.rows * world.grid.columns;
  const vectors: Float32Array[] = [];
  const labels: number[] = [];
  for (const [at, { cues }] of clips.entries()) {
    const { action } = rows[at]!;
    const reverse = REVERSED[action];
    if (!reverse) continue;
    const slices = Array.from({ length: world.grid.slices }, (_, slice) =>
      cues.tokenScores.subarray(slice * cells, (slice + 1) * cells),
    );
    for (const order of [slices, slices.toReversed()])
      vectors.push(inTime ? featuresOf(order).values : summed(slices));
    labels.push(ACTIONS.indexOf(action), ACTIONS.indexOf(reverse));
  }
  return { features: featuresOf(vectors), labels };
}

const summed = (parts: readonly Float32Array[]): Float32Array =>
  parts[0]!.map((_, at) => parts.reduce((sum, part) => sum + part[at]!, 0));

/** What a representation is worth when it goes on: to other clips, orders of frames, labels and weights. */
export const transferProtocolRows: readonly Row[] = [
  {
    name: 'fine-tuning',
    part: 'protocol',
    runs: 'finetuneEvaluator, multiViewTest of two views',
    async run(world) {
      const model = classifierOfTones();
      const { trainLabels, classes } = labelsOf(world, 'tone');
      const clips = world.clips.map((clip, at) => ({ ...clip, label: trainLabels[at]! }));
      const evaluator = finetuneEvaluator({
        ...{ ...shortTraining(world), model, examples: shuffled(memory(clips)) },
        ...{ mix: false, dropPath: 0, layerDecay: 1 },
        test: multiViewTest({
          engine: world.engine,
          model,
          videos: testVideos(world),
          batchSize: PASS,
          intervals: true,
        }),
      });
      const told = await withUntrained(world, (params) => evaluator.evaluate(params));
      const [value, from] = [told.top1!, told['top1/from']!];
      return figure(
        `top-1 ${value.toFixed(1)} % (from ${from.toFixed(1)}), chance ${(100 / classes).toFixed(1)} %`,
        from > 100 / classes,
        'an interval above chance',
      );
    },
  },
  {
    name: "VideoMAE's multi-view test",
    part: 'protocol',
    runs: 'multiViewScores of two views',
    async run(world) {
      const model = classifierOfTones();
      const params = model.init(seededRandom('mission', 'views'));
      const videos = testVideos(world).slice(0, PASS);
      const scores = (of: typeof videos) =>
        multiViewScores({ engine: world.engine, model, params, videos: of, batchSize: PASS });
      const first = await scores(videos.map((video) => ({ ...video, others: [] })));
      const second = await scores(
        videos.map(({ others, ...video }) => ({ ...video, frames: others[0]!.frames, others: [] })),
      );
      const both = await scores(videos);
      tf.dispose(params as unknown as tf.TensorContainer);
      const gaps = both.predictions.flatMap(({ probabilities }, at) =>
        Array.from(probabilities[0]!, (value, i) => {
          const [a, b] = [first, second].map(({ predictions }) => predictions[at]!.probabilities[0]![i]!);
          return Math.abs(value - (a! + b!) / 2);
        }),
      );
      const most = Math.max(...gaps);
      return figure(
        `${both.videos} videos, probabilities within ${most.toPrecision(1)} of the mean over the views alone`,
        most < 1e-6,
        'the mean of the softmax of each view',
      );
    },
  },
  {
    name: 'SEVERE',
    part: 'protocol',
    runs: 'generalisation by linearProbe: domain, samples, actions, tasks',
    reading: 'splits of Moving Shapes and a frozen encoder; SEVERE fine-tunes on ten real sets',
    async run(world) {
      const { engine, trainRows, testRows } = world;
      const tone = await untrainedFeatures(world, 'tone');
      const where = (rows: typeof trainRows, drift: boolean) =>
        rows.flatMap((row, at) => (row.drift === drift ? [at] : []));
      const of = ({ values, width }: Features, rows: number[]): Features =>
        featuresOf(rows.map((row) => values.subarray(row * width, (row + 1) * width)));
      const [resting, drifting] = [where(trainRows, false), where(testRows, true)];
      const { factors, mean, splits } = await generalisation({
        splits: {
          camera: {
            ...{ factor: 'domain', classes: tone.classes },
            ...{ train: of(tone.train, resting), trainLabels: resting.map((row) => tone.trainLabels[row]!) },
            ...{ test: of(tone.test, drifting), testLabels: drifting.map((row) => tone.testLabels[row]!) },
          },
          four: { factor: 'samples', perClass: 4, ...tone },
          shapes: { factor: 'actions', ...tone, ...labelsOf(world, 'shape') },
          colours: { factor: 'tasks', ...tone, ...labelsOf(world, 'colour') },
        },
        protocol: (data) => linearProbe({ engine, seed: 0, folds: 3, ...data }),
        seed: 0,
      });
      aboveChance('camera', splits.camera!.outcome, splits.camera!.chance);
      aboveChance('four', splits.four!.outcome, splits.four!.chance);
      const told = Object.entries(factors).map(([factor, value]) => `${factor} ${value.toFixed(0)} %`);
      const whole = Object.values(factors).reduce((sum, value) => sum + value, 0) / 4;
      return figure(
        `${told.join(', ')}, mean ${mean.toFixed(0)} %`,
        told.length === 4 && Math.abs(mean - whole) < 1e-9 && splits.four!.learned === 12,
        'four factors and their mean',
      );
    },
  },
  {
    name: 'TimeBlind',
    part: 'protocol',
    runs: 'pairAccuracy; clips and their reverses, by the text of each slice',
    reading: 'a probe answers in place of a language model',
    async run(world) {
      const both = async (inTime: boolean) => {
        const [train, test] = [bothOrders(world, 'train', inTime), bothOrders(world, 'test', inTime)];
        const { scores } = await linearProbe({
          ...{ engine: world.engine, classes: ACTIONS.length, seed: 0 },
          ...{ train: train.features, trainLabels: train.labels },
          ...{ test: test.features, testLabels: test.labels },
        });
        return pairAccuracy({ scores, labels: test.labels, classes: ACTIONS.length });
      };
      const [seeing, blind] = [await both(true), await both(false)];
      return figure(
        `both clips right ${seeing.both.toFixed(1)} % of ${seeing.outcome.count} pairs, without the order ${blind.both.toFixed(1)} %`,
        blind.both === 0 && seeing.both > 10,
        'no pair right for whoever is blind to the order',
      );
    },
  },
  {
    name: 'error on hidden patches',
    part: 'protocol',
    runs: 'reconstructionError of test clips, raw pixels, before and behind 40 steps',
    async run(world) {
      const masking = randomMasking({ ratio: 0.75 });
      const masks = world.testClips.map((clip) => maskOf(world, masking, clip));
      const clips = framesOf(world.testClips);
      const { engine, model } = world;
      const measure = (params: Params) =>
        reconstructionError({ engine, model, params, clips, masks, batchSize: PASS, target: 'pixels' });
      const before = await withUntrained(world, measure);
      let after: ReconstructionErrorResult | undefined;
      const losses = [{ loss: reconstructionLoss({ target: pixelTarget({ normalise: false }) }), weight: 1 }];
      await stepsOf(pretrain(shortOptions(world, { masking, losses })), async (params) => {
        after = await measure(params);
      });
      return figure(
        `${before.error.toPrecision(3)} to ${after!.error.toPrecision(3)}, the mean colour alone ${after!.baseline.toPrecision(3)}`,
        after!.error < before.error / 5 && after!.baseline < after!.error * 5,
        'an error that falls towards that of the mean colour',
      );
    },
  },
];
