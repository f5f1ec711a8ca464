import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYMMETRIC_PIXELS } from '../pixels.js';
import { videoMaeClassifier } from '../video-mae/classifier.js';
import type { VideoMaeClassifierConfig } from '../video-mae/config.js';
import { loadVideoMaeClassifier, saveVideoMaeClassifier } from './classifier-checkpoint.js';

const config: VideoMaeClassifierConfig = {
  imageSize: 4,
  patchSize: 2,
  numFrames: 2,
  tubeletSize: 1,
  hiddenSize: 8,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  intermediateSize: 16,
  layerNormEps: 1e-6,
  poolNormEps: 1e-6,
  labels: ['a "b"', 'ü', 'swim'],
};

let folder: string;
beforeAll(async () => {
  await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'classifier-'));
  const model = videoMaeClassifier(config, { pixels: SYMMETRIC_PIXELS });
  await saveVideoMaeClassifier(folder, model, model.init(seededRandom('save')));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
}

describe('saveVideoMaeClassifier and loadVideoMaeClassifier', () => {
  it('give back the model, its classes and its parameters', async () => {
    const { model, params } = await loadVideoMaeClassifier(folder);
    expect(model.config).toEqual(config);
    expect(model.pixels).toEqual(SYMMETRIC_PIXELS);
    const saved = model.init(seededRandom('save'));
    expect(Object.keys(params)).toEqual(Object.keys(saved));
    for (const [name, tensor] of Object.entries(params)) {
      expect(await tensor.data(), name).toEqual(await saved[name]!.data());
    }
  });

  it('write what Hugging Face reads', async () => {
    expect(await written()).toMatchObject({
      architectures: ['VideoMAEForVideoClassification'],
      model_type: 'videomae',
      use_mean_pooling: true,
      id2label: { 0: 'a "b"', 1: 'ü', 2: 'swim' },
      label2id: { 'a "b"': 0, ü: 1, swim: 2 },
    });
  });

  it('take the defaults of the class where a config.json is silent', async () => {
    const { pool_norm_eps, layer_norm_eps, qkv_bias, ...json } = await written();
    expect([pool_norm_eps, layer_norm_eps, qkv_bias]).toEqual([1e-6, 1e-6, true]);
    await writeFile(join(folder, 'config.json'), JSON.stringify({ ...json, qv_bias: true }));
    const { model } = await loadVideoMaeClassifier(folder);
    expect(model.config).toMatchObject({ poolNormEps: 1e-5, layerNormEps: 1e-12 });
  });

  it.each([
    [{ id2label: { 0: 'a', 2: 'c' } }, 'id2label, 1: expected the name of a class, got undefined'],
    [
      { id2label: {} },
      'id2label: expected the name of at least one class; loadVideoMaeEncoder opens a model',
    ],
    [{ id2label: null, num_labels: 0 }, 'num_labels: expected a whole number from 1'],
  ])('refuse a config.json with %o', async (change, message) => {
    const { qkv_bias: _, ...json } = await written();
    const path = await mkdtemp(join(folder, 'changed-'));
    await writeFile(join(path, 'config.json'), JSON.stringify({ ...json, ...change }));
    await expect(loadVideoMaeClassifier(path)).rejects.toThrow(
      `${join(path, 'config.json')}, key ${message}`,
    );
  });
});

describe('several groups of labels', () => {
  const labels = { verb: ['open', 'cut: fast'], noun: ['door'] };
  const grouped = videoMaeClassifier({ ...config, labels });
  const save = async () => {
    const path = await mkdtemp(join(folder, 'grouped-'));
    await saveVideoMaeClassifier(path, grouped, grouped.init(seededRandom('save')));
    return path;
  };

  it('are one list of classes for Python, and groups again here', async () => {
    const path = await save();
    const json = JSON.parse(await readFile(join(path, 'config.json'), 'utf8'));
    expect(json.id2label).toEqual({ 0: 'verb: open', 1: 'verb: cut: fast', 2: 'noun: door' });
    expect(json.label2id).toEqual({ 'verb: open': 0, 'verb: cut: fast': 1, 'noun: door': 2 });
    const { model, params } = await loadVideoMaeClassifier(path);
    expect(model.config.labels).toEqual(labels);
    expect(model.groups).toEqual([
      { name: 'verb', labels: ['open', 'cut: fast'], from: 0 },
      { name: 'noun', labels: ['door'], from: 2 },
    ]);
    expect(params['classifier.weight']!.shape).toEqual([3, 8]);
  });

  it.each([
    [[{ name: 'verb', count: 2 }], 'label_groups: expected groups'],
    [
      [
        { name: 'verb', count: 3 },
        { name: 'noun', count: 0 },
      ],
      'label_groups: expected groups',
    ],
    [
      [
        { name: 'verb', count: 2 },
        { name: 'verb', count: 1 },
      ],
      'label_groups: expected groups',
    ],
    ['verb', 'label_groups: expected groups'],
    [
      [
        { name: 'verb', count: 1 },
        { name: 'noun', count: 2 },
      ],
      'id2label, 1: expected a class of the group "noun"',
    ],
  ])('refuse label_groups that are %o', async (label_groups, message) => {
    const path = await save();
    const file = join(path, 'config.json');
    const json = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...json, label_groups }));
    await expect(loadVideoMaeClassifier(path)).rejects.toThrow(`${file}, key ${message}`);
  });
});
