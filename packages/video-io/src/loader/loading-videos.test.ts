import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clipBatches,
  clipLoader,
  datasetOf,
  encodeVideo,
  fineTuningRecipe,
  pretrainingRecipe,
} from '../index.js';
import { directPool } from '../pool/direct-pool.test-support.js';

// Threads cannot load TypeScript: their pool is the built one.
const { videoPool } = (await import(
  new URL('../../dist/index.js', import.meta.url).href
)) as typeof import('../index.js');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-loading-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('loading videos', { timeout: 60_000 }, () => {
  it('fills batches with clips of real videos', async () => {
    const [width, height] = [48, 32];
    const samples = await Promise.all(
      [60, 120, 180].map(async (grey, i) => {
        const source = join(folder, `${i}.mp4`);
        await encodeVideo(source, new Uint8Array(20 * height * width * 3).fill(grey), {
          width,
          height,
          fps: 10,
        });
        return { id: `${grey}`, source, captions: [] };
      }),
    );
    const loader = clipLoader({
      dataset: datasetOf('greys', samples),
      pool: directPool(),
      recipe: pretrainingRecipe({ frameCount: 4, stride: 2, size: { width: 16, height: 16 }, clips: 2 }),
      seed: 1,
      epochs: 3,
      motion: true,
      badSamples: { kind: 'fail' },
    });
    let batches = 0;
    for await (const { frames, count, frameCount, size: shape, samples: of, clips } of clipBatches(loader, {
      samples: 2,
    })) {
      batches += 1;
      expect([count, frameCount, shape.width, frames.length]).toEqual([4, 4, 16, 4 * 4 * 16 * 16 * 3]);
      for (const [b, clip] of clips.entries()) {
        const grey = Number(of[Math.floor(b / 2)]!.sample.id);
        const own = frames.subarray(b * 3072, (b + 1) * 3072);
        expect(own.every((value) => Math.abs(value - grey) < 3)).toBe(true);
        expect(clip.frames).toEqual(own);
        expect(clip.motion!.known).toHaveLength(4 * 4 * 4);
      }
    }
    expect(batches).toBe(4);
    expect(loader.state()).toMatchObject({ epoch: 3, place: 0 });
  });

  it('changes pixels as the fine-tuning recipe says, the same for the same sample and epoch', async () => {
    const source = join(folder, '0.mp4');
    const tuned = () =>
      clipLoader({
        dataset: datasetOf('one', [{ id: 'a', source, captions: [] }]),
        pool: directPool(),
        recipe: fineTuningRecipe({
          sampling: { kind: 'segments' },
          frameCount: 2,
          size: { width: 16, height: 16 },
          flip: true,
          randAugment: { probability: 1 },
          erasing: { probability: 1 },
        }),
        seed: 1,
        epochs: 4,
        badSamples: { kind: 'fail' },
      });
    const collect = async () => {
      const seen: string[] = [];
      for await (const { clips } of tuned()) seen.push(Buffer.from(clips[0]!.frames).toString('hex'));
      return seen;
    };
    const first = await collect();
    expect(await collect()).toEqual(first);
    expect(new Set(first).size).toBe(4);
  });

  it('gives the same batches with any number of threads', async () => {
    const [width, height] = [48, 32];
    const samples = await Promise.all(
      Array.from({ length: 9 }, async (_, i) => {
        const source = join(folder, `moving ${i}.mp4`);
        // Some take far longer than others, so that threads overtake each other.
        const frames = Uint8Array.from(
          { length: (i % 3 === 0 ? 90 : 8) * height * width * 3 },
          (_, at) => 128 + 100 * Math.sin(Math.floor(at / 3) / (7 + i)),
        );
        await encodeVideo(source, frames, { width, height, fps: 10 });
        return { id: `${i}`, source, captions: [] };
      }),
    );
    const batchesWith = async (workers: number) => {
      const pool = videoPool({ workers });
      const batches: unknown[] = [];
      const loader = clipLoader({
        dataset: datasetOf('moving', samples),
        pool,
        recipe: pretrainingRecipe({ frameCount: 4, stride: 2, size: { width: 32, height: 32 }, clips: 2 }),
        seed: 1,
        epochs: 2,
        motion: true,
        badSamples: { kind: 'fail' },
      });
      for await (const { frames, clips, samples: of } of clipBatches(loader, { samples: 3 })) {
        const parts = clips.flatMap(({ motion, indices }) => [motion!.vectors, motion!.known, indices]);
        const hash = createHash('sha256').update(frames);
        for (const { buffer, byteOffset, byteLength } of parts) {
          hash.update(new Uint8Array(buffer, byteOffset, byteLength));
        }
        batches.push([hash.digest('hex'), ...of.map(({ sample }) => sample.id)]);
      }
      await pool.close();
      return batches;
    };
    const alone = await batchesWith(1);
    expect(alone).toHaveLength(6);
    expect(new Set(alone.map(String)).size).toBe(6);
    for (const workers of [2, 5]) expect(await batchesWith(workers)).toEqual(alone);
  });
});
