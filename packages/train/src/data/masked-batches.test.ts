import * as tf from '@tensorflow/tfjs';
import {
  contrastiveLoss,
  type Loss,
  pixelTarget,
  reconstructionLoss,
  type Target,
  tokenLoss,
} from '@tgm/losses';
import { type MaskingStrategy, randomMasking, randomSliceMasking, textGuidedMasking } from '@tgm/masking';
import { frameTokens, type PixelScale, SYMMETRIC_PIXELS, UNIT_PIXELS, videoMae } from '@tgm/models';
import { describe, expect, it } from 'vitest';
import type { MaskedBatch, ViewTensors } from '../objectives/masked-batch.js';
import { TINY, tinyEncoder, tinyModel } from '../objectives/tiny-batch.test-support.js';
import { jointNeeds } from '../objectives/weighted-loss.js';
import type { Batch } from '../trainer/batches.js';
import type { ExampleSource, TrainingExample } from './examples.js';
import { maskedBatches } from './masked-batches.js';
import type { MaskedBatchesOptions } from './masked-batches-options.js';
import { noiseSource, type TextCueOnly } from './noise-source.test-support.js';
import { shuffled } from './shuffled.js';
import { textKeys } from './text-keys.js';

type Options = MaskedBatchesOptions<TextCueOnly>;

const needsOf = (...losses: Loss[]) => jointNeeds(losses.map((loss) => ({ loss, weight: 1 })));
const features: Target = { ...pixelTarget(), of: 'features' };

/** A loss that reads features of visible tokens, and no decoder. */
const visibleLoss: Loss = {
  ...reconstructionLoss(),
  needs: { views: ['reconstruct'], text: false, visibleFeatures: true },
};

const optionsOf = (change: Partial<Options> = {}): Options => ({
  model: tinyModel(),
  examples: shuffled(noiseSource()),
  masking: textGuidedMasking({ ratio: 0.5 }),
  needs: needsOf(reconstructionLoss(), contrastiveLoss()),
  batchSize: 2,
  seed: 1,
  ...change,
});

async function batchesOf(options: Options, count: number, after?: Batch<MaskedBatch>['after']) {
  const stream = await maskedBatches(options).open(after);
  const made: Batch<MaskedBatch>[] = [];
  try {
    for (let batch = 0; batch < count; batch++) made.push((await stream.next())!);
  } finally {
    await stream.close();
  }
  return made;
}

const firstOf = async (change: Partial<Options> = {}) => (await batchesOf(optionsOf(change), 1))[0]!;

const numbersOf = async (tensor: tf.Tensor) => Array.from(await tensor.data());

/** All of a batch as numbers, clip by clip: [clips] of lists by name. */
async function clipsOf({ tensors, ids }: Batch<MaskedBatch>): Promise<Record<string, number[] | string>[]> {
  const clips: Record<string, number[] | string>[] = ids.map((id) => ({ id }));
  const read = async (tree: object, path: string): Promise<void> => {
    for (const [name, value] of Object.entries(tree)) {
      if (!(value instanceof tf.Tensor)) await read(value, `${path}${name}.`);
      else {
        const numbers = await numbersOf(value);
        const size = numbers.length / ids.length;
        ids.forEach((_, row) => {
          clips[row]![path + name] = numbers.slice(row * size, (row + 1) * size);
        });
      }
    }
  };
  await read(tensors, '');
  return clips;
}

const sourceExample = async (id: string): Promise<TrainingExample<TextCueOnly>> =>
  (await noiseSource().load(Number(id.split(' ')[1]), () => 0))[0]!;

describe('the tensors of a batch', () => {
  it('hold what the encoder reads in the scale of its model, and the target in [0, 1]', async () => {
    const model = videoMae(TINY, { pixels: SYMMETRIC_PIXELS });
    const { tensors, ids } = await firstOf({
      model,
      views: { contrast: { masking: randomSliceMasking({ ratio: 0.25 }), clip: 1 } },
      needs: needsOf(reconstructionLoss(), contrastiveLoss({ view: 'contrast' })),
    });
    const { reconstruct, contrast } = tensors.views as Record<'reconstruct' | 'contrast', ViewTensors>;
    const { masked, pixels } = tensors.reconstruct!;
    const parts: [string, tf.Tensor, tf.Tensor, PixelScale][] = [
      ['reconstruct', reconstruct.tokens, reconstruct.positions, SYMMETRIC_PIXELS],
      ['contrast', contrast.tokens, contrast.positions, SYMMETRIC_PIXELS],
      ['target', pixels!, masked, UNIT_PIXELS],
    ];
    expect([reconstruct.positions.shape, masked.shape, contrast.positions.shape]).toEqual([
      [2, 4],
      [2, 4],
      [2, 6],
    ]);
    for (const [name, tokens, positions, scale] of parts) {
      expect([tokens.dtype, positions.dtype]).toEqual(['float32', 'int32']);
      const [values, indices] = [await numbersOf(tokens), await numbersOf(positions)];
      for (const [row, id] of ids.entries()) {
        const example = await sourceExample(id);
        const { frames } = name === 'contrast' ? example.others![0]! : example;
        const own = indices.slice((row * indices.length) / 2, ((row + 1) * indices.length) / 2);
        const expected = frameTokens(frames, model.config, own, scale);
        expect(values.slice(row * expected.length, (row + 1) * expected.length), `${name} of ${id}`).toEqual([
          ...expected,
        ]);
      }
    }
    const [seen, unseen] = [await numbersOf(reconstruct.positions), await numbersOf(masked)];
    expect([...seen.slice(0, 4), ...unseen.slice(0, 4)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('hold the frames of the target that the decoder predicts', async () => {
    const model = tinyModel({ predictedFrames: 1 });
    const { tensors, ids } = await firstOf({ model, batchSize: 1, needs: needsOf(reconstructionLoss()) });
    const { frames } = await sourceExample(ids[0]!);
    const { masked, pixels } = tensors.reconstruct!;
    const wanted = (await numbersOf(masked)).flatMap((token) => [
      ...frameTokens(frames, model.config, [token], UNIT_PIXELS).subarray(0, 8 * 8 * 3), // the first of two frames
    ]);
    expect(pixels!.shape).toEqual([1, 4, 8 * 8 * 3]);
    expect(await numbersOf(pixels!)).toEqual(wanted);
    expect(tensors.views.reconstruct!.tokens.shape).toEqual([1, 4, model.tokenSize]);
  });

  it('hold the features of the reconstructed tokens', async () => {
    const { tensors, ids } = await firstOf({ needs: needsOf(reconstructionLoss({ target: features })) });
    const tokens = await numbersOf(tensors.reconstruct!.masked);
    const expected = tokens.flatMap((token, at) => {
      const sample = Number(ids[Math.floor(at / 4)]!.split(' ')[1]);
      return [0, 1, 2, 3].map((number) => Math.fround(sample + (token * 4 + number) / 100));
    });
    expect(tensors.reconstruct!.features!.shape).toEqual([2, 4, 4]);
    expect(await numbersOf(tensors.reconstruct!.features!)).toEqual(expected);
    expect(tensors.reconstruct!.pixels).toBeUndefined();
  });

  it('hold the features of the visible tokens', async () => {
    const needs = needsOf(visibleLoss);
    const { tensors, ids } = await firstOf({ needs });
    const tokens = await numbersOf(tensors.views.reconstruct!.positions);
    const expected = tokens.flatMap((token, at) => {
      const sample = Number(ids[Math.floor(at / 4)]!.split(' ')[1]);
      return [0, 1, 2, 3].map((number) => Math.fround(sample + (token * 4 + number) / 100));
    });
    expect(tensors.visibleFeatures!.shape).toEqual([2, 4, 4]);
    expect(await numbersOf(tensors.visibleFeatures!)).toEqual(expected);
    expect(tensors.reconstruct).toBeUndefined();
  });

  it('hold embeddings, and keys that are equal for equal captions and samples', async () => {
    const examples = shuffled(noiseSource(6, undefined, 3));
    const { tensors, ids } = await firstOf({ examples, batchSize: 12 });
    const caption = await numbersOf(tensors.text!.captionKey);
    const sample = await numbersOf(tensors.sampleKey);
    const embedding = await numbersOf(tensors.text!.embedding);
    const row = (numbers: number[], at: number, width: number) =>
      numbers.slice(at * width, (at + 1) * width).join();
    for (const [a, one] of ids.entries()) {
      for (const [b, other] of ids.entries()) {
        const sameCaption = Number(one.split(' ')[1]) % 3 === Number(other.split(' ')[1]) % 3;
        expect(row(caption, a, 2) === row(caption, b, 2)).toBe(sameCaption);
        expect(row(embedding, a, 5) === row(embedding, b, 5)).toBe(sameCaption);
        expect(row(sample, a, 2) === row(sample, b, 2)).toBe(one === other);
      }
    }
    expect(tensors.text!.captionKey.dtype).toBe('int32');
  });
});

/** A strategy that counts its calls. */
function counting(): { strategy: MaskingStrategy; calls: () => number } {
  const inner = randomSliceMasking({ ratio: 0.5 });
  let calls = 0;
  const mask: MaskingStrategy['mask'] = (request) => {
    calls += 1;
    return inner.mask(request);
  };
  return { strategy: { ...inner, mask }, calls: () => calls };
}

describe('what is made', () => {
  const contrast = { masking: randomSliceMasking({ ratio: 0.75 }) };
  it.each([
    ['pixels', needsOf(reconstructionLoss()), {}, ['reconstruct'], ['masked', 'pixels'], false],
    [
      'features',
      needsOf(reconstructionLoss({ target: features })),
      {},
      ['reconstruct'],
      ['masked', 'features'],
      false,
    ],
    ['contrast', needsOf(contrastiveLoss()), {}, ['reconstruct'], undefined, true],
    [
      'contrast elsewhere',
      needsOf(contrastiveLoss({ view: 'contrast' })),
      { contrast },
      ['contrast'],
      undefined,
      true,
    ],
    [
      'both',
      needsOf(reconstructionLoss(), contrastiveLoss({ view: 'contrast' })),
      { contrast },
      ['reconstruct', 'contrast'],
      ['masked', 'pixels'],
      true,
    ],
  ] as const)('for %s is what it needs', async (_name, needs, views, made, reconstruct, text) => {
    const { strategy, calls } = counting();
    const reads = (made as readonly string[]).includes('reconstruct');
    const { tensors } = await firstOf({ needs, views, masking: reads ? strategy : undefined });
    expect(Object.keys(tensors.views)).toEqual(made);
    expect(tensors.reconstruct && Object.keys(tensors.reconstruct)).toEqual(reconstruct);
    expect(tensors.text !== undefined).toBe(text);
    expect(calls()).toBe(reads ? 2 : 0);
  });

  it('is the same for an encoder alone, where nothing is reconstructed', async () => {
    const needs = needsOf(contrastiveLoss());
    const alone = await firstOf({ model: tinyEncoder(), needs });
    expect(await clipsOf(alone)).toEqual(await clipsOf(await firstOf({ needs })));
  });

  it('is fewer tokens to reconstruct with a mask for the decoder, those first that it hides', async () => {
    const needs = needsOf(reconstructionLoss());
    const all = await clipsOf(await firstOf({ needs, batchSize: 6 }));
    // The decoder's mask hides half of the clip, the cue's better half as the mask itself: all that it hides are masked.
    const half = await clipsOf(
      await firstOf({ needs, batchSize: 6, decoderMasking: randomMasking({ ratio: 0.5 }) }),
    );
    for (const [row, clip] of half.entries()) {
      const [chosen, masked] = [clip['reconstruct.masked'], all[row]!['reconstruct.masked']] as number[][];
      expect(clip['views.reconstruct.positions']).toEqual(all[row]!['views.reconstruct.positions']);
      expect(chosen!.length).toBe(2);
      for (const token of chosen!) expect(masked).toContain(token);
    }
  });

  it('does not need captions where no loss reads them', async () => {
    const silent = noiseSource(6, () => ({ caption: undefined as never, textEmbedding: undefined as never }));
    const { textWidth: _width, ...source } = silent;
    const batch = await firstOf({
      examples: shuffled(source),
      masking: randomSliceMasking({ ratio: 0.5 }),
      needs: needsOf(reconstructionLoss()),
    });
    expect(Object.keys(batch.tensors)).toEqual(['views', 'reconstruct', 'sampleKey']);
  });
});

it('a view without positions has the same tokens, all at place 0, and says so', async () => {
  const masking = textGuidedMasking({ ratio: 0.5 });
  const needs = needsOf(contrastiveLoss({ view: 'contrast' }));
  const view = (positions?: 'grid' | 'none') => ({
    needs,
    masking: undefined,
    views: { contrast: { masking, ...(positions ? { positions } : {}) } },
  });
  const [placed, nowhere] = [
    await clipsOf(await firstOf(view())),
    await clipsOf(await firstOf(view('none'))),
  ];
  expect(nowhere.map((clip) => clip['views.contrast.tokens'])).toEqual(
    placed.map((clip) => clip['views.contrast.tokens']),
  );
  for (const clip of nowhere) expect(clip['views.contrast.positions']).toEqual([0, 0, 0, 0]);
  for (const clip of placed) expect(new Set(clip['views.contrast.positions'] as number[]).size).toBe(4);
  const described = async (positions?: 'grid' | 'none') =>
    maskedBatches({ ...optionsOf(), ...view(positions) }).describe();
  expect(await described('grid')).toEqual(await described());
  expect(await described('none')).not.toEqual(await described());
});

it('a view without a mask is the whole clip, and says so', async () => {
  const needs = needsOf(contrastiveLoss({ view: 'whole' }));
  const batch = await firstOf({ needs, views: { whole: { clip: 1 } }, masking: undefined });
  const [clip] = await clipsOf(batch);
  const { slices, rows, columns } = tinyModel().grid;
  expect(clip!['views.whole.positions']).toEqual(
    Array.from({ length: slices * rows * columns }, (_, i) => i),
  );
  const { masking: _, ...options } = optionsOf({ needs });
  const whole = { masking: randomMasking({ ratio: 0 }), clip: 1 };
  expect(await maskedBatches({ ...options, views: { whole: { clip: 1 } } }).describe()).toEqual(
    await maskedBatches({ ...options, views: { whole } }).describe(),
  );
});

describe('the draws', () => {
  it('of a view are its own: what else is made changes nothing in them', async () => {
    const views = { contrast: { masking: randomSliceMasking({ ratio: 0.5 }) } };
    const contrast = contrastiveLoss({ view: 'contrast' });
    const alone = await clipsOf(await firstOf({ needs: needsOf(contrast), views, masking: undefined }));
    const beside = await clipsOf(await firstOf({ needs: needsOf(reconstructionLoss(), contrast), views }));
    const positions = (clips: typeof alone) => clips.map((clip) => clip['views.contrast.positions']);
    expect(positions(alone)).toEqual(positions(beside));
    expect(new Set(positions(alone).map(String)).size).toBeGreaterThan(1);
  });

  const change = {
    views: {
      contrast: { masking: randomMasking({ ratio: 0.5 }), clip: 1 },
      also: { masking: randomMasking({ ratio: 0.25 }) },
    },
    decoderMasking: randomMasking({ ratio: 0.6 }),
    needs: needsOf(reconstructionLoss(), contrastiveLoss({ view: 'contrast' }), {
      ...contrastiveLoss({ view: 'also' }),
      name: 'second',
    }),
    batchSize: 4,
  };
  const all = async (batches: readonly Batch<MaskedBatch>[]) =>
    (await Promise.all(batches.map(clipsOf))).flat();

  it('do not hang on the size of batches, on ranks or on the order of the options', async () => {
    const whole = await all(await batchesOf(optionsOf(change), 4));
    expect(whole.length).toBe(16);
    expect(await all(await batchesOf(optionsOf({ ...change, batchSize: 8 }), 2))).toEqual(whole);
    const ranks = await Promise.all(
      [0, 1].map((rank) => batchesOf(optionsOf({ ...change, rank, ranks: 2 }), 4)),
    );
    expect(ranks[0]![0]!.clips).toBe(2);
    const joined = await Promise.all([0, 1, 2, 3].map((step) => all([ranks[0]![step]!, ranks[1]![step]!])));
    expect(joined.flat()).toEqual(whole);
    const { contrast, also } = change.views;
    expect(await all(await batchesOf(optionsOf({ ...change, views: { also, contrast } }), 4))).toEqual(whole);
  });

  it('are the same after a stop', async () => {
    const [first, second, third] = await batchesOf(optionsOf(change), 3);
    expect(await all(await batchesOf(optionsOf(change), 2, first!.after))).toEqual(
      await all([second!, third!]),
    );
  });

  it('know how often the data was gone through, also after a stop and for a rank', async () => {
    const told: (number | undefined)[] = [];
    const inner = randomSliceMasking({ ratio: 0.5 });
    // Draws more the later it is, so that its masks tell the epoch.
    const late: MaskingStrategy = {
      ...inner,
      mask(request) {
        told.push(request.epoch);
        for (let draw = 0; draw < Math.round((request.epoch ?? 0) * 6); draw++) request.random();
        return inner.mask(request);
      },
    };
    const masks = { ...change, masking: late, decoderMasking: late };
    const batches = await batchesOf(optionsOf(masks), 5);
    const epochs = Array.from({ length: 20 }, (_, place) => place / 6);
    // Twice each: the view and the decoder's mask. Batches are made ahead.
    expect(told.slice(0, 40)).toEqual(epochs.flatMap((epoch) => [epoch, epoch]));
    const resumed = await batchesOf(optionsOf(masks), 3, batches[1]!.after);
    expect(await all(resumed)).toEqual(await all(batches.slice(2)));
    const rank = await batchesOf(optionsOf({ ...masks, rank: 1, ranks: 2 }), 2);
    const second = (await all(batches)).filter((_, place) => place % 4 >= 2);
    expect(await all(rank)).toEqual(second.slice(0, 4));
  });

  it('have no epoch but 0 where a stream tells none', async () => {
    const stream = shuffled(noiseSource());
    const bare: typeof stream = {
      ...stream,
      async open(options) {
        const opened = await stream.open(options);
        return {
          ...opened,
          async next(count) {
            const batch = await opened.next(count);
            return { ...batch, examples: batch.examples.map(({ epoch: _, ...drawn }) => drawn) };
          },
        };
      },
    };
    const told: (number | undefined)[] = [];
    const inner = randomSliceMasking({ ratio: 0.5 });
    const masking: MaskingStrategy = {
      ...inner,
      mask(request) {
        told.push(request.epoch);
        return inner.mask(request);
      },
    };
    await batchesOf(optionsOf({ examples: bare, masking }), 4);
    expect(new Set(told)).toEqual(new Set([0]));
  });

  it('are others with another seed', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(async (seed) => all(await batchesOf(optionsOf({ ...change, seed }), 2))),
    );
    expect(one).not.toEqual(other);
  });
});

describe('memory', () => {
  it('is used again when a batch was given back, and not before', async () => {
    const stream = await maskedBatches(optionsOf()).open();
    const arraysOf = ({ tensors }: Batch<MaskedBatch>) =>
      [tensors.views.reconstruct!.tokens, tensors.reconstruct!.pixels!].map((tensor) => tensor.dataSync());
    const [first, second] = [(await stream.next())!, (await stream.next())!];
    const [given, kept] = [arraysOf(first), arraysOf(second)];
    expect(new Set([...given, ...kept]).size).toBe(4);
    tf.dispose(first.tensors as unknown as tf.TensorContainer);
    first.release();
    first.release();
    const [third, fourth] = [(await stream.next())!, (await stream.next())!];
    const again = new Set<unknown>(arraysOf(third));
    expect(given.every((array) => again.has(array))).toBe(true);
    const used = new Set<unknown>([...given, ...kept]);
    expect(arraysOf(fourth).some((array) => used.has(array))).toBe(false);
    await stream.close();
  });
});

describe('errors', () => {
  const only = (change: Parameters<typeof noiseSource>[1]): Partial<Options> => ({
    examples: shuffled(noiseSource(1, change)),
    batchSize: 1,
  });
  const contrast = { masking: randomMasking({ ratio: 0.5 }) };
  it.each<[string, Partial<Options>, string, string, string]>([
    [
      'without a caption',
      only(() => ({ caption: undefined as never })),
      'TEXT_MISSING',
      'Example "noise 0"',
      'no caption',
    ],
    [
      'without an embedding',
      only(() => ({ textEmbedding: undefined as never })),
      'TEXT_MISSING',
      'Example "noise 0"',
      'no embedding',
    ],
    [
      'with an embedding of another width',
      only(() => ({ textEmbedding: new Float32Array(6) })),
      'EXAMPLE_INVALID',
      'Example "noise 0"',
      '6',
    ],
    [
      'with frames of another size',
      only(() => ({ frames: new Uint8Array(12) })),
      'EXAMPLE_INVALID',
      'Example "noise 0"',
      '12 bytes',
    ],
    [
      'without a cue',
      only(() => ({ cues: {} as never })),
      'EXAMPLE_INVALID',
      'Example "noise 0"',
      'the cues none',
    ],
    [
      'without features',
      {
        ...only(() => ({ features: undefined as never })),
        needs: needsOf(reconstructionLoss({ target: features })),
      },
      'EXAMPLE_INVALID',
      'Example "noise 0"',
      'none',
    ],
    [
      'with features of no tokens',
      {
        ...only(() => ({ features: new Float32Array(9) })),
        needs: needsOf(reconstructionLoss({ target: features })),
      },
      'EXAMPLE_INVALID',
      'Example "noise 0"',
      '9 numbers',
    ],
    [
      'with features of another width than its source says',
      {
        examples: { ...shuffled(noiseSource()), featureWidth: 3 },
        batchSize: 1,
        seed: 2,
        masking: randomSliceMasking({ ratio: 0.5 }),
        needs: needsOf(visibleLoss),
      },
      'EXAMPLE_INVALID',
      expect.stringMatching(/^Example "noise \d"$/),
      '32 numbers',
    ],
    [
      'without another clip',
      {
        ...only(() => ({ others: [] })),
        views: { contrast: { ...contrast, clip: 1 } },
        masking: undefined,
        needs: needsOf(contrastiveLoss({ view: 'contrast' })),
      },
      'EXAMPLE_INVALID',
      'Example "noise 0"',
      '0',
    ],
  ])('name the example %s', async (_name, change, code, where, received) => {
    await expect(firstOf(change)).rejects.toMatchObject({ name: 'TrainError', code, where, received });
  });

  it('name features of another width than those of the batch before them', async () => {
    const examples = shuffled(
      noiseSource(2, (_example, index) => ({ features: new Float32Array(8 * (index + 1)) })),
    );
    await expect(
      firstOf({ examples, needs: needsOf(reconstructionLoss({ target: features })) }),
    ).rejects.toMatchObject({ code: 'EXAMPLE_INVALID', where: expect.stringContaining('Example "noise ') });
  });

  it.each([4, 2.5, -1, Number.NaN])(
    'name the codes of a loss and the feature %d that is none of them',
    async (code) => {
      const codes = Float32Array.of(0, 1, 2, 3, 3, 2, 1, 0);
      const examples = shuffled(noiseSource(1, () => ({ features: codes })));
      const given = { batchSize: 1, needs: needsOf(tokenLoss({ codes: 4 })) };
      await firstOf({ ...given, examples });
      const wrong = shuffled(noiseSource(1, () => ({ features: codes.map(() => code) })));
      await expect(firstOf({ ...given, examples: wrong })).rejects.toMatchObject({
        code: 'EXAMPLE_INVALID',
        where: 'Example "noise 0", features',
        expected: expect.stringContaining('below 4'),
        received: `${code}`,
      });
    },
  );

  it('name the strategy that hides nothing, and the one that hides another number of tokens', async () => {
    await expect(firstOf({ masking: randomSliceMasking({ ratio: 0 }) })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: expect.stringMatching(/^Masking strategy "random-slice" \(ratio 0\), example "noise \d"$/),
      received: 'none',
    });
    let calls = 0;
    const uneven: MaskingStrategy = {
      ...randomMasking({ ratio: 0.5 }),
      name: 'uneven',
      mask: ({ grid }) => {
        const visible = Uint32Array.from({ length: calls++ === 0 ? 4 : 3 }, (_, at) => at);
        return {
          grid,
          visible,
          masked: Uint32Array.from({ length: 8 - visible.length }, (_, at) => visible.length + at),
        };
      },
    };
    await expect(firstOf({ masking: uneven })).rejects.toMatchObject({
      code: 'MASK_COUNT_CHANGED',
      where: expect.stringMatching(/^Masking strategy "uneven", example "noise \d"$/),
      received: '3',
    });
  });

  it.each<[string, Record<'visible' | 'masked', unknown> | undefined, string, string]>([
    ['no lists', undefined, 'visible', 'undefined'],
    ['lists of another kind', { visible: [0, 1], masked: [2] }, 'visible', '[0, 1]'],
    ['no token of the grid', { visible: Uint32Array.of(0), masked: Uint32Array.of(8) }, 'masked', '8'],
    ['a token twice', { visible: Uint32Array.of(0, 1), masked: Uint32Array.of(1, 2) }, 'masked', '1 again'],
    [
      'tokens that descend',
      { visible: Uint32Array.of(3, 2), masked: Uint32Array.of(0, 1) },
      'visible',
      '2 behind 3',
    ],
  ])('name the strategy that gives %s, and the example', async (_name, mask, list, received) => {
    const masking = { ...randomMasking({ ratio: 0.5 }), name: 'own', mask: () => mask as never };
    await expect(firstOf({ masking })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: expect.stringMatching(new RegExp(`^Masking strategy "own", example "noise \\d", ${list}$`)),
      received,
    });
  });

  const halves = { visible: Uint32Array.of(0, 1, 2, 3), masked: Uint32Array.of(4, 5, 6, 7) };
  it.each<[string, object, string, string]>([
    [
      'another grid',
      { grid: { slices: 1, rows: 2, columns: 4 } },
      ', grid',
      '{ slices: 1, rows: 2, columns: 4 }',
    ],
    ['no grid', { grid: undefined }, ', grid', 'undefined'],
    ['not all tokens', { masked: Uint32Array.of(4, 5, 7) }, '', 'a mask without 6'],
  ])('name the strategy whose mask is of %s', async (_name, change, part, received) => {
    const mask: MaskingStrategy['mask'] = ({ grid }) => ({ grid, ...halves, ...change });
    const masking = { ...randomMasking({ ratio: 0.5 }), name: 'own', mask };
    await expect(firstOf({ masking })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: expect.stringMatching(new RegExp(`^Masking strategy "own", example "noise \\d"${part}$`)),
      received,
    });
  });

  it.each([7, 1, -0.1, Number.NaN])('refuse a ratio of %d', (ratio) => {
    const masking = { ...randomMasking({ ratio: 0.5 }), ratio };
    const refused = (option: string) =>
      expect.objectContaining({ code: 'OPTION_INVALID', where: `${option}, option ratio` });
    expect(() => maskedBatches(optionsOf({ masking }))).toThrow(refused('maskedBatches, option masking'));
    expect(() => maskedBatches(optionsOf({ decoderMasking: masking }))).toThrow(
      refused('maskedBatches, option decoderMasking'),
    );
    const views = { contrast: { masking } };
    const needs = needsOf(reconstructionLoss(), contrastiveLoss({ view: 'contrast' }));
    expect(() => maskedBatches(optionsOf({ views, needs }))).toThrow(
      refused('maskedBatches, option views, contrast'),
    );
  });

  it('name the strategy that fails, and the example whose cue is of another size', async () => {
    const examples = shuffled(noiseSource(2, () => ({ cues: { tokenScores: new Float32Array(3) } })));
    await expect(firstOf({ examples })).rejects.toMatchObject({
      code: 'EXAMPLE_INVALID',
      where: expect.stringMatching(/^Masking strategy "text", example "noise \d"$/),
      cause: expect.objectContaining({ code: 'CUE_WRONG_SIZE' }),
    });
  });

  it('tell captions and samples where a loss tells clips apart by them', async () => {
    const examples = shuffled(noiseSource(6, () => ({ caption: 'a thing' })));
    const { ids, compared } = await firstOf({ examples, batchSize: 4 });
    expect(compared).toEqual({
      captions: textKeys(Array(4).fill('a thing')),
      samples: textKeys(ids),
    });
    expect((await firstOf({ needs: needsOf(reconstructionLoss()) })).compared).toBeUndefined();
  });

  const { textWidth: _width, ...wordless } = noiseSource();
  it.each<[string, object, string]>([
    ['a view that no loss reads', { views: { contrast } }, 'views'],
    ['a loss whose view is not given', { needs: needsOf(contrastiveLoss({ view: 'contrast' })) }, 'views'],
    [
      'a view whose draws would be those of another purpose',
      {
        needs: needsOf(contrastiveLoss({ view: 'decoder masking' })),
        views: { 'decoder masking': contrast },
        masking: undefined,
      },
      'views',
    ],
    ['a second mask for the reconstructed view', { views: { reconstruct: contrast } }, 'views'],
    [
      'a view whose mask is none',
      { needs: needsOf(contrastiveLoss({ view: 'x' })), views: { x: { masking: {} } } },
      'masking',
    ],
    [
      'a view with an unknown option',
      { needs: needsOf(contrastiveLoss({ view: 'x' })), views: { x: { ...contrast, clp: 1 } } },
      'clp',
    ],
    ['views in a list', { views: [contrast] }, 'views'],
    ['no mask for the view that is reconstructed', { masking: undefined }, 'masking'],
    [
      'a mask for a view that no loss reads',
      {
        needs: needsOf(contrastiveLoss({ view: 'x' })),
        views: { x: { masking: randomMasking({ ratio: 0.5 }) } },
      },
      'masking',
    ],
    [
      'a mask for a decoder that does not run',
      { needs: needsOf(contrastiveLoss()), decoderMasking: contrast.masking },
      'decoderMasking',
    ],
    [
      'examples without embeddings',
      { examples: shuffled(wordless as ExampleSource<TextCueOnly>) },
      'examples',
    ],
    ['a batch that ranks cannot share', { batchSize: 3, ranks: 2 }, 'batchSize'],
    ['a rank that is none', { batchSize: 4, ranks: 2, rank: 2 }, 'rank'],
    ['a batch of nothing', { batchSize: 0 }, 'batchSize'],
    ['needs of no view', { needs: { ...needsOf(reconstructionLoss()), views: [] } }, 'needs.views'],
    ['an encoder without a decoder that a loss needs', { model: tinyEncoder() }, 'model'],
    ['an unknown name', { contrastMasking: contrast.masking }, 'contrastMasking'],
  ])('refuse %s', (_name, change, option) => {
    const refused = () => maskedBatches({ ...optionsOf(), ...change } as Options);
    expect(refused).toThrow(expect.objectContaining({ name: 'TrainError', code: 'OPTION_INVALID' }));
    expect(refused).toThrow(option);
  });
});

describe('the description', () => {
  const describe = (change: Partial<Options> = {}) => maskedBatches(optionsOf(change)).describe();
  const views = { contrast: { masking: randomMasking({ ratio: 0.5 }) } };
  const needs = needsOf(reconstructionLoss(), contrastiveLoss({ view: 'contrast' }));

  it('tells what decides the batches, with defaults', async () => {
    expect(await describe({ views, needs })).toEqual({
      is: 'maskedBatches',
      model: tinyModel().describe(),
      examples: { is: 'shuffled', source: { is: 'noiseSource', length: 6 } },
      masking: textGuidedMasking({ ratio: 0.5 }).describe(),
      views: { contrast: { masking: randomMasking({ ratio: 0.5 }).describe(), clip: 0, positions: 'grid' } },
      needs,
      batchSize: 2,
      seed: 1,
    });
  });

  it('is the same for other ranks', async () => {
    expect(await describe({ rank: 1, ranks: 2 })).toEqual(await describe());
  });

  it.each<[string, Partial<Options>]>([
    ['masking', { masking: textGuidedMasking({ ratio: 0.25 }) }],
    ['decoderMasking', { decoderMasking: randomMasking({ ratio: 0.5 }) }],
    ['needs', { needs: needsOf(reconstructionLoss()) }],
    ['views', { views, needs }],
    ['batchSize', { batchSize: 4 }],
    ['seed', { seed: 'other' }],
    ['model', { model: tinyModel({ hiddenSize: 16 }) }],
    ['examples', { examples: shuffled(noiseSource(7)) }],
  ])('is another with another %s', async (_name, change) => {
    expect(await describe(change)).not.toEqual(await describe());
  });
});
