import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEvents } from '@tgm/train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeMovingSquares } from '../testing/moving-squares.test-support.js';
import { runTgm } from '../testing/run-tgm.test-support.js';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const tgm = (...args: string[]) => runTgm(args, { cwd: folder });

/** 16 steps on 12 videos of three colours. Colours of pixels are left alone, so that so few are enough. */
const SHORT = [
  ...['finetune', 'train', '--classes', 'folders', '--preset', 'finetune-b-ssv2', '--laptop'],
  ...[
    '--length.videos-per-step',
    '6',
    '--length.epochs',
    '8',
    '--rate.base',
    '0.1',
    '--layer-decay',
    '1',
    '--smoothing',
    '0',
    '--no-mix',
  ],
  ...['--recipe.rand-augment', '{"probability":0}', '--recipe.erasing', '{"probability":0}'],
  ...['--save-every', '1'],
];
const STEPS = 16;
const LAST = `step-${String(STEPS).padStart(8, '0')}`;
const TEST = ['--validation.source', 'test', '--validation.classes', 'folders'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-finetune-'));
  await writeMovingSquares(at('train'), 2);
  // Two of the three colours: numbers of their own would be other ones.
  for (const colour of ['green', 'red'])
    await cp(at('train', colour), at('test', colour), { recursive: true });
  await writeFile(at('test', 'red', 'broken.mp4'), 'no video');
  const pretrain = ['pretrain', 'train', '--preset', 'videomae-s-k400', '--laptop'];
  const ended = await tgm(...pretrain, '--length.epochs', '2', '--output', 'pretrained');
  expect(ended.code, ended.stderr).toBe(0);
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

describe('tgm finetune', { timeout: 180_000 }, () => {
  it('learns classes from a pre-trained run, tests them on several views, and goes on behind a kill', async () => {
    const args = [...SHORT, ...TEST, '--pretrained', 'pretrained', '--output', 'tuned'];
    const saved = at('tuned', 'step-00000003');
    let waits: NodeJS.Timeout | undefined;
    const killed = await runTgm(args, {
      cwd: folder,
      onError(_, kill) {
        waits ??= setInterval(() => {
          if (!existsSync(saved)) return;
          clearInterval(waits);
          kill('SIGKILL');
        }, 5);
      },
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(existsSync(at('tuned', 'result.json'))).toBe(false);

    const ended = await tgm('resume', 'tuned');
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain('left out red/broken.mp4: VIDEO_UNREADABLE');
    expect(ended.stdout).toMatch(/^top1 +100\.0 +\(100\.0 to 100\.0\)$/m);
    expect(ended.stdout).toMatch(/^test {4}8 videos; 1 cannot be read, in .*result\.json$/m);
    const result = JSON.parse(await readFile(at('tuned', 'result.json'), 'utf8'));
    expect(result).toMatchObject({
      data: 'test',
      model: at('tuned', LAST),
      test: { clips: 2, crops: 1, sampling: { kind: 'segments' } },
      videos: 8,
      leftOut: [{ id: 'red/broken.mp4', code: 'VIDEO_UNREADABLE' }],
      figures: { top1: { value: 100, from: 100, to: 100 } },
    });
    expect(JSON.parse(await readFile(at('tuned', LAST, 'config.json'), 'utf8'))).toMatchObject({
      architectures: ['VideoMAEForVideoClassification'],
      id2label: { 0: 'blue', 1: 'green', 2: 'red' },
    });
    const events = await readEvents(at('tuned', 'events.jsonl'));
    expect(events.filter(({ type }) => type === 'step')).toHaveLength(STEPS);
    expect(events.at(-2)).toMatchObject({
      type: 'evaluated',
      evaluator: 'test',
      figures: { top1: 100, leftOut: 1 },
    });
    expect(await readdir(at('tuned'))).toContain('report.html');

    const config = await readFile(at('tuned', 'tgm.config.json'), 'utf8');
    const untested = await tgm(...SHORT, '--pretrained', 'pretrained', '--output', 'tuned');
    expect(untested.stderr).toMatch(
      /tuned: expected the videos that this run is tested on, --validation.source/,
    );
    expect(untested.code).toBe(64);
    expect(await readFile(at('tuned', 'tgm.config.json'), 'utf8')).toBe(config);

    const unbroken = await tgm(...args.slice(0, -1), 'unbroken', '--json');
    const { videos, leftOut, figures } = result;
    expect(JSON.parse(unbroken.stdout)).toMatchObject({ test: { videos, leftOut, figures }, step: STEPS });
    const weights = (run: string) => readFile(at(run, LAST, 'model.safetensors'));
    expect((await weights('tuned')).equals(await weights('unbroken'))).toBe(true);
  });

  it('begins from drawn weights, without a test', async () => {
    const ended = await tgm(...SHORT.map((each) => (each === '8' ? '1' : each)), '--output', 'drawn');
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toMatch(/^test {4}none: no validation videos are given$/m);
    expect(existsSync(at('drawn', 'result.json'))).toBe(false);
    // A test that is asked for later is made, and the configuration tells of it.
    const later = await tgm(
      ...SHORT.map((each) => (each === '8' ? '1' : each)),
      ...TEST,
      '--output',
      'drawn',
    );
    expect(later.stdout).toMatch(/^test {4}8 videos; 1 cannot be read/m);
    expect(await readFile(at('drawn', 'tgm.config.json'), 'utf8')).toContain('"validation"');
  });

  it.runIf(process.platform !== 'win32')('stops in its test, and tests when it is called again', async () => {
    const short = SHORT.map((each) => (each === '8' ? '1' : each));
    const args = [...short, '--validation.source', 'train', '--validation.classes', 'folders'];
    const last = at('again', 'step-00000002');
    let waits: NodeJS.Timeout | undefined;
    const ended = await runTgm([...args, '--output', 'again'], {
      cwd: folder,
      onError(_, kill) {
        waits ??= setInterval(() => {
          if (!existsSync(last)) return;
          clearInterval(waits);
          kill('SIGTERM');
        }, 5);
      },
    });
    expect(ended).toMatchObject({ code: 143, signal: null });
    expect(existsSync(at('again', 'result.json'))).toBe(false);
    const again = await tgm('resume', 'again', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ step: 2, test: { videos: 12, leftOut: [] } });
    expect(existsSync(at('again', 'result.json'))).toBe(true);
  });

  it.each<readonly [string, () => Promise<readonly string[]>, RegExp]>([
    [
      'an encoder of another shape',
      async () => [...SHORT.filter((each) => each !== '--laptop'), '--pretrained', 'pretrained'],
      /an encoder of patchSize 16, .*hiddenSize 768.*got patchSize 8, .*--laptop/s,
    ],
    [
      'no encoder',
      async () => [...SHORT, '--pretrained', 'train'],
      /expected a run's folder, a checkpoint .* got none/,
    ],
    [
      'videos without classes',
      async () => SHORT.filter((each) => !['--classes', 'folders'].includes(each)),
      /names of their classes, got no classes.*--classes folders/s,
    ],
    [
      'a test of classes that are not learned',
      async () => {
        await mkdir(at('others', 'yellow'), { recursive: true });
        await cp(at('train', 'red', 'left-0.mp4'), at('others', 'yellow', 'left-0.mp4'));
        return [...SHORT, '--validation.source', 'others', '--validation.classes', 'folders'];
      },
      /others: expected classes among "blue", "green", "red", got "yellow"/,
    ],
    [
      'a test without labels',
      async () => [...SHORT, '--validation.source', 'test'],
      /test: expected a label for each video, from 0 to 2, got "green.* without one.*--validation\.classes folders/s,
    ],
    [
      'a test of which nothing can be read',
      async () => {
        await mkdir(at('bad', 'red'), { recursive: true });
        await writeFile(at('bad', 'red', 'broken.mp4'), 'no video');
        return [...SHORT, '--validation.source', 'bad', '--validation.classes', 'folders'];
      },
      /bad: expected at least one video that can be read, got 1 that cannot.*red\/broken\.mp4: VIDEO_UNREADABLE/,
    ],
  ])('refuses %s', async (name, args, message) => {
    const ended = await tgm(...(await args()), '--output', name.replaceAll(' ', '-'));
    expect(ended.stderr).toMatch(message);
    expect(ended.code).toBe(64);
    expect(existsSync(at(name.replaceAll(' ', '-')))).toBe(false);
  });
});
