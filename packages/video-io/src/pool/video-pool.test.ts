import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClip, encodeVideo } from '../index.js';

// Threads cannot load TypeScript: the pool under test is the built one.
const { videoPool, VideoError } = (await import(
  new URL('../../dist/index.js', import.meta.url).href
)) as typeof import('../index.js');

const size = { width: 32, height: 32 };
let folder: string;
let paths: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-pool-'));
  paths = Array.from({ length: 6 }, (_, i) => join(folder, `${i}.mp4`));
  for (const [i, path] of paths.entries()) {
    // Video i is grey of 40 * i, so that an answer tells whose it is; the first is by far the longest.
    const frames = new Uint8Array((i === 0 ? 200 : 4) * 32 * 32 * 3).fill(40 * i);
    await encodeVideo(path, frames, { ...size, fps: 25 });
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('videoPool', () => {
  it('gives each caller its own clip, whichever thread decodes it', async () => {
    const pool = videoPool({ workers: 2 });
    const clips = await Promise.all(
      paths.map((path, i) => pool.decode(path, { indices: [0, i === 0 ? 199 : 3], size, motion: true })),
    );
    clips.forEach((clip, i) => {
      expect(Math.abs(clip.frames[0]! - 40 * i)).toBeLessThanOrEqual(3);
      expect(clip.motion!.known).toHaveLength(2 * 8 * 8);
    });
    expect(clips[3]).toEqual(await decodeClip(paths[3]!, { indices: [0, 3], size, motion: true }));
    await pool.close();
  });

  it('passes errors on with their code and fields, and goes on', async () => {
    const pool = videoPool({ workers: 1 });
    const missing = pool.decode(join(folder, 'none.mp4'), { indices: [0], size });
    const beyond = pool.decode(paths[1]!, { indices: [9], size });
    await expect(missing).rejects.toMatchObject({
      code: 'VIDEO_NOT_FOUND',
      source: join(folder, 'none.mp4'),
    });
    await expect(beyond).rejects.toMatchObject({ code: 'FRAME_OUT_OF_RANGE', index: 9, frameCount: 4 });
    await expect(beyond).rejects.toBeInstanceOf(VideoError);
    expect(await pool.probe(paths[1]!)).toMatchObject({ frameCount: 4, width: 32 });
    await pool.close();
  });

  it('outlives requests that make no sense', async () => {
    const refused = { code: 'OPTION_INVALID', fault: 'caller' };
    const pool = videoPool({ workers: 1 });
    const unreadable = pool.decode(paths[1]!, { indices: 5 as never, size });
    const unsendable = expect(
      pool.decode(paths[1]!, { indices: (() => 0) as never, size }),
    ).rejects.toMatchObject({ ...refused, received: '() => 0 could not be cloned' });
    const sound = pool.decode(paths[2]!, { indices: [1], size });
    await expect(unreadable).rejects.toMatchObject({ ...refused, where: 'decodeClip, option indices' });
    await unsendable;
    expect((await sound).frames).toHaveLength(32 * 32 * 3);
    await pool.close();
  });

  it('refuses what is no video, and goes on', async () => {
    const pool = videoPool({ workers: 1 });
    const refused = { code: 'OPTION_INVALID', fault: 'caller', where: 'video-io, argument source' };
    for (const source of [undefined, null, 7, {}, () => 1] as never[]) {
      await expect(pool.probe(source)).rejects.toMatchObject(refused);
      await expect(pool.timeline(source)).rejects.toMatchObject(refused);
      await expect(pool.decode(source, { indices: [0], size })).rejects.toMatchObject(refused);
    }
    expect(await pool.probe(paths[1]!)).toMatchObject({ frameCount: 4 });
    await pool.close();
    await expect(pool.probe(undefined as never)).rejects.toMatchObject(refused);
  });

  it('rejects what is not done when it is closed', async () => {
    const pool = videoPool({ workers: 1 });
    const tasks = paths.map((path) => pool.decode(path, { indices: [0, 3], size }));
    const outcomes = Promise.allSettled(tasks);
    await pool.close();
    const settled = await outcomes;
    expect(settled.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'WORKER_FAILED' } });
    await expect(pool.decode(paths[0]!, { indices: [0], size })).rejects.toMatchObject({
      code: 'WORKER_FAILED',
    });
  });

  it('finishes what it is at when it is closed, and leaves no file of bytes behind', async () => {
    const { TMPDIR } = process.env;
    process.env.TMPDIR = mkdtempSync(join(folder, 'temporary-'));
    try {
      const pool = videoPool({ workers: 2 });
      // Once a thread is there, it is in the midst of a decode soon after it is asked.
      await Promise.all([pool.probe(paths[1]!), pool.probe(paths[2]!)]);
      const indices = Array.from({ length: 200 }, (_, i) => i);
      const tasks = [0, 1].map(() => pool.decode(readFileSync(paths[0]!), { indices, size, motion: true }));
      const outcomes = Promise.allSettled(tasks);
      await delay(30);
      await pool.close();
      expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      expect(readdirSync(process.env.TMPDIR)).toEqual([]);
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    }
  });

  it('works on while the calling thread is busy', async () => {
    const pool = videoPool({ workers: 1 });
    await pool.probe(paths[1]!);
    const order: string[] = [];
    const busy = new Int32Array(new SharedArrayBuffer(4));
    for (const path of paths.slice(1, 5)) {
      void pool.decode(path, { indices: [0, 3], size }).then(() => order.push('a clip'));
    }
    // Nothing can be sent meanwhile, and answers wait.
    Atomics.wait(busy, 0, 0, 4000);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(order).toEqual(['a clip', 'a clip', 'a clip', 'a clip']);
    await pool.close();
  });

  it('wants at least one worker', () => {
    expect(() => videoPool({ workers: 0 })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});
