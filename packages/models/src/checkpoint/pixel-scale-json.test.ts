import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameTokens } from '../frame-tokens.js';
import { CLIP_MODEL_PIXELS, IMAGENET_PIXELS, SYMMETRIC_PIXELS } from '../pixels.js';
import { readPixels } from './preprocessor.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixels-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The scale of a folder with these files, for pictures of 32 x 32. */
async function scaleOf(files: Record<string, object>) {
  const path = await mkdtemp(join(folder, 'model-'));
  for (const [name, json] of Object.entries(files)) await writeFile(join(path, name), JSON.stringify(json));
  return readPixels(path, 32, { noFile: IMAGENET_PIXELS, silentFile: SYMMETRIC_PIXELS });
}

/** What becomes of a pixel of each channel. */
async function pixelsUnder(json: object, values: readonly [number, number, number]): Promise<number[]> {
  const scale = await scaleOf({ 'preprocessor_config.json': json });
  const config = { numFrames: 1, imageSize: 1, patchSize: 1, tubeletSize: 1 };
  return [...frameTokens(Uint8Array.from(values), config, [0], scale)];
}

const HALF = { image_mean: [0.5, 0.25, 0], image_std: [0.5, 0.25, 2] };

describe("a preprocessor's steps", () => {
  // By hand: (pixel * factor - mean) / std.
  it.each([
    ['mean and deviation', HALF, [1, -1, 0.5]],
    ['one number for all channels', { image_mean: 0.5, image_std: 0.5 }, [1, -1, 1]],
    ['another factor', { ...HALF, rescale_factor: 1 / 127.5 }, [3, -1, 1]],
    ['no factor', { ...HALF, do_rescale: false }, [509, -1, 127.5]],
    ['no mean and deviation', { ...HALF, do_normalize: false }, [1, 0, 1]],
    ['neither', { ...HALF, do_normalize: false, do_rescale: false }, [255, 0, 255]],
    ['null for no step', { ...HALF, do_normalize: null, do_resize: null, size: null }, [1, 0, 1]],
    ['null for no factor', { ...HALF, do_rescale: null, rescale_factor: null }, [509, -1, 127.5]],
    ['the class, where it is silent', { image_processor_type: 'VideoMAEImageProcessor' }, [1, -1, 1]],
    ['sizes that change nothing', { ...HALF, size: { shortest_edge: 32 }, crop_size: 32 }, [1, -1, 0.5]],
    ['a size that is not used', { ...HALF, do_resize: false, size: 40, do_center_crop: true }, [1, -1, 0.5]],
    ['what changes no number', { ...HALF, resample: 3, do_convert_rgb: true }, [1, -1, 0.5]],
  ])('are honoured: %s', async (_, json, expected) => {
    const got = await pixelsUnder(json, [255, 0, 255]);
    for (const [channel, value] of got.entries()) expect(value).toBeCloseTo(expected[channel]!, 4);
  });

  it.each([
    [{ size: { shortest_edge: 40 }, crop_size: 32 }, 'key size: expected 32'],
    [{ size: { height: 32, width: 48 } }, 'key size: expected 32'],
    [{ size: 32, crop_size: { height: 28, width: 28 } }, 'key crop_size: expected 32'],
    [{ do_flip_channel_order: true }, 'key do_flip_channel_order: expected no such step'],
    [{ offset: true }, 'key offset: expected no such step'],
    [{ rescale_offset: true }, 'key rescale_offset: expected no such step'],
    [{ do_normalize: 'yes' }, 'key do_normalize: expected true or false, got "yes"'],
    [{ rescale_factor: 0 }, 'key rescale_factor: expected a number above 0, got 0'],
    [{ rescale_factor: null }, 'key rescale_factor: expected a number above 0, got null'],
    [{ ...HALF, size: null }, 'key size: expected 32'],
    [{ ...HALF, image_mean: null }, 'key image_mean: expected three numbers, got null'],
    [{ image_mean: [0.5, 0.5] }, 'key image_mean: expected three numbers, got [0.5, 0.5]'],
    [{ image_std: [0.5, 0, 0.5] }, 'key image_std: expected three numbers above 0'],
    [{ image_processor_type: 'OtherImageProcessor' }, 'key image_mean: expected three numbers, got nothing'],
  ])('are refused with the key that asks for more: %j', async (json, message) => {
    const loading = scaleOf({ 'preprocessor_config.json': json });
    await expect(loading).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(loading).rejects.toThrow(message);
  });
});

describe('the place of the scale', () => {
  const own = { image_mean: CLIP_MODEL_PIXELS.mean, image_std: CLIP_MODEL_PIXELS.std };

  it('is the default of the published models without a file', async () => {
    expect(await scaleOf({})).toEqual(IMAGENET_PIXELS);
  });

  it.each<Record<string, object>>([
    { 'preprocessor_config.json': own },
    { 'video_preprocessor_config.json': own },
    { 'processor_config.json': { image_processor: own } },
    { 'processor_config.json': { video_processor: own }, 'preprocessor_config.json': own },
    { 'processor_config.json': { processor_class: 'CLIPProcessor' }, 'preprocessor_config.json': own },
  ])('is found in %j', async (files) => {
    expect(await scaleOf(files)).toEqual(CLIP_MODEL_PIXELS);
  });

  it.each<Record<string, object>>([
    { 'processor_config.json': { image_processor: HALF }, 'preprocessor_config.json': own },
    { 'video_preprocessor_config.json': HALF, 'preprocessor_config.json': own },
    { 'processor_config.json': { image_processor: own, video_processor: { ...own, do_rescale: false } } },
  ])('is not chosen among two that differ: %j', async (files) => {
    await expect(scaleOf(files)).rejects.toThrow('keys image_mean, image_std and rescale_factor');
    await expect(scaleOf(files)).rejects.toThrow('load with { pixels: { mean, std } }');
  });
});
