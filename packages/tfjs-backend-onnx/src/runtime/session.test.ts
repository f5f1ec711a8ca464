import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { onnxEngine } from '../index.js';

test('what ONNX Runtime fails to run is an error of its own, and the engine goes on', async () => {
  const engine = await onnxEngine({ threads: 1 });
  // The products of all pairs take 64 TiB, which no machine has.
  const side = 2 ** 22;
  const pairs = engine.compile((x: tf.Tensor) =>
    x
      .reshape([side, 1])
      .mul(x.reshape([1, side]))
      .sum(),
  );
  await expect(pairs(tf.ones([side]))).rejects.toMatchObject({
    code: 'ONNX_RUNTIME',
    expected: 'to run a recorded graph',
    cause: expect.any(Error),
  });
  const doubled = await engine.compile((x: tf.Tensor) => x.mul(2))(tf.tensor([3]));
  expect(Array.from(await doubled.data())).toEqual([6]);
  await engine.dispose();
});

test('the option profile gives the traces of ONNX Runtime, in JSON, under its prefix', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tgm-profile-'));
  const engine = await onnxEngine({ threads: 1, profile: join(folder, 'trace') });
  (await engine.compile((x: tf.Tensor) => x.exp())(tf.tensor([1, 2]))).dispose();
  await engine.dispose();
  const [name, ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  expect(name).toMatch(/^trace.*\.json$/);
  const rows: { args?: { op_name?: string } }[] = JSON.parse(readFileSync(join(folder, name!), 'utf8'));
  expect(rows.map(({ args }) => args?.op_name)).toContain('Exp');
  rmSync(folder, { recursive: true });
});
