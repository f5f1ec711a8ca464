import { setTimeout as delay } from 'node:timers/promises';
import { type Random, seededRandom } from '@tgm/masking';
import { videoMae } from '@tgm/models';
import { describe, expect, it } from 'vitest';
import { clipExamples } from './clip-examples.js';
import { exampleSourceContract } from './example-source-contract.js';
import type { ExampleSource } from './examples.js';

const model = videoMae({
  imageSize: 16,
  patchSize: 8,
  numFrames: 2,
  tubeletSize: 2,
  hiddenSize: 12,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  intermediateSize: 24,
  decoderHiddenSize: 8,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 2,
  decoderIntermediateSize: 16,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
});
const BYTES = 2 * 16 * 16 * 3;

const sound = (changes: Partial<ExampleSource<object>> = {}): ExampleSource<object> => ({
  length: 20,
  id: (index) => `${index}`,
  describe: () => ({ is: 'sound' }),
  load: async (index, random) => [
    { id: `${index}`, frames: new Uint8Array(BYTES).fill(random() * 256), cues: {} },
  ],
  ...changes,
});

const failing = async (makeSource: () => ExampleSource<object>): Promise<string[]> => {
  const names: string[] = [];
  for (const { name, run } of exampleSourceContract('it', makeSource, { model, samples: 5 })) {
    await run().catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'CONTRACT_BROKEN' });
      names.push(name);
    });
  }
  return names;
};

describe('exampleSourceContract', () => {
  const clips = ['a', 'b', 'a#2'].map((id) => ({
    id,
    sample: { id: id[0]!, source: 'a.mp4', captions: [] },
    frames: new Uint8Array(BYTES).fill(id.length),
    frameCount: 2,
    height: 16,
    width: 16,
    motion: { vectors: new Float32Array(8), known: new Uint8Array(4) },
    captions: ['one', 'two'].map((caption) => ({
      caption,
      embedding: Float32Array.of(1, 0),
      tokenScores: new Float32Array(4),
    })),
  }));
  for (const { name, run } of exampleSourceContract('clipExamples', () => clipExamples(clips), { model }))
    it(name, run);

  it('lets a sound source pass', async () => {
    expect(await failing(() => sound())).toEqual([]);
  });

  const own = seededRandom('a state of its own');
  let made = 0;
  const shared = new Uint8Array(BYTES);
  const broken: Record<string, () => ExampleSource<object>> = {
    'says how many samples and examples it has': () => sound({ perSample: 2 }),
    'calls each sample by one id': () => sound({ id: (index) => `sample ${index}` }),
    'gives the same for the same draws, whatever was loaded before': () =>
      sound({
        load: async (index) => [
          { id: `${index}`, frames: new Uint8Array(BYTES).fill(own() * 256), cues: {} },
        ],
      }),
    'loads several samples at a time': () => {
      let drawn: Random;
      return sound({
        async load(index, random) {
          drawn = random;
          await delay(1);
          return [{ id: `${index}`, frames: new Uint8Array(BYTES).fill(drawn() * 256), cues: {} }];
        },
      });
    },
    'gives pixels, embeddings and features of the right size': () =>
      sound({ load: async (index) => [{ id: `${index}`, frames: new Uint8Array(BYTES - 1), cues: {} }] }),
    'describes itself as JSON, the same each time': () =>
      sound({ describe: () => ({ is: 'sound', made: made++ }) }),
  };
  for (const [name, makeSource] of Object.entries(broken)) {
    it(`finds a source that breaks: ${name}`, async () => {
      expect(await failing(makeSource)).toContain(`it ${name}`);
    });
  }

  it('finds examples that a later load overwrites', async () => {
    const overwriting = () =>
      sound({
        load: async (index, random) => [{ id: `${index}`, frames: shared.fill(random() * 256), cues: {} }],
      });
    expect(await failing(overwriting)).toContain(
      'it gives the same for the same draws, whatever was loaded before',
    );
  });

  it('finds wrong sizes of all kinds, and what is no JSON', async () => {
    const loading = (example: object, rest: object = {}) =>
      sound({
        load: async (index) => [{ id: `${index}`, frames: new Uint8Array(BYTES), cues: {}, ...example }],
        ...rest,
      });
    const size = ['it gives pixels, embeddings and features of the right size'];
    expect(await failing(() => loading({ textEmbedding: Float32Array.of(1, 0) }))).toEqual(size);
    expect(await failing(() => loading({ textEmbedding: Float32Array.of(1, 0) }, { textWidth: 3 }))).toEqual(
      size,
    );
    expect(await failing(() => loading({ textEmbedding: Float32Array.of(1, 0) }, { textWidth: 2 }))).toEqual(
      [],
    );
    expect(await failing(() => loading({ features: new Float32Array(7) }))).toEqual(size);
    expect(await failing(() => loading({ features: new Float32Array(8) }))).toEqual([]);
    const wide = { featureWidth: 2 };
    expect(await failing(() => loading({ features: new Float32Array(8) }, wide))).toEqual([]);
    expect(await failing(() => loading({ features: new Float32Array(4) }, wide))).toEqual(size);
    expect(await failing(() => loading({}, wide))).toEqual(size);
    expect(await failing(() => loading({ others: [{ frames: new Uint8Array(3), cues: {} }] }))).toEqual(size);
    expect(
      await failing(() => sound({ describe: () => ({ is: 'it', at: undefined as never }) })),
    ).toHaveLength(1);
    expect(await failing(() => sound({ length: 2.5 }))).toContain(
      'it says how many samples and examples it has',
    );
  });

  it('refuses options that it does not know', () => {
    const code = expect.objectContaining({ code: 'OPTION_INVALID' });
    expect(() => exampleSourceContract('it', () => sound(), { model, size: 3 } as never)).toThrow(code);
    expect(() => exampleSourceContract('it', () => sound(), {} as never)).toThrow(code);
    expect(() => exampleSourceContract('', () => sound(), { model })).toThrow(code);
  });
});
