import * as tf from '@tensorflow/tfjs';
import { tokenLoss } from '@tgm/losses';
import { causalMasking, seededRandom } from '@tgm/masking';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { TINY, tinyModel } from '../../objectives/tiny-batch.test-support.js';
import { adamW } from '../../optimizers/adamw.js';
import { pretrain } from '../../pretrain.js';
import { constantSchedule } from '../../schedules/constant.js';
import type { StepEvent } from '../../trainer/events.js';
import type { ExampleSource } from '../examples.js';
import { shuffled } from '../shuffled.js';
import { withFeatures } from '../with-features.js';
import { colourClusters } from './colour-clusters.js';
import { colourTeacher } from './colour-teacher.js';

const COLOURS = [
  [200, 40, 40],
  [40, 180, 60],
  [50, 70, 220],
  [128, 128, 128],
] as const;

/** Frames of 16 x 16 in one of three colours, the right half grey; the colour stays over time. */
const halves: ExampleSource<object> = {
  length: 24,
  id: (index) => `halves ${index}`,
  describe: () => ({ is: 'halves' }),
  async load(index) {
    const frames = new Uint8Array(4 * 16 * 16 * 3).fill(128);
    for (let pixel = 0; pixel < 4 * 16 * 16; pixel++) {
      if (pixel % 16 < 8) frames.set(COLOURS[index % 3]!, pixel * 3);
    }
    return [{ id: `halves ${index}`, frames, cues: {} }];
  },
};

const framesOf = async (index: number) => (await halves.load(index, seededRandom(0)))[0]!.frames;

describe('colourClusters', () => {
  it('finds the colours that there are, the same again for the same draws', async () => {
    const clips = await Promise.all([0, 1, 2].map(framesOf));
    const found = colourClusters(clips, { clusters: 16, pixels: 200, random: seededRandom('colours') });
    const sets = [0, 3, 6, 9].map((at) => [...found.subarray(at, at + 3)].join());
    expect(sets.sort()).toEqual(COLOURS.map((colour) => colour.join()).sort());
    expect(found).toHaveLength(12);
    const again = colourClusters(clips, { clusters: 16, pixels: 200, random: seededRandom('colours') });
    expect(again).toEqual(found);
  });

  it('draws pixels of clips in proportion to their size', () => {
    // 90 pixels of one grey and 10 of another: one cluster of each, and the mean of both where there may be one only.
    const clips = [new Uint8Array(270).fill(0), new Uint8Array(30).fill(200)];
    const draws: number[] = [];
    const random = seededRandom('sizes');
    const counted = () => {
      const draw = random();
      draws.push(draw);
      return draw;
    };
    colourClusters(clips, { clusters: 2, pixels: 1000, random: counted });
    const second = draws.slice(0, 1000).filter((draw) => draw >= 0.9).length;
    expect(second).toBeGreaterThan(60);
    expect(second).toBeLessThan(140);
  });

  it.each([
    ['no clips', [], {}],
    ['no bytes', [[1, 2, 3]], {}],
    ['half a pixel', [new Uint8Array(4)], {}],
    ['one cluster', [new Uint8Array(6)], { clusters: 1 }],
    ['no draws', [new Uint8Array(6)], { random: 7 }],
    ['an option that it does not know', [new Uint8Array(6)], { count: 3 }],
  ])('refuses %s', (_name, clips, change) => {
    expect(() => colourClusters(clips as never, { random: seededRandom(0), ...change } as never)).toThrow(
      expect.objectContaining({ name: 'TrainError', code: 'OPTION_INVALID' }),
    );
  });
});

describe('colourTeacher', () => {
  const colours = Float32Array.from(COLOURS.flat());
  const model = tinyModel();

  it('says the cluster of the mean colour of each token (by hand)', async () => {
    const teacher = colourTeacher({ colours, student: model });
    expect(teacher.width).toBe(1);
    // 2 x 2 x 2 tokens; the left ones have the colour.
    expect([...(await teacher.features(await framesOf(1)))]).toEqual([1, 3, 1, 3, 1, 3, 1, 3]);
    // A token that is half red and half blue: (125, 55, 130), nearer to grey (73² + 2²) than to red (75² + 15² + 90²).
    const mixed = await framesOf(0);
    for (let pixel = 0; pixel < 2 * 256; pixel++) {
      if (pixel % 16 < 4 && pixel % 256 < 128) mixed.set(COLOURS[2], pixel * 3);
    }
    expect([...(await teacher.features(mixed))]).toEqual([3, 3, 0, 3, 0, 3, 0, 3]);
    // Of two that are as near the lower.
    const twice = colourTeacher({ colours: Float32Array.of(0, 0, 0, 9, 9, 9, 9, 9, 9), student: model });
    expect([...(await twice.features(await framesOf(0)))]).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('tells its colours, and refuses what does not fit', async () => {
    const told = await colourTeacher({ colours, student: model }).describe();
    expect(told).toMatchObject({ is: 'colourTeacher', colours: 4 });
    const other = Float32Array.from(colours, (value, at) => value + (at === 11 ? 1 : 0));
    expect(await colourTeacher({ colours: other, student: model }).describe()).not.toEqual(told);
    expect(() => colourTeacher({ colours, student: model }).features(new Uint8Array(5))).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
    for (const wrong of [
      { colours: [1, 2, 3] },
      { colours: new Float32Array(7) },
      { student: {} },
      { k: 1 },
    ]) {
      expect(() => colourTeacher({ colours, student: model, ...wrong } as never)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
  });

  it('is what a Video MAE learns to go on with under a causal mask', async () => {
    const engine = await onnxEngine({ threads: 1 });
    const examples = shuffled(withFeatures(halves, colourTeacher({ colours, student: { config: TINY } })));
    const steps: StepEvent[] = [];
    for await (const event of pretrain({
      engine,
      model,
      examples,
      masking: causalMasking({ ratio: 0.5 }),
      losses: [{ loss: tokenLoss({ codes: 4 }), weight: 1 }],
      optimizer: adamW({ weightDecay: 0 }),
      schedule: constantSchedule({ base: 1e-2 }),
      batchSize: 12,
      steps: 80,
      seed: 1,
    })) {
      if (event.type === 'step') steps.push(event);
      if (event.type === 'end') tf.dispose([event.params, event.buffers] as never);
    }
    const last = steps.at(-1)!;
    // Half grey, and the three colours a sixth each.
    const entropy = 0.5 * Math.log(2) + 0.5 * Math.log(6);
    expect(Math.abs(last.figures['token baseline']! - entropy)).toBeLessThan(0.2);
    // The first slice tells all of the second.
    expect(last.terms.token! / entropy).toBeLessThan(0.1);
    expect(last.figures['token accuracy']).toBe(1);
    await engine.dispose();
  });
});
