import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { layerOf, loadVideoMaeClassifier, videoMaeEncoder } from '@tgm/models';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noiseSource } from './data/noise-source.test-support.js';
import { shuffled } from './data/shuffled.js';
import { type FinetuneOptions, finetune } from './finetune.js';
import { tinyClassifier, tinyModel } from './objectives/tiny-batch.test-support.js';
import { adamW } from './optimizers/adamw.js';
import { runToEnd } from './pretrain.test-support.js';
import { constantSchedule } from './schedules/constant.js';

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'tgm-finetune-'));
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

const model = tinyClassifier();
const labelled = () => shuffled(noiseSource(6, (_, index) => ({ label: index % 3 })));

const optionsOf = (change: Partial<FinetuneOptions> = {}): FinetuneOptions => ({
  engine,
  model,
  examples: labelled(),
  optimizer: adamW({ betas: [0.9, 0.999] }),
  schedule: constantSchedule({ base: 1e-2 }),
  batchSize: 4,
  steps: 6,
  seed: 5,
  ...change,
});

/** A Video MAE with the classifier's encoder. */
const pretraining = tinyModel({ numHiddenLayers: 2 });

const valuesOf = async (params: Readonly<Record<string, tf.Tensor>>) =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(params).map(async ([name, tensor]) => [name, await tensor.data<'float32'>()] as const),
    ),
  );

describe('finetune', { timeout: 120_000 }, () => {
  it('begins with the encoder that was pre-trained, and passes over its decoder', async () => {
    const pretrained = pretraining.init(seededRandom('pretrained'));
    const given = await valuesOf(pretrained);
    const still = {
      schedule: constantSchedule({ base: 1e-30 }),
      optimizer: adamW({ weightDecay: 0 }),
      steps: 1,
    };
    const { weights } = await runToEnd(finetune(optionsOf({ ...still, pretrained })));
    expect(Object.keys(weights).sort()).toEqual(model.parameters.map(({ name }) => name).sort());
    for (const [name, values] of Object.entries(weights)) {
      if (!name.startsWith('videomae.')) continue;
      const moved = Math.max(...values.map((value, at) => Math.abs(value - given[name]![at]!)));
      expect(moved, name).toBeLessThan(1e-29);
    }
    // An encoder alone, and another classifier: a head of as many classes is taken, one of others is drawn.
    const { decoderHiddenSize: _, ...config } = model.config as never as { decoderHiddenSize?: number };
    const { labels: __, poolNormEps: ___, ...encoderConfig } = config as typeof model.config;
    const encoder = videoMaeEncoder(encoderConfig);
    const ofEncoder = encoder.init(seededRandom('encoder'));
    const fromEncoder = await runToEnd(finetune(optionsOf({ ...still, pretrained: ofEncoder })));
    const name = 'videomae.encoder.layer.1.output.dense.weight';
    expect(fromEncoder.weights[name]).toEqual((await valuesOf(ofEncoder))[name]);
    const tuned = model.init(seededRandom('tuned'));
    const head = tf.randomNormal([3, 12]);
    const same = await runToEnd(
      finetune(optionsOf({ ...still, pretrained: { ...tuned, 'classifier.weight': head } })),
    );
    expect([...same.weights['classifier.weight']!]).toEqual([...(await head.data())]);
    const wider = { ...tuned, 'classifier.weight': tf.ones([9, 12]), 'classifier.bias': tf.ones([9]) };
    const other = await runToEnd(finetune(optionsOf({ ...still, pretrained: wider })));
    expect(other.weights['classifier.weight']).toHaveLength(36);
    expect(Math.max(...other.weights['classifier.weight']!)).toBeLessThan(1e-3);
  });

  it('refuses an encoder of which something is missing or of another shape', async () => {
    const pretrained = pretraining.init(seededRandom('pretrained'));
    const name = 'videomae.encoder.layer.0.output.dense.bias';
    const { [name]: _, ...lacking } = pretrained;
    for (const [params, received] of [
      [lacking, 'none of this name'],
      [{ ...pretrained, [name]: tf.zeros([13]) }, '[13]'],
    ] as const) {
      await expect(runToEnd(finetune(optionsOf({ pretrained: params })))).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        where: 'finetune, option pretrained',
        expected: `all parameters of the encoder, "${name}" [12] among them`,
        received,
      });
    }
  });

  it('refuses an encoder of more layers, of which only the first would be taken', async () => {
    const pretrained = pretraining.init(seededRandom('pretrained'));
    const further = 'videomae.encoder.layer.2.output.dense.bias';
    const params = { ...pretrained, [further]: tf.zeros([12]) };
    await expect(runToEnd(finetune(optionsOf({ pretrained: params })))).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'finetune, option pretrained',
      received: `"${further}" besides`,
    });
  });

  it('lets each layer move by its own share of the rate', async () => {
    // Without decay the first step of AdamW moves a number by the rate, wherever its gradient is not tiny.
    const rate = 1e-3;
    const pretrained = {
      ...model.init(seededRandom('start')),
      'classifier.weight': tf.randomNormal([3, 12]),
    };
    const before = await valuesOf(pretrained);
    const optimizer = adamW({ betas: [0.9, 0.999], weightDecay: 0, epsilon: 1e-12 });
    const schedule = constantSchedule({ base: rate });
    for (const layerDecay of [0.5, 1]) {
      const run = optionsOf({ pretrained, optimizer, schedule, layerDecay, dropPath: 0, steps: 1 });
      const { weights } = await runToEnd(finetune(run));
      for (const name of [
        'classifier.bias',
        'fc_norm.bias',
        'videomae.embeddings.patch_embeddings.projection.bias',
        'videomae.encoder.layer.0.output.dense.weight',
        'videomae.encoder.layer.1.output.dense.weight',
      ]) {
        const moved = Math.max(...weights[name]!.map((value, at) => Math.abs(value - before[name]![at]!)));
        const share = layerDecay ** (3 - layerOf(name, model.config));
        expect(moved / rate, name).toBeCloseTo(share, 2);
      }
    }
  });

  it('has the defaults of VideoMAE, each of which can be turned off', async () => {
    const all = {
      layerDecay: 0.75,
      smoothing: 0.1,
      dropPath: 0.1,
      mix: { mixup: 0.8, cutmix: 1, cutmixShare: 0.5 },
    };
    const [defaults, told] = await Promise.all([{}, all].map((each) => runToEnd(finetune(optionsOf(each)))));
    expect(told!.weights).toEqual(defaults!.weights);
    for (const off of [{ layerDecay: 1 }, { smoothing: 0 }, { dropPath: 0 }, { mix: false as const }]) {
      const { weights } = await runToEnd(finetune(optionsOf(off)));
      expect(weights, JSON.stringify(off)).not.toEqual(defaults!.weights);
    }
  });

  it('learns the labels of clips by heart', async () => {
    const off = { layerDecay: 1, smoothing: 0, dropPath: 0, mix: false as const };
    const { steps } = await runToEnd(finetune(optionsOf({ ...off, steps: 60, batchSize: 6 })));
    expect(steps[0]!.terms.classification).toBeCloseTo(Math.log(3), 3);
    expect(steps[0]!.figures['classification baseline']).toBeCloseTo(Math.log(3), 6);
    expect(steps.at(-1)!.terms.classification).toBeLessThan(0.1);
  });

  it('learns several labels of a clip at a time, a term for each, and opens with its groups', async () => {
    const labels = { verb: ['open', 'cut'], noun: ['door', 'knife', 'pan'] };
    const examples = shuffled(
      noiseSource(6, (_, index) => ({ label: { verb: index % 2, noun: index % 3 } })),
    );
    const off = { layerDecay: 1, smoothing: 0, dropPath: 0, mix: false as const };
    const { steps, end } = await runToEnd(
      finetune(
        optionsOf({
          ...off,
          model: tinyClassifier({ labels }),
          examples,
          steps: 60,
          batchSize: 6,
          checkpoint: { folder: join(folder, 'groups'), every: 100 },
        }),
      ),
    );
    const last = steps.at(-1)!;
    expect(last.figures['verb baseline']).toBeCloseTo(Math.log(2), 6);
    expect(last.figures['noun baseline']).toBeCloseTo(Math.log(3), 6);
    expect(last.terms.verb).toBeLessThan(0.2);
    expect(last.terms.noun).toBeLessThan(0.2);
    expect(last.total).toBeCloseTo(last.terms.verb! + last.terms.noun!, 5);
    expect((await loadVideoMaeClassifier(end.checkpoint!)).model.config.labels).toEqual(labels);
  });

  it('goes on bit for bit after a stop, and opens as a classifier', async () => {
    const options = optionsOf({ pretrained: pretraining.init(seededRandom('pretrained')) });
    const whole = await runToEnd(finetune(options));
    const checkpoint = { folder: join(folder, 'stopped'), every: 100 };
    const controller = new AbortController();
    const stopped = await runToEnd(
      finetune({ ...options, checkpoint, signal: controller.signal }),
      ({ step }) => step === 3 && controller.abort(),
    );
    expect(stopped.end).toMatchObject({ reason: 'stopped', step: 3 });
    const resumed = await runToEnd(finetune({ ...options, checkpoint }));
    expect(resumed.steps.map(({ step }) => step)).toEqual([4, 5, 6]);
    expect(resumed.weights).toEqual(whole.weights);
    const loaded = await loadVideoMaeClassifier(resumed.end.checkpoint!);
    expect(loaded.model.config.labels).toEqual(['walk', 'run', 'jump']);
    expect(await valuesOf(loaded.params)).toEqual(whole.weights);
    for (const change of [
      { dropPath: 0.2 },
      { mix: false as const },
      { layerDecay: 0.5 },
      { smoothing: 0 },
    ]) {
      await expect(runToEnd(finetune({ ...options, ...change, checkpoint }))).rejects.toMatchObject({
        code: 'CHECKPOINT_MISMATCH',
        message: expect.stringContaining(Object.keys(change)[0]!),
      });
    }
  });

  it.each([
    [{ start: { params: {} } }, 'start'],
    [{ pretrained: {} }, 'pretrained'],
    [{ layerDecay: 0 }, 'layerDecay'],
    [{ smoothing: 1 }, 'smoothing'],
    [{ dropPath: 1 }, 'dropPath'],
    [{ mix: { cutmixShare: 2 } }, 'mix'],
  ])('refuses %o', async (change, option) => {
    await expect(runToEnd(finetune(optionsOf(change as never)))).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: expect.stringContaining(`finetune, option ${option}`),
    });
  });
});
