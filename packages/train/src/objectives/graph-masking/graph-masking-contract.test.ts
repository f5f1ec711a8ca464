import * as tf from '@tensorflow/tfjs';
import { cpuEngine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, describe, expect, it } from 'vitest';
import { tinyModel } from '../tiny-batch.test-support.js';
import { adaptiveMasking } from './adaptive-masking.js';
import { autoMasking } from './auto-masking.js';
import type { GraphMasking } from './graph-masking.js';
import { graphMaskingContract } from './graph-masking-contract.js';
import { teacherAttentionMasking } from './teacher-attention-masking.js';

const engines = [await cpuEngine(), await onnxEngine({ threads: 1 })];
afterAll(async () => {
  for (const engine of engines) await engine.dispose();
});
const model = tinyModel();
const MASKINGS: readonly (readonly [string, () => GraphMasking])[] = [
  ['adaptive', () => adaptiveMasking({ ratio: 0.5 })],
  ['auto', () => autoMasking({ ratio: 0.5 })],
  ...(['high', 'low', 'hint', 'keep'] as const).map(
    (select) =>
      [
        `teacher, ${select}`,
        () =>
          teacherAttentionMasking({
            ratio: 0.5,
            select,
            ...(select === 'hint' && { hintFrom: 0.5, hintShare: 0.5 }),
          }),
      ] as const,
  ),
];

for (const [name, make] of MASKINGS) {
  for (const [at, engine] of engines.entries()) {
    for (const { name: what, run } of graphMaskingContract(name, make, { engine, model })) {
      it(`${what}, on ${['cpu', 'onnx'][at]}`, run);
    }
  }
}

/** Orders tokens by a cue, and trains one number. */
const sound: GraphMasking<{ score: Float32Array }> = {
  name: 'sound',
  ratio: 0.5,
  requires: ['score'],
  init: () => ({ params: { 'sound.scale': tf.scalar(1) }, buffers: { 'sound.steps': tf.scalar(0) } }),
  noise: (random) => Float32Array.from({ length: 8 }, random),
  choose: (params, _buffers, { cues, noise }) => {
    const logProbability = tf.logSoftmax(tf.mul(params['sound.scale']!, cues.score));
    return { order: tf.topk(tf.add(logProbability, noise), 8).indices, logProbability };
  },
  nextBuffers: (_params, buffers) => ({ 'sound.steps': tf.add(buffers['sound.steps']!, 1) }),
  describe: () => ({ is: 'sound' }),
};

describe('graphMaskingContract', () => {
  const cues = (clip: number) => ({
    score: Float32Array.from({ length: 8 }, (_, at) => (at * (clip + 1)) % 5),
  });
  const failing = async (change: Partial<GraphMasking<{ score: Float32Array }>>): Promise<string[]> => {
    const names: string[] = [];
    const make = () => ({ ...sound, ...change });
    for (const { name, run } of graphMaskingContract('it', make, { engine: engines[0]!, model, cues })) {
      await run().catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'CONTRACT_BROKEN' });
        names.push(name);
      });
    }
    return names;
  };

  it('lets a sound one pass, with a cue', async () => {
    expect(await failing({})).toEqual([]);
  });

  it('says which cue the option cues lacks', async () => {
    const checks = graphMaskingContract('it', () => sound, { engine: engines[0]!, model });
    const chooses = checks.find(({ name }) => name === 'it gives each token a place, once')!;
    await expect(chooses.run()).rejects.toMatchObject({
      code: 'CONTRACT_BROKEN',
      expected: 'the cue "score", which it requires, of the option cues',
      received: 'undefined',
    });
  });

  let made = 0;
  it.each<[string, Partial<GraphMasking<{ score: Float32Array }>>]>([
    ['describes itself in JSON, the same each time', { describe: () => ({ is: 'it', made: made++ }) }],
    [
      'has parameters and buffers of its own name',
      {
        init: () => ({ params: { 'sound.scale': tf.scalar(1), other: tf.scalar(1) } }),
        nextBuffers: undefined as never,
      },
    ],
    [
      'draws the same noise of the same draws, and as much for every clip',
      { noise: () => Float32Array.from({ length: 8 }, () => made++) },
    ],
    [
      'gives each token a place, once',
      {
        choose: (...given) => ({
          ...sound.choose(...given),
          order: tf.zeros([given[2].noise.shape[0], 8], 'int32'),
        }),
      },
    ],
    [
      'chooses for a clip whatever batch it is in, and the same twice',
      {
        choose(params, buffers, inputs) {
          const mean = tf.mean(inputs.cues.score, 0, true);
          const score = tf.add(tf.mul(inputs.cues.score, 0), mean);
          return sound.choose(params, buffers, { ...inputs, cues: { score } });
        },
      },
    ],
    ['has parameters and buffers of its own name', { init: () => undefined as never }],
    ['keeps the names and shapes of its buffers', { nextBuffers: () => ({ 'sound.steps': tf.zeros([2]) }) }],
    [
      'has a gradient for each of its parameters',
      {
        choose: (params, buffers, inputs) => {
          const { order } = sound.choose(params, buffers, inputs);
          return { order };
        },
      },
    ],
  ])('finds one that does not: %s', async (what, change) => {
    expect(await failing(change)).toContain(`it ${what}`);
  });
});

it.each(['hintFrom', 'hintShare'] as const)(
  'teacherAttentionMasking refuses %s where nothing reads it',
  (option) => {
    for (const select of ['high', 'low', 'keep', undefined] as const) {
      expect(() => teacherAttentionMasking({ ratio: 0.5, ...(select && { select }), [option]: 0.3 })).toThrow(
        expect.objectContaining({
          code: 'OPTION_INVALID',
          where: `teacherAttentionMasking, option ${option}`,
        }),
      );
    }
  },
);
