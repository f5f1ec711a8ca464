import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeShard } from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTgm } from '../testing/run-tgm.test-support.js';
import { writeVideo } from '../testing/some-videos.test-support.js';

let folder: string;
const file = (name: string): string => join(folder, name);
const run = (...args: string[]) => runTgm(args, { cwd: folder });

/** Kinetics as it is published: three clips of two classes, one of them missing and one damaged. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-data-'));
  await mkdir(file('k400'));
  await writeFile(
    file('k400/train.csv'),
    'label,youtube_id,time_start,time_end,split\n' +
      'archery,aaaaaaaaaaa,0,10,train\narchery,bbbbbbbbbbb,5,15,train\nyoga,ccccccccccc,1,11,train\nyoga,ddddddddddd,1,11,train\n',
  );
  await writeVideo(file('k400/train/archery/aaaaaaaaaaa_000000_000010.mp4'), 20);
  await writeVideo(file('k400/train/yoga/ccccccccccc_000001_000011.mp4'), 40);
  await mkdir(file('k400/train/yoga'), { recursive: true });
  await writeFile(file('k400/train/yoga/ddddddddddd_000001_000011.mp4'), 'no video');
  await writeVideo(file('videos/run/a.mp4'), 10);
  await writeVideo(file('videos/walk/b.mp4'), 30);
  await writeFile(file('videos/run/a.txt'), 'a man runs fast\na man runs fast\n');
});
afterAll(() => rm(folder, { recursive: true }));

const KINETICS = ['k400/train.csv', '--videos', 'k400/train', '--layout', 'by-class'];

describe('tgm data', () => {
  it('counts a published set: classes, files that are missing, damage, durations', async () => {
    const { code, stdout } = await run('data', ...KINETICS, '--json');
    expect(code).toBe(0);
    const facts = JSON.parse(stdout);
    expect(facts).toMatchObject({
      name: 'train.csv',
      format: 'kinetics',
      samples: 4,
      videos: 4,
      missing: { count: 1, first: ['bbbbbbbbbbb_000005_000015'] },
      captions: { count: 0, different: 0, without: { count: 4 } },
      labels: { label: { classes: 2, samples: { archery: 2, yoga: 2 }, empty: [], without: 0 } },
      leftOut: { rows: 0, files: 0 },
      probed: {
        videos: 3,
        unreadable: { count: 1, first: ['ddddddddddd_000001_000011'] },
        seconds: { min: 2, median: 3, mean: 3, max: 4 },
        hoursExact: false,
        sizes: { '32x32': 2 },
        codecs: { h264: 2 },
        fps: { 10: 2 },
      },
    });
    // Four samples of three seconds each, by the mean of the two that were opened.
    expect(facts.probed.hours).toBeCloseTo(12 / 3600, 10);
  });

  it('says the same in words, on standard output; the configuration goes to standard error', async () => {
    const { code, stdout, stderr } = await run('data', ...KINETICS);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^samples +4 of 4 videos$/m);
    expect(stdout).toMatch(/^missing +1: bbbbbbbbbbb_000005_000015$/m);
    expect(stdout).toMatch(/^classes +2, from "archery" with 2 to "yoga" with 2$/m);
    expect(stdout).toMatch(/^duration +12\.0 s by 3 videos; 2 to 4 s, median 3$/m);
    expect(stderr).toMatch(/data\.layout +"by-class" {2}\(--layout\)/);
  });

  it('takes captions from files, classes and for all, in this order', async () => {
    const plain = JSON.parse((await run('data', 'videos', '--json')).stdout);
    expect(plain).toMatchObject({
      format: 'folder',
      captions: { count: 2, different: 1, without: { count: 1, first: ['walk/b.mp4'] }, words: { max: 4 } },
      labels: {},
      probed: { hoursExact: true },
    });
    const byClass = await run(
      'data',
      'videos',
      '--classes',
      'folders',
      '--templates',
      'somebody does {}',
      '--json',
    );
    expect(JSON.parse(byClass.stdout)).toMatchObject({
      captions: { count: 3, different: 2, without: { count: 0 } },
      labels: { label: { samples: { run: 1, walk: 1 } } },
    });
    await writeFile(file('words.json'), '{"walk": ["a person walks", "feet move"]}');
    const described = await run(
      'data',
      'videos',
      '--classes=folders',
      '--descriptions',
      'words.json',
      '--json',
    );
    expect(JSON.parse(described.stdout).captions).toMatchObject({ count: 4, different: 3 });
    await writeFile(
      file('made.jsonl'),
      '{"id":"run/a.mp4","captions":["one","two","three"],"frameIndices":[0,1,2],"model":"m","revision":"r"}\n',
    );
    const made = await run('data', 'videos', '--captions', 'made.jsonl', '--caption', 'a video', '--json');
    expect(JSON.parse(made.stdout).captions).toMatchObject({ count: 4, different: 4 });
  });

  it('reads shards and a folder with a manifest', async () => {
    await mkdir(file('tars'), { recursive: true });
    await writeShard(join(file('tars'), 'one.tar'), [
      { key: '0', files: { mp4: Buffer.from('x'), txt: Buffer.from('a cat') } },
    ]);
    const shards = await run('data', 'tars', '--cache', 'cache', '--probe', '0', '--json');
    expect(JSON.parse(shards.stdout)).toMatchObject({ format: 'shards', samples: 1, captions: { count: 1 } });
    await mkdir(file('described'), { recursive: true });
    await writeFile(file('described/manifest.csv'), 'file,label\n../videos/run/a.mp4,run\n');
    expect(JSON.parse((await run('data', 'described', '--json')).stdout)).toMatchObject({
      format: 'csv',
      samples: 1,
      missing: { count: 0 },
    });
  });

  it.each<readonly [string, readonly string[], RegExp]>([
    ['nothing', ['none'], /none: expected a folder of videos, .*got nothing there.*INPUT_INVALID/],
    ['a folder without a video', ['empty'], /empty: expected .*FOLDER_EMPTY/],
    [
      'tar files and no folder for their videos',
      ['one.tar'],
      /Give it by --cache: where videos are unpacked/,
    ],
    ['what tells no format', ['data.bin'], /tells no format.*--format.*INPUT_INVALID/],
    ['a manifest that is wrong, with its line', ['wrong.jsonl'], /wrong\.jsonl:2: .*MANIFEST_INVALID/],
  ])('refuses %s and ends with 64', async (_, args, message) => {
    await mkdir(file('empty'), { recursive: true });
    await writeFile(file('one.tar'), '');
    await writeFile(file('data.bin'), 'x');
    await writeFile(file('wrong.jsonl'), '{"id":"a","path":"a.mp4"}\n{"id":7}\n');
    const { code, stderr } = await run('data', ...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(64);
  });
});
