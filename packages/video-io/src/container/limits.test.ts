import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clipLoader,
  datasetOf,
  decodeClip,
  encodeVideo,
  pretrainingRecipe,
  probeVideo,
  readTimeline,
} from '../index.js';
import { directPool } from '../pool/direct-pool.test-support.js';
import { DEFAULT_LIMITS, joinLimits } from './limits.js';

// Threads cannot load TypeScript: the pool under test is the built one.
const { videoPool } = (await import(
  new URL('../../dist/index.js', import.meta.url).href
)) as typeof import('../index.js');

const size = { width: 16, height: 16 };
let folder: string;
let video: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-limits-'));
  video = join(folder, 'thirty.mp4');
  await encodeVideo(video, new Uint8Array(30 * 16 * 16 * 3), { ...size, fps: 25 });
});
afterAll(() => rm(folder, { recursive: true }));

const tooLarge = (name: string) => ({
  code: 'VIDEO_TOO_LARGE',
  source: video,
  advice: `Raise the option limits.${name} to take it.`,
});

describe('limits', () => {
  it('admit the longest videos of published data sets', () => {
    // P01_18 of EPIC-Kitchens.
    expect(DEFAULT_LIMITS.frameCount).toBeGreaterThan(221_339);
  });

  it('name the option to raise, of every way to a video', async () => {
    const once = { indices: [20], size };
    await expect(decodeClip(video, { ...once, limits: { frameCount: 10 } })).rejects.toMatchObject(
      tooLarge('frameCount'),
    );
    await expect(decodeClip(video, { ...once, limits: { bytes: 767 } })).rejects.toMatchObject(
      tooLarge('bytes'),
    );
    await expect(readTimeline(video, { limits: { frameCount: 29 } })).rejects.toMatchObject(
      tooLarge('frameCount'),
    );
    await expect(probeVideo(video, { limits: { streams: 0 } })).rejects.toMatchObject(tooLarge('streams'));
    expect((await decodeClip(video, { ...once, limits: { frameCount: 30, bytes: 768 } })).indices[0]).toBe(
      20,
    );
  });

  it('are options of a pool, over which those of a call stand', async () => {
    const pool = videoPool({ workers: 1, limits: { frameCount: 10, streams: 1 } });
    const once = { indices: [20], size };
    await expect(pool.decode(video, once)).rejects.toMatchObject(tooLarge('frameCount'));
    await expect(pool.timeline(video)).rejects.toMatchObject(tooLarge('frameCount'));
    await expect(
      pool.decode(video, { ...once, limits: { frames: undefined } } as never),
    ).rejects.toMatchObject(tooLarge('frameCount'));
    const raised = { limits: { frameCount: 30 } };
    expect((await pool.decode(video, { ...once, ...raised })).indices[0]).toBe(20);
    expect((await pool.timeline(video, raised)).times).toHaveLength(30);
    await expect(pool.probe(video, { limits: { streams: 0 } })).rejects.toMatchObject(tooLarge('streams'));
    await expect(pool.probe(video, { limits: 5 } as never)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await pool.close();
  });

  it('are options of the loader', async () => {
    const load = async (limits: object) => {
      const loader = clipLoader({
        dataset: datasetOf('one', [{ id: 'a', source: video, captions: [] }]),
        pool: directPool(),
        recipe: pretrainingRecipe({ frameCount: 2, stride: 1, size }),
        seed: 0,
        epochs: 1,
        badSamples: { kind: 'fail' },
        limits,
      });
      for await (const { clips } of loader) return clips.length;
      return 0;
    };
    await expect(load({ frameCount: 20 })).rejects.toMatchObject(tooLarge('frameCount'));
    await expect(load({ bytes: 100 })).rejects.toMatchObject(tooLarge('bytes'));
    expect(await load({ frameCount: 30 })).toBe(1);
  });

  it('have defaults where nothing is said', () => {
    expect(joinLimits()).toEqual(DEFAULT_LIMITS);
    expect(joinLimits({ frameCount: 5, time: 9 }, { frameCount: 6 }, undefined)).toEqual({
      ...DEFAULT_LIMITS,
      frameCount: 6,
      time: 9,
    });
  });
});
