import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { similarityMaps } from '@tgm/masking';
import { lockFile, readSafetensors } from '@tgm/models';
import { datasetOf, sampleAt, type VideoDataset, type VideoPool, videoPool } from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captionDigest } from './caption-digest.js';
import { cellsEncoder } from './cells-encoder.test-support.js';
import { openScores } from './open-scores.js';
import { scoreStoreSize } from './score-store-size.js';
import { filesOf, scoring, writeVideos } from './scores.test-support.js';
import type { ScoreProgress } from './write-score-shards.js';
import { writeScores } from './write-scores.js';

let root: string;
let dataset: VideoDataset;
let pool: VideoPool;
let whole: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tgm-scores-'));
  dataset = await writeVideos(root);
  pool = videoPool({ workers: 2 });
  whole = join(root, 'whole');
  await writeScores(scoring(whole, dataset, pool));
}, 60_000);
afterAll(async () => {
  await pool.close();
  await rm(root, { recursive: true });
});
let folders = 0;
const inFolder = () => scoring(join(root, `folder ${folders++}`), dataset, pool);

/** Some samples of the data set, or what is made of them. */
const changed = async (change: (samples: Awaited<ReturnType<typeof sampleAt>>[]) => void) => {
  const samples = await Promise.all(Array.from({ length: 5 }, (_, at) => sampleAt(dataset, at)));
  change(samples);
  return datasetOf('stripes', samples);
};

describe('writeScores', { timeout: 60_000 }, () => {
  it('keeps what the encoder says of whole frames, as half floats by video and caption', async () => {
    const { tensors, metadata } = await readSafetensors(join(whole, 'shard-00000.safetensors'));
    expect(JSON.parse(metadata.index!)).toMatchObject({
      frames: { every: 5 },
      weights: 'ones',
      encoder: { is: 'cells' },
    });
    const { source } = await sampleAt(dataset, 0);
    const indices = [0, 5, 10, 15, 20, 23];
    const crop = { x: 0, y: 0, width: 64, height: 48 };
    const clip = await pool.decode(source, { indices, crop, size: { width: 40, height: 32 } });
    const encoder = cellsEncoder();
    const patches = await encoder.encodePatches({ frames: clip.frames, width: 40, height: 32 });
    const texts = await encoder.encodeText(['bb']);
    const expected = similarityMaps(patches, texts.values);
    const found = tensors[`scores/${captionDigest('bb')}/v0`]!;
    expect(found).toMatchObject({ dtype: 'F16', shape: [6, 4, 5] });
    // Half of the last of 11 digits, of numbers below 1.
    const worst = Math.max(...expected.map((value, at) => Math.abs(value - Number(found.data[at]))));
    expect(worst).toBeLessThanOrEqual(2 ** -12);
    expect(tensors['times/v0']!.data).toEqual(clip.times);
    expect(Object.keys(tensors)).toHaveLength(2 + 3 * (2 + 1));
    expect(captionDigest('bb')).toBe('3b64db95cb55c763'); // printf bb | sha256sum
  });

  it('keeps what the encoder says of places: of a picture in the lower median of each channel', async () => {
    const { source } = await sampleAt(dataset, 0);
    const crop = { x: 0, y: 0, width: 64, height: 48 };
    const size = { width: 40, height: 32 };
    const { frames } = await pool.decode(source, { indices: [0, 5, 10, 15, 20, 23], crop, size });
    const red = frames.filter((_, at) => at % 3 === 0).sort();
    const median = red[red.length / 2 - 1]!;
    // The encoder reads red alone: [brightness, darkness] of length 1, beside the angle of the caption.
    const score = Math.cos(Math.atan2(255 - median, median) - 'bb'.length / 10);
    const { blank } = await (await openScores(whole)).read('v0', 'bb');
    expect([blank.picture.length, blank.square.length, blank.side]).toEqual([4 * 5, 4 * 4, 4]);
    for (const value of [...blank.picture, ...blank.square])
      expect(Math.abs(value - score)).toBeLessThan(2 ** -11);
  });

  it('scores a section alone, and tells which samples have no scores', async () => {
    const { tensors } = await readSafetensors(join(whole, 'shard-00002.safetensors'));
    expect([...(tensors['times/v4']!.data as Float64Array)].map((time) => Math.round(time * 12))).toEqual([
      12, 17, 22, 23,
    ]);
    const record = JSON.parse(await readFile(join(whole, 'shard-00001.json'), 'utf8'));
    expect(record.leftOut).toMatchObject([{ id: 'v3', code: 'TEXT_MISSING' }]);
    const broken = join(root, 'broken.mp4');
    await writeFile(broken, 'no video');
    const options = inFolder();
    const written = await writeScores({
      ...options,
      dataset: await changed((samples) => {
        samples[1] = { ...samples[1]!, source: broken };
      }),
    });
    expect(written).toMatchObject({ shards: 3, count: 3 });
    expect(written.leftOut.map(({ id }) => id)).toEqual(['v1', 'v3']);
    const store = await openScores(options.folder);
    await expect(store.read('v1', 'ccc')).rejects.toMatchObject({ code: 'SCORES_MISSING', fault: 'file' });
  });

  it('goes on where it was stopped, with the same files', async () => {
    const options = inFolder();
    const stop = new AbortController();
    const onProgress = ({ done }: ScoreProgress) => done === 3 && stop.abort(new Error('enough'));
    await expect(writeScores({ ...options, onProgress, signal: stop.signal })).rejects.toThrow('enough');
    expect(Object.keys(await filesOf(options.folder))).toEqual([
      'index.json',
      'shard-00000.json',
      'shard-00000.safetensors',
    ]);
    await writeFile(join(options.folder, 'shard-00001.safetensors.1.0.partial'), 'left by a killed one');
    const told: ScoreProgress[] = [];
    const written = await writeScores({ ...options, onProgress: (progress) => told.push(progress) });
    expect(written).toMatchObject({ shards: 3, count: 4, leftOut: [{ id: 'v3' }] });
    expect(told.map(({ done, total, fresh }) => [done, total, fresh])).toEqual([
      [2, 5, 0],
      [3, 5, 1],
      [4, 5, 2],
      [5, 5, 3],
    ]);
    expect(told.map(({ leftOut }) => leftOut.map(({ id }) => id))).toEqual([[], [], ['v3'], []]);
    expect(await filesOf(options.folder)).toEqual(await filesOf(whole));
  });

  it('ends a wait for an encoder that never answers', async () => {
    const options = inFolder();
    const stop = new AbortController();
    const silent = {
      ...options.encoder,
      encodePatches: () => {
        setTimeout(() => stop.abort(new Error('enough')), 20);
        return new Promise<never>(() => undefined);
      },
    };
    const written = writeScores({ ...options, encoder: silent, signal: stop.signal });
    await expect(written).rejects.toThrow('enough');
    expect(Object.keys(await filesOf(options.folder))).toEqual(['index.json']);
  });

  it('goes on behind a process that was killed, with the same files', async () => {
    const options = inFolder();
    const { folder } = options;
    const videos = join(root, 'of the killed');
    await mkdir(videos);
    const program = fileURLToPath(new URL('./write-until-killed.test-support.ts', import.meta.url));
    // The first dies in the second shard, the next one in the third.
    for (const lastWhole of ['shard-00000.json', 'shard-00001.json']) {
      const args = ['--import', 'tsx', program, folder, videos, '3'];
      const child = spawn(process.execPath, args, { stdio: 'inherit' });
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
      const left = Object.keys(await filesOf(folder)).filter((name) => /^shard.*json$/.test(name));
      expect(left.at(-1)).toBe(lastWhole);
    }
    // A kill between a shard's numbers and its record.
    await rm(join(folder, 'shard-00001.json'));
    const told: ScoreProgress[] = [];
    await writeScores({ ...options, onProgress: (progress) => told.push(progress) });
    expect(told.map(({ done, fresh }) => [done, fresh])).toEqual([
      [2, 0],
      [3, 1],
      [4, 2],
      [5, 3],
    ]);
    expect(await filesOf(folder)).toEqual(await filesOf(whole));
  });

  it('leaves out again what was left out, and tries it again where it is told', async () => {
    const options = inFolder();
    await writeScores(options);
    const before = await filesOf(options.folder);
    expect((await writeScores(options)).leftOut).toMatchObject([{ id: 'v3' }]);
    const captioned = await changed((samples) => {
      samples[3] = { ...samples[3]!, captions: ['now one'] };
    });
    await expect(writeScores({ ...options, dataset: captioned })).rejects.toMatchObject({
      code: 'SCORES_DIFFER',
      message: expect.stringContaining('retryLeftOut'),
    });
    const written = await writeScores({ ...options, dataset: captioned, retryLeftOut: true });
    expect(written).toMatchObject({ count: 5, leftOut: [] });
    await expect(
      openScores(options.folder).then((store) => store.read('v3', 'now one')),
    ).resolves.toMatchObject({
      rows: 4,
    });
    const { 'shard-00000.safetensors': first } = await filesOf(options.folder);
    expect(first).toBe(before['shard-00000.safetensors']);
  });

  it('shares a folder by ranks', async () => {
    const options = inFolder();
    const first = await writeScores({ ...options, rank: 0, ranks: 2 });
    await expect(openScores(options.folder)).rejects.toMatchObject({ code: 'SCORES_MISSING' });
    const second = await writeScores({ ...options, rank: 1, ranks: 2 });
    expect([first.shards, second.shards]).toEqual([2, 1]);
    expect(await filesOf(options.folder)).toEqual(await filesOf(whole));
    await expect(writeScores({ ...options, rank: 2, ranks: 2 })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
  });

  it('refuses a folder of other weights, frames, samples or captions, and says what differs', async () => {
    const refused = (change: object) => writeScores({ ...scoring(whole, dataset, pool), ...change });
    const before = await filesOf(whole);
    const fault = (text: string) => ({ code: 'SCORES_DIFFER', message: expect.stringContaining(text) });
    await expect(refused({ encoder: cellsEncoder('twos') })).rejects.toMatchObject(
      fault('weights: "ones", now "twos"'),
    );
    await expect(refused({ detail: 2 })).rejects.toMatchObject(fault('detail: 1, now 2'));
    await expect(refused({ frames: { seconds: 0.5 } })).rejects.toMatchObject(fault('frames.every: 5'));
    const renamed = await changed((samples) => {
      samples[0] = { ...samples[0]!, id: 'other' };
    });
    await expect(refused({ dataset: renamed })).rejects.toMatchObject(fault('dataset.ids'));
    for (const captions of [['a', 'bb', 'new'], ['a']]) {
      const recaptioned = await changed((samples) => {
        samples[0] = { ...samples[0]!, captions };
      });
      await expect(refused({ dataset: recaptioned })).rejects.toMatchObject(fault('sample "v0"'));
    }
    expect(await filesOf(whole)).toEqual(before);
  });

  it('refuses a folder that another process fills, and an id that comes twice', async () => {
    const free = await lockFile(join(whole, 'rank-0-of-1'), () => new Error('held'));
    await expect(writeScores(scoring(whole, dataset, pool))).rejects.toMatchObject({ code: 'SCORES_LOCKED' });
    await free();
    const twice = await changed((samples) => {
      samples[4] = samples[0]!;
    });
    await expect(writeScores({ ...inFolder(), dataset: twice })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('"v0" again'),
    });
  });

  it('refuses a detail that the encoder does not read, before it begins', async () => {
    const options = inFolder();
    const refused = { code: 'OPTION_INVALID', where: 'pictureSize, option detail' };
    await expect(writeScores({ ...options, detail: 9 })).rejects.toMatchObject(refused);
    await expect(stat(options.folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('tells the size before', async () => {
    const { size } = await stat(join(whole, 'shard-00000.safetensors'));
    const { length } = await readFile(join(whole, 'shard-00000.json'));
    const video = { width: 64, height: 48, seconds: 2, fps: 12 };
    const told = (captions: number) =>
      scoreStoreSize({ encoder: cellsEncoder(), video, captions, frames: { every: 5 }, detail: 1 });
    expect(told(2)).toMatchObject({ frames: 6, rows: 4, columns: 5, framesToScore: 6 });
    // Two videos of a shard, with two captions and with one. What is the shard's own is not counted: some 700 bytes.
    const both = told(2).bytesPerVideo + told(1).bytesPerVideo;
    expect(size + length - both).toBeGreaterThan(-50);
    expect(size + length - both).toBeLessThan(900);
    expect(scoreStoreSize({ encoder: cellsEncoder(), video, videos: 1_000_000 }).bytes).toBe(
      1_000_000 * scoreStoreSize({ encoder: cellsEncoder(), video }).bytesPerVideo,
    );
  });
});

it('scores pictures in more detail where it is told', async () => {
  const options = { ...inFolder(), detail: 1.5 };
  await writeScores(options);
  const stored = await (await openScores(options.folder)).read('v0', 'a');
  expect(stored).toMatchObject({ rows: 6, columns: 8, blank: { side: 4 } });
});

describe('openScores', { timeout: 60_000 }, () => {
  it('refuses scores of another encoder, a data set of which it has none, and an id in two shards', async () => {
    const given = { encoder: cellsEncoder(), dataset };
    expect((await openScores(whole, given)).count).toBe(4);
    await expect(openScores(whole, { ...given, encoder: cellsEncoder('twos') })).rejects.toMatchObject({
      code: 'SCORES_DIFFER',
      message: expect.stringContaining('weights: "ones", now "twos"'),
    });
    const renamed = await changed(() => undefined);
    expect((await openScores(whole, { dataset: { ...renamed, name: 'shards' } })).count).toBe(4);
    const others: [string, object, string][] = [
      ['v1', { id: 'stranger' }, 'no sample of theirs'],
      ['v1', { captions: ['ccc', 'new'] }, '"new"'],
    ];
    for (const [id, change, told] of others) {
      const other = await changed((samples) => {
        const at = samples.findIndex((sample) => sample.id === id);
        samples[at] = { ...samples[at]!, ...change };
      });
      await expect(openScores(whole, { dataset: other })).rejects.toMatchObject({
        code: 'SCORES_MISSING',
        message: expect.stringContaining(told),
      });
    }
    const options = inFolder();
    const twice = await changed((samples) => {
      samples[2] = samples[0]!;
    });
    // Each rank sees the id once.
    for (const rank of [0, 1]) await writeScores({ ...options, dataset: twice, rank, ranks: 2 });
    await expect(openScores(options.folder)).rejects.toMatchObject({
      code: 'SCORES_DAMAGED',
      expected: 'each id once',
      received: '"v0"',
    });
    await expect(openScores(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'SCORES_MISSING' });
  });

  it('finds a file that is not as it was written', async () => {
    const options = inFolder();
    await writeScores(options);
    const store = await openScores(options.folder);
    const path = join(options.folder, 'shard-00000.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
    await expect(store.read('v0', 'a')).rejects.toMatchObject({
      code: 'SCORES_DAMAGED',
      message: expect.stringContaining('SHA-256'),
    });
    await expect(store.read('v2', 'a')).resolves.toMatchObject({ rows: 4, columns: 5 });
    const record = join(options.folder, 'shard-00001.json');
    const text = await readFile(record, 'utf8');
    await writeFile(record, text.replace('"frames":6', '"frames":7'));
    await expect(openScores(options.folder)).rejects.toMatchObject({ code: 'SCORES_DAMAGED', where: record });
    await writeFile(record, text);
    const behind = join(options.folder, 'shard-00003.json');
    await writeFile(behind, text);
    await expect(openScores(options.folder)).rejects.toMatchObject({ code: 'SCORES_DAMAGED', where: behind });
    await rm(behind);
    await truncate(path, bytes.length - 1);
    await expect(openScores(options.folder)).rejects.toMatchObject({ code: 'SCORES_DAMAGED' });
    await expect(writeScores(options)).rejects.toMatchObject({ code: 'SCORES_DAMAGED' });
  });
});
