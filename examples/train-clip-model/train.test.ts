import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  type ClipModel,
  type ClipModelTokenizer,
  clipModel,
  clipModelTokenizer,
  loadClipModel,
} from '@tgm/models';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import type { EndEvent, StepEvent, TrainEvent } from '@tgm/train';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderPairs } from './pairs.js';
import { CONTEXT_LENGTH, tinyClipModelConfig } from './tiny-clip-model.js';
import { makeTokenizer } from './tokenizer-file.js';
import { trainClipModel } from './train.js';

const pairs = [...renderPairs(11, 24)];
let engine: Engine;
let model: ClipModel;
let tokenizer: ClipModelTokenizer;
beforeAll(async () => {
  const captions = pairs.flatMap((pair) => [...pair.captions.object, ...pair.captions.scene]);
  const files = makeTokenizer(captions, CONTEXT_LENGTH);
  tokenizer = clipModelTokenizer(files.tokenizer, files.config, CONTEXT_LENGTH);
  model = clipModel(tinyClipModelConfig(files.vocabularySize));
  engine = await onnxEngine();
});
afterAll(() => engine.dispose());

const training = (steps: number, more: { folder?: string; dropPatches?: number } = {}) =>
  trainClipModel({
    model,
    engine,
    tokenizer,
    pairs,
    steps,
    batchSize: 12,
    learningRate: 2e-3,
    seed: 0,
    ...more,
  });

/** The values of each term, step by step. */
async function termsOf(events: AsyncIterable<TrainEvent>) {
  const steps: StepEvent['terms'][] = [];
  let end: EndEvent | undefined;
  for await (const event of events) {
    if (event.type === 'step') steps.push(event.terms);
    if (event.type === 'end') end = event;
  }
  const params: Record<string, ArrayLike<number>> = {};
  for (const [name, tensor] of Object.entries(end!.params)) params[name] = await tensor.data();
  tf.dispose(end!.params as tf.NamedTensorMap);
  return { steps, params, end: end! };
}

test.each([0, 0.5])(
  'terms start at chance and fall, with %s of the patches dropped',
  { timeout: 120_000 },
  async (dropPatches) => {
    const { steps } = await termsOf(training(24, { dropPatches }));
    const values = (name: string) => steps.flatMap((terms) => terms[name] ?? []);
    const paraphrase = values('paraphrase');
    expect(paraphrase).toHaveLength(24);
    // Fresh embeddings are not quite alike.
    expect(paraphrase[0]!).toBeGreaterThan(Math.log(48) - 1);
    expect(paraphrase.at(-1)!).toBeLessThan(paraphrase[0]! - 0.5);
    const images = ['image', 'patches'].map(values);
    for (const each of images) {
      expect(each).toHaveLength(18);
      // Pairs of the same object are no negatives of each other.
      expect(each[0]!).toBeGreaterThan(Math.log(12) - 0.75);
    }
    const sum = (at: number) => images[0]!.at(at)! + images[1]!.at(at)!;
    expect(sum(-1)).toBeLessThan(sum(0) - 0.3);
  },
);

test('a stopped training goes on as if it had not stopped, and leaves a model', {
  timeout: 120_000,
}, async () => {
  const whole = await termsOf(training(5));
  const folder = await mkdtemp(join(tmpdir(), 'train-clip-model-'));
  try {
    for await (const event of training(5, { folder })) if (event.type === 'step' && event.step === 3) break;
    const rest = await termsOf(training(5, { folder }));
    expect(rest.steps).toEqual(whole.steps.slice(3));
    expect(rest.params).toEqual(whole.params);
    const saved = await loadClipModel(rest.end.checkpoint!);
    for (const [name, tensor] of Object.entries(saved.params)) {
      expect(await tensor.data(), name).toEqual(whole.params[name]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('pairs are a pure function of the seed, and other clips than a data set of that seed', () => {
  const [first] = renderPairs(11, 1);
  const [again] = renderPairs(11, 1);
  const [other] = renderPairs(12, 1);
  expect(Buffer.compare(first!.image, again!.image)).toBe(0);
  expect(Buffer.compare(first!.image, other!.image)).not.toBe(0);
});
