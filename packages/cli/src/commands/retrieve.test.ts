import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { loadClipModel, saveClipModel } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTeacher } from '../teacher/open-teacher.js';
import { runTgm } from '../testing/run-tgm.test-support.js';
import { writeEncoder, writeJointRun } from '../testing/some-models.test-support.js';
import { writeVideo } from '../testing/some-videos.test-support.js';
import { TINY_CLIP_FOLDER } from '../tiny-clip-folder.js';
import { retrieve } from './retrieve.js';

const COLOURS = {
  'a red square moves': [200, 30, 30],
  'a green square moves': [30, 180, 40],
  'a blue square moves': [30, 40, 210],
} as const;

let folder: string;
const file = (name: string): string => join(folder, name);
const run = (...args: string[]) => runTgm(args, { cwd: folder });
const ask = (...args: string[]) => run('retrieve', ...args, '--source', 'videos', '--json');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-retrieve-'));
  const engine = await onnxEngine({ threads: 1 });
  const teacher = await openTeacher({}, engine);
  await writeJointRun({
    folder: file('run'),
    engine,
    encoder: teacher.encoder,
    colours: COLOURS,
    steps: 60,
  });
  await teacher.dispose();
  await engine.dispose();
  for (const [caption, colour] of Object.entries(COLOURS))
    for (const copy of [1, 2])
      await writeVideo(file(`videos/${caption.split(' ')[1]}-${copy}.mp4`), 3 + copy, colour);
});
afterAll(() => rm(folder, { recursive: true }));

describe('tgm retrieve', { timeout: 60_000 }, () => {
  it('ranks the videos that a text tells of first, and answers the next question from what it kept', async () => {
    const first = await ask('a blue square moves', 'a green square moves', '--model', 'run', '--count', '2');
    expect(first.code, first.stderr).toBe(0);
    const found = JSON.parse(first.stdout);
    expect(found).toMatchObject({ videos: 6, fresh: 6, leftOut: [], teacher: 'tiny-clip-model' });
    const answers = found.answers.map(({ videos }: { videos: { id: string }[] }) =>
      videos.map(({ id }) => id).sort(),
    );
    expect(answers).toEqual([
      ['blue-1.mp4', 'blue-2.mp4'],
      ['green-1.mp4', 'green-2.mp4'],
    ]);
    expect(found.answers[0].videos[0].source).toBe(file(`videos/${found.answers[0].videos[0].id}`));

    const again = await run('retrieve', 'a red square moves', '--model', 'run', '--source', 'videos');
    expect(again.stdout).toMatch(/^6 videos of .*step-00000060, .* 0 of them looked at now$/m);
    expect(again.stdout).toMatch(/^ {3}1 {2}0\.\d{3} {2}red-[12]\.mp4$/m);
    expect(again.stdout).toMatch(/^peak memory \d+ MiB$/m);

    // Other views and a changed file are other features.
    const views = JSON.parse((await ask('red', '--model', 'run', '--test.clips', '1')).stdout);
    expect(views).toMatchObject({ fresh: 6, test: { clips: 1, crops: 1 } });
    await utimes(file('videos/red-1.mp4'), 1e9, 1e9);
    expect(JSON.parse((await ask('red', '--model', 'run')).stdout).fresh).toBe(6);
  });

  it('has an example that works', async () => {
    const { details } = retrieve;
    const [, text, ...flags] = /tgm retrieve "([^"]+)" (\S+) (\S+) (\S+) (\S+)/.exec(details)!;
    expect(await run('retrieve', text!, ...flags)).toMatchObject({ code: 0 });
  });

  it.runIf(process.platform !== 'win32')('stops at SIGTERM with 143, and goes on', async () => {
    const rows = Array.from({ length: 600 }, (_, id) => ({
      id: `${id}`,
      path: `videos/red-${1 + (id % 2)}.mp4`,
    }));
    await writeFile(file('many.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const args = ['retrieve', 'red', '--model', 'run', '--source', 'many.jsonl', '--features', 'stopped'];
    let waits: NodeJS.Timeout | undefined;
    const stopped = await runTgm([...args, '--json'], {
      cwd: folder,
      onError(_, kill) {
        waits ??= setInterval(async () => {
          const [name] = await readdir(file('stopped')).catch(() => []);
          if (name === undefined || !existsSync(file(`stopped/${name}/shard-00000.json`))) return;
          clearInterval(waits);
          kill('SIGTERM');
        }, 5);
      },
    });
    expect(stopped).toMatchObject({ code: 143, signal: null });
    expect(JSON.parse(stopped.stdout)).toEqual({ reason: 'stopped', by: 'SIGTERM' });
    const { videos, fresh } = JSON.parse((await run(...args, '--json')).stdout);
    expect(videos).toBe(600);
    expect(fresh).toBeLessThan(600);
    expect(fresh).toBeGreaterThan(0);
  });

  it('refuses another CLIP than that of the training, though its embeddings have the same width', async () => {
    const { model, params, tokenizer } = await loadClipModel(TINY_CLIP_FOLDER);
    const [name, weight] = Object.entries(params).find(([name]) => name.startsWith('text_projection'))!;
    const changed = { ...params, [name]: tf.mul(weight, 1.01) };
    await saveClipModel(file('other'), { model, params: changed, tokenizer });
    tf.dispose([params, changed]);
    const args = ['red', '--model', 'run', '--source', 'videos', '--clip'];
    const other = await run('retrieve', ...args, 'other');
    expect(other.stderr).toMatch(
      /teacher\.clip: expected the CLIP that the model was trained with, of the digest/,
    );
    expect(other.code).toBe(64);
    expect((await run('retrieve', ...args, TINY_CLIP_FOLDER)).code).toBe(0);
  });

  it('leaves out what cannot be read, and says why', async () => {
    await writeFile(
      file('some.jsonl'),
      '{"id":"red","path":"videos/red-1.mp4"}\n{"id":"no","path":"no.mp4"}\n',
    );
    const { stdout, code } = await run(
      'retrieve',
      'red',
      '--model',
      'run',
      '--source',
      'some.jsonl',
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({ videos: 1, leftOut: [{ id: 'no', code: 'VIDEO_NOT_FOUND' }] });
    expect(code).toBe(0);
  });

  it.each<readonly [string, readonly string[], RegExp]>([
    ['no text', ['--model', 'run'], /retrieve\.text: .*Give it by --text: .*/],
    ['no model', ['red'], /retrieve\.model: .*Give it by --model: .*/],
    ['an empty text', ['  ', '--model', 'run'], /a text of some words/],
    ['a model that is not there', ['red', '--model', 'none'], /INPUT_INVALID/],
    ['a model without captions', ['red', '--model', 'plain'], /pre-trained with captions/],
    [
      'videos of which none can be read',
      ['red', '--model', 'run', '--source', 'bad.jsonl'],
      /bad\.jsonl: expected at least one video that can be read, got 2 that cannot.*first is one: VIDEO_NOT_FOUND, .*no\.mp4/,
    ],
  ])('refuses %s with 64', async (_, args, message) => {
    await writeEncoder(file('plain'));
    await writeFile(file('bad.jsonl'), '{"id":"one","path":"no.mp4"}\n{"id":"two","path":"no.mp4"}\n');
    const source = args.includes('--source') ? [] : ['--source', 'videos'];
    const { code, stderr } = await run('retrieve', ...args, ...source);
    expect(stderr).toMatch(message);
    expect(code).toBe(64);
  });
});
