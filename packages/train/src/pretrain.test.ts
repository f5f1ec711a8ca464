import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { type ClipLoss, contrastiveLoss, type Loss, reconstructionLoss } from '@tgm/losses';
import { randomMasking, randomSliceMasking } from '@tgm/masking';
import { loadVideoMae, saveVideoMae, type VideoMae } from '@tgm/models';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCheckpoint } from './checkpoint/load-checkpoint.js';
import { noiseSource, type TextCueOnly } from './data/noise-source.test-support.js';
import { shuffled } from './data/shuffled.js';
import { ENGINES, tinyModel } from './objectives/tiny-batch.test-support.js';
import { adamW } from './optimizers/adamw.js';
import { type PretrainOptions, pretrain } from './pretrain.js';
import { runToEnd, STEPS, tinyPretraining } from './pretrain.test-support.js';
import { constantSchedule } from './schedules/constant.js';
import { cosineSchedule } from './schedules/cosine.js';

let engine: Engine;
let folder: string;

beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'tgm-pretrain-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await engine.dispose();
});

type Options = PretrainOptions<TextCueOnly>;
const run = (change: Partial<Options> = {}) => runToEnd(pretrain({ ...tinyPretraining(engine), ...change }));
const terms = (...losses: Loss[]) => losses.map((loss) => ({ loss, weight: 1 }));

describe('pretrain', { timeout: 60_000 }, () => {
  it('gives the same losses traced and eager, and the same bits twice', async () => {
    const traced = await run();
    expect((await run()).weights).toEqual(traced.weights);
    const eager = await runToEnd(pretrain(tinyPretraining(await cpuEngine())));
    expect(eager.steps.map((step) => step.step)).toEqual([1, 2, 3, 4, 5]);
    for (const [index, step] of traced.steps.entries()) {
      const other = eager.steps[index]!;
      for (const [name, value] of Object.entries({ total: step.total, ...step.terms })) {
        const expected = { total: other.total, ...other.terms }[name]!;
        expect(Math.abs(value - expected), name).toBeLessThan(1e-4 * Math.abs(expected));
      }
    }
    const [{ total, terms: first, figures }] = traced.steps as [(typeof traced.steps)[number]];
    expect(total).toBeCloseTo(first.reconstruction! + first.contrastive!, 4);
    expect(Object.keys(figures).sort()).toEqual([
      'contrastive baseline',
      'contrastive negatives',
      'reconstruction baseline',
    ]);
    expect(figures['contrastive negatives']).toBe(3);
  });

  it("saves a checkpoint's average as a model of its own", async () => {
    const checkpoint = { folder: join(folder, 'averaged'), every: STEPS };
    await run({ checkpoint, average: { decay: 0.9 } });
    const { model, params, average, buffers } = await loadCheckpoint(checkpoint.folder);
    await saveVideoMae(join(folder, 'average'), model as VideoMae, average!);
    const opened = await loadVideoMae(join(folder, 'average'));
    expect(Object.keys(average!)).toContain('contrastive.projection.weight');
    expect(Object.keys(opened.params)).not.toContain('contrastive.projection.weight');
    expect(Object.keys(opened.params).length).toBe(tinyModel().parameters.length);
    for (const [name, value] of Object.entries(opened.params)) {
      expect(await value.data(), name).toEqual(await average![name]!.data());
    }
    const weight = 'videomae.embeddings.patch_embeddings.projection.weight';
    expect(await opened.params[weight]!.data()).not.toEqual(await params[weight]!.data());
    tf.dispose([params, average, buffers, opened.params] as unknown as tf.TensorContainer);
  });

  it('learns: the reconstruction of two clips falls below what a decoder that knows nothing scores', async () => {
    const steps = 150;
    const { steps: events } = await run({
      examples: shuffled(noiseSource(2)),
      masking: randomSliceMasking({ ratio: 0.5 }),
      losses: terms(reconstructionLoss()),
      optimizer: adamW({ weightDecay: 0 }),
      schedule: cosineSchedule({ base: 2e-2, steps }),
      steps,
    });
    const { figures, terms: last } = events.at(-1)!;
    expect(figures['reconstruction baseline']).toBeGreaterThan(0.98);
    expect(last.reconstruction).toBeLessThan(0.9 * figures['reconstruction baseline']!);
  });

  it('takes further views of other clips, and a mask for the decoder', async () => {
    const change: Partial<Options> = {
      views: { contrast: { masking: randomMasking({ ratio: 0.25 }), clip: 1 } },
      decoderMasking: randomMasking({ ratio: 0.5 }),
      losses: terms(reconstructionLoss(), contrastiveLoss({ view: 'contrast' })),
    };
    const { steps, weights } = await run(change);
    expect(steps.length).toBe(STEPS);
    expect((await run(change)).weights).toEqual(weights);
    const plain = await run({
      losses: change.losses!,
      views: { contrast: { masking: randomMasking({ ratio: 0.25 }) } },
    });
    expect(plain.steps[0]!.terms.contrastive).not.toBe(steps[0]!.terms.contrastive);
  });

  it('goes on after a stop as if it had never stopped, and keeps a model that opens', async () => {
    const straight = await run();
    const stop = new AbortController();
    const checkpoint = { folder: join(folder, 'stopped'), every: 100 };
    const first = await runToEnd(
      pretrain({ ...tinyPretraining(engine), checkpoint, signal: stop.signal }),
      (event) => event.step === 2 && stop.abort(),
    );
    expect([first.end.reason, first.end.step]).toEqual(['stopped', 2]);
    const second = await run({ checkpoint });
    expect([second.end.reason, second.steps.map((step) => step.step)]).toEqual(['completed', [3, 4, 5]]);
    expect(second.weights).toEqual(straight.weights);
    const { model, params } = await loadVideoMae(second.end.checkpoint!);
    expect(model.config).toEqual(tinyModel().config);
    for (const [name, value] of Object.entries(params)) {
      expect(await value.data()).toEqual(second.weights[name]);
      value.dispose();
    }
  });

  it.each<[string, Partial<Options>]>([
    ['masking', { masking: randomMasking({ ratio: 0.5 }) }],
    ['decoderMasking', { decoderMasking: randomMasking({ ratio: 0.5 }) }],
    ['temperature', { losses: terms(reconstructionLoss(), contrastiveLoss({ temperature: 0.5 })) }],
    [
      'weight',
      { losses: tinyPretraining(undefined as never).losses.map((term) => ({ ...term, weight: 2 })) },
    ],
    ['examples', { examples: shuffled(noiseSource(7)) }],
    ['batchSize', { batchSize: 5 }],
  ])('refuses to go on with another %s, and names it', async (name, change) => {
    const checkpoint = { folder: join(folder, `other ${name}`), every: 100 };
    await run({ checkpoint, steps: 1, schedule: constantSchedule({ base: 1e-3 }) });
    const again = run({ checkpoint, steps: 1, schedule: constantSchedule({ base: 1e-3 }), ...change });
    await expect(again).rejects.toMatchObject({ code: 'CHECKPOINT_MISMATCH' });
    await expect(again).rejects.toThrow(name);
  });

  it('leaks no tensors', async () => {
    const before = tf.memory().numTensors;
    await run();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, object, string]>([
    ['a batch of nothing', { batchSize: 0 }, 'batchSize'],
    ['half a step', { steps: 1.5 }, 'steps'],
    ['no losses', { losses: [] }, 'losses'],
    ['one clip for contrast', { batchSize: 1 }, 'batchSize'],
    [
      'a view that no loss reads',
      { views: { contrast: { masking: randomMasking({ ratio: 0.5 }) } } },
      'views',
    ],
    ['an unknown name', { contrastMasking: randomMasking({ ratio: 0.5 }) }, 'contrastMasking'],
    ['a share that was another option', { reconstructShare: 0.5 }, 'reconstructShare'],
  ])('refuses %s', async (_name, change, option) => {
    const refused = run(change);
    await expect(refused).rejects.toMatchObject({ name: 'TrainError', code: 'OPTION_INVALID' });
    await expect(refused).rejects.toThrow(option);
  });

  it('compares single clips where several batches make a step', async () => {
    const { steps } = await run({ batchSize: 1, accumulate: 4, steps: 1 });
    const whole = await run({ batchSize: 4, steps: 1 });
    expect(steps[0]!.terms.contrastive).toBeCloseTo(whole.steps[0]!.terms.contrastive!, 5);
    expect(steps[0]!.figures['contrastive negatives']).toBe(3);
  });

  it('does not compile with text masks and no text cue', () => {
    const { examples: _e, views: _v, decoderMasking: _d, ...rest } = tinyPretraining(engine);
    const cueless = shuffled<object>({ ...noiseSource(), load: async () => [] });
    // @ts-expect-error: text-guided masking reads the cue `text`, which these examples do not have.
    pretrain({ ...rest, examples: cueless });
    pretrain({ ...rest, examples: cueless, masking: randomSliceMasking({ ratio: 0.5 }) });
  });
});

/** Predicts the features of a teacher from what the decoder says of a token, by a head of its own. */
function featureLoss(width: number): ClipLoss {
  const HEAD = 'features.head';
  return {
    kind: 'clip',
    name: 'features',
    needs: { views: ['reconstruct'], reconstruction: 'features', text: false },
    init: (random, { prediction }) => ({
      [HEAD]: tf.tensor2d(
        Float32Array.from({ length: prediction * width }, () => (random() - 0.5) / Math.sqrt(prediction)),
        [prediction, width],
      ),
    }),
    compute: (params, { prediction, features }) => {
      const [batch, tokens, numbers] = prediction!.shape;
      const said = tf.matMul(tf.reshape(prediction!, [batch * tokens, numbers]), params[HEAD] as tf.Tensor2D);
      return tf.mean(tf.squaredDifference(said, tf.reshape(features!, [batch * tokens, width]))) as tf.Scalar;
    },
    describe: () => ({ is: 'featureLoss', width }),
  };
}

describe.each(ENGINES)('a target of features on $name', { timeout: 60_000 }, ({ make }) => {
  it('trains, with the loss that has a head of its own', async () => {
    const own = await make();
    const steps = 100;
    const course = await runToEnd(
      pretrain({
        ...tinyPretraining(own),
        examples: shuffled(
          noiseSource(4, () => ({
            features: Float32Array.from({ length: 32 }, (_, at) => Math.sin(at)),
          })),
        ),
        masking: randomMasking({ ratio: 0.5 }),
        losses: terms(featureLoss(4)),
        optimizer: adamW({ weightDecay: 0 }),
        schedule: cosineSchedule({ base: 2e-2, warmupSteps: 10, steps }),
        steps,
      }),
    );
    const mean = (from: number) =>
      course.steps.slice(from, from + 10).reduce((sum, step) => sum + step.terms.features!, 0) / 10;
    expect(mean(steps - 10)).toBeLessThan(0.2 * mean(0));
    expect(Object.keys(course.weights)).toContain('features.head');
    await own.dispose();
  });
});
