import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom, textGuidedMasking } from '@tgm/masking';
import { patchCodebook } from '@tgm/models';
import { optionsContract } from '@tgm/options/testing';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { datasetOf, pretrainingRecipe, type VideoDataset, videoPool } from '@tgm/video-io';
import { afterAll, it } from 'vitest';
import { noiseSource } from './data/noise-source.test-support.js';
import * as train from './index.js';
import { tinyClassifier, tinyEncoder } from './objectives/tiny-batch.test-support.js';
import { colours, letters, tinyClipModel } from './objectives/tiny-clip-model.test-support.js';
import { tinyPretraining } from './pretrain.test-support.js';
import { cellsEncoder } from './score-store/cells-encoder.test-support.js';
import { points, regression } from './trainer/toy-objectives.test-support.js';

const engine = await cpuEngine();
const pool = videoPool({ workers: 1 });
afterAll(() => pool.close());

const { model, examples, masking, losses, batchSize, seed, ...run } = {
  ...tinyPretraining(engine),
  steps: 1,
};
const { optimizer, schedule, steps } = run;
const { needs } = train.maskedObjective({ model, losses, textWidth: 5 });
const dataset: VideoDataset = {
  name: 'none',
  length: 0,
  at: async () => Promise.reject(new RangeError('no sample')),
};
const recipe = pretrainingRecipe({ frameCount: 4, stride: 1, size: { width: 16, height: 16 } });
const videos = { dataset, pool, recipe };
const { imageSize, patchSize, numFrames, tubeletSize } = model.config;
const codebook = patchCodebook({ imageSize, patchSize, numFrames, tubeletSize, codes: 5, codeWidth: 3 });
const nothing = async () => Promise.reject(new RangeError('nothing to encode'));
const encoder = { encodePatches: nothing, encodeText: nothing };

const pictureEncoder = cellsEncoder();
const store = { read: nothing, describe: () => ({ is: 'no scores' }) } as unknown as train.ScoreStore;

const silent = datasetOf('silent', [{ id: 'a', source: 'a.mp4', captions: [] }]);
const scores = await mkdtemp(join(tmpdir(), 'tgm-contract-scores-'));
await train.writeScores({ folder: scores, dataset: silent, pool, encoder: pictureEncoder });
afterAll(() => rm(scores, { recursive: true }));

/** Runs a generator to its end. */
async function all(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}

/** Lets an error pass but that of a library that is not there. */
const unlessMissing = (error: unknown) => {
  if ((error as train.TrainError).code !== 'MPI_MISSING') throw error;
};

const checks = optionsContract({
  module: train,
  declarations: `${import.meta.dirname}/../dist`,
  calls: {
    adamW: (extra) => train.adamW({ epsilon: 1e-8, ...extra }),
    sgd: (extra) => train.sgd({ momentum: 0, ...extra }),
    constantSchedule: (extra) => train.constantSchedule({ base: 1, ...extra }),
    cosineSchedule: (extra) => train.cosineSchedule({ base: 1, steps: 1, ...extra }),
    cosineRestartsSchedule: (extra) => train.cosineRestartsSchedule({ base: 1, period: 1, ...extra }),
    stepSchedule: (extra) => train.stepSchedule({ base: 1, milestones: [1], ...extra }),
    linearScaling: (extra) => train.linearScaling({ batchSize: 1, ...extra }),
    // Whether MPI is there is no matter: options are checked before.
    mpiProcesses: (extra) =>
      train.mpiProcesses({ library: '/none/libmpi.so', ...extra }).catch(unlessMissing),
    progressLine: (extra) => train.progressLine({ seconds: 1, ...extra }),
    maskedObjective: (extra) => train.maskedObjective({ model, losses, textWidth: 5, ...extra }),
    adaptiveMasking: (extra) => train.adaptiveMasking({ ratio: 0.5, ...extra }),
    autoMasking: (extra) => train.autoMasking({ ratio: 0.5, ...extra }),
    teacherAttentionMasking: (extra) => train.teacherAttentionMasking({ ratio: 0.5, ...extra }),
    viewContrast: (extra) => train.viewContrast({ model: tinyEncoder(), temperature: 0.1, ...extra }),
    classificationObjective: (extra) =>
      train.classificationObjective({ model: tinyClassifier(), smoothing: 0, ...extra }),
    codebookObjective: (extra) => train.codebookObjective({ model: codebook, ...extra }),
    captionTokenLoss: (extra) =>
      train.captionTokenLoss({ tokenizer: train.wordTokenizer(['a']), length: 4, ...extra }),
    colourClusters: (extra) =>
      train.colourClusters([new Uint8Array(6)], { clusters: 2, random: () => 0, ...extra }),
    colourTeacher: (extra) => train.colourTeacher({ colours: new Float32Array(6), student: model, ...extra }),
    codebookTeacher: (extra) =>
      train.codebookTeacher({
        model: codebook,
        params: codebook.init(seededRandom('codes')),
        engine,
        ...extra,
      }),
    clipModelObjective: (extra) =>
      train.clipModelObjective({ model: tinyClipModel(), tokenizer: letters(), ...extra }),
    maskedBatches: (extra) =>
      train.maskedBatches({ model, examples, masking: masking!, needs, batchSize, seed, ...extra }),
    labelledBatches: (extra) =>
      train.labelledBatches({ model: tinyClassifier(), examples, batchSize, seed, ...extra }),
    finetune: (extra) =>
      all(
        train.finetune({
          engine,
          model: tinyClassifier(),
          examples: train.shuffled(noiseSource(6, () => ({ label: 0 }))),
          batchSize,
          optimizer,
          schedule,
          steps,
          seed,
          ...extra,
        }),
      ),
    finetuneEvaluator: (extra) =>
      train.finetuneEvaluator({
        engine,
        model: tinyClassifier(),
        examples: train.shuffled(noiseSource(6, () => ({ label: 0 }))),
        batchSize,
        optimizer,
        schedule,
        steps,
        seed,
        test: { name: 'test', evaluate: async () => ({}) },
        ...extra,
      }),
    imageTextBatches: (extra) =>
      train.imageTextBatches({
        model: tinyClipModel(),
        tokenizer: letters(),
        pairs: colours(4),
        batchSize: 2,
        seed,
        ...extra,
      }),
    hogTeacher: (extra) => train.hogTeacher({ student: model, ...extra }),
    videoMaeTeacher: (extra) =>
      train.videoMaeTeacher({ model, params: model.init(seededRandom('teacher')), engine, ...extra }),
    clipModelTeacher: (extra) =>
      train.clipModelTeacher({
        model: tinyClipModel(),
        params: tinyClipModel().init(seededRandom('teacher')),
        engine,
        student: { config: { ...model.config, imageSize: 8 } },
        ...extra,
      }),
    shuffled: (extra) => train.shuffled(noiseSource(), { prefetch: 1, ...extra }),
    inOrder: (extra) => train.inOrder(noiseSource(), { prefetch: 1, ...extra }),
    videoExamples: (extra) => train.videoExamples({ ...videos, ...extra }),
    decodeClips: (extra) => all(train.decodeClips({ ...videos, grid: model.grid, concurrency: 1, ...extra })),
    scoreClips: (extra) => all(train.scoreClips({ encoder, clips: [], grid: model.grid, ...extra })),
    textCues: (extra) => train.textCues({ encoder, grid: model.grid, ...extra }),
    writeScores: (extra) =>
      train.writeScores({ folder: scores, dataset: silent, pool, encoder: pictureEncoder, ...extra }),
    openScores: (extra) => train.openScores(scores, { ...extra }),
    storedTextCues: (extra) => train.storedTextCues({ store, grid: model.grid, ...extra }),
    scoreStoreSize: (extra) =>
      train.scoreStoreSize({
        encoder: pictureEncoder,
        video: { width: 320, height: 240, seconds: 10, fps: 25 },
        ...extra,
      }),
    leakage: (extra) =>
      train.leakage({
        engine,
        model,
        masking: textGuidedMasking({ ratio: 0.5 }),
        examples: noiseSource(),
        heldOut: { ...noiseSource(), id: (index) => `held out ${index}` },
        steps: 1,
        batchSize: 4,
        seed,
        ...extra,
      }),
    pretrain: (extra) => all(train.pretrain({ ...tinyPretraining(engine), steps: 1, ...extra })),
    trainer: (extra) =>
      all(
        train.trainer({
          engine,
          optimizer,
          schedule,
          steps,
          seed,
          objective: regression(),
          batches: points(2),
          ...extra,
        }),
      ),
  },
});
for (const { name, run } of checks) it(name, run);
