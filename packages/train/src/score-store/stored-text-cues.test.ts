import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import {
  type ClipRecipe,
  prepareShards,
  readShards,
  sampleAt,
  sampleLoader,
  type VideoDataset,
  type VideoPool,
  videoPool,
} from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textCues } from '../data/text-cues.js';
import { videoExamples } from '../data/video-examples.js';
import { cellsEncoder } from './cells-encoder.test-support.js';
import { openScores, type ScoreStore } from './open-scores.js';
import { scoring, writeVideos } from './scores.test-support.js';
import { storedTextCues } from './stored-text-cues.js';
import { writeScores } from './write-scores.js';

const grid = { slices: 2, rows: 4, columns: 5 };
const indices = [0, 5, 10, 15];
/** The whole picture, in the size in which it was scored. */
const wholePictures = (flip = false): ClipRecipe => ({
  size: { width: 40, height: 32 },
  clips: 1,
  describe: () => ({ is: 'whole pictures' }),
  plan: () => [{ indices, crop: { x: 0, y: 0, width: 64, height: 48 }, flip }],
});

let root: string;
let dataset: VideoDataset;
let pool: VideoPool;
let store: ScoreStore;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tgm-stored-cues-'));
  dataset = await writeVideos(root);
  pool = videoPool({ workers: 2 });
  await writeScores(scoring(join(root, 'scores'), dataset, pool));
  store = await openScores(join(root, 'scores'), { dataset });
}, 60_000);
afterAll(async () => {
  await pool.close();
  await rm(root, { recursive: true });
});

describe('storedTextCues', { timeout: 60_000 }, () => {
  it.each([false, true])('gives what the encoder says of the same pictures, mirrored: %s', async (flip) => {
    const given = { dataset, pool, recipe: wholePictures(flip) };
    const stored = videoExamples({ ...given, cues: storedTextCues({ store, grid, correctPlaces: false }) });
    const online = videoExamples({ ...given, cues: textCues({ encoder: cellsEncoder(), grid }) });
    for (const index of [0, 1, 2]) {
      const [found] = await stored.load(index, seededRandom(index));
      const [expected] = await online.load(index, seededRandom(index));
      expect(found!.caption).toBe(expected!.caption);
      const worst = Math.max(
        ...found!.cues.tokenScores.map((score, at) => Math.abs(score - expected!.cues.tokenScores[at]!)),
      );
      // Half floats, below 1.
      expect(worst).toBeLessThan(2 ** -11);
    }
  });

  it('takes copies of what was scored: in another size, and cut out', async () => {
    const output = join(root, 'shards');
    for await (const _ of prepareShards({ dataset, pool, output, encoding: { shortSide: 24 } }));
    const shards = await readShards([join(output, 'shard-000000.tar')], { cache: join(root, 'cache') });
    const { of } = storedTextCues({ store, grid });
    const recipe = (width: number, frames: number[]): ClipRecipe => ({
      ...wholePictures(true),
      // The right half of the picture.
      plan: () => [
        {
          indices: frames,
          crop: { x: width / 2, y: 0, width: width / 2, height: (width * 3) / 4 },
          flip: true,
        },
      ],
    });
    // v4 is about the second half of its 24 frames.
    for (const [index, first] of [
      [0, 0],
      [4, 12],
    ] as const) {
      const [sample, copy] = [await sampleAt(dataset, index), await sampleAt(shards, index)];
      expect(copy.id).toBe(sample.id);
      const cut = [0, 2, 5, 9];
      const there = cut.map((frame) => frame + first);
      const [clip] = await sampleLoader({ pool, recipe: recipe(64, there) })(sample, seededRandom('clip'));
      const [copied] = await sampleLoader({ pool, recipe: recipe(32, cut) })(copy, seededRandom('clip'));
      expect(copied!.geometry.source).toEqual({ width: 32, height: 24 });
      const caption = sample.captions[0]!;
      const found = (await of(copied!, copy, caption)).tokenScores;
      const expected = (await of(clip!, sample, caption)).tokenScores;
      const worst = Math.max(...found.map((score, at) => Math.abs(score - expected[at]!)));
      expect(worst).toBeLessThan(1e-4);
      expect(new Set(expected).size).toBeGreaterThan(4);
    }
  });

  it('knows a copy of a video whose first frame comes late', async () => {
    const sample = await sampleAt(dataset, 0);
    const [clip] = await sampleLoader({ pool, recipe: wholePictures() })(sample, seededRandom('clip'));
    const scored = await store.read('v0', 'a');
    const late = {
      ...store,
      read: async () => ({ ...scored, times: scored.times.map((time) => time + 0.4) }),
    };
    const { of } = storedTextCues({ store: late, grid });
    const expected = await storedTextCues({ store, grid }).of(clip!, sample, 'a');
    const closeTo = (scores: Float32Array) =>
      Math.max(...scores.map((score, at) => Math.abs(score - expected.tokenScores[at]!)));
    for (const times of [clip!.times, clip!.times.map((time) => time + 0.4)])
      expect(closeTo((await of({ ...clip!, times }, sample, 'a')).tokenScores)).toBeLessThan(1e-6);
  });

  it('refuses videos, sections and captions that were not scored', async () => {
    const { of } = storedTextCues({ store, grid });
    const [sample, other] = [await sampleAt(dataset, 0), await sampleAt(dataset, 4)];
    const [clip] = await sampleLoader({ pool, recipe: wholePictures() })(sample, seededRandom('clip'));
    await expect(of(clip!, sample, undefined)).rejects.toMatchObject({ code: 'TEXT_MISSING', fault: 'file' });
    await expect(of(clip!, sample, 'never seen')).rejects.toMatchObject({
      code: 'SCORES_MISSING',
      received: '"never seen"',
    });
    await expect(of(clip!, { ...sample, id: 'stranger' }, 'a')).rejects.toMatchObject({
      code: 'SCORES_MISSING',
      message: expect.stringContaining('no sample of theirs'),
    });
    // Scored from 1 s on; the clip begins at 0 s.
    await expect(of(clip!, other, 'ee')).rejects.toMatchObject({ code: 'SCORES_DIFFER' });
    const geometry = { ...clip!.geometry, source: { width: 64, height: 64 } };
    await expect(of({ ...clip!, geometry }, sample, 'a')).rejects.toMatchObject({
      code: 'SCORES_DIFFER',
      received: '64 x 64',
    });
    const three = storedTextCues({ store, grid: { ...grid, slices: 3 } });
    await expect(three.of(clip!, sample, 'a')).rejects.toMatchObject({ code: 'EXAMPLE_INVALID' });
  });

  it('tells its options and all that decided what was stored', async () => {
    const size = { width: 8, height: 8 };
    const told = JSON.stringify(await storedTextCues({ store, grid }).describe(size));
    for (const part of ['"cells"', '"ones"', '"every":5', '"stripes"', '"all"']) expect(told).toContain(part);
    const others = [
      { store, grid, scoredFrames: 'first' as const },
      { store, grid, correctPlaces: false },
    ];
    for (const options of others)
      expect(JSON.stringify(await storedTextCues(options).describe(size))).not.toBe(told);
  });
});
