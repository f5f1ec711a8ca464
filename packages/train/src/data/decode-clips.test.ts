import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { motionCue } from '@tgm/masking';
import { datasetOf, denseViews, encodeVideo, testRecipe, VideoError, videoPool } from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DecodedSample, decodeClips } from './decode-clips.js';

const size = { width: 32, height: 32 };
const recipeOf = (clips: number, frameCount = 4) =>
  testRecipe({ sampling: { kind: 'dense', stride: 2 }, frameCount, size, clips, crops: 1 });

describe('decodeClips', { timeout: 60_000 }, () => {
  const [width, height, count] = [64, 64, 24];
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tgm-decode-'));
    // A bright square on noise moves 2 pixels to the right in each frame.
    const frames = new Uint8Array(count * height * width * 3);
    for (let i = 0; i < frames.length; i++)
      frames[i] = 60 + ((((i % (width * height * 3)) * 7919) >> 3) % 24);
    for (let frame = 0; frame < count; frame++) {
      for (let y = 24; y < 40; y++) {
        for (let x = 2 * frame; x < 2 * frame + 16; x++) {
          frames.fill(
            150 + (((x - 2 * frame) * 5 + y * 3) % 90),
            ((frame * height + y) * width + x) * 3,
            ((frame * height + y) * width + x) * 3 + 3,
          );
        }
      }
    }
    await encodeVideo(join(folder, 'square.mp4'), frames, { width, height, fps: 12 });
    await writeFile(join(folder, 'broken.mp4'), 'not a video');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('gives clips with motion by token in order, and the error of what cannot be read in its place', async () => {
    const sample = (id: string, rest: object = {}) => ({
      id,
      source: join(folder, `${id}.mp4`),
      captions: [],
      ...rest,
    });
    const pool = videoPool({ workers: 1 });
    const results: DecodedSample[] = [];
    const decoded = decodeClips({
      dataset: datasetOf('test', [
        sample('broken'),
        sample('square'),
        sample('square', { start: 1, end: 2 }),
        sample('square', { start: 2 }),
      ]),
      pool,
      grid: { slices: 2, rows: 4, columns: 4 },
      recipe: recipeOf(2),
      concurrency: 2,
    });
    for await (const result of decoded) results.push(result);
    await pool.close();

    expect(results[0]).toMatchObject({ error: { code: 'VIDEO_UNREADABLE' } });
    const [, whole, part, behind] = results;
    expect(behind).toMatchObject({ error: { code: 'FRAME_OUT_OF_RANGE' } });
    if (!('clips' in whole!) || !('clips' in part!)) throw new Error('the square should decode');
    expect(whole.clips.map((clip) => clip.id)).toEqual(['square', 'square#2']);
    const [early, late] = whole.clips;
    expect(early!.frames.length).toBe(4 * 32 * 32 * 3);
    expect(early!.frames).not.toEqual(late!.frames);
    // The first clip starts at frame 0, its second slice at frames 4 and 6: the square is at x 8-24 and 12-28 of 64, and
    // moves 2 of 64 pixels a frame, 4 frames a slice: half a cell of 16 pixels. Of the cell at x 16-32 it covers the upper
    // half of a half and of three quarters, the rest stands still: 0.16 of a cell on average.
    const token = (1 * 4 + 2) * 4 + 1;
    expect(early!.motion.known[token]).toBe(1);
    expect(early!.motion.vectors[token * 2]).toBeGreaterThan(0.08);
    expect(early!.motion.vectors[token * 2]).toBeLessThan(0.25);
    expect(Math.abs(early!.motion.vectors[token * 2 + 1]!)).toBeLessThan(0.15);
    // The second half of the video: 12 frames from frame 12 on.
    expect(part.clips.length).toBe(2);
  });

  it('takes the frames of the test protocol, from the middle of the picture, and the same clip once', async () => {
    const source = join(folder, 'wide.mp4');
    const wide = Uint8Array.from(
      { length: 24 * 48 * 80 * 3 },
      (_, i) => 128 + 90 * Math.sin(i / 97 + i / 5000),
    );
    await encodeVideo(source, wide, { width: 80, height: 48, fps: 12 });
    const pool = videoPool({ workers: 1 });
    const grid = { slices: 2, rows: 4, columns: 4 };
    const dataset = datasetOf('wide', [{ id: 'wide', source, captions: [] }]);
    const clipsOf = async (clips: number, frameCount = 4) => {
      const decoded = decodeClips({
        dataset,
        pool,
        grid,
        recipe: recipeOf(clips, frameCount),
        concurrency: 1,
      });
      for await (const result of decoded) if ('clips' in result) return result.clips;
      throw new Error('the video should decode');
    };
    const three = await clipsOf(3);
    for (const [at, indices] of denseViews({ frameCount: 24, count: 4, stride: 2 }, 3).entries()) {
      const plain = await pool.decode(source, { indices, size, motion: true });
      expect(three[at]!.frames).toEqual(plain.frames);
      expect(three[at]!.motion).toEqual(
        motionCue(plain.motion!, grid, { width: 32, height: 32, framesPerSlice: 4 }),
      );
    }
    // 14 frames at stride 2 would span 27 of 24: there is one start.
    expect((await clipsOf(3, 14)).map(({ id }) => id)).toEqual(['wide']);
    await pool.close();
  });

  it('throws in its turn what no video is to blame for', async () => {
    const unheard: unknown[] = [];
    const listen = (reason: unknown) => unheard.push(reason);
    process.on('unhandledRejection', listen);
    const good = { id: 'square', source: join(folder, 'square.mp4'), captions: [] };
    const row = new VideoError('MANIFEST_INVALID', { expected: 'a row', received: 'none' });
    const dataset = {
      name: 'changed',
      length: 4,
      at: async (index: number) => (index === 2 ? Promise.reject(row) : good),
    };
    const grid = { slices: 2, rows: 4, columns: 4 };
    const pool = videoPool({ workers: 1 });
    const shape = { grid, recipe: recipeOf(1) };
    const ids: string[] = [];
    const run = async () => {
      for await (const { sample } of decodeClips({ dataset, pool, ...shape, concurrency: 4 })) {
        ids.push(sample.id);
        await delay(50);
      }
    };
    await expect(run()).rejects.toBe(row);
    expect(ids).toEqual(['square', 'square']);
    await pool.close();
    const closed = decodeClips({ dataset, pool, ...shape, concurrency: 1 });
    await expect(closed.next()).rejects.toMatchObject({ code: 'WORKER_FAILED' });
    process.off('unhandledRejection', listen);
    expect(unheard).toEqual([]);
  });
});
