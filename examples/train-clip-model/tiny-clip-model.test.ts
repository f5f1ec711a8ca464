import { TINY_CLIP_FOLDER } from '@tgm/cli';
import { loadClipModel } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measure, type TinyClipModelFigures } from './measure.js';

const engine = await onnxEngine();
let figures: TinyClipModelFigures;

beforeAll(async () => {
  figures = await measure(await loadClipModel(TINY_CLIP_FOLDER), engine);
}, 120_000);
afterAll(() => engine.dispose());

describe('the shipped tiny CLIP, on unseen decoded clips at ratio 0.6', () => {
  test('hides the named object, also where it rests and where the camera moves', () => {
    const { value } = figures.masked;
    expect(value.all).toBeGreaterThanOrEqual(0.9);
    expect(value.still).toBeGreaterThanOrEqual(0.9);
    expect(value.drift).toBeGreaterThanOrEqual(0.9);
  });

  test('follows the caption: another clip’s caption hides much less', () => {
    expect(figures.masked.value.shuffled).toBeLessThanOrEqual(0.7);
  });

  test('is compared with chance: random scores hide the ratio, floor(64 * 0.6) / 64', () => {
    expect(Math.abs(figures.masked.value.random - 38 / 64)).toBeLessThan(0.03);
  });

  test('shows that raw tokens are no better a guide than chance', () => {
    expect(figures.masked.raw.all).toBeLessThan(0.65);
  });

  test('tells actions apart in captions, which no single frame shows', () => {
    expect(figures.actions.object.accuracy).toBeGreaterThanOrEqual(0.97);
    expect(figures.actions.scene.accuracy).toBeGreaterThanOrEqual(0.9);
    expect(figures.actions.object.varianceShare).toBeGreaterThan(0.3);
  });
});
