import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { videoMae } from '@tgm/models';
import { withFeatures } from '@tgm/train';
import { exampleSourceContract } from '@tgm/train/testing';
import { describe, expect, it } from 'vitest';
import { colourAndChange } from './colour-and-change.js';
import { lights } from './lights.js';

/** 2 slices of 2 x 2 tokens of 2 x 2 pixels in 2 frames. */
const config = { imageSize: 4, patchSize: 2, numFrames: 4, tubeletSize: 2 };

describe('colourAndChange', () => {
  it('says the mean colour of each token, and its change (by hand)', () => {
    // Frames 0 to 3 are plain: red 0, 51, 51, 153 and no other colour.
    const frames = Uint8Array.from({ length: 4 * 4 * 4 * 3 }, (_, at) =>
      at % 3 === 0 ? [0, 51, 51, 153][Math.floor(at / 48)]! : 0,
    );
    const features = colourAndChange(config).features(frames) as Float32Array;
    expect(features.length).toBe(8 * 4);
    const [early, late] = [features.subarray(0, 16), features.subarray(16)];
    // Red is 0 and 0.2, then 0.2 and 0.6; it changes by 0.2 in one of two frames, then by 0.4; the other colours do not.
    for (const [tokens, red, change] of [
      [early, 0.1, 0.2 / 6],
      [late, 0.4, 0.4 / 6],
    ] as const) {
      for (let token = 0; token < 4; token++) {
        const expected = [red, 0, 0, change];
        expected.forEach((value, at) => {
          expect(tokens[token * 4 + at]).toBeCloseTo(value, 6);
        });
      }
    }
  });

  it('looks at the pixels of its own token', () => {
    const frames = new Uint8Array(4 * 4 * 4 * 3);
    frames[(2 * 16 + 3 * 4 + 1) * 3 + 1] = 255; // frame 2, row 3, column 1, green: token 6 of 8
    const features = colourAndChange(config).features(frames) as Float32Array;
    // One of 8 pixels; it comes and goes, which are two changes of 24.
    const expected = new Float32Array(32);
    expected.set([0, 1 / 8, 0, 2 / 24], 6 * 4);
    features.forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at]!, 6);
    });
  });
});

describe('the source with its features', () => {
  const model = videoMae({
    ...config,
    ...{ hiddenSize: 8, numHiddenLayers: 1, numAttentionHeads: 2, intermediateSize: 8, layerNormEps: 1e-6 },
    ...{ decoderHiddenSize: 8, decoderNumHiddenLayers: 1, decoderNumAttentionHeads: 2 },
    ...{ decoderIntermediateSize: 8, decoderNormEps: 1e-6 },
  });
  const source = () => withFeatures(lights(config, 5), colourAndChange(config));
  for (const { name, run } of exampleSourceContract('lights', source, { model })) it(name, run);
});

it('the example trains until it is better than a head that knows nothing', () => {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const lines = execFileSync(process.execPath, ['--import', loader, main], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const numbers = lines.map((line) => line.match(/[\d.]+/g)!.map(Number));
  expect(numbers.map(([step]) => step)).toEqual([1, 20, 40, 60]);
  const [, loss, baseline] = numbers.at(-1)!;
  expect(loss).toBeLessThan(0.8 * baseline!);
}, 180_000);
