import { reconstructionError } from '@tgm/eval';
import { randomSliceMasking, seededRandom } from '@tgm/masking';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { expect, test } from 'vitest';
import { averageModel } from './average-model.js';
import { demoModel } from './demo-model.js';
import { MODEL } from './settings.js';

const { imageSize, numFrames, patchSize } = MODEL;

/** [T, H, W, 3] of a value for each place. */
const clipOf = (value: (y: number, x: number, channel: number) => number): Uint8Array =>
  Uint8Array.from({ length: numFrames * imageSize * imageSize * 3 }, (_, at) =>
    value(Math.floor(at / 3 / imageSize) % imageSize, Math.floor(at / 3) % imageSize, at % 3),
  );

test('the average of visible patches is right where all patches are alike, whatever their brightness', async () => {
  const engine = await onnxEngine({ threads: 1 });
  try {
    const model = demoModel();
    const mask = randomSliceMasking({ ratio: 0.75 }).mask({
      ...{ grid: model.grid, random: seededRandom('mask'), cues: {} },
    });
    const errorOf = (clip: Uint8Array) =>
      reconstructionError({
        engine,
        model: averageModel(model),
        params: {},
        clips: [clip],
        masks: [mask],
        batchSize: 1,
      });
    const patch = (y: number, x: number) => Math.floor(y / patchSize) * 8 + Math.floor(x / patchSize);
    const alike = (y: number, x: number, channel: number) =>
      (10 + 2 * channel) * ((y + 3 * x) % patchSize) + patch(y, x);
    const repeated = await errorOf(clipOf(alike));
    expect(repeated.error).toBeLessThan(1e-6);
    expect(repeated.baseline).toBeCloseTo(127 / 128, 4);
    // Half of the patches upside down: about as many of either kind are visible, so that the average says next to nothing.
    const turned = (y: number, x: number, channel: number) =>
      patch(y, x) % 2 === 0 ? alike(y, x, channel) : 200 - alike(y, x, channel);
    const mixed = await errorOf(clipOf(turned));
    expect(mixed.error).toBeGreaterThan(0.9);
    expect(mixed.error).toBeLessThan(1.2);
  } finally {
    await engine.dispose();
  }
});
