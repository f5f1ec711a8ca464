import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetOf, decodeClip, prepareShards, probeVideo, readShards, readTimeline } from '../index.js';
import { directPool } from '../pool/direct-pool.test-support.js';
import { NUMBERED, numberedVideo, numbersOf } from '../testing/numbered-frames.js';
import { tellFrames } from '../testing/tell-frames.js';
import { type TestVideo, writeTestVideo } from '../testing/write-video.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-every-frame-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** The numbers and times of all frames of a file's section in a shard. */
async function prepared(name: string, section: { start?: number; end?: number } = {}) {
  const output = join(folder, `${name}-${JSON.stringify(section).replace(/\W/g, '')}`);
  const dataset = datasetOf(name, [{ id: 'a', source: join(folder, name), captions: [], ...section }]);
  const encoding = { shortSide: NUMBERED.height, crf: 10 };
  const tars: string[] = [];
  for await (const { report } of prepareShards({ dataset, output, pool: directPool(), encoding })) {
    expect(report.refused).toEqual([]);
    tars.push(join(output, report.file!));
  }
  const { source } = await (await readShards(tars, { cache: join(output, 'cache') })).at(0);
  const { times } = await readTimeline(source);
  const clip = await decodeClip(source, { indices: upTo(times.length), size: NUMBERED });
  return { numbers: numbersOf(clip), times: [...times] };
}

const late = numberedVideo({ bFrames: 2, time: (i) => 2000 + i * 40 });
const still = numberedVideo({
  encoder: 'mjpeg',
  options: { strict: 'unofficial' },
  tick: [1, 25],
});

describe('a prepared video', { timeout: 60_000 }, () => {
  it.each<[name: string, video: TestVideo]>([
    ['late.ts', late],
    ['late.mp4', { ...late, sound: { from: 0, to: 3200 } }],
    ['late.mkv', { ...late, sound: { from: 0, to: 3200 } }],
    ['long-sound.mkv', numberedVideo({ sound: { from: 0, to: 6000 } })],
    ['fragments.mp4', numberedVideo({ container: { options: { movflags: 'frag_keyframe+empty_moov' } } })],
    ['live.webm', numberedVideo({ encoder: 'libvpx', container: { options: { live: '1' } } })],
    ['program.mpg', numberedVideo({ encoder: 'mpeg2video', bFrames: 2, tick: [1, 25] })],
  ])('has every frame of %s once, at the same rate', async (name, video) => {
    writeTestVideo(join(folder, name), video);
    const { numbers, times } = await prepared(name);
    expect(numbers).toEqual(upTo(30));
    times.forEach((time, i) => {
      expect(time).toBeCloseTo(i * 0.04, 2);
    });
  });

  it.each([10, 0, 90])('has every frame where the header says %i of 30', async (count) => {
    const name = `told-${count}.avi`;
    writeTestVideo(join(folder, name), still);
    tellFrames(join(folder, name), count);
    expect((await prepared(name)).numbers).toEqual(upTo(30));
  });

  it('keeps the times of frames that come unevenly, and cuts sections by them', async () => {
    // Ten frames at 10, then twenty at 50 frames a second.
    const time = (i: number) => (i < 10 ? i * 100 : 1000 + (i - 10) * 20);
    writeTestVideo(join(folder, 'uneven.mp4'), numberedVideo({ bFrames: 2, time }));
    const whole = await prepared('uneven.mp4');
    expect(whole.numbers).toEqual(upTo(30));
    whole.times.forEach((seconds, i) => {
      expect(seconds).toBeCloseTo(time(i) / 1000, 4);
    });
    const section = await prepared('uneven.mp4', { start: 0.5, end: 1.1 });
    expect(section.numbers).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    section.times.forEach((seconds, i) => {
      expect(seconds).toBeCloseTo((time(i + 5) - 500) / 1000, 4);
    });
  });

  it('has a short side of 256 and a group of 12 frames where nothing is said', async () => {
    writeTestVideo(join(folder, 'plain.mp4'), numberedVideo({ luma: (x, y, t) => 60 + x + y + t }));
    const output = join(folder, 'plain');
    const dataset = datasetOf('plain', [{ id: 'a', source: join(folder, 'plain.mp4'), captions: [] }]);
    for await (const { report } of prepareShards({ dataset, output, pool: directPool() }))
      expect(report.done).toMatchObject([{ frameCount: 30 }]);
    const shards = await readShards([join(output, 'shard-000000.tar')], { cache: join(output, 'cache') });
    const { source } = await shards.at(0);
    expect(await probeVideo(source)).toMatchObject({ width: 342, height: 256 }); // 64 x 48, to even sides
    const { motion } = await decodeClip(source, { indices: upTo(30), size: NUMBERED, motion: true });
    const cells = motion!.known.length / 30;
    const silent = upTo(30).filter((t) => !motion!.known.subarray(t * cells, (t + 1) * cells).includes(1));
    expect(silent).toEqual([0, 12, 24]);
  });
});
