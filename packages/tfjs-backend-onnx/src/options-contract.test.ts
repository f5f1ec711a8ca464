import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { optionsContract } from '@tgm/options/testing';
import { afterAll, beforeAll, it } from 'vitest';
import * as backend from './index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backend-options-'));
  await backend.onnxEngine();
  await backend.exportOnnx(({ x }) => x.square(), { x: tf.tensor([1]) }, join(folder, 'square.onnx'));
});
afterAll(() => rm(folder, { recursive: true }));

const checks = optionsContract({
  module: backend,
  declarations: `${import.meta.dirname}/../dist`,
  calls: {
    onnxEngine: async (extra) => (await backend.onnxEngine({ threads: 1, ...extra })).dispose(),
    openOnnx: async (extra) => (await backend.openOnnx(join(folder, 'square.onnx'), { ...extra })).close(),
  },
});
for (const { name, run } of checks) it(name, run);
