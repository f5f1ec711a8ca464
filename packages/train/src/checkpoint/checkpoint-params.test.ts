import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkpointParams } from './checkpoint-params.js';
import { savedRun } from './saved-run.test-support.js';
import { writeCheckpoint } from './write-checkpoint.js';

let folder: string;
beforeAll(async () => {
  await tf.setBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-params-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('checkpointParams', () => {
  it('reads the parameters that are named, and what the run was', async () => {
    const saved = savedRun(3);
    const path = await writeCheckpoint(folder, saved, [], { keep: 1 });
    const [[name, { shape, data }]] = Object.entries(saved.params) as [
      [string, (typeof saved.params)[string]],
    ];
    const { step, description, params } = await checkpointParams(path, [name, 'none of them']);
    expect({ step, description }).toEqual({ step: 3, description: saved.description });
    expect(Object.keys(params)).toEqual([name]);
    expect(params[name]!.shape).toEqual(shape);
    expect(await params[name]!.data()).toEqual(data);
    tf.dispose(params);
  });

  it('refuses a checkpoint that is damaged, and none', async () => {
    const path = await writeCheckpoint(folder, savedRun(4), [], { keep: 1 });
    await truncate(join(path, 'training-state.safetensors'), 8);
    await expect(checkpointParams(path, ['a'])).rejects.toMatchObject({ code: 'CHECKPOINT_DAMAGED' });
    await expect(checkpointParams(join(folder, 'none'), ['a'])).rejects.toMatchObject({
      code: 'CHECKPOINT_DAMAGED',
    });
    await expect(checkpointParams(path, 'a' as never)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});
