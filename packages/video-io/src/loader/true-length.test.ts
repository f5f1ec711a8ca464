import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipLoader, datasetOf, pretrainingRecipe, probeVideo, readTimeline } from '../index.js';
import { directPool } from '../pool/direct-pool.test-support.js';
import { numberedVideo } from '../testing/numbered-frames.js';
import { tellFrames } from '../testing/tell-frames.js';
import { type TestVideo, writeTestVideo } from '../testing/write-video.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-length-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const live = { options: { live: '1' } };
const still = numberedVideo({ encoder: 'mjpeg', options: { strict: 'unofficial' }, tick: [1, 25] });
// Ten frames at 5, then twenty at 50 frames a second.
const quickening = (i: number) => (i < 10 ? i * 200 : 2000 + (i - 10) * 20);

describe('the clips of many epochs', { timeout: 60_000 }, () => {
  it.each<[name: string, told: number, video: TestVideo]>([
    ['live.webm', 0, numberedVideo({ encoder: 'libvpx', container: live })],
    ['live.mkv', 0, numberedVideo({ bFrames: 2, container: live })],
    ['none.avi', 0, still],
    ['fewer.avi', 10, still],
    ['more.avi', 90, still],
    ['slow.mkv', 12, numberedVideo({ bFrames: 2, time: quickening, toldRate: 5 })],
    ['slow.webm', 12, numberedVideo({ encoder: 'libvpx', time: quickening, toldRate: 5 })],
    ['offset.ts', 30, numberedVideo({ bFrames: 2, time: (i) => 5000 + i * 40 })],
  ])(
    'reach from the first frame to the last of %s, whose header says %i of 30',
    async (name, told, video) => {
      const path = join(folder, name);
      writeTestVideo(path, video);
      if (name.endsWith('.avi')) tellFrames(path, told);
      expect((await probeVideo(path)).frameCount).toBe(told);
      // Limits are held against what is there, too.
      expect((await readTimeline(path, { limits: { frameCount: 30 } })).times).toHaveLength(30);
      const beyond = readTimeline(path, { limits: { frameCount: 29 } });
      await expect(beyond).rejects.toMatchObject({ code: 'VIDEO_TOO_LARGE' });
      const seen = new Set<number>();
      for await (const { clips } of clipLoader({
        dataset: datasetOf('one', [{ id: 'a', source: path, captions: [] }]),
        pool: directPool(),
        recipe: pretrainingRecipe({ frameCount: 4, stride: 2, size: { width: 32, height: 32 } }),
        seed: 0,
        epochs: 90,
        badSamples: { kind: 'fail' },
      })) {
        for (const index of clips[0]!.indices) seen.add(index);
      }
      expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    },
  );
});
