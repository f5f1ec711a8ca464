import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { videoMae } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { exampleSourceContract, graphMaskingContract } from '@tgm/train/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { contrastMasking } from './contrast-masking.js';
import { shapes } from './shapes.js';

const model = videoMae({
  ...{ imageSize: 32, patchSize: 8, numFrames: 8, tubeletSize: 2 },
  ...{ hiddenSize: 8, numHiddenLayers: 1, numAttentionHeads: 2, intermediateSize: 8, layerNormEps: 1e-6 },
  ...{ decoderHiddenSize: 8, decoderNumHiddenLayers: 1, decoderNumAttentionHeads: 2 },
  ...{ decoderIntermediateSize: 8, decoderNormEps: 1e-6 },
});
const engine = await onnxEngine({ threads: 1 });
afterAll(() => engine.dispose());

describe('contrastMasking', () => {
  const make = () => contrastMasking({ ratio: 0.5 });
  for (const { name, run } of graphMaskingContract('contrast', make, { engine, model })) it(name, run);
});

describe('the clips', () => {
  const source = () => shapes(model.config, 3);
  for (const { name, run } of exampleSourceContract('shapes', source, { model })) it(name, run);
});

it('the example learns to hide the object', () => {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const lines = execFileSync(process.execPath, ['--import', loader, main, '80'], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const shares = lines.map((line) => Number(line.match(/(\d+) %/)![1]));
  expect(shares).toHaveLength(4);
  expect(shares[0]).toBeGreaterThan(45);
  expect(shares[0]).toBeLessThan(60);
  expect(shares[3]).toBeGreaterThan(shares[0]! + 10);
}, 180_000);
