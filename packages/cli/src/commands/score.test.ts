import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openScores } from '@tgm/train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../data/open-dataset.js';
import { openTeacher } from '../teacher/open-teacher.js';
import { runTgm } from '../testing/run-tgm.test-support.js';
import { writeVideo } from '../testing/some-videos.test-support.js';
import { TINY_CLIP_FOLDER } from '../tiny-clip-folder.js';

let folder: string;
const file = (name: string): string => join(folder, name);
const run = (...args: string[]) => runTgm(args, { cwd: folder });

/** Enough that a signal finds it at work. */
const SAMPLES = 24;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-score-'));
  for (let at = 0; at < 4; at++) await writeVideo(file(`${at}.mp4`), 6, 40 * at);
  await writeFile(file('broken.mp4'), 'no video');
  const row = (at: number) => ({
    id: `v${at}`,
    path: `${at % 4}.mp4`,
    captions: [`a red square ${at}`, 'a circle'],
  });
  const rows = Array.from({ length: SAMPLES }, (_, at) => row(at));
  await write('clips.jsonl', rows);
  await write('silent.jsonl', [{ ...row(0), captions: [] }, row(1)]);
  await write('broken.jsonl', [{ ...row(0), path: 'broken.mp4' }, row(1)]);
  await write('none.jsonl', [{ ...row(0), captions: [] }]);
  const whole = await run(...scoring('whole'));
  expect(whole).toMatchObject({ code: 0 });
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

const write = (name: string, rows: readonly object[]) =>
  writeFile(file(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

const scoring = (output: string, data = 'clips.jsonl', shardSize = 1): string[] => [
  ...['score', data, '--output', output],
  ...['--frames.every', '2', '--shard-size', `${shardSize}`],
];

const shardsIn = async (output: string) =>
  (await readdir(file(output)).catch(() => [])).filter((name) => /^shard.*json$/.test(name));

/** What the files of a folder hold, without the configuration. */
async function filesOf(output: string): Promise<Record<string, string>> {
  const names = (await readdir(file(output))).filter((name) => name !== 'tgm.config.json').sort();
  const texts = names.map(async (name) => [
    name,
    (await readFile(file(`${output}/${name}`))).toString('hex'),
  ]);
  return Object.fromEntries(await Promise.all(texts));
}

describe('tgm score', { timeout: 120_000 }, () => {
  it('has examples in --help that work', async () => {
    await writeVideo(file('videos/a.mp4'));
    await cp(TINY_CLIP_FOLDER, file('clip-vit-base-patch32'), { recursive: true });
    const record = { id: 'a.mp4', captions: ['a circle'], frameIndices: [0], model: 'm', revision: 'r' };
    await write('captions.jsonl', [record]);
    const { stdout } = await run('score', '--help');
    const lines = [...stdout.matchAll(/^ {2}tgm (\S.*)$/gm)].map(([, line]) => line!);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(await run(...line.split(' ')), line).toMatchObject({ code: 0 });
  });

  it('tells the size, then scores each video against each of its captions', async () => {
    const { code, stdout, stderr } = await run(...scoring('first', 'clips.jsonl', 8), '--detail', '1');
    expect(stderr).toContain('The tiny CLIP that comes with tgm knows coloured shapes');
    // Frames 0, 2, 4 and the last one.
    expect(stderr).toMatch(/^ {2}24 videos, 96 frames to score: [\d.]+ kB; [\d.]+ [GT]B free$/m);
    expect(stdout).toMatch(
      /^scores of 24 videos in .*first, 24 of them new; 0 left out\npeak memory \d+ MiB$/m,
    );
    expect(code).toBe(0);
    const teacher = await openTeacher();
    try {
      const dataset = await openDataset({ source: file('clips.jsonl') });
      const store = await openScores(file('first'), { encoder: teacher.encoder, dataset });
      expect(store.index).toMatchObject({ detail: 1, frames: { every: 2 }, shardSize: 8 });
      const { times, rows, columns } = await store.read('v5', 'a red square 5');
      expect([...times].map((time) => Math.round(10 * time))).toEqual([0, 2, 4, 5]);
      expect([rows, columns]).toEqual([8, 8]);
    } finally {
      await teacher.dispose();
    }
    const saved = await run('score', '--config', 'first/tgm.config.json', '--json');
    expect(JSON.parse(saved.stdout)).toMatchObject({
      ...{ videos: SAMPLES, fresh: 0, leftOut: [], isWhole: true },
      ...{ teacher: 'tiny-clip-model', estimate: { videos: SAMPLES, captioned: SAMPLES, framesToScore: 96 } },
    });
  });

  it('tells a size that is near that of the files', async () => {
    const { stdout } = await run(...scoring('first', 'clips.jsonl', 8), '--detail', '1', '--json');
    const names = (await readdir(file('first'))).filter((name) => name.startsWith('shard'));
    const bytes = await Promise.all(
      names.map(async (name) => (await readFile(file(`first/${name}`))).length),
    );
    const told = (JSON.parse(stdout) as { estimate: { bytes: number } }).estimate.bytes;
    const found = bytes.reduce((sum, each) => sum + each, 0);
    // Three shards with a header of their own.
    expect(found - told).toBeGreaterThan(0);
    expect(found - told).toBeLessThan(3 * 1500);
  });

  it('does a part, and all parts make the same store', async () => {
    const second = await run(...scoring('parts'), '--shard', '1/2');
    expect(second.stdout).toMatch(/^scores of 12 videos .*; the other parts are not done yet$/m);
    const first = await run(...scoring('parts'), '--shard', '0/2');
    expect(first.stdout).toMatch(/^scores of 12 videos in .*parts, 12 of them new; 0 left out$/m);
    expect(await filesOf('parts')).toEqual(await filesOf('whole'));
  });

  it.runIf(process.platform !== 'win32').each([
    ['SIGTERM', { code: 143, signal: null }],
    ['SIGKILL', { code: null, signal: 'SIGKILL' }],
  ] as const)(
    'stops at %s, goes on, and the files are those of a run that was not',
    async (signal, ended) => {
      let waits: NodeJS.Timeout | undefined;
      const stopped = await runTgm(scoring(signal), {
        cwd: folder,
        onError(_, kill) {
          waits ??= setInterval(async () => {
            if ((await shardsIn(signal)).length === 0) return;
            clearInterval(waits);
            kill(signal);
          }, 2);
        },
      });
      expect(stopped).toMatchObject(ended);
      const before = (await shardsIn(signal)).length;
      expect(before).toBeGreaterThan(0);
      expect(before).toBeLessThan(SAMPLES);
      const { stdout } = await run(...scoring(signal), '--json');
      expect(JSON.parse(stdout)).toMatchObject({ videos: SAMPLES, fresh: SAMPLES - before });
      expect(await filesOf(signal)).toEqual(await filesOf('whole'));
    },
  );

  it('leaves videos out, says why, and tries them again where it is told', async () => {
    const strict = await run(...scoring('strict', 'broken.jsonl'), '--refused-share', '0');
    expect(strict.stderr).toMatch(/score\.refusedShare: expected fewer videos without scores, got 1 of 2/);
    expect(strict.code).toBe(64);
    const silent = await run(...scoring('left', 'silent.jsonl'));
    expect(silent.stderr).toMatch(/^ {2}left out v0: TEXT_MISSING/m);
    expect(silent.stdout).toMatch(/^scores of 1 videos in .*left, 1 of them new; 1 left out$/m);
    expect(silent.code).toBe(0);
    await write('silent.jsonl', [
      { id: 'v0', path: '0.mp4', captions: ['now one'] },
      { id: 'v1', path: '1.mp4', captions: ['a red square 1', 'a circle'] },
    ]);
    const captioned = await run(...scoring('left', 'silent.jsonl'));
    expect(captioned.stderr).toMatch(/With --retry-left-out its shard .*SCORES_DIFFER/);
    expect(captioned.code).toBe(64);
    const again = await run(...scoring('left', 'silent.jsonl'), '--retry-left-out');
    expect(again.stdout).toMatch(/^scores of 2 videos in .*left, 1 of them new; 0 left out$/m);
  });

  it('refuses videos without captions, and a folder of other settings', async () => {
    const none = await run(...scoring('none', 'none.jsonl'));
    expect(none.stderr).toMatch(/expected captions to score videos against, got none in the 1 samples/);
    expect(none.code).toBe(64);
    const onFile = await run(...scoring('clips.jsonl'));
    expect(onFile.stderr).toMatch(/expected a folder of tgm score alone.*INPUT_INVALID/);
    expect(onFile.code).toBe(64);
    const other = await run(...scoring('whole'), '--detail', '2', '--json');
    expect(JSON.parse(other.stdout)).toMatchObject({ error: { code: 'SCORES_DIFFER' } });
    expect(other.code).toBe(64);
    const frames = await run('score', 'clips.jsonl', '--output', 'whole', '--frames.every', '0');
    expect(frames.stderr).toContain('{ every: a whole number of frames from 1 } or { seconds: from 0.001 }');
    expect(frames.code).toBe(64);
  });
});
