import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { expect, it, vi } from 'vitest';
import { pretrain } from '../pretrain.js';
import { runToEnd, STEPS, tinyPretraining } from '../pretrain.test-support.js';
import { loadCheckpoint } from './load-checkpoint.js';

// Many processes, one after the other.
vi.setConfig({ testTimeout: 60_000 });

const program = fileURLToPath(new URL('./pretrain-until-killed.test-support.ts', import.meta.url));

/** Pre-trains in another process, which is killed behind its first checkpoint. */
async function killed(folder: string): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, folder]);
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  child.kill('SIGKILL');
  await ended;
}

it('a pre-training that is killed again and again ends as one that ran through, and opens as its model', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'killed-'));
  try {
    const engine = await onnxEngine({ threads: 1 });
    const whole = await runToEnd(pretrain(tinyPretraining(engine)));
    for (let kills = 0; kills < 3; kills++) await killed(folder);
    const last = await runToEnd(
      pretrain({ ...tinyPretraining(engine), checkpoint: { folder, every: 1, keep: 1 } }),
    );
    expect(last.weights).toEqual(whole.weights);
    expect(last.steps.length).toBeLessThanOrEqual(STEPS - 3);
    const { model, architecture, params, modelParams, lossParams, buffers } = await loadCheckpoint(folder);
    expect(architecture).toBe('VideoMAEForPreTraining');
    expect(model?.config).toEqual(tinyPretraining(engine).model.config);
    for (const [name, weights] of Object.entries(whole.weights))
      expect(await params[name]!.data(), name).toEqual(weights);
    expect(Object.keys({ ...modelParams, ...lossParams }).sort()).toEqual(Object.keys(whole.weights).sort());
    expect(Object.keys(lossParams!).length).toBeGreaterThan(0);
    tf.dispose([params, buffers]);
    await engine.dispose();
  } finally {
    await rm(folder, { recursive: true });
  }
});
