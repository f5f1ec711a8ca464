import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTinyCaptioner } from '@tgm/models/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTgm } from '../testing/run-tgm.test-support.js';
import { writeVideo } from '../testing/some-videos.test-support.js';

let folder: string;
const file = (name: string): string => join(folder, name);
const run = (...args: string[]) => runTgm(args, { cwd: folder });
const lines = async (name: string) =>
  (await readFile(file(name), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** A program in the form that a captioner has: it says which video and frame it was asked about. */
const PROGRAM = `
  const { createInterface } = await import('node:readline');
  const delay = Number(process.argv[2] ?? 0);
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, video, frame } = JSON.parse(line);
    await new Promise((done) => setTimeout(done, delay));
    console.log(JSON.stringify({ id, caption: 'frame ' + frame + ' of ' + video }));
  }
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-caption-'));
  for (const [name, grey] of [
    ['a', 20],
    ['b', 230],
    ['c', 20],
    ['d', 230],
  ] as const)
    await writeVideo(file(`videos/${name}.mp4`), 9, grey);
  await writeFile(file('describe.mjs'), PROGRAM);
});
afterAll(() => rm(folder, { recursive: true }));

const BY_PROGRAM = ['--model', 'test', '--revision', '1', '--', process.execPath, 'describe.mjs'];

describe('tgm caption', () => {
  it('describes three frames of each video by a program, and data has the captions', async () => {
    const { code, stdout } = await run('caption', 'videos', '--out', 'by-program.jsonl', ...BY_PROGRAM);
    expect(stdout).toMatch(
      /^12 captions of 4 videos in .*by-program\.jsonl, 0 of them known before; 0 videos refused$/m,
    );
    expect(code).toBe(0);
    // The middles of three equal parts of nine frames.
    expect((await lines('by-program.jsonl'))[0]).toEqual({
      id: 'a.mp4',
      captions: [1, 4, 7].map((frame) => `frame ${frame} of a.mp4`),
      frameIndices: [1, 4, 7],
      model: 'test',
      revision: '1',
    });
    const facts = await run('data', 'videos', '--captions', 'by-program.jsonl', '--json');
    expect(JSON.parse(facts.stdout).captions).toMatchObject({ count: 12, without: { count: 0 } });
    const again = await run('caption', 'videos', '--out', 'by-program.jsonl', '--json', ...BY_PROGRAM);
    expect(JSON.parse(again.stdout)).toMatchObject({ described: 0, known: 4 });
  });

  it('reads no captions, so that one configuration names them for all stages', async () => {
    const captions = 'one.jsonl';
    const config = {
      data: { source: 'videos', captions },
      caption: {
        out: captions,
        model: 'test',
        revision: '1',
        command: process.execPath,
        args: ['describe.mjs'],
      },
    };
    await writeFile(file('one.config.json'), JSON.stringify(config));
    const named = ['--config', 'one.config.json', '--json'];
    expect(JSON.parse((await run('caption', ...named)).stdout)).toMatchObject({ described: 4 });
    expect(JSON.parse((await run('data', ...named)).stdout).captions).toMatchObject({ count: 12 });
  });

  it('describes by a model of Transformers.js', async () => {
    await writeTinyCaptioner(file('tiny'));
    const args = ['--model', 'tiny', '--revision', 'one', '--dtype', 'fp32', '--offline', '--frames=1'];
    const { code, stderr } = await run('caption', 'videos', '--out', 'by-model.jsonl', ...args);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(0);
    expect((await lines('by-model.jsonl')).map(({ captions }) => captions)).toEqual([
      ['a dark scene'],
      ['a bright scene'],
      ['a dark scene'],
      ['a bright scene'],
    ]);
  });

  it('passes by what cannot be read, and ends where that is too much', async () => {
    await writeFile(file('rows.jsonl'), '');
    for (const name of ['a', 'none', 'b'])
      await appendFile(file('rows.jsonl'), `{"id":"${name}","path":"videos/${name}.mp4"}\n`);
    const args = ['caption', 'rows.jsonl', '--out', 'some.jsonl', '--json'];
    const some = await run(...args, ...BY_PROGRAM);
    expect(some.code).toBe(0);
    expect(JSON.parse(some.stdout)).toMatchObject({
      videos: 2,
      refused: [{ id: 'none', code: 'VIDEO_NOT_FOUND' }],
    });
    const strict = await run(...args, '--refused-share', '0', ...BY_PROGRAM);
    expect(JSON.parse(strict.stdout).error).toMatchObject({ code: 'VIDEOS_INVALID', received: '1 of 3' });
    expect(strict.code).toBe(64);
  });

  it('does a part into a file of its own, and data takes several', async () => {
    for (const part of [0, 1])
      await run(
        'caption',
        'videos',
        '--shard',
        `${part}/2`,
        '--out',
        `part-${part}.jsonl`,
        '--frames',
        '1',
        ...BY_PROGRAM,
      );
    expect((await lines('part-1.jsonl')).map(({ id }) => id)).toEqual(['b.mp4', 'd.mp4']);
    const facts = await run(
      'data',
      'videos',
      '--captions',
      'part-0.jsonl',
      '--captions',
      'part-1.jsonl',
      '--json',
    );
    expect(JSON.parse(facts.stdout).captions).toMatchObject({ count: 4, without: { count: 0 } });
  });

  it.runIf(process.platform !== 'win32').each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stops at %s behind the video in hand, and goes on', async (name, code) => {
    const out = `${name}.jsonl`;
    const args = ['caption', 'videos', '--out', out, '--json', ...BY_PROGRAM];
    let waits: NodeJS.Timeout | undefined;
    const stopped = await runTgm([...args, '400'], {
      cwd: folder,
      onError(_, kill) {
        waits ??= setInterval(async () => {
          const text = await readFile(file(out), 'utf8').catch(() => '');
          if (!text.includes('\n')) return;
          clearInterval(waits);
          kill(name);
        }, 20);
      },
    });
    expect(stopped).toMatchObject({ code, signal: null });
    expect(JSON.parse(stopped.stdout)).toEqual({ reason: 'stopped', by: name });
    const before = (await lines(out)).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(4);
    expect(JSON.parse((await run(...args)).stdout)).toMatchObject({ known: before, described: 4 - before });
  });

  it.each<readonly [string, readonly string[], RegExp]>([
    ['no file for the captions', ['--revision', '1'], /caption\.out: .*Give it by --out: .*/],
    ['no revision', ['--out', 'x.jsonl'], /caption\.revision: .*Give it by --revision: .*/],
    [
      'an option of the other kind',
      ['--out', 'x.jsonl', '--dtype', 'q8', ...BY_PROGRAM],
      /--dtype: expected one of the options .*got an unknown name/,
    ],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await run('caption', 'videos', ...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(64);
  });
});
