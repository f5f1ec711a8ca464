import { reconstructionLoss } from '@tgm/losses';
import { randomSliceMasking, seededRandom, textGuidedMasking } from '@tgm/masking';
import { frameTokens, type PixelScale, SYMMETRIC_PIXELS, UNIT_PIXELS, videoMae } from '@tgm/models';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { expect, it } from 'vitest';
import { makeBatch } from './batch.js';
import { noiseExamples, tinyModel } from './tiny-run.test-support.js';
import { tokenBuffers } from './token-buffers.js';

it('cuts what the encoder reads in the scale of its model, and the target in [0, 1]', async () => {
  const engine = await cpuEngine();
  const model = videoMae(tinyModel().config, { pixels: SYMMETRIC_PIXELS });
  const examples = noiseExamples();
  const batch = await makeBatch(
    {
      model,
      examples,
      masking: textGuidedMasking({ ratio: 0.5 }),
      contrastMasking: randomSliceMasking({ ratio: 0.25 }),
      reconstructShare: 0.5,
      batchSize: 2,
      seed: 1,
      needsText: true,
    },
    (position) => ({ epoch: 0, index: position }),
    1,
    tokenBuffers(2)(1),
  );
  const views: [string, { values: ArrayLike<number>; positions: ArrayLike<number> }, PixelScale][] = [
    ['visible', await read(batch.visible.tokens, batch.visible.positions), SYMMETRIC_PIXELS],
    ['contrast', await read(batch.contrast!.tokens, batch.contrast!.positions), SYMMETRIC_PIXELS],
    ['target', await read(batch.targetPixels, batch.masked), UNIT_PIXELS],
  ];
  for (const [name, { values, positions }, scale] of views) {
    const perClip = positions.length / 2;
    for (const row of [0, 1]) {
      const { frames } = await examples.load(2 + row, () => 0);
      const indices = Array.from(positions).slice(row * perClip, (row + 1) * perClip);
      const expected = frameTokens(frames, model.config, indices, scale);
      const got = Array.from(values).slice(row * expected.length, (row + 1) * expected.length);
      expect(got, `${name} of clip ${row}`).toEqual([...expected]);
    }
  }
  await engine.dispose();
});

it('cuts the frames of the target that the decoder predicts', async () => {
  const engine = await cpuEngine();
  const model = videoMae({ ...tinyModel().config, predictedFrames: 1 });
  const examples = noiseExamples();
  const batch = await makeBatch(
    {
      model,
      examples,
      masking: randomSliceMasking({ ratio: 0.5 }),
      reconstructShare: 1,
      batchSize: 1,
      seed: 1,
      needsText: false,
    },
    () => ({ epoch: 0, index: 4 }),
    0,
    tokenBuffers(1)(0),
  );
  const { frames } = await examples.load(4, () => 0);
  const wanted = Array.from(await batch.masked.data()).flatMap((token) => [
    ...frameTokens(frames, model.config, [token], UNIT_PIXELS).subarray(0, 8 * 8 * 3), // the first of two frames
  ]);
  expect(batch.targetPixels.shape).toEqual([1, 4, 8 * 8 * 3]);
  expect([...(await batch.targetPixels.data())]).toEqual(wanted);
  expect(batch.visible.tokens.shape).toEqual([1, 4, model.tokenSize]);

  const params = model.init(seededRandom('head'));
  const { positions, tokens } = batch.visible;
  const latent = model.encode(params, tokens, positions);
  const loss = reconstructionLoss({ normalise: 'joint' }).compute(
    {},
    {
      prediction: model.decode(params, latent, positions, batch.masked),
      targetPixels: batch.targetPixels,
      videoEmbedding: latent.mean(1),
    },
  );
  expect((await loss.data())[0]).toBeGreaterThan(0.5);
  await engine.dispose();
});

async function read(
  tokens: { data(): Promise<ArrayLike<number>> },
  positions: { data(): Promise<ArrayLike<number>> },
) {
  return { values: await tokens.data(), positions: await positions.data() };
}
