import * as tf from '@tensorflow/tfjs';
import { infoNce, infoNceBaseline } from '@tgm/losses';
import { randomSliceMasking, seededRandom, textGuidedMasking } from '@tgm/masking';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExampleSource } from '../data/examples.js';
import { noiseSource, type TextCueOnly } from '../data/noise-source.test-support.js';
import { tinyModel } from '../objectives/tiny-batch.test-support.js';
import { greyExamples } from './grey-examples.js';
import { type ComparedRows, informationBits } from './information-bits.js';
import { type Leakage, leakage } from './leakage.js';

/** Clips of noise. The token of each of two slices that the caption names, of four, has the highest score there. */
function named(
  length: number,
  seed: string,
  captionOf: (index: number) => string,
): ExampleSource<TextCueOnly> {
  const source = noiseSource(length, (_, index) => {
    const side = Math.floor(seededRandom(seed, index)() * 2);
    const random = seededRandom(seed, 'words', index);
    const scores = Float32Array.from({ length: 8 }, (_, token) => (token % 4 < 2 === (side === 0) ? 1 : 0));
    const words = Float32Array.from({ length: 4 }, () => (random() - 0.5) / 10);
    return {
      id: `${seed} ${index}`,
      cues: { tokenScores: scores },
      caption: captionOf(side) || `${seed} ${index}`,
      textEmbedding: Float32Array.of(2 * side - 1, ...words),
    };
  });
  return { ...source, id: (index) => `${seed} ${index}` };
}

const ownCaption = () => '';
const sides = (side: number) => `on side ${side}`;

describe('leakage', { timeout: 120_000 }, () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await onnxEngine({ threads: 1 });
  });
  afterAll(() => engine.dispose());

  const model = tinyModel();
  async function leakOf(
    masking: ReturnType<typeof textGuidedMasking>,
    captionOf: (side: number) => string = ownCaption,
    positions?: 'grid' | 'none',
  ): Promise<Leakage> {
    const leak = await leakage({
      engine,
      model,
      masking,
      ...(positions ? { positions } : {}),
      examples: named(400, 'training', captionOf),
      heldOut: named(320, 'held out', captionOf),
      steps: 120,
      batchSize: 16,
      learningRate: 5e-3,
      seed: 3,
    });
    tf.dispose(leak.params as tf.NamedTensorMap);
    return leak;
  }

  it('finds the one bit that a mask tells which follows one of two sides', async () => {
    const { bits, low, high, baseline, loss, clips } = await leakOf(textGuidedMasking({ ratio: 0.5 }));
    expect(clips).toBe(320);
    expect(baseline).toBeCloseTo(Math.log(16), 6);
    expect(bits).toBeCloseTo((baseline - loss) / Math.LN2, 9);
    // With k of the 15 others on the clip's own side the best loss is ln(1 + k): in the mean 0.95 bits below ln 16.
    const others = Array.from({ length: 16 }, (_, k) => k);
    const chanceOf = (k: number) =>
      others.slice(0, k).reduce((all, i) => (all * (15 - i)) / (i + 1), 2 ** -15);
    const best = others.reduce((sum, k) => sum + chanceOf(k) * Math.log(1 + k), 0);
    const told = (Math.log(16) - best) / Math.LN2;
    expect(told).toBeCloseTo(1.0, 0);
    expect(bits).toBeGreaterThan(0.9 * told);
    expect(bits).toBeLessThan(told + 0.1);
    expect([low < bits, high > bits, low > 0.5]).toEqual([true, true, true]);
  });

  it('reads the whole caption off a mask that tells it wholly, with the baseline of captions that are shared', async () => {
    const { bits, loss, baseline } = await leakOf(textGuidedMasking({ ratio: 0.5 }), sides);
    // The negatives are the clips of the other side: about half of 15.
    expect(baseline).toBeGreaterThan(Math.log(7));
    expect(baseline).toBeLessThan(Math.log(1 + 7.5));
    expect(loss).toBeLessThan(0.05);
    expect(bits).toBeGreaterThan(0.97 * (baseline / Math.LN2));
  });

  it('finds nothing in random masks, nor in a text mask whose tokens all stand at one place', async () => {
    const random = await leakOf(randomSliceMasking({ ratio: 0.5 }));
    const nowhere = await leakOf(textGuidedMasking({ ratio: 0.5 }), ownCaption, 'none');
    for (const { bits, low, high } of [random, nowhere]) {
      expect(Math.abs(bits)).toBeLessThan(0.03);
      expect([low <= 0, high >= 0]).toEqual([true, true]);
    }
  });

  it('is a function of its options, and gives what was trained', async () => {
    const run = () =>
      leakage({
        engine,
        model,
        masking: textGuidedMasking({ ratio: 0.5 }),
        examples: named(20, 'training', ownCaption),
        heldOut: named(9, 'held out', ownCaption),
        steps: 3,
        batchSize: 4,
        trainingBatchSize: 5,
        seed: 3,
      });
    const [{ params, ...one }, { params: others, ...other }] = [await run(), await run()];
    expect(one).toEqual(other);
    expect(Object.keys(params)).toEqual(expect.arrayContaining(model.parameters.map(({ name }) => name)));
    expect(params['contrastive.projection.weight']!.shape).toEqual([5, 12]);
    tf.dispose([params, others] as tf.TensorContainer);
  });

  it('refuses too few held-out clips, and ends at a signal', async () => {
    const options = {
      engine,
      model,
      masking: textGuidedMasking({ ratio: 0.5 }),
      examples: noiseSource(),
      heldOut: noiseSource(),
      steps: 2,
      seed: 1,
    };
    await expect(leakage(options)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('heldOut'),
    });
    const reason = new Error('enough');
    const heldOut = named(9, 'held out', ownCaption);
    await expect(
      leakage({ ...options, heldOut, batchSize: 4, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
  });

  it('refuses held-out samples that are among the examples, and names some', async () => {
    const heldOut = {
      ...named(9, 'held out', ownCaption),
      id: (index: number) => (index < 5 ? `training ${index + 7}` : `held out ${index}`),
    };
    await expect(
      leakage({
        engine,
        model,
        masking: randomSliceMasking({ ratio: 0.5 }),
        examples: named(20, 'training', ownCaption),
        heldOut,
        steps: 1,
        batchSize: 4,
        seed: 1,
      }),
    ).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'leakage, option heldOut',
      received: '5 that are: "training 7", "training 8", "training 9", ...',
    });
  });
});

describe('informationBits', () => {
  const [clips, width] = [12, 3];
  const random = seededRandom('rows');
  const directions = () => {
    const rows = Array.from({ length: clips }, () => Array.from({ length: width }, () => random() - 0.5));
    return Float32Array.from(rows.flatMap((row) => row.map((value) => value / Math.hypot(...row))));
  };
  const keys = (of: (clip: number) => number) =>
    Int32Array.from({ length: clips * 2 }, (_, at) => (at % 2 ? 7 : of(at >> 1)));
  const rows: ComparedRows = {
    video: directions(),
    text: directions(),
    captionKey: keys((clip) => clip % 5),
    sampleKey: keys((clip) => clip),
  };

  it('has the loss and the baseline of `infoNce` in one batch of all', async () => {
    await cpuEngine();
    const compared = [
      tf.tensor2d(rows.captionKey, [clips, 2], 'int32'),
      tf.tensor2d(rows.sampleKey, [clips, 2], 'int32'),
    ];
    const expected = infoNce({
      rows: tf.tensor2d(rows.video, [clips, width]),
      columns: tf.tensor2d(rows.text, [clips, width]),
      scale: tf.scalar(9),
      keys: compared,
    });
    const { loss, baseline } = informationBits(rows, [9], clips, seededRandom(1));
    expect(loss).toBeCloseTo((await expected.data())[0]!, 5);
    expect(baseline).toBeCloseTo((await infoNceBaseline(compared, clips).data())[0]!, 5);
  });

  it('takes the scale with the lowest loss, and tells no less than nothing', () => {
    const bitsAt = (...scales: number[]) => informationBits(rows, scales, 4, seededRandom(1)).bits;
    expect(bitsAt(0)).toBeCloseTo(0, 9);
    expect(bitsAt(50)).toBeLessThan(-1); // noise, taken for sure
    expect(bitsAt(50, 0)).toBeCloseTo(0, 9);
    const matching = informationBits({ ...rows, video: rows.text }, [0, 1, 50], 4, seededRandom(1));
    expect(matching.loss).toBeCloseTo(
      informationBits({ ...rows, video: rows.text }, [50], 4, seededRandom(1)).loss,
      9,
    );
  });

  it('is 0 for embeddings that are all the same', () => {
    const same = { ...rows, video: new Float32Array(clips * width).fill(Math.sqrt(1 / width)) };
    same.text = same.video;
    const { bits, low, high } = informationBits(same, [9, 0], 4, seededRandom(1));
    for (const value of [bits, low, high]) expect(value).toBeCloseTo(0, 6);
  });
});

describe('greyExamples', () => {
  it('takes a source that is made of a class, whose members are not its own', async () => {
    class Clips {
      get length() {
        return 6;
      }
      get textWidth() {
        return 5;
      }
      id = (index: number) => `clip ${index}`;
      describe = () => ({ is: 'clips' });
      load = noiseSource().load;
    }
    const grey = greyExamples(new Clips());
    expect([grey.length, grey.textWidth, await grey.id(2)]).toEqual([6, 5, 'clip 2']);
  });

  it('leaves nothing of the pixels, and everything else', async () => {
    const source = noiseSource();
    const grey = greyExamples(source);
    expect([grey.length, grey.textWidth]).toEqual([source.length, source.textWidth]);
    expect(await grey.id(4)).toBe(await source.id(4));
    expect(await grey.describe()).toEqual({ is: 'greyExamples', examples: await source.describe() });
    const [own] = await source.load(2, seededRandom(0));
    const [shown] = await grey.load(2, seededRandom(0));
    const { frames, others, ...rest } = shown!;
    for (const pixels of [frames, others![0]!.frames]) expect(new Set(pixels)).toEqual(new Set([128]));
    expect(frames.length).toBe(own!.frames.length);
    const { frames: colours, others: ownOthers, ...facts } = own!;
    expect(rest).toEqual(facts);
    expect(others![0]!.cues).toEqual(ownOthers![0]!.cues);
    expect(new Set(colours).size).toBeGreaterThan(100);
  });
});
