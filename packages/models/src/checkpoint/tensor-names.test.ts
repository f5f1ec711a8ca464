import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../safetensors/write.js';
import { counted, countedModel, expected, numbers, type Tensors } from '../testing/counted-tensors.js';
import { TINY_VIDEO_MAE } from '../testing/tiny-video-mae.js';
import { videoMaeEncoder } from '../video-mae/encoder.js';
import { videoMae } from '../video-mae/video-mae.js';
import { loadParams, type ParameterLayout } from './params-file.js';

let folder: string;
beforeAll(async () => {
  await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'names-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function loaded(tensors: Tensors, model: ParameterLayout): Promise<Record<string, number[]>> {
  const path = join(folder, 'named.safetensors');
  await writeSafetensors(path, tensors, {});
  return numbers(await loadParams(path, model));
}

const renamed = (tensors: Tensors, rename: (name: string) => string): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [rename(name), tensor]));

describe('names of tensors', () => {
  const own = counted(countedModel);
  const official = Object.fromEntries(
    countedModel.official.filter(({ third }) => third === undefined).map((row) => [row.official, row.name]),
  );

  it.each([
    ['module.', (name: string) => `module.${name}`],
    ['model.', (name: string) => `model.${name}`],
    ['_orig_mod.', (name: string) => `_orig_mod.${name}`],
    ['several', (name: string) => `model.module._orig_mod.${name}`],
    ['any other', (name: string) => `student.backbone.${name}`],
    ['within', (name: string) => name.replace('videomae.', 'videomae._orig_mod.')],
    [
      'of each block',
      (name: string) => name.replace(/layer\.(\d+)\./, 'layer.$1._checkpoint_wrapped_module.'),
    ],
  ])('may have what training programs put into them: %s', async (_, rename) => {
    expect(Object.keys(official).length).toBeGreaterThan(0);
    expect(await loaded(renamed(own, rename), countedModel)).toEqual(expected(own));
  });

  it('may go without the base name, of an encoder alone', async () => {
    const encoder = videoMaeEncoder({ ...TINY_VIDEO_MAE });
    const tensors = counted(encoder);
    const bare = (name: string) => name.replace(/^videomae\./, '');
    expect(await loaded(renamed(tensors, bare), encoder)).toEqual(expected(tensors));
    expect(
      await loaded(
        renamed(tensors, (name) => `model.${bare(name)}`),
        encoder,
      ),
    ).toEqual(expected(tensors));
  });

  it('are let pass where an encoder is read out of a larger model, and nowhere else', async () => {
    const whole = videoMae(TINY_VIDEO_MAE);
    const tensors = counted(whole);
    const encoder = videoMaeEncoder(TINY_VIDEO_MAE);
    const wanted = Object.fromEntries(encoder.parameters.map(({ name }) => [name, tensors[name]!]));
    expect(await loaded(tensors, encoder)).toEqual(expected(wanted));
    const more = { ...tensors, 'projector.weight': tensors.mask_token! };
    await expect(loaded(more, encoder)).rejects.toMatchObject({ unexpected: ['projector.weight'] });
    await expect(loaded(more, whole)).rejects.toMatchObject({ unexpected: ['projector.weight'] });
  });

  it('of a second copy of the model are refused', async () => {
    const two = { ...renamed(own, (name) => `model.${name}`), ...renamed(own, (name) => `average.${name}`) };
    await expect(loaded(two, countedModel)).rejects.toMatchObject({ code: 'CHECKPOINT_KEYS_MISMATCH' });
  });

  it('that two tensors would get are refused', async () => {
    const first = Object.keys(own)[0]!;
    const twice = { ...renamed(own, (name) => `module.${name}`), [first]: own[first]! };
    await expect(loaded(twice, countedModel)).rejects.toMatchObject({ code: 'CHECKPOINT_KEYS_MISMATCH' });
  });

  it.each(['k_bias', 'key.bias'])(
    'of a key bias of zeros (%s) are passed by, of others refused',
    async (bias) => {
      const name = `videomae.encoder.layer.0.attention.attention.${bias}`;
      const zeros = { ...own, [name]: { dtype: 'F32', shape: [2], data: new Float32Array(2) } } as Tensors;
      expect(await loaded(zeros, countedModel)).toEqual(expected(own));
      const other = { ...own, [name]: { dtype: 'F32', shape: [2], data: Float32Array.of(0, 1) } } as Tensors;
      await expect(loaded(other, countedModel)).rejects.toMatchObject({ unexpected: [name] });
    },
  );
});
