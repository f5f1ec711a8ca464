import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import {
  clipModel,
  clipModelTokenizer,
  clipModelTokenizerJson,
  type Params,
  SYMMETRIC_PIXELS,
  saveClipModel,
  saveVideoMae,
  saveVideoMaeClassifier,
  videoMae,
  videoMaeClassifier,
} from '@tgm/models';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Artefact } from '../trainer/objective.js';
import { loadCheckpoint } from './load-checkpoint.js';
import type { HostTensors } from './saved-run.js';
import { DESCRIPTION, savedRun } from './saved-run.test-support.js';
import { STATE_JSON, writeCheckpoint } from './write-checkpoint.js';

const encoder = {
  imageSize: 4,
  patchSize: 2,
  numFrames: 4,
  tubeletSize: 2,
  hiddenSize: 8,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  intermediateSize: 16,
  layerNormEps: 1e-6,
};
const model = videoMae(
  {
    ...encoder,
    decoderHiddenSize: 4,
    decoderNumHiddenLayers: 1,
    decoderNumAttentionHeads: 1,
    decoderIntermediateSize: 8,
    decoderNormEps: 1e-6,
  },
  { pixels: SYMMETRIC_PIXELS },
);

let root: string;
let folder: string;
let runs = 0;
beforeAll(async () => {
  await tf.setBackend('cpu');
  root = await mkdtemp(join(tmpdir(), 'checkpoints-'));
});
beforeEach(() => {
  folder = join(root, `run-${runs++}`);
});
afterAll(() => rm(root, { recursive: true }));

async function valuesOf(params: Params): Promise<HostTensors> {
  const values = Object.entries(params).map(async ([name, tensor]) => [
    name,
    { shape: tensor.shape, data: (await tensor.data()) as Float32Array },
  ]);
  return Object.fromEntries(await Promise.all(values));
}

/** Writes a checkpoint of a model and of a loss that has a parameter of its own. */
async function write(step: number, params: Params, artefacts: readonly Artefact[]) {
  const own = { ...(await valuesOf(params)), 'contrast.scale': { shape: [], data: Float32Array.of(step) } };
  const { average: _, ...saved } = {
    ...savedRun(step),
    params: own,
    optimizer: { step, slots: { first: own } },
  };
  return writeCheckpoint(folder, saved, artefacts, { keep: 3 });
}

const names = (record: object | undefined) => Object.keys(record ?? {}).sort();

describe('loadCheckpoint', () => {
  it('opens a checkpoint as tensors that compute what was saved', async () => {
    const params = model.init(seededRandom('model'));
    const path = await write(100, params, [{ folder: '.', write: (at) => saveVideoMae(at, model, params) }]);
    const before = tf.memory().numTensors;
    const loaded = await loadCheckpoint(path);
    expect(loaded).toMatchObject({
      path,
      step: 100,
      description: DESCRIPTION,
      architecture: 'VideoMAEForPreTraining',
      damaged: [],
    });
    expect(loaded.average).toBeUndefined();
    expect(loaded.model?.config).toEqual(model.config);
    expect(loaded.model?.pixels).toEqual(SYMMETRIC_PIXELS);
    expect(names(loaded.lossParams)).toEqual(['contrast.scale']);
    expect(names(loaded.modelParams)).toEqual(model.parameters.map(({ name }) => name).sort());
    expect(names(loaded.params)).toEqual(names({ ...loaded.modelParams, ...loaded.lossParams }));
    expect(loaded.params['contrast.scale']).toBe(loaded.lossParams?.['contrast.scale']);
    for (const { name } of model.parameters)
      expect(await loaded.params[name]!.data(), name).toEqual(await params[name]!.data());
    expect(loaded.buffers.keys!.dtype).toBe('int32');
    expect(await loaded.buffers.keys!.data()).toEqual(savedRun(100).buffers.keys!.data);
    tf.dispose([loaded.params, loaded.buffers]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(params);
  });

  it('opens the newest whole one of a folder, and names those that it passed over', async () => {
    const params = model.init(seededRandom('model'));
    for (const step of [1, 2, 3])
      await write(step, params, [{ folder: '.', write: (at) => saveVideoMae(at, model, params) }]);
    expect((await loadCheckpoint(folder)).step).toBe(3);
    const newest = join(folder, 'step-00000003');
    await truncate(join(newest, 'model.safetensors'), 5);
    const loaded = await loadCheckpoint(folder);
    expect(loaded.path).toBe(join(folder, 'step-00000002'));
    expect(await loaded.lossParams!['contrast.scale']!.data()).toEqual(Float32Array.of(2));
    expect(loaded.damaged.map(({ path }) => path)).toEqual([newest]);
    await expect(loadCheckpoint(newest)).rejects.toMatchObject({
      code: 'CHECKPOINT_DAMAGED',
      where: join(newest, 'model.safetensors'),
    });
    tf.dispose(params);
  });

  it('opens a classifier, with the average of its weights', async () => {
    const classifier = videoMaeClassifier({ ...encoder, poolNormEps: 1e-6, labels: ['jump', 'run'] });
    const params = classifier.init(seededRandom('classifier'));
    const values = await valuesOf(params);
    const saved = { ...savedRun(3), params: values, average: values, optimizer: { step: 3, slots: {} } };
    const save = (at: string) => saveVideoMaeClassifier(at, classifier, params);
    await writeCheckpoint(folder, saved, [{ folder: '.', write: save }], { keep: 1 });
    const loaded = await loadCheckpoint(folder);
    if (loaded.architecture !== 'VideoMAEForVideoClassification') throw new Error('another model');
    expect(loaded.model.config.labels).toEqual(['jump', 'run']);
    expect(loaded.lossParams).toEqual({});
    expect(names(loaded.average)).toEqual(names(params));
    tf.dispose(params);
  });

  it('opens a CLIP model with its tokenizer', async () => {
    const vocabulary = ['a', 'a</w>', 'b', 'b</w>', 'ab</w>', '<|startoftext|>', '<|endoftext|>'];
    const ids = Object.fromEntries(vocabulary.map((token, id) => [token, id]));
    const { json, config } = clipModelTokenizerJson(ids, ['a b</w>']);
    const tokenizer = clipModelTokenizer(json, config, 5);
    const tower = { hiddenSize: 8, intermediateSize: 16, numHiddenLayers: 1, numAttentionHeads: 2 };
    const rest = { hiddenAct: 'gelu', layerNormEps: 1e-5 } as const;
    const twins = clipModel({
      projectionDim: 4,
      logitScaleInitValue: 1,
      textConfig: { ...tower, ...rest, vocabSize: vocabulary.length, maxPositionEmbeddings: 5 },
      visionConfig: { ...tower, ...rest, imageSize: 4, patchSize: 2 },
    });
    const params = twins.init(seededRandom('clip'));
    const save = (at: string) => saveClipModel(at, { model: twins, params, tokenizer });
    await write(1, params, [{ folder: '.', write: save }]);
    const loaded = await loadCheckpoint(folder);
    if (loaded.architecture !== 'CLIPModel') throw new Error('another model');
    expect(loaded.model.config.projectionDim).toBe(4);
    expect(loaded.tokenizer.json).toEqual(tokenizer.json);
    expect(names(loaded.lossParams)).toEqual(['contrast.scale']);
    tf.dispose(params);
  });

  it('opens a run without files of a model, or with those of one that it does not train', async () => {
    const params = model.init(seededRandom('model'));
    await writeCheckpoint(folder, savedRun(1), [], { keep: 1 });
    for (const artefacts of [
      [],
      [{ folder: '.', write: (at: string) => saveVideoMae(at, model, params) }],
      [
        {
          folder: '.',
          write: (at: string) => writeFile(join(at, 'config.json'), '{"architectures":["Other"]}'),
        },
      ],
    ]) {
      await writeCheckpoint(folder, savedRun(1), artefacts, { keep: 1 });
      const loaded = await loadCheckpoint(folder);
      expect(loaded).not.toHaveProperty('model');
      expect(loaded).not.toHaveProperty('lossParams');
      expect(names(loaded.params)).toEqual(names(savedRun(1).params));
    }
    tf.dispose(params);
  });

  it('says where there is none', async () => {
    const missing = { code: 'CHECKPOINT_NOT_FOUND', where: folder };
    await expect(loadCheckpoint(folder)).rejects.toMatchObject(missing);
    await mkdir(folder);
    await expect(loadCheckpoint(folder)).rejects.toMatchObject(missing);
    await expect(loadCheckpoint('')).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await mkdir(join(folder, 'step-00000001'));
    await expect(loadCheckpoint(join(folder, 'step-00000001'))).rejects.toMatchObject({
      code: 'CHECKPOINT_DAMAGED',
      where: join(folder, 'step-00000001', STATE_JSON),
    });
    await expect(loadCheckpoint(folder)).rejects.toMatchObject({ code: 'CHECKPOINT_DAMAGED', where: folder });
  });
});
