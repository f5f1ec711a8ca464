import {
  attentiveProbe,
  clustering,
  fewShot,
  groupedProbe,
  intervals,
  knn,
  linearProbe,
  mtebResult,
  pairedDifferences,
  pixelBaseline,
  representationBias,
  SGD_RECIPES,
  sgdProbe,
} from '@tgm/eval';
import { figure } from '../figure.js';
import { aboveChance, framesOf, labelsOf, untrainedFeatures, untrainedTokens } from '../measured-clips.js';
import type { Row } from '../row.js';
import { FRAME_COUNT, SIZE } from '../settings.js';
import type { World } from '../world.js';

/** Pixels of both splits, in some slices of time. */
const pixels = ({ clips, testClips }: World, slices: number) => {
  const options = { frameCount: FRAME_COUNT, ...SIZE, slices, cells: 4 };
  return {
    train: pixelBaseline(framesOf(clips), options),
    test: pixelBaseline(framesOf(testClips), options),
  };
};

/** What is read off frozen features. */
export const probeRows: readonly Row[] = [
  {
    name: 'linear probe',
    part: 'protocol',
    runs: 'linearProbe, an encoder not trained, brightness of the ground',
    async run(world) {
      const data = await untrainedFeatures(world, 'tone');
      const { outcome } = await linearProbe({ engine: world.engine, ...data, seed: 0 });
      return aboveChance('top-1', outcome, 100 / data.classes);
    },
  },
  {
    name: "VideoMAE's linear probe",
    part: 'protocol',
    runs: 'sgdProbe, SGD_RECIPES.normalised',
    reading:
      "with MAE's batch normalisation, for few steps; features are computed once: no crops and flips are drawn anew",
    async run(world) {
      const data = await untrainedFeatures(world, 'tone');
      const { outcome } = await sgdProbe({
        ...SGD_RECIPES.normalised,
        engine: world.engine,
        ...data,
        seed: 0,
      });
      return aboveChance('top-1', outcome, 100 / data.classes);
    },
  },
  {
    name: "V-JEPA's attentive probe",
    part: 'protocol',
    runs: 'attentiveProbe, 1 block, 20 heads at once',
    async run(world) {
      const data = await untrainedTokens(world, 'tone');
      const found = await attentiveProbe({
        engine: world.engine,
        ...data,
        epochs: 15,
        batchSize: 24,
        seed: 0,
      });
      const { validation, outcome } = found;
      const told = aboveChance('top-1', outcome, 100 / data.classes);
      return figure(`${told}, of ${validation.length} heads`, validation.length === 20, 'twenty heads');
    },
  },
  {
    name: "V-JEPA 2's attentive probe",
    part: 'protocol',
    runs: 'attentiveProbe, 4 blocks, 16 heads of attention',
    reading: 'one of the twenty heads',
    async run(world) {
      const data = await untrainedTokens(world, 'tone');
      const { outcome } = await attentiveProbe({
        ...{ engine: world.engine, ...data, blocks: 4, rates: [3e-3], weightDecays: [0.1] },
        ...{ epochs: 4, batchSize: 8, seed: 0 },
      });
      return aboveChance('top-1', outcome, 100 / data.classes);
    },
  },
  {
    name: "DINO's k-NN",
    part: 'protocol',
    runs: 'knn, k 20, temperature 0.07',
    async run(world) {
      const data = await untrainedFeatures(world, 'tone');
      return aboveChance('top-1', knn(data).outcome, 100 / data.classes);
    },
  },
  {
    name: "MVEB's few-shot classification",
    part: 'protocol',
    runs: "fewShot 8 x 10, mtebResult, mteb's JSON",
    reading: 'which examples are drawn differs from its own draws',
    async run(world) {
      const data = await untrainedFeatures(world, 'tone');
      const result = await fewShot({ engine: world.engine, ...data, seed: 42 });
      const { scores } = mtebResult({ result, taskName: 'MovingShapes', datasetRevision: 'drawn' });
      const { main_score: main, scores_per_experiment: draws = [] } = scores.test![0]!;
      const told = aboveChance('accuracy', result.outcome, 100 / data.classes);
      const same = Math.abs(100 * main - result.top1) < 1e-9 && draws.length === 10;
      return figure(`${told}, main_score ${main.toFixed(3)} of ${draws.length} draws`, same, 'equal figures');
    },
  },
  {
    name: "MVEB's clustering",
    part: 'protocol',
    runs: 'clustering, k-means, V-measure',
    async run(world) {
      const { test, testLabels } = await untrainedFeatures(world, 'tone');
      const { vMeasure } = clustering({ features: test, labels: testLabels, seed: 0 });
      const shuffled = testLabels.map((_, i) => testLabels[(i * 17 + 5) % testLabels.length]!);
      const other = clustering({ features: test, labels: shuffled, seed: 0 }).vMeasure;
      return figure(
        `V-measure ${vMeasure.toFixed(1)} %, of labels in another order ${other.toFixed(1)} %`,
        vMeasure > 2 * other,
        'clusters that are of the classes',
      );
    },
  },
  {
    name: 'EPIC-Kitchens verb and noun',
    part: 'protocol',
    runs: 'groupedProbe, classMeanTop5; the tone for the verb, the colour for the noun',
    async run(world) {
      const { train, test } = await untrainedFeatures(world, 'tone');
      const groups = { verb: labelsOf(world, 'tone'), noun: labelsOf(world, 'colour') };
      const { groups: of, all } = await groupedProbe({ engine: world.engine, train, test, groups, seed: 0 });
      const least = Math.min(of.verb!.top1, of.noun!.top1);
      return figure(
        `verb ${of.verb!.top1.toFixed(1)} %, noun ${of.noun!.top1.toFixed(1)} %, action ${all!.top1.toFixed(1)} %, mean top-5 recall ${all!.classMeanTop5.toFixed(1)} %`,
        all!.top1 <= least && all!.top1 > 100 / 3 / 7 && all!.classMeanTop5 > all!.classMeanTop1,
        'actions that are right where both are',
      );
    },
  },
  {
    name: 'RESOUND',
    part: 'protocol',
    runs: 'representationBias towards one frame of pixels',
    reading: 'a linear probe and pixels in place of its networks',
    async run(world) {
      const bias = async (question: 'tone' | 'drift') => {
        const data = { ...pixels(world, 1), ...labelsOf(world, question) };
        const { outcome } = await linearProbe({ engine: world.engine, ...data, seed: 0 });
        return representationBias({ outcome, classes: data.classes });
      };
      const [tone, drift] = [await bias('tone'), await bias('drift')];
      return figure(
        `${tone.value.toFixed(2)} nats for the tone, ${drift.value.toFixed(2)} for the camera's motion`,
        tone.from > drift.to,
        'more bias where a still shows the class',
      );
    },
  },
  {
    name: 'bootstrap intervals',
    part: 'protocol',
    runs: 'intervals, pairedDifferences; the encoder and pixels on the same clips',
    async run(world) {
      const encoder = await untrainedFeatures(world, 'colour');
      const { trainLabels, testLabels, classes } = encoder;
      const labels = { trainLabels, testLabels, classes, engine: world.engine, seed: 0 };
      const first = await linearProbe({ ...labels, train: encoder.train, test: encoder.test });
      const second = await linearProbe({ ...labels, ...pixels(world, 1) });
      const { value, from, to } = pairedDifferences(first.outcome, second.outcome).top1!;
      const none = pairedDifferences(first.outcome, first.outcome).top1!;
      const own = intervals(first.outcome).top1!;
      return figure(
        `differ by ${value.toFixed(1)} points (${from.toFixed(1)} to ${to.toFixed(1)})`,
        none.from === 0 && none.to === 0 && from <= value && value <= to && own.value === first.top1,
        'no difference of a model from itself',
      );
    },
  },
];
