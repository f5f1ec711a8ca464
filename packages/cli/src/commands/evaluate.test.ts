import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTeacher } from '../teacher/open-teacher.js';
import { runTgm } from '../testing/run-tgm.test-support.js';
import { writeClassifier, writeEncoder, writeJointRun } from '../testing/some-models.test-support.js';
import { writeVideo } from '../testing/some-videos.test-support.js';
import { evaluate } from './evaluate.js';

const COLOURS = {
  'a red square moves': [200, 30, 30],
  'a green square moves': [30, 180, 40],
  'a blue square moves': [30, 40, 210],
} as const;

let folder: string;
const file = (name: string): string => join(folder, name);
const run = (...args: string[]) => runTgm(args, { cwd: folder });
const measure = (...args: string[]) => run('evaluate', ...args, '--json');
const jsonOf = async (name: string) => JSON.parse(await readFile(file(name), 'utf8'));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-evaluate-'));
  const engine = await onnxEngine({ threads: 1 });
  const { encoder, dispose } = await openTeacher({}, engine);
  await writeJointRun({ folder: file('run'), engine, encoder, colours: COLOURS, steps: 60 });
  await dispose();
  await engine.dispose();
  // One class more than the videos have, and another order than that of their folders.
  await writeClassifier(file('tuned'), ['red', 'yellow', 'blue', 'green']);
  await writeEncoder(file('plain'));
  let rows = '';
  for (const [caption, colour] of Object.entries(COLOURS))
    for (const copy of [1, 2]) {
      const name = `${caption.split(' ')[1]}/${copy}.mp4`;
      await writeVideo(file(`test/${name}`), 3 + copy, colour);
      rows += `${JSON.stringify({ id: name, path: `test/${name}`, captions: [caption] })}\n`;
    }
  await writeFile(file('captions.jsonl'), rows);
});
afterAll(() => rm(folder, { recursive: true }));

const LABELLED = ['--source', 'test', '--classes', 'folders'];
const TASK = ['--mteb.task-name', 'A', '--mteb.dataset-revision', '1'];

describe('tgm evaluate', { timeout: 60_000 }, () => {
  it('tells how many videos a classifier gets right, by the names of the classes', async () => {
    const args = ['tuned', ...LABELLED, '--test.clips', '2', '--output', 'results'];
    const { code, stdout, stderr } = await measure(...args);
    expect(code, stderr).toBe(0);
    const result = await jsonOf('results/result.json');
    const { output, peakBytes, ...said } = JSON.parse(stdout);
    expect(result).toEqual(said);
    expect(output).toBe(file('results'));
    expect(peakBytes).toBeGreaterThan(0);
    expect(result).toMatchObject({ videos: 6, leftOut: [], test: { clips: 2, crops: 1 } });
    const lines = (await readFile(file('results/predictions.jsonl'), 'utf8')).trimEnd().split('\n');
    const told = lines.map((line) => JSON.parse(line)) as {
      id: string;
      told: { class: { label: string; best: { label: string; probability: number }[] } };
    }[];
    expect(told.map(({ id }) => id)).toHaveLength(6);
    for (const { id, told: each } of told) {
      expect(each.class.label).toBe(id.split('/')[0]);
      expect(each.class.best).toHaveLength(4);
      expect(each.class.best.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
    }
    const right = told.filter(({ told: { class: of } }) => of.best[0]!.label === of.label).length;
    expect(result.figures.top1.value).toBeCloseTo((100 * right) / 6, 10);
    expect(result.figures.top1.from).toBeLessThanOrEqual(result.figures.top1.value);
    // Both videos of a colour are alike to the model, so a class is right or wrong as a whole.
    expect(Object.keys(result.perClass.class)).toEqual(['red', 'blue', 'green']);
    const shares = Object.values(result.perClass.class) as number[];
    expect(shares.reduce((sum, share) => sum + share, 0) / 3).toBeCloseTo(result.figures.top1.value, 10);
    expect(await readFile(file('results/tgm.config.json'), 'utf8')).toContain('"validation"');
  });

  it('finds videos by captions and captions by videos, and tells classes by texts', async () => {
    const args = ['run', '--source', 'captions.jsonl'];
    const { code, stdout, stderr } = await measure(...args);
    expect(code, stderr).toBe(0);
    const { figures, withoutCaption, teacher } = JSON.parse(stdout);
    expect({ withoutCaption, teacher }).toEqual({ withoutCaption: 0, teacher: 'tiny-clip-model' });
    // Two videos have each caption, and only a caption's own counts: a guess between two.
    expect(figures['textToVideo/R@1'].value).toBeCloseTo(50, 10);
    expect(figures['textToVideo/R@5'].value).toBe(100);
    expect(figures['videoToText/R@1'].value).toBeCloseTo(50, 10);
    expect(figures['sameCaption/R@1'].value).toBe(100);
    expect(figures['zeroShot/top1']).toBeUndefined();

    const task = ['--mteb.task-name', 'Colours', '--mteb.dataset-revision', '1', '--output', 'joint'];
    const zero = await measure('run', ...LABELLED, '--templates', 'a {} square moves', ...task);
    expect(JSON.parse(zero.stdout)).toMatchObject({
      withoutCaption: 6,
      figures: { 'zeroShot/top1': { value: 100, from: 100, to: 100 } },
    });
    expect(await jsonOf('joint/Colours.json')).toMatchObject({
      task_name: 'Colours',
      scores: { test: [{ accuracy: 1, main_score: 1 }] },
    });
  });

  it('has an example that works', async () => {
    const [, line] = /tgm (evaluate .*)/.exec(evaluate.details)!;
    const { code, stdout } = await run(...line!.split(' '));
    expect(stdout).toMatch(/^6 videos of test by .*step-00000060, 2 x 1 views, stride 4$/m);
    expect(stdout).toMatch(/^zeroShot\/top1 +\d+\.\d {2}\(\d+\.\d to \d+\.\d\)$/m);
    expect(stdout).toMatch(/^peak memory \d+ MiB$/m);
    expect(code).toBe(0);
  });

  it.each<readonly [string, readonly string[], RegExp]>([
    ['no videos', ['tuned'], /validation\.source: .*Give it by --source: .*/],
    ['a frozen encoder', ['plain', ...LABELLED], /pre-trained with captions/],
    [
      'videos without labels for a classifier',
      ['tuned', '--source', 'test'],
      /label for each video, from 0 to 3.*--classes folders/,
    ],
    ['neither labels nor captions', ['run', '--source', 'test'], /videos with captions, or with labels/],
    ['mteb without labels', ['run', '--source', 'captions.jsonl', ...TASK], /a zero-shot classification/],
    [
      'a class that the classifier does not know',
      ['narrow', ...LABELLED],
      /test: expected classes among "red", "blue", got "green"/,
    ],
    [
      'the folder of a run for its results',
      ['tuned', ...LABELLED, '--output', 'run'],
      /expected a folder of tgm evaluate alone.*got one with a run \(/,
    ],
    ['mteb of a classifier', ['tuned', ...LABELLED, ...TASK], /a zero-shot classification/],
  ])('refuses %s with 64, before a feature is computed', async (_, args, message) => {
    await writeClassifier(file('narrow'), ['red', 'blue']);
    const { code, stderr } = await run('evaluate', ...args, '--features', 'untouched');
    expect(existsSync(file('untouched'))).toBe(false);
    expect(stderr).toMatch(message);
    expect(code).toBe(64);
  });
});
