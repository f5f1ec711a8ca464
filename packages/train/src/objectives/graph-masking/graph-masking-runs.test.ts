import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  adversarialMaskLoss,
  type ClipLoss,
  contrastiveLoss,
  type LossInputs,
  reconstructionLoss,
  samplingLoss,
} from '@tgm/losses';
import { randomMasking, seededRandom, tubeMasking } from '@tgm/masking';
import { loadVideoMae } from '@tgm/models';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maskedBatches } from '../../data/masked-batches.js';
import { noiseSource, type TextCueOnly } from '../../data/noise-source.test-support.js';
import { shuffled } from '../../data/shuffled.js';
import { type PretrainOptions, pretrain } from '../../pretrain.js';
import { runToEnd, tinyPretraining } from '../../pretrain.test-support.js';
import { maskedObjective } from '../masked-objective.js';
import { ENGINES, tinyModel } from '../tiny-batch.test-support.js';
import { adaptiveMasking } from './adaptive-masking.js';
import { autoMasking } from './auto-masking.js';
import type { GraphMasking } from './graph-masking.js';
import { teacherAttentionMasking } from './teacher-attention-masking.js';

type Options = PretrainOptions<TextCueOnly>;
const model = tinyModel();
const reconstruction = { loss: reconstructionLoss(), weight: 1 };
const sampling = { loss: samplingLoss(), weight: 1e-2 };
const secondView = { loss: contrastiveLoss({ view: 'contrast' }), weight: 1 };

/** A mask of one's own: shows what a cue scores low, and learns how much the cue counts. */
const byCue: GraphMasking<TextCueOnly> = {
  name: 'byCue',
  ratio: 0.5,
  requires: ['tokenScores'],
  init: () => ({ params: { 'byCue.scale': tf.scalar(1) } }),
  noise: (random) => Float32Array.from({ length: 8 }, random),
  choose(params, _buffers, { cues, noise }) {
    const logProbability = tf.logSoftmax(tf.mul(params['byCue.scale']!, cues.tokenScores));
    return { order: tf.topk(tf.add(logProbability, noise), 8).indices, logProbability };
  },
  describe: () => ({ is: 'byCue' }),
};

const RUNS: readonly (readonly [string, Partial<Options>])[] = [
  ['adaptive', { masking: adaptiveMasking({ ratio: 0.5 }), losses: [reconstruction, sampling] }],
  [
    'auto, beside a second view',
    {
      masking: autoMasking({ ratio: 0.5, momentum: 0.5 }),
      losses: [reconstruction, secondView, { loss: adversarialMaskLoss({ grid: model.grid }), weight: 0.2 }],
      views: { contrast: { masking: randomMasking({ ratio: 0.5 }) } },
    },
  ],
  [
    'teacher',
    {
      masking: teacherAttentionMasking({ ratio: 0.5, select: 'hint', momentum: 0.5 }),
      losses: [reconstruction],
    },
  ],
  ['one that reads a cue', { masking: byCue, losses: [reconstruction, sampling] }],
];

describe('runs with a mask of the graph', { timeout: 60_000 }, () => {
  let engine: Engine;
  let folder: string;
  beforeAll(async () => {
    engine = await onnxEngine({ threads: 1 });
    folder = await mkdtemp(join(tmpdir(), 'tgm-graph-masking-'));
  });
  afterAll(async () => {
    await engine.dispose();
    await rm(folder, { recursive: true });
  });

  it.each(RUNS)(
    '%s: the same on both engines, in parts, and after a stop bit for bit',
    async (name, change) => {
      const options: Options = { ...tinyPretraining(engine), ...change };
      const whole = await runToEnd(pretrain(options));
      const weights = (course: typeof whole) =>
        Object.entries(course.weights).map(([each, values]) => [
          each,
          Buffer.from(values.buffer).toString('hex'),
        ]);
      // Whatever the mask has is trained.
      const own = Object.keys(whole.weights).filter((each) => each.startsWith(`${options.masking!.name}.`));
      const { params } = maskedObjective({
        ...{ model, losses: options.losses, textWidth: 5 },
        masking: options.masking as GraphMasking,
      }).init(seededRandom('init'), {});
      expect(own.sort()).toEqual(
        Object.keys(params)
          .filter((each) => each.startsWith(`${options.masking!.name}.`))
          .sort(),
      );

      const eager = await runToEnd(pretrain({ ...options, steps: 2, engine: await ENGINES[0]!.make() }));
      for (const [at, step] of whole.steps.slice(0, 2).entries()) {
        for (const [term, value] of Object.entries(step.terms)) {
          expect(eager.steps[at]!.terms[term]).toBeCloseTo(value, 3);
        }
      }
      const parts = await runToEnd(pretrain({ ...options, steps: 3, batchSize: 2, accumulate: 2 }));
      for (const [at, step] of whole.steps.slice(0, 3).entries()) {
        expect(parts.steps[at]!.total).toBeCloseTo(step.total, 3);
      }

      const checkpoint = { folder: join(folder, name), every: 2 };
      for await (const event of pretrain({ ...options, checkpoint })) {
        if (event.type === 'step' && event.step === 3) break;
      }
      const resumed = await runToEnd(pretrain({ ...options, checkpoint }));
      expect(resumed.steps[0]!.step).toBe(4);
      expect(weights(resumed)).toEqual(weights(whole));
      const loaded = await loadVideoMae(resumed.end.checkpoint!);
      expect(Object.keys(loaded.params)).toHaveLength(model.parameters.length);
      tf.dispose(loaded.params as never);
      // As something else it is refused.
      const other = {
        ...options,
        masking: { ...options.masking!, describe: () => ({ is: 'other' }) } as GraphMasking,
      };
      await expect(runToEnd(pretrain({ ...other, checkpoint }))).rejects.toMatchObject({
        code: 'CHECKPOINT_MISMATCH',
        message: expect.stringContaining('batches.masking'),
      });
    },
  );

  it.each(ENGINES)('tells losses what was chosen, with exact counts, on $name', async ({ make }) => {
    const told: Record<string, number[][]>[] = [];
    const listen = (read: (inputs: LossInputs) => Record<string, tf.Tensor>): ClipLoss => ({
      kind: 'clip',
      name: 'listen',
      needs: { views: ['reconstruct'], text: false, choice: true, features: true, visibleFeatures: true },
      init: () => ({}),
      compute: () => tf.scalar(0),
      figures: (_params, inputs) => {
        const tensors = read(inputs);
        // Each number of a row as a figure, since only scalars leave the step.
        return Object.fromEntries(
          Object.entries(tensors).flatMap(([name, tensor]) =>
            Array.from({ length: tensor.size }, (_, at) => [
              `${name} ${at}`,
              tf.reshape(tf.slice(tf.reshape(tensor, [-1]), at, 1), []).toFloat() as tf.Scalar,
            ]),
          ),
        );
      },
      describe: () => ({ is: 'listen' }),
    });
    const own = await make();
    const loss = listen(({ choice, features, visibleFeatures, pixels }) => ({
      order: choice!.order,
      visible: choice!.visible,
      masked: choice!.masked,
      log: tf.sum(tf.exp(choice!.logProbability!), 1),
      features: tf.slice(features!, [0, 0, 0], [-1, -1, 1]),
      seen: tf.slice(visibleFeatures!, [0, 0, 0], [-1, -1, 1]),
      pixels: tf.slice(pixels!, [0, 0, 0], [-1, -1, 1]),
    }));
    const course = await runToEnd(
      pretrain({
        ...tinyPretraining(own),
        masking: adaptiveMasking({ ratio: 0.3 }), // 2 of 8
        losses: [reconstruction, { loss, weight: 0 }],
        batchSize: 1,
        steps: 3,
      }),
    );
    for (const { figures, samples } of course.steps as unknown as {
      figures: Record<string, number>;
      samples?: string[];
    }[]) {
      const row = (name: string) =>
        Object.keys(figures).flatMap((each) => (each.startsWith(`listen ${name} `) ? [figures[each]!] : []));
      told.push({});
      expect(row('visible')).toHaveLength(6);
      expect(row('masked')).toHaveLength(2);
      expect([...row('visible'), ...row('masked')]).toEqual(row('order'));
      expect([...row('order')].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(row('log')[0]).toBeCloseTo(1, 5);
      // The first feature of token n of sample s is s + 4 n / 100.
      const sample = Math.round(row('features')[0]! - (4 * row('masked')[0]!) / 100);
      row('masked').forEach((token, at) => {
        expect(row('features')[at]).toBeCloseTo(sample + (4 * token) / 100, 4);
      });
      row('visible').forEach((token, at) => {
        expect(row('seen')[at]).toBeCloseTo(sample + (4 * token) / 100, 4);
      });
      expect(samples).toBeUndefined();
    }
    await own.dispose();
  });

  it.each([1, 2])(
    'lets buffers follow once a step, in %i parts, beside a loss that compares and without',
    async (accumulate) => {
      const masking: GraphMasking<TextCueOnly> = {
        ...byCue,
        init: (...given) => ({ ...byCue.init(...given), buffers: { 'byCue.sum': tf.scalar(0) } }),
        // Adds up what the parameter was before each step.
        nextBuffers: (params, buffers) => ({
          'byCue.sum': tf.add(buffers['byCue.sum']!, params['byCue.scale']!),
        }),
      };
      for (const losses of [
        [reconstruction, sampling],
        [sampling, { loss: contrastiveLoss(), weight: 1 }],
      ]) {
        let [sum, scale] = [0, 1];
        for (const steps of [1, 2, 3]) {
          const options = {
            ...tinyPretraining(engine),
            masking,
            losses,
            batchSize: 4 / accumulate,
            accumulate,
          };
          let last = Number.NaN;
          for await (const event of pretrain({ ...options, steps })) {
            if (event.type !== 'end') continue;
            last = (await event.buffers['byCue.sum']!.data())[0]!;
            expect(last).toBeCloseTo(sum + scale, 5);
            sum = last;
            scale = (await event.params['byCue.scale']!.data())[0]!;
            tf.dispose([event.params, event.buffers] as never);
          }
          expect(last).not.toBeNaN();
        }
        expect(scale).not.toBe(1);
      }
    },
  );

  it('a batch of eight has the noise, clips and second views of two of four', async () => {
    const masking = autoMasking({ ratio: 0.5 });
    const { needs } = maskedObjective({ model, losses: [reconstruction, secondView], textWidth: 5, masking });
    const read = async (batchSize: number) => {
      const views = { contrast: { masking: randomMasking({ ratio: 0.5 }) } };
      const examples = shuffled(noiseSource());
      const stream = await maskedBatches({
        model,
        examples,
        masking,
        needs,
        views,
        batchSize,
        seed: 4,
      }).open();
      const rows: Record<string, number[]> = { noise: [], tokens: [], pixels: [], positions: [] };
      for (let clips = 0; clips < 8; clips += batchSize) {
        const { tensors } = (await stream.next())!;
        expect(Object.keys(tensors.views)).toEqual(['contrast']);
        expect(tensors.reconstruct).toBeUndefined();
        expect(tensors.whole!.features).toBeUndefined();
        const { noise, tokens, pixels } = tensors.whole!;
        const all = { noise, tokens, pixels: pixels!, positions: tensors.views.contrast!.positions };
        for (const [name, tensor] of Object.entries(all)) rows[name]!.push(...(await tensor.data()));
      }
      await stream.close();
      return rows;
    };
    const [eight, four] = [await read(8), await read(4)];
    expect(eight).toEqual(four);
    expect(eight.noise).toHaveLength(8 * 24);
    expect(new Set(eight.noise).size).toBeGreaterThan(8 * 16);
    expect(eight.tokens).toHaveLength(8 * 8 * model.tokenSize);
  });

  it.each<[string, Partial<Options>, string, string]>([
    [
      'a mask for the decoder',
      { decoderMasking: tubeMasking({ ratio: 0.5 }) },
      'OPTION_INVALID',
      'decoderMasking',
    ],
    [
      'a ratio that hides nothing',
      { masking: adaptiveMasking({ ratio: 0.1 }) },
      'OPTION_INVALID',
      'at least one token',
    ],
    [
      'a loss that reads a choice under a strategy',
      { masking: tubeMasking({ ratio: 0.5 }) },
      'OPTION_INVALID',
      'which the loss "sampling" reads',
    ],
    [
      'a cue that is not there',
      { masking: { ...byCue, requires: ['other'] } as never },
      'EXAMPLE_INVALID',
      'the cue "other"',
    ],
    [
      'an order of another shape',
      { masking: { ...byCue, choose: () => ({ order: tf.zeros([2, 8], 'int32') }) } },
      'OPTION_INVALID',
      'Mask "byCue", order',
    ],
    [
      'a choice without probabilities',
      { masking: { ...byCue, choose: (...given) => ({ order: byCue.choose(...given).order }) } },
      'CHOICE_MISSING',
      'samplingLoss',
    ],
    [
      'parameters of another name',
      { masking: { ...byCue, init: () => ({ params: { other: tf.scalar(1) } }) } },
      'OPTION_INVALID',
      'Mask "byCue", params',
    ],
    [
      'noise of no numbers',
      { masking: { ...byCue, noise: () => [1] as never } },
      'OPTION_INVALID',
      'Mask "byCue", noise',
    ],
    [
      'a mask of the graph for a further view',
      { views: { contrast: { masking: byCue as never } } },
      'OPTION_INVALID',
      'view',
    ],
  ])('refuses %s', async (_, change, code, message) => {
    const options: Options = {
      ...tinyPretraining(engine),
      masking: byCue,
      losses: [reconstruction, sampling],
      ...change,
    };
    await expect(runToEnd(pretrain(options))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('refuses batches of masks that are chosen elsewhere', async () => {
    const masking = adaptiveMasking({ ratio: 0.5 });
    const losses = [reconstruction];
    const objectives = {
      graph: maskedObjective({ model, losses, masking }),
      strategy: maskedObjective({ model, losses }),
    };
    for (const [of, maskingOfBatch, received] of [
      ['graph', tubeMasking({ ratio: 0.5 }), 'masked clips'],
      ['strategy', masking, 'whole clips'],
    ] as const) {
      const { needs, init, part } = objectives[of];
      const examples = shuffled(noiseSource());
      const stream = await maskedBatches({
        model,
        examples,
        masking: maskingOfBatch,
        needs,
        batchSize: 2,
        seed: 1,
      }).open();
      const { tensors } = (await stream.next())!;
      const { params, buffers = {} } = init(seededRandom('init'), {});
      expect(() => part(params, buffers, tensors)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID', where: 'maskedObjective, batch', received }),
      );
      await stream.close();
    }
  });
});

it('does not compile with a mask of the graph and no such cue', () => {
  const plain = shuffled({
    ...noiseSource(),
    load: async () => [{ id: 'a', frames: new Uint8Array(0), cues: {} }],
  });
  const options = (engine: Engine) =>
    pretrain({
      ...tinyPretraining(engine),
      examples: plain,
      // @ts-expect-error: the examples have no tokenScores.
      masking: byCue,
    });
  expect(options).toBeTypeOf('function');
});
