import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contrastiveLoss, featureLoss, pixelTarget, reconstructionLoss, tokenLoss } from '@tgm/losses';
import {
  mixedMasking,
  randomMasking,
  randomSliceMasking,
  textGuidedMasking,
  tubeMasking,
} from '@tgm/masking';
import { patchCodebook } from '@tgm/models';
import type { Json } from '@tgm/options';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LoadedCheckpoint, loadCheckpoint } from './checkpoint/load-checkpoint.js';
import { requireSameRun } from './checkpoint/require-same-run.js';
import type { RunDescription } from './checkpoint/saved-run.js';
import { maskedBatches } from './data/masked-batches.js';
import { noiseSource, type TextCueOnly } from './data/noise-source.test-support.js';
import { shuffled } from './data/shuffled.js';
import { colourTeacher } from './data/teachers/colour-teacher.js';
import { hogTeacher } from './data/teachers/hog-teacher.js';
import { type FeatureTeacher, withFeatures } from './data/with-features.js';
import { finetune } from './finetune.js';
import { captionTokenLoss } from './objectives/caption-tokens/caption-token-loss.js';
import { wordTokenizer } from './objectives/caption-tokens/word-tokenizer.js';
import { codebookObjective } from './objectives/codebook/codebook-objective.js';
import { teacherAttentionMasking } from './objectives/graph-masking/teacher-attention-masking.js';
import { tinyClassifier, tinyModel } from './objectives/tiny-batch.test-support.js';
import { adamW } from './optimizers/adamw.js';
import { sgd } from './optimizers/sgd.js';
import { type PretrainOptions, pretrain } from './pretrain.js';
import { constantSchedule } from './schedules/constant.js';
import { cosineSchedule } from './schedules/cosine.js';
import { trainer } from './trainer/trainer.js';

type Options = PretrainOptions<TextCueOnly>;

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'tgm-fingerprint-'));
  await stopped(options());
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

const terms = ({ temperature = 0.07, weight = 1, normalise = 'channel' as 'channel' | 'joint' } = {}) => [
  { loss: reconstructionLoss({ target: pixelTarget({ normalise }) }), weight: 1 },
  { loss: contrastiveLoss({ view: 'contrast', temperature }), weight },
];

const mixed = (share: number, textShare = 1) =>
  mixedMasking(textGuidedMasking({ ratio: 0.5, textShare }), tubeMasking({ ratio: 0.5 }), { share });

const histograms = hogTeacher({ student: tinyModel() });

/** A run with a value of every kind in it. */
const options = (): Options => ({
  engine,
  model: tinyModel(),
  examples: shuffled(noiseSource()),
  masking: mixed(0.25),
  views: { contrast: { masking: randomSliceMasking({ ratio: 0.5 }) } },
  decoderMasking: randomMasking({ ratio: 0.5 }),
  losses: terms(),
  optimizer: adamW(),
  schedule: constantSchedule({ base: 1e-2 }),
  batchSize: 4,
  steps: 9,
  seed: 7,
  clipNorm: 1,
  average: { decay: 0.9 },
  checkpoint: { folder, every: 1 },
});

/** Runs until the first checkpoint. */
async function stopped(given: Options): Promise<void> {
  for await (const event of pretrain(given)) if (event.type === 'saved') return;
}

/** The paths of all values in it that are no records or lists. */
function leaves(value: Json, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, each]) => leaves(each, [...path, name]));
}

/** The same with another value at a path. */
function changed(value: Json, [name, ...rest]: readonly string[]): Json {
  if (name === undefined) return typeof value === 'number' ? value + 1 : `${value} or not`;
  const record = value as Record<string, Json>;
  const made = changed(record[name]!, rest);
  return Array.isArray(value)
    ? value.map((each, at) => (String(at) === name ? made : each))
    : { ...record, [name]: made };
}

/** Asks for a run again under each of its values changed, by their names. */
function expectAsked(
  { description, path }: Pick<LoadedCheckpoint, 'description' | 'path'>,
  told: readonly string[],
): void {
  const paths = leaves(description as unknown as Json);
  for (const each of told) expect(paths.map((names) => names.join('.'))).toContain(each);
  const schedule = constantSchedule({ base: 1e-2 });
  for (const each of paths) {
    const other = changed(description as unknown as Json, each) as unknown as RunDescription;
    const saved = { step: 1, description: other, rates: '' };
    const ask = () => requireSameRun(path, saved as never, { description, schedule, steps: 9 });
    expect(ask, each.join('.')).toThrow(expect.objectContaining({ code: 'CHECKPOINT_MISMATCH' }));
    // Steps are told in words of their own.
    if (each.join('.') !== 'run.steps') expect(ask).toThrow(each.slice(0, 3).join('.'));
  }
}

it('every value that a run has told is asked for again, by its name', async () => {
  // One of each kind: a strategy in a strategy, a view, the decoder's, a loss's, a target's, the model's, the source's.
  expectAsked(await loadCheckpoint(folder), [
    'batches.masking.strategy.textShare',
    'batches.views.contrast.masking.ratio',
    'batches.decoderMasking.ratio',
    'batches.model.pixels.mean.0',
    'objective.losses.0.loss.target.normalise',
    'objective.losses.1.loss.temperature',
    'objective.losses.1.weight',
    'objective.model.hiddenSize',
    'objective.model.scaledResiduals',
    'optimizer.betas.1',
    'schedule.base',
    'run.seed',
  ]);
});

it('every value of a run on features is, too, those of its teacher and of its loss', async () => {
  const given = (teacher: FeatureTeacher): Options => ({
    ...options(),
    examples: shuffled(withFeatures(noiseSource(), teacher)),
    losses: [{ loss: featureLoss({ tokens: 'masked' }), weight: 1 }],
    views: {},
    checkpoint: { folder: join(folder, 'features'), every: 1 },
  });
  await stopped(given(histograms));
  expectAsked(await loadCheckpoint(join(folder, 'features')), [
    'batches.examples.source.teacher.bins',
    'batches.examples.source.teacher.cellSize',
    'batches.needs.visibleFeatures',
    'objective.losses.0.loss.distance',
    'objective.losses.0.loss.normalise',
    'objective.losses.0.loss.tokens',
    'objective.featureWidth',
  ]);
  await expect(stopped(given(hogTeacher({ student: tinyModel(), cellSize: 8 })))).rejects.toMatchObject({
    code: 'CHECKPOINT_MISMATCH',
  });
});

it('every value of a fine-tuning is, too', async () => {
  const run = {
    engine,
    model: tinyClassifier({ labels: { verb: ['open', 'cut'], noun: ['door'] } }),
    examples: shuffled(noiseSource(6, (_, index) => ({ label: { verb: index % 2, noun: 0 } }))),
    optimizer: adamW(),
    schedule: constantSchedule({ base: 1e-2 }),
    batchSize: 4,
    steps: 9,
    seed: 7,
    checkpoint: { folder: join(folder, 'finetune'), every: 1 },
  };
  for await (const event of finetune(run)) if (event.type === 'saved') break;
  expectAsked(await loadCheckpoint(run.checkpoint.folder), [
    'batches.dropPath',
    'batches.mix.mixup',
    'batches.mix.cutmixShare',
    'batches.batchSize',
    'batches.model.labels.verb.1',
    'objective.model.labels.noun.0',
    'objective.smoothing',
    'objective.layerDecay',
  ]);
});

it('every value of hidden words of captions and of token numbers is, too', async () => {
  const tokenizer = wordTokenizer(['caption 0 1 2']);
  const colours = Float32Array.from({ length: 9 }, (_, at) => 20 * at);
  const run = {
    ...options(),
    examples: shuffled(withFeatures(noiseSource(), colourTeacher({ colours, student: tinyModel() }))),
    views: {},
    losses: [
      { loss: captionTokenLoss({ tokenizer, length: 4, width: 8, heads: 2 }), weight: 0.5 },
      { loss: tokenLoss({ codes: 3 }), weight: 1 },
    ],
    checkpoint: { folder: join(folder, 'words'), every: 1 },
  };
  await stopped(run);
  expectAsked(await loadCheckpoint(run.checkpoint.folder), [
    'batches.needs.captionTokens.tokenizer.digest',
    'batches.needs.captionTokens.ratio',
    'batches.examples.source.teacher.digest',
    'objective.losses.0.loss.tokenizer.words',
    'objective.losses.0.loss.width',
    'objective.losses.1.loss.codes',
  ]);
});

it('every value of a codebook is, too', async () => {
  const { imageSize, patchSize, numFrames, tubeletSize } = tinyModel().config;
  const model = patchCodebook({ imageSize, patchSize, numFrames, tubeletSize, codes: 4, codeWidth: 2 });
  const objective = codebookObjective({ model });
  const { engine, examples, optimizer, schedule, steps, seed } = options();
  const batches = maskedBatches({
    model,
    examples,
    needs: objective.needs,
    views: { tokens: { masking: randomMasking({ ratio: 0.5 }) } },
    batchSize: 4,
    seed,
  });
  const checkpoint = { folder: join(folder, 'codebook'), every: 1 };
  const run = { engine, objective, batches, optimizer, schedule, steps, seed, checkpoint };
  for await (const event of trainer(run)) if (event.type === 'saved') break;
  expectAsked(await loadCheckpoint(checkpoint.folder), [
    'batches.views.tokens.masking.ratio',
    'batches.model.codes',
    'objective.commitment',
    'objective.decay',
    'objective.deadShare',
    'objective.model.pixels.mean.0',
  ]);
});

it.each<[string, () => Partial<Options>]>([
  ['batches.masking.share', () => ({ masking: mixed(0.5) })],
  ['batches.masking.strategy.textShare', () => ({ masking: mixed(0.25, 0.5) })],
  ['batches.masking.is', () => ({ masking: tubeMasking({ ratio: 0.5 }) })],
  [
    'batches.views.contrast.masking.ratio',
    () => ({ views: { contrast: { masking: randomSliceMasking({ ratio: 0.25 }) } } }),
  ],
  ['batches.decoderMasking', () => ({ decoderMasking: undefined as never })],
  ['batches.batchSize', () => ({ batchSize: 2 })],
  ['batches.examples', () => ({ examples: shuffled(noiseSource(5)) })],
  ['batches.examples', () => ({ examples: shuffled(withFeatures(noiseSource(), histograms)) })],
  ['objective.losses.1.weight', () => ({ losses: terms({ weight: 2 }) })],
  ['objective.losses.1.loss.temperature', () => ({ losses: terms({ temperature: 0.1 }) })],
  ['objective.losses.0.loss.target.normalise', () => ({ losses: terms({ normalise: 'joint' }) })],
  ['objective.model.hiddenSize', () => ({ model: tinyModel({ hiddenSize: 16 }) })],
  ['objective.model.numAttentionHeads', () => ({ model: tinyModel({ numAttentionHeads: 1 }) })],
  ['objective.model.layerNormEps', () => ({ model: tinyModel({ layerNormEps: 1e-5 }) })],
  ['optimizer.betas', () => ({ optimizer: adamW({ betas: [0.9, 0.999] }) })],
  ['optimizer.is', () => ({ optimizer: sgd() })],
  ['schedule.base', () => ({ schedule: constantSchedule({ base: 2e-2 }) })],
  ['schedule.is', () => ({ schedule: cosineSchedule({ base: 1e-2, steps: 9 }) })],
  ['run.seed', () => ({ seed: 8 })],
  ['run.clipNorm', () => ({ clipNorm: 2 })],
  ['run.average', () => ({ average: { decay: 0.5 } })],
  ['run.accumulate', () => ({ accumulate: 2 })],
])('a run is not gone on with under another %s', async (name, change) => {
  await expect(stopped({ ...options(), ...change() })).rejects.toMatchObject({
    code: 'CHECKPOINT_MISMATCH',
    message: expect.stringContaining(name),
  });
});

it('every value of a mask that is chosen in the graph is, too, in the batches and in what learns', async () => {
  const graph = {
    ...options(),
    decoderMasking: undefined as never,
    checkpoint: { folder: join(folder, 'graph'), every: 1 },
  };
  await stopped({ ...graph, masking: teacherAttentionMasking({ ratio: 0.5, momentum: 0.9 }) });
  expectAsked(await loadCheckpoint(graph.checkpoint.folder), [
    'batches.masking.momentum',
    'objective.masking.ratio',
    'objective.masking.select',
  ]);
});

it('a run is the same with another engine, other calls and another period of saving', async () => {
  const other = await onnxEngine({ threads: 2 });
  await stopped({ ...options(), engine: other, stepsPerCall: 2, checkpoint: { folder, every: 2, keep: 3 } });
  await other.dispose();
  expect(await loadCheckpoint(folder)).toMatchObject({ step: 2 });
});
