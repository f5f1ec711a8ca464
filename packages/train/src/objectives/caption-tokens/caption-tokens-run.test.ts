import * as tf from '@tensorflow/tfjs';
import type { CaptionTokens, LossInputs } from '@tgm/losses';
import { randomMasking, seededRandom, uniformIndex } from '@tgm/masking';
import { frameTokens, type Params } from '@tgm/models';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExampleSource } from '../../data/examples.js';
import { shuffled } from '../../data/shuffled.js';
import { adamW } from '../../optimizers/adamw.js';
import { pretrain } from '../../pretrain.js';
import { constantSchedule } from '../../schedules/constant.js';
import type { StepEvent } from '../../trainer/events.js';
import { tinyModel } from '../tiny-batch.test-support.js';
import { captionTokenLoss } from './caption-token-loss.js';
import { wordTokenizer } from './word-tokenizer.js';

const COLOURS = { red: [220, 40, 40], green: [40, 200, 60], blue: [50, 70, 220], grey: [128, 128, 128] };
const NAMES = ['red', 'green', 'blue'] as const;
const WAYS = ['left', 'right', 'up', 'down'] as const;

const captionOf = (colour: string, way: string) => `a ${colour} square moves ${way}`;
const tokenizer = wordTokenizer(NAMES.flatMap((colour) => WAYS.map((way) => captionOf(colour, way))));

/** A clip of 4 frames of 16 x 16, all of one colour with noise about it, and a caption. Nothing in it moves. */
function clipOf(index: number, shown?: keyof typeof COLOURS) {
  const random = seededRandom('caption run', index);
  const colour = NAMES[uniformIndex(3, random)]!;
  const way = WAYS[uniformIndex(4, random)]!;
  const frames = Uint8Array.from(
    { length: 4 * 16 * 16 * 3 },
    (_, at) => COLOURS[shown ?? colour][at % 3]! + (random() - 0.5) * 60,
  );
  return { id: `clip ${index}`, frames, cues: {}, caption: captionOf(colour, way), colour };
}

const CLIPS = Array.from({ length: 60 }, (_, index) => clipOf(index));
const source: ExampleSource<object> = {
  length: CLIPS.length,
  id: (index) => `clip ${index}`,
  describe: () => ({ is: 'coloured clips' }),
  load: async (index) => [CLIPS[index]!],
};

let engine: Engine;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

it('reads the words that name colours off the video: without it they are lost', async () => {
  const model = tinyModel();
  const loss = captionTokenLoss({ tokenizer, length: 6, width: 16, heads: 2 });
  const steps: StepEvent[] = [];
  let params: Params = {};
  for await (const event of pretrain({
    engine,
    model,
    examples: shuffled(source),
    masking: randomMasking({ ratio: 0.5 }),
    losses: [{ loss, weight: 1 }],
    optimizer: adamW({ weightDecay: 0 }),
    schedule: constantSchedule({ base: 1e-2 }),
    batchSize: 20,
    steps: 150,
    seed: 2,
  })) {
    if (event.type === 'step') steps.push(event);
    if (event.type === 'end') params = event.params;
  }
  const last = steps.at(-1)!;
  expect(last.terms.captionTokens! / last.figures['captionTokens baseline']!).toBeLessThan(0.5);
  expect(last.figures['captionTokens accuracy']).toBeGreaterThan(0.7);

  // Clips that were not seen, all words shown but the colour's.
  const clips = Array.from({ length: 24 }, (_, at) => clipOf(1000 + at));
  const ids = clips.map(({ caption }) => Array.from(tokenizer.encode(caption)));
  const row = (values: readonly number[]) => [
    ...values,
    ...Array.from({ length: 6 - values.length }, () => 0),
  ];
  const tokens: CaptionTokens = {
    ids: tf.tensor2d(ids.map(row), [24, 6], 'int32'),
    used: tf.tensor2d(ids.map((each) => row(each.map(() => 1)))),
    masked: tf.tensor2d(ids.map((each) => row(each.map((_, at) => Number(at === 1))))),
  };
  const all = [0, 1, 2, 3, 4, 5, 6, 7];
  const lossOf = engine.compile((given: { params: Params; pixels: tf.Tensor3D; tokens: CaptionTokens }) => {
    const positions = tf.tensor2d(
      clips.map(() => all),
      [24, 8],
      'int32',
    );
    const encoded = model.encode(given.params, given.pixels, positions);
    const inputs: LossInputs = {
      views: { reconstruct: { tokens: encoded, embedding: tf.mean(encoded, 1) as tf.Tensor2D } },
      captionTokens: given.tokens,
      sampleKey: tf.zeros([24, 2], 'int32'),
    };
    return loss.compute(given.params, inputs);
  });
  const lossWith = async (frames: readonly Uint8Array[]) => {
    const pixels = frames.flatMap((each) => [...frameTokens(each, model.config, all, model.pixels)]);
    const cut = tf.tensor3d(pixels, [24, 8, model.tokenSize]);
    return (await (await lossOf({ params, pixels: cut, tokens })).data())[0]!;
  };
  const own = await lossWith(clips.map(({ frames }) => frames));
  const grey = await lossWith(clips.map((_, at) => clipOf(1000 + at, 'grey').frames));
  // Each clip with the pixels of one of another colour.
  const others = clips.map(({ colour }) => clips.find((other) => other.colour !== colour)!.frames);
  const shuffledClips = await lossWith(others);
  // To know nothing is ln 3 = 1.10; to be sure of a wrong colour is more.
  expect(own).toBeLessThan(0.6);
  expect(grey).toBeGreaterThan(1);
  expect(shuffledClips).toBeGreaterThan(2);
  tf.dispose(params as never);
});
