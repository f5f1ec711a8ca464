import * as tf from '@tensorflow/tfjs';
import { tokenLoss } from '@tgm/losses';
import { randomSliceMasking, seededRandom } from '@tgm/masking';
import { frameTokens, type Params, patchCodebook } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, TINY, tinyModel } from '../../objectives/tiny-batch.test-support.js';
import { adamW } from '../../optimizers/adamw.js';
import { pretrain } from '../../pretrain.js';
import { constantSchedule } from '../../schedules/constant.js';
import type { StepEvent } from '../../trainer/events.js';
import { noiseSource } from '../noise-source.test-support.js';
import { shuffled } from '../shuffled.js';
import { withFeatures } from '../with-features.js';
import { codebookTeacher } from './codebook-teacher.js';

const { imageSize, patchSize, numFrames, tubeletSize } = TINY;
const codebook = patchCodebook({ imageSize, patchSize, numFrames, tubeletSize, codes: 6, codeWidth: 3 });

describe.each(ENGINES)('codebookTeacher on $name', ({ name, make }) => {
  let engine: Engine;
  let params: Params;
  beforeAll(async () => {
    engine = await make();
    // Codes as far apart as encoded tokens are.
    const random = seededRandom('codes');
    const codes = tf.tensor2d(
      Float32Array.from({ length: 18 }, () => 2 * random() - 1),
      [6, 3],
    );
    const { codes: drawn, ...rest } = codebook.init(seededRandom('init'));
    drawn!.dispose();
    params = { ...rest, codes };
  });
  afterAll(() => engine.dispose());

  it('says the number of the nearest code of each token, as a loop in doubles does', async () => {
    const [example] = await noiseSource().load(2, () => 0);
    const teacher = codebookTeacher({ model: codebook, params, engine });
    const before = tf.memory().numTensors;
    const found = await teacher.features(example!.frames);
    expect(tf.memory().numTensors).toBe(before);
    const tokens = frameTokens(example!.frames, codebook.config, [0, 1, 2, 3, 4, 5, 6, 7], codebook.pixels);
    const weight = (await params['encoder.layer0.weight']!.array()) as number[][];
    const codes = (await params.codes!.array()) as number[][];
    const expected = Array.from({ length: 8 }, (_, token) => {
      const pixels = tokens.subarray(token * codebook.tokenSize, (token + 1) * codebook.tokenSize);
      const encoded = weight.map((row) => row.reduce((sum, each, at) => sum + each * pixels[at]!, 0));
      const distances = codes.map((code) =>
        code.reduce((sum, each, at) => sum + (each - encoded[at]!) ** 2, 0),
      );
      return distances.indexOf(Math.min(...distances));
    });
    expect(found).toEqual(Float32Array.from(expected));
    expect(new Set(expected).size).toBeGreaterThan(1);
    expect(teacher.width).toBe(1);
  });

  it('tells its codebook and its parameters, the decoder apart', async () => {
    const told = (change: Params) =>
      codebookTeacher({ model: codebook, params: { ...params, ...change }, engine }).describe();
    const first = await told({});
    expect(first).toMatchObject({ is: 'codebookTeacher', model: { codes: 6, codeWidth: 3 } });
    expect(await told({ 'decoder.layer0.bias': tf.ones([codebook.tokenSize]) })).toEqual(first);
    expect(await told({ codes: tf.ones([6, 3]) })).not.toEqual(first);
  });

  it('refuses frames of another size, and parameters without codes', async () => {
    const teacher = codebookTeacher({ model: codebook, params, engine });
    await expect(teacher.features(new Uint8Array(5))).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    const { codes: _codes, ...rest } = params;
    expect(() => codebookTeacher({ model: codebook, params: rest, engine })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: 'codebookTeacher, option params' }),
    );
  });

  // The cpu backend takes seconds for it.
  it.skipIf(name === 'cpu')('is what a Video MAE is trained by', async () => {
    const examples = shuffled(
      withFeatures(noiseSource(), codebookTeacher({ model: codebook, params, engine })),
    );
    const steps: StepEvent[] = [];
    for await (const event of pretrain({
      engine,
      model: tinyModel(),
      examples,
      masking: randomSliceMasking({ ratio: 0.5 }),
      losses: [{ loss: tokenLoss({ codes: 6 }), weight: 1 }],
      optimizer: adamW({ weightDecay: 0 }),
      schedule: constantSchedule({ base: 1e-2 }),
      batchSize: 6,
      steps: 100,
      seed: 1,
    })) {
      if (event.type === 'step') steps.push(event);
      if (event.type === 'end') tf.dispose([event.params, event.buffers] as never);
    }
    const last = steps.at(-1)!;
    // Six clips by heart: below what the shares of the numbers alone give.
    expect(last.terms.token! / last.figures['token baseline']!).toBeLessThan(0.7);
    expect(last.figures['token accuracy']).toBeGreaterThan(0.6);
  });
});
