import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  datasetOf,
  encodeVideo,
  type PrepareShardsOptions,
  prepareShards,
  type ShardReport,
} from '../index.js';
import { directPool } from '../pool/direct-pool.test-support.js';

const size = { width: 32, height: 32 };
let root: string;
let drive: string;
let output: string;
let turn = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tgm-refusals-'));
});
beforeEach(async () => {
  drive = join(root, `drive-${turn}`);
  output = join(root, `out-${turn++}`);
  await mkdir(drive);
  for (const name of ['0', '1', '2', '3']) {
    const frames = new Uint8Array(3 * 32 * 32 * 3).fill(40 * Number(name));
    await encodeVideo(join(drive, `${name}.mp4`), frames, { ...size, fps: 25 });
  }
});
afterAll(() => rm(root, { recursive: true }));

const dataset = () =>
  datasetOf(
    'four',
    ['0', '1', '2', '3'].map((id) => ({ id, source: join(drive, `${id}.mp4`), captions: [] })),
  );

/** Two samples a tar file. Each as which were made now, what is in it, and what was refused. */
async function prepare(more: Partial<PrepareShardsOptions> = {}): Promise<[boolean, string, string][]> {
  const options = {
    dataset: dataset(),
    output,
    pool: directPool(),
    samplesPerShard: 2,
    encoding: { shortSide: 32 },
  };
  const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id).join(' ');
  const made: [boolean, string, string][] = [];
  for await (const { fresh, report } of prepareShards({ ...options, ...more }))
    made.push([fresh, ids(report.done), ids(report.refused)]);
  return made;
}

const report = async (shard: number): Promise<ShardReport> =>
  JSON.parse(await readFile(join(output, `shard-00000${shard}.json`), 'utf8'));

describe('prepareShards', () => {
  it('ends when the drive of the videos is away, and is whole when it is back', async () => {
    await rename(drive, `${drive}-away`);
    await expect(prepare()).rejects.toMatchObject({ code: 'SYSTEM_FAILED', fault: 'system' });
    expect(await readdir(output)).toEqual([]);
    await mkdir(drive);
    await expect(prepare({ refusedShare: 1 })).rejects.toMatchObject({ code: 'SYSTEM_FAILED' });
    await rm(drive, { recursive: true });
    await rename(`${drive}-away`, drive);
    expect(await prepare()).toEqual([
      [true, '0 1', ''],
      [true, '2 3', ''],
    ]);
  });

  it('ends when more samples are refused than may be', async () => {
    for (const name of ['1', '2']) await writeFile(join(drive, `${name}.mp4`), 'not a video');
    await expect(prepare()).rejects.toMatchObject({
      code: 'TOO_MANY_BAD_SAMPLES',
      expected: 'at most 1 of 4 samples refused',
      received: '2',
      cause: { code: 'VIDEO_UNREADABLE', source: join(drive, '2.mp4') },
    });
    expect((await readdir(output)).sort()).toEqual(['shard-000000.json', 'shard-000000.tar']);
    // What an earlier run refused counts as well.
    await expect(prepare()).rejects.toMatchObject({ code: 'TOO_MANY_BAD_SAMPLES' });
    await expect(prepare({ refusedShare: 0 })).rejects.toMatchObject({ received: '1' });
    expect(await prepare({ refusedShare: 0.5 })).toEqual([
      [false, '0', '1'],
      [true, '3', '2'],
    ]);
  });

  it('tries a refused sample again when its file is another, or when it is told to', async () => {
    const path = join(drive, '1.mp4');
    const sound = await readFile(path);
    await rm(path);
    expect(await prepare()).toEqual([
      [true, '0', '1'],
      [true, '2 3', ''],
    ]);
    expect((await report(0)).refused).toMatchObject([{ id: '1', code: 'VIDEO_NOT_FOUND', version: null }]);
    await writeFile(path, 'not a video');
    expect((await prepare())[0]).toEqual([true, '0', '1']);
    const { refused } = await report(0);
    expect(refused).toMatchObject([{ code: 'VIDEO_UNREADABLE', version: expect.stringMatching(/^11 \d+$/) }]);
    expect(refused[0]!.message).toContain(path);

    expect((await prepare())[0]).toEqual([false, '0', '1']);
    expect(await prepare({ retryRefused: true })).toEqual([
      [true, '0', '1'],
      [false, '2 3', ''],
    ]);
    await writeFile(path, sound);
    expect((await prepare())[0]).toEqual([true, '0 1', '']);
    expect((await prepare({ retryRefused: true }))[0]).toEqual([false, '0 1', '']);
  });

  it('refuses videos beyond its limits', async () => {
    const made = await prepare({ limits: { frameCount: 2 }, refusedShare: 1 });
    expect(made.map(([, , refused]) => refused)).toEqual(['0 1', '2 3']);
    expect((await report(0)).refused[0]).toMatchObject({
      code: 'VIDEO_TOO_LARGE',
      message: expect.stringContaining('Raise the option limits.frameCount'),
    });
  });

  it('tells a system that does not take what it writes', async () => {
    await writeFile(output, 'a file');
    await expect(prepare()).rejects.toMatchObject({ code: 'SYSTEM_FAILED', source: output });
  });
});
